// Every write, sync or truncate of the disk fails once, or the process is killed there: no half transaction is ever seen.
#include <signal.h>
#include <sqlite3.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstring>

#include "tests/unit/db/fixture.hpp"

namespace fz::db {
namespace {

// A VFS that counts the operations that change the disk and fails (or kills) at the nth.
std::atomic<int> operations{0}, fail_at{0};
std::atomic<bool> kill_there{false};

bool fault() {
  if (++operations != fail_at) return false;
  if (kill_there) ::kill(::getpid(), SIGKILL);
  return true;
}

struct File {
  sqlite3_file base;
  sqlite3_file* real;
};
sqlite3_file* real(sqlite3_file* f) {
  return reinterpret_cast<File*>(f)->real;
}

const sqlite3_io_methods* methods() {
  static const sqlite3_io_methods m = [] {
    sqlite3_io_methods io{};
    io.iVersion = 2;
    io.xClose = [](sqlite3_file* f) {
      const int r = real(f)->pMethods->xClose(real(f));
      sqlite3_free(real(f));
      return r;
    };
    io.xRead = [](sqlite3_file* f, void* p, int n, sqlite3_int64 at) { return real(f)->pMethods->xRead(real(f), p, n, at); };
    io.xWrite = [](sqlite3_file* f, const void* p, int n, sqlite3_int64 at) {
      return fault() ? SQLITE_FULL : real(f)->pMethods->xWrite(real(f), p, n, at);
    };
    io.xTruncate = [](sqlite3_file* f, sqlite3_int64 n) {
      return fault() ? SQLITE_IOERR_TRUNCATE : real(f)->pMethods->xTruncate(real(f), n);
    };
    io.xSync = [](sqlite3_file* f, int flags) { return fault() ? SQLITE_IOERR_FSYNC : real(f)->pMethods->xSync(real(f), flags); };
    io.xFileSize = [](sqlite3_file* f, sqlite3_int64* n) { return real(f)->pMethods->xFileSize(real(f), n); };
    io.xLock = [](sqlite3_file* f, int l) { return real(f)->pMethods->xLock(real(f), l); };
    io.xUnlock = [](sqlite3_file* f, int l) { return real(f)->pMethods->xUnlock(real(f), l); };
    io.xCheckReservedLock = [](sqlite3_file* f, int* r) { return real(f)->pMethods->xCheckReservedLock(real(f), r); };
    io.xFileControl = [](sqlite3_file* f, int op, void* arg) { return real(f)->pMethods->xFileControl(real(f), op, arg); };
    io.xSectorSize = [](sqlite3_file* f) { return real(f)->pMethods->xSectorSize(real(f)); };
    io.xDeviceCharacteristics = [](sqlite3_file* f) { return real(f)->pMethods->xDeviceCharacteristics(real(f)); };
    io.xShmMap = [](sqlite3_file* f, int i, int n, int extend, void volatile** p) {
      return real(f)->pMethods->xShmMap(real(f), i, n, extend, p);
    };
    io.xShmLock = [](sqlite3_file* f, int o, int n, int flags) { return real(f)->pMethods->xShmLock(real(f), o, n, flags); };
    io.xShmBarrier = [](sqlite3_file* f) { real(f)->pMethods->xShmBarrier(real(f)); };
    io.xShmUnmap = [](sqlite3_file* f, int d) { return real(f)->pMethods->xShmUnmap(real(f), d); };
    return io;
  }();
  return &m;
}

sqlite3_vfs* under = nullptr;

void use_faulty_disk() {
  static sqlite3_vfs vfs = [] {
    under = sqlite3_vfs_find(nullptr);
    sqlite3_vfs v = *under;
    v.zName = "faulty";
    v.szOsFile = sizeof(File);
    v.pNext = nullptr;
    v.xOpen = [](sqlite3_vfs*, const char* name, sqlite3_file* f, int flags, int* out) {
      auto* file = reinterpret_cast<File*>(f);
      file->base.pMethods = nullptr;
      file->real = static_cast<sqlite3_file*>(sqlite3_malloc(under->szOsFile));
      std::memset(file->real, 0, static_cast<std::size_t>(under->szOsFile));
      const int r = under->xOpen(under, name, file->real, flags, out);
      if (r != SQLITE_OK) {
        sqlite3_free(file->real);
        return r;
      }
      file->base.pMethods = methods();
      return r;
    };
    v.xDelete = [](sqlite3_vfs*, const char* name, int sync) { return under->xDelete(under, name, sync); };
    v.xAccess = [](sqlite3_vfs*, const char* name, int flags, int* out) { return under->xAccess(under, name, flags, out); };
    v.xFullPathname = [](sqlite3_vfs*, const char* name, int n, char* out) { return under->xFullPathname(under, name, n, out); };
    return v;
  }();
  fail_at = 0;
  sqlite3_vfs_register(&vfs, 1);
}

class FaultTest : public DbTest {
 protected:
  void SetUp() override { use_faulty_disk(); }
  void TearDown() override {
    fail_at = 0;
    kill_there = false;
    sqlite3_vfs_register(under, 1);
  }
  /// Three transactions and a checkpoint, each row counted in `sum`.
  static Result<void> work(Connection& c, int round) {
    for (int i = 0; i < 3; ++i) {
      const int k = round * 10 + i;
      auto r = c.transaction(true, [&]() -> Result<std::int64_t> {
        FZ_TRY(const auto n, c.run("INSERT INTO t VALUES(?, ?)", {k, std::string(6000, 'x') + std::to_string(k)}));
        (void)n;
        return c.run("UPDATE sum SET n = n + 1");
      });
      if (!r) return std::move(r).error();
    }
    return c.checkpoint(true);
  }
  void expect_whole(Connection& c, int nth) const {
    EXPECT_TRUE(c.check()) << nth;
    EXPECT_EQ(number(c, "SELECT count(*) FROM t"), number(c, "SELECT n FROM sum")) << nth;
  }
};

TEST_F(FaultTest, EveryFailingOperationLeavesWholeTransactions) {
  int failed = 0;
  for (int nth = 1; nth < 200; ++nth) {
    operations = 0;
    fail_at = 0;
    {
      auto c = open();
      operations = 0;
      fail_at = nth;
      const bool ok = static_cast<bool>(work(*c, nth));
      const bool reached = operations >= nth;
      fail_at = 0;
      failed += ok ? 0 : 1;
      expect_whole(*c, nth);  // the same connection goes on
      if (!reached) {
        EXPECT_TRUE(ok);
        break;
      }
    }
    auto again = open();
    expect_whole(*again, nth);
  }
  EXPECT_GT(failed, 10);
}

TEST_F(FaultTest, EveryKillLeavesWholeTransactions) {
  int killed = 0;
  for (int nth = 1; nth < 200; ++nth) {
    const pid_t child = ::fork();
    if (child == 0) {
      kill_there = true;
      operations = 0;
      fail_at = nth;  // making and migrating the database included
      auto c = Connection::open(file_);
      if (!c || !(*c)->migrate(kSteps) || !work(**c, nth)) ::_exit(1);
      ::_exit(0);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    auto c = open();
    expect_whole(*c, nth);
    if (!WIFSIGNALED(status)) {
      EXPECT_EQ(WEXITSTATUS(status), 0);
      break;
    }
    ++killed;
  }
  EXPECT_GT(killed, 15);
}

}  // namespace
}  // namespace fz::db
