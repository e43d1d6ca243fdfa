// The power goes at every single step of a cycle: of a new set with its bytes, of every state file, of the play records.
#include <gtest/gtest.h>

#include "player/agent/core/set.hpp"
#include "player/agent/shell.hpp"
#include "tests/support/publisher.hpp"
#include "tests/support/temp_dir.hpp"
#include "tests/unit/agent/power_cut.hpp"

namespace fz::agent {
namespace {

using test::PowerCut;
using test::Unsynced;

const UtcTime kNow = parse_time("2026-11-22T08:00:00Z").value();
constexpr StateFile kFiles[] = {StateFile::trust, StateFile::clock, StateFile::identity, StateFile::rotation, StateFile::side_rotation};

Item item(const std::string& id, const std::string& bytes) {
  return {id, "title " + id, crypto::sha256_hex(bytes), bytes.size(), "video/mp4", wire::CueKind::media};
}
std::string film(char c) {
  return std::string(3u << 20, c);
}
PlaySet set_of(const std::string& id, char c) {
  PlaySet s;
  s.targets_version = c;
  s.targets_sha256 = crypto::sha256_hex(std::string("targets of ") + c);
  s.playlist_sha256 = crypto::sha256_hex(std::string("playlist of ") + c);
  s.approvals[id] = crypto::sha256_hex(std::string("approval of ") + c);
  s.items[id] = item(id, film(c));
  return s;
}

class PowerCutTest : public testing::Test {
 protected:
  /// What a running agent has open.
  struct Open {
    explicit Open(const fs::path& data) : files(data) {
      blob::Options options;
      options.min_free = 0;
      if (auto s = blob::Store::open(data / "blobs", options)) store = std::move(*s);
      if (auto s = Spool::open(data / "plays.db")) spool = std::move(*s);
    }
    StateFiles files;
    std::unique_ptr<blob::Store> store;
    std::unique_ptr<Spool> spool;
  };

  static Result<void> store_set(Open& o, const PlaySet& set, const std::string& id, char c) {
    FZ_CHECK(o.store->put(std::string("playlist of ") + c));
    FZ_CHECK(o.store->put(std::string("approval of ") + c));
    FZ_TRY(auto part, o.store->part("film-" + id, 8 << 20));
    FZ_CHECK(part.append(as_bytes(film(c))));
    FZ_CHECK(part.commit({{}, set.items.at(id).sha256}));
    FZ_CHECK(part.discard());
    return o.files.write(StateFile::set, write_set(set));
  }
  /// One play from its intent to its record; what was answered is durable from then on.
  Result<void> play(Open& o, int n) {
    const std::string id = "play-" + std::to_string(n);
    Intent i{id, "main", "ap", std::string(64, 'a'), "c", "s", Millis{5000}, kNow, {}, "attested", "run"};
    FZ_CHECK(o.spool->store(StoreIntent{i}));
    intents.insert(id);
    FZ_CHECK(o.spool->store(StoreStarted{id, kNow, "attested"}));
    trust::Play p;
    p.id = id;
    p.counter = last_counter + 1;
    p.approval_id = "ap";
    p.sha256 = std::string(64, 'a');
    p.campaign = "c";
    p.slot = "s";
    p.zone = "main";
    p.started = p.ended.emplace(kNow);
    p.end = "completed";
    p.clock = "attested";
    p.previous = last_hash;
    FZ_CHECK(o.spool->store(StoreRecord{p}));
    intents.erase(id);
    ++last_counter;
    last_hash = trust::play_hash(p);
    return {};
  }
  Result<void> write_files(Open& o, const std::string& age) {
    for (const auto f : kFiles) FZ_CHECK(o.files.write(f, age + std::string(5000, 'x')));
    return {};
  }
  /// In the order in which the agent does it: all bytes, then the set, then what is not needed any more goes.
  Result<void> cycle(Open& o) {
    if (!o.store || !o.spool) return fail(Code::io, {{"what", "open"}});
    FZ_CHECK(play(o, 10));
    FZ_CHECK(store_set(o, fresh, "new", 'n'));
    FZ_CHECK(o.store->remove(old.items.at("old").sha256));
    FZ_CHECK(play(o, 11));
    FZ_CHECK(o.spool->store(PlaysAcknowledged{2, kNow}));
    FZ_CHECK(write_files(o, "new"));
    return play(o, 12);
  }

