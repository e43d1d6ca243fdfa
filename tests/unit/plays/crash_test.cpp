// A disk that fills up, and a process that is killed: what was acknowledged is there, and nothing is half there.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <random>

#include "tests/unit/plays/fixture.hpp"

namespace fz::plays {
namespace {

TEST(PlayCrash, AFullDiskAcknowledgesNothingAndGoesOnWhenThereIsRoom) {
  test::TempDir dir;
  db::Options options;
  options.auto_checkpoint = false;
  auto database = db::Database::open(dir / "plays.db", store::sqlite::plays_migrations(), 2, options).value();
  db::Database& handle = *database;
  const auto store = store::sqlite::make_plays(std::move(database));
  const auto limit = [&](int pages) {
    ASSERT_TRUE(handle.writer()->one("PRAGMA max_page_count=" + std::to_string(pages), {}, [](const db::Row& r) { return r.integer(0); }));
  };
  Device d, other;
  other.screen = "scr-new-name";
  d.plays(1000);
  other.plays(400, "ap-new-name");
  limit(60);
  std::int64_t through = 0;
  Result<Ack> last{Ack{}};
  for (int i = 0; i < 100 && last; ++i) {
    last = send(*store, d, 10 * i + 1, 10 * i + 10);
    if (last) through = last->through;
  }
  ASSERT_FALSE(last);
  EXPECT_EQ(last.error().code, Code::disk_full);
  // Both in one transaction: neither is acknowledged, and numbers that were given to new names are forgotten again.
  const auto a = d.batch(through + 1, through + 10), b = other.batch(1, 400);
  for (const auto& r : store->ingest({&a, &b}, kNow)) EXPECT_EQ(r.error().code, Code::disk_full);
  expect_consistent(*store, {d.id(), other.id()});
  EXPECT_EQ(store->device(d.id()).value()->through, through);
  limit(100'000);
  for (const auto& r : store->ingest({&a, &b}, kNow)) EXPECT_TRUE(r) << to_log(r.error());
  expect_consistent(*store, {d.id(), other.id()});
  PlayFilter f;
  f.screen = "scr-new-name";
  EXPECT_EQ(store->plays(f).value().rows.at(0).play.approval_id, "ap-new-name");
}

/// In the child: sends for ever, and says in `pipe` what was acknowledged.
[[noreturn]] void ingest_until_killed(const std::string& file, std::vector<Device>& devices, int pipe, unsigned seed) {
  std::mt19937 chance(seed);
  const auto store = open_store(file);
  for (;;) {
    std::vector<Batch> batches;
    for (auto& d : devices) {
      const auto state = store->device(d.id()).value();
      const std::int64_t through = state ? state->through : 0;
      const std::int64_t first = std::max<std::int64_t>(1, through + 1 - static_cast<std::int64_t>(chance() % 3));
      const std::int64_t last =
          std::min<std::int64_t>(through + 1 + static_cast<std::int64_t>(chance() % 5), static_cast<std::int64_t>(d.all.size()));
      if (last >= first) batches.push_back(d.batch(first, last));
    }
    std::vector<const Batch*> group;
    for (const auto& b : batches) group.push_back(&b);
    const auto results = store->ingest(group, kNow);
    for (std::size_t i = 0; i < devices.size() && i < results.size(); ++i) {
      const std::int64_t said[2] = {static_cast<std::int64_t>(i), results[i].value().through};
      if (::write(pipe, said, sizeof said) != sizeof said) ::_exit(1);
    }
    if (chance() % 4 == 0 && !store->checkpoint()) ::_exit(1);
  }
}

TEST(PlayCrash, KilledAtAnyMomentEverythingAcknowledgedIsThere) {
  test::TempDir dir;
  std::mt19937 chance(42);
  std::vector<Device> devices(6);
  std::vector<std::string> ids;
  for (std::size_t i = 0; i < devices.size(); ++i) {
    devices[i].screen = "scr-" + std::to_string(i);
    devices[i].plays(1500, "ap-" + std::to_string(i % 2));
    ids.push_back(devices[i].id());
  }
  std::vector<std::int64_t> acknowledged(devices.size(), 0);
  for (unsigned round = 0; round < 20; ++round) {
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      ::close(ends[0]);
      ingest_until_killed(dir / "plays.db", devices, ends[1], round);
    }
    ::close(ends[1]);
    ::usleep(static_cast<useconds_t>(5'000 + chance() % 100'000));
    ::kill(child, SIGKILL);
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFSIGNALED(status)) << "it ended by itself: " << status;
    std::int64_t said[2];
    while (::read(ends[0], said, sizeof said) == sizeof said)
      acknowledged[static_cast<std::size_t>(said[0])] = std::max(acknowledged[static_cast<std::size_t>(said[0])], said[1]);
    ::close(ends[0]);
    const auto store = open_store(dir / "plays.db");
    expect_consistent(*store, ids);
    for (std::size_t i = 0; i < devices.size(); ++i) {
      const auto state = store->device(ids[i]).value();
      EXPECT_GE(state ? state->through : 0, acknowledged[i]);
      if (state && state->through > 0) {
        EXPECT_EQ(state->head, trust::play_hash(devices[i].all[static_cast<std::size_t>(state->through - 1)]));
      }
    }
  }
  EXPECT_GT(acknowledged[0], 0) << "nothing was ever acknowledged: the test tested nothing";
}

}  // namespace
}  // namespace fz::plays
