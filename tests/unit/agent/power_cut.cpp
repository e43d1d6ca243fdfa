#include "tests/unit/agent/power_cut.hpp"

#include <sqlite3.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>

namespace fz::test {
namespace {

PowerCut* active = nullptr;
sqlite3_vfs* under = nullptr;

std::string bytes_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}
ino_t inode_of(const fs::path& file) {
  struct stat s {};
  return ::lstat(file.c_str(), &s) == 0 ? s.st_ino : 0;
}
bool is_database(const fs::path& file) {
  return file.filename().string().find(".db") != std::string::npos;
}

struct File {
  sqlite3_file base;
  sqlite3_file* real;
  std::string* path;
};
sqlite3_file* real(sqlite3_file* f) {
  return reinterpret_cast<File*>(f)->real;
}
bool power() {
  return !active || active->step();
}

const sqlite3_io_methods* methods() {
  static const sqlite3_io_methods m = [] {
    sqlite3_io_methods io{};
    io.iVersion = 2;
    io.xClose = [](sqlite3_file* f) {
      const int r = real(f)->pMethods->xClose(real(f));
      sqlite3_free(real(f));
      delete reinterpret_cast<File*>(f)->path;
      return r;
    };
    io.xRead = [](sqlite3_file* f, void* p, int n, sqlite3_int64 at) { return real(f)->pMethods->xRead(real(f), p, n, at); };
    io.xWrite = [](sqlite3_file* f, const void* p, int n, sqlite3_int64 at) {
      return power() ? real(f)->pMethods->xWrite(real(f), p, n, at) : SQLITE_IOERR_WRITE;
    };
    io.xTruncate = [](sqlite3_file* f, sqlite3_int64 n) {
      return power() ? real(f)->pMethods->xTruncate(real(f), n) : SQLITE_IOERR_TRUNCATE;
    };
    io.xSync = [](sqlite3_file* f, int flags) {
      if (!power()) return SQLITE_IOERR_FSYNC;
      const int r = real(f)->pMethods->xSync(real(f), flags);
      if (active) active->synced_file(*reinterpret_cast<File*>(f)->path);
      return r;
    };
    io.xFileSize = [](sqlite3_file* f, sqlite3_int64* n) { return real(f)->pMethods->xFileSize(real(f), n); };
    io.xLock = [](sqlite3_file* f, int l) { return real(f)->pMethods->xLock(real(f), l); };
    io.xUnlock = [](sqlite3_file* f, int l) { return real(f)->pMethods->xUnlock(real(f), l); };
    io.xCheckReservedLock = [](sqlite3_file* f, int* r) { return real(f)->pMethods->xCheckReservedLock(real(f), r); };
    io.xFileControl = [](sqlite3_file* f, int op, void* arg) { return real(f)->pMethods->xFileControl(real(f), op, arg); };
    io.xSectorSize = [](sqlite3_file* f) { return real(f)->pMethods->xSectorSize(real(f)); };
    io.xDeviceCharacteristics = [](sqlite3_file*) { return 0; };
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

sqlite3_vfs* weak_disk() {
  static sqlite3_vfs vfs = [] {
    under = sqlite3_vfs_find(nullptr);
    sqlite3_vfs v = *under;
    v.zName = "weak";
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
      file->path = new std::string(name ? name : "");
      file->base.pMethods = methods();
      return r;
    };
    v.xDelete = [](sqlite3_vfs*, const char* name, int sync) { return power() ? under->xDelete(under, name, sync) : SQLITE_IOERR_DELETE; };
    v.xAccess = [](sqlite3_vfs*, const char* name, int flags, int* out) { return under->xAccess(under, name, flags, out); };
    v.xFullPathname = [](sqlite3_vfs*, const char* name, int n, char* out) { return under->xFullPathname(under, name, n, out); };
    return v;
  }();
  return &vfs;
}

}  // namespace

PowerCut::PowerCut(fs::path folder, int at) : folder_(std::move(folder)), at_(at) {
  prime(folder_);
  active = this;
  sqlite3_vfs_register(weak_disk(), 1);
  set_disk_hook([this](std::string_view step_name, const fs::path& path) {
    if (!step()) return EIO;
    last_step_ = step_name;
    last_path_ = path;
    return 0;
  });
}
PowerCut::~PowerCut() {
  set_disk_hook(nullptr);
  active = nullptr;
  if (under) sqlite3_vfs_register(under, 1);
}

bool PowerCut::step() {
  if (off_) return false;
  finish_step();
  off_ = ++steps_ >= at_;
  return !off_;
}

// A hook is called before its step is done; so the next one finds it done.
void PowerCut::finish_step() {
  const std::string step = std::exchange(last_step_, {});
  if (step == "fsync") {
    // An atomic write names the file that it is for, while it syncs the temporary one beside it.
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(last_path_.parent_path(), ignored))
      if (entry.path().filename().string().starts_with(last_path_.filename().string())) keep(entry.path());
  } else if (step == "fsync_dir") {
    names_[last_path_.string()] = list(last_path_);
  } else if (step == "mkdir") {
    names_.try_emplace(last_path_.string());
  }
}

void PowerCut::keep(const fs::path& file) {
  if (fs::is_regular_file(file)) contents_[inode_of(file)] = bytes_of(file);
}
void PowerCut::synced_file(const fs::path& path) {
  database_[path.string()] = bytes_of(path);
}

PowerCut::Names PowerCut::list(const fs::path& dir) {
  Names names;
  for (const auto& entry : fs::directory_iterator(dir))
    if (entry.is_regular_file() && !is_database(entry.path())) names[entry.path().filename()] = inode_of(entry.path());
  return names;
}

void PowerCut::prime(const fs::path& dir) {
  names_[dir.string()] = list(dir);
  for (const auto& entry : fs::directory_iterator(dir)) {
    if (entry.is_directory()) prime(entry.path());
    if (entry.is_regular_file()) is_database(entry.path()) ? synced_file(entry.path()) : keep(entry.path());
  }
}

void PowerCut::restore(Unsynced unsynced) {
  finish_step();
  set_disk_hook(nullptr);
  active = nullptr;
  sqlite3_vfs_register(under, 1);
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder_))
    if (entry.is_regular_file()) files.push_back(entry.path());
  for (const auto& file : files) {
    const bool memory = file.filename().string().ends_with("-shm");
    if (memory || unsynced == Unsynced::forgotten) fs::remove(file);
  }
  if (unsynced == Unsynced::kept) return;
  for (const auto& [dir, names] : names_)
    for (const auto& [name, inode] : names) std::ofstream(fs::path(dir) / name, std::ios::binary) << contents_[inode];
  for (const auto& [path, bytes] : database_)
    if (!path.ends_with("-shm")) std::ofstream(path, std::ios::binary) << bytes;
}

}  // namespace fz::test