  void prepare(const fs::path& data) {
    intents.clear();
    last_counter = 0;
    last_hash = std::string(64, '0');
    Open o(data);
    store_set(o, old, "old", 'o').value();
    write_files(o, "old").value();
    for (int n = 1; n <= 3; ++n) play(o, n).value();
  }
  void expect_whole(const fs::path& data, int at) {
    Open o(data);
    ASSERT_TRUE(o.store && o.spool) << at;
    EXPECT_FALSE(fs::exists(data / "plays.db.damaged")) << at;
    const auto set = read_set(o.files.read(StateFile::set).value_or("")).value();
    EXPECT_TRUE(write_set(set) == write_set(old) || write_set(set) == write_set(fresh)) << at;
    for (const auto& sha : blobs_of(set))
      if (sha != set.targets_sha256) {
        EXPECT_TRUE(o.store->open_verified(sha)) << "step " << at << ": the set without its bytes";
      }
    for (const auto f : kFiles) {
      const auto text = o.files.read(f).value_or("");
      EXPECT_TRUE(text == "old" + std::string(5000, 'x') || text == "new" + std::string(5000, 'x')) << at;
    }
    std::string previous(64, '0');
    std::int64_t counter = 0;
    std::set<std::string> recorded;
    for (const auto& p : o.spool->plays_after(0, 100).value()) {
      EXPECT_EQ(p.counter, ++counter) << "step " << at << ": a hole";
      EXPECT_EQ(p.previous, previous) << at;
      previous = trust::play_hash(p);
      EXPECT_TRUE(recorded.insert(p.id).second) << at;
    }
    EXPECT_GE(counter, last_counter) << "step " << at << ": an answered record is lost";
    for (const auto& i : o.spool->load().value().open) EXPECT_FALSE(recorded.contains(i.play)) << at;
    std::set<std::string> known = recorded;
    for (const auto& i : o.spool->load().value().open) known.insert(i.play);
    for (const auto& id : intents) EXPECT_TRUE(known.contains(id)) << "step " << at << ": an answered intent is lost";
  }
  void expect_agent_starts(const fs::path& data, const fs::path& root, int at) {
    ShellOptions options;
    options.network.server = "https://127.0.0.1:9";
    options.root = root;
    options.data = data;
    options.min_free = 0;
    options.screen.socket = data / "none.sock";
    Shell shell(options);
    const auto opened = shell.open();
    EXPECT_TRUE(opened) << "step " << at << ": " << to_log(opened.error());
  }

  const PlaySet old = set_of("old", 'o'), fresh = set_of("new", 'n');
  std::set<std::string> intents;  // answered, and their record not
  std::int64_t last_counter = 0;
  std::string last_hash;
};

TEST_F(PowerCutTest, AtEveryStepTheAgentStartsWithTheOldOrTheNewSetAndNoHoleInThePlays) {
  test::TempDir dir;
  test::Publisher office;
  write_atomic(dir.path() / "root.json", office.metadata.at("1.root.json")).value();
  int last = 0;
  for (const auto unsynced : {Unsynced::forgotten, Unsynced::kept}) {
    for (int at = 1;; ++at) {
      const auto data = dir.path() / "data";
      fs::remove_all(data);
      make_dirs(data).value();
      prepare(data);
      PowerCut power(data, at);
      {
        Open o(data);
        (void)cycle(o);
      }
      const bool cut = power.happened();
      power.restore(unsynced);
      expect_whole(data, at);
      if (at % 10 == 0) expect_agent_starts(data, dir.path() / "root.json", at);
      if (HasFailure()) return;
      last = at;
      if (!cut) break;
    }
  }
  EXPECT_GT(last, 50);
}

}  // namespace
}  // namespace fz::agent
