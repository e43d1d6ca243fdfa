// The agent's side of a stick: what it takes from it, and what it leaves on it.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "player/agent/core/session.hpp"
#include "player/agent/stick.hpp"
#include "shared/base/json.hpp"
#include "shared/crypto/sealed_box.hpp"
#include "tests/support/office.hpp"
#include "tests/support/temp_dir.hpp"

namespace fz::agent {
namespace {

using test::Office;
using test::TempDir;

class StickMirrorTest : public testing::Test {
 protected:
  static std::unique_ptr<blob::Store> open_store(const fs::path& folder) {
    blob::Options options;
    options.min_free = 0;
    return blob::Store::open(folder, options).value();
  }
  void put(const std::string& name, std::string_view bytes) {
    const auto slash = name.rfind('/');
    make_dirs(root() / name.substr(0, slash)).value();
    write_atomic(root() / name, bytes).value();
  }
  fs::path root() const { return dir.path() / "stick"; }
  std::string ticket(const crypto::PrivateKey& key) {
    const stick::Ticket t{device, "scr-1", "site-1", "渡口", "1001", "500119", "Asia/Shanghai", server().public_hex(), test::kOfficeNow};
    return trust::write_envelope(trust::sign(stick::kTicketType, stick::write_ticket(t), {&key}));
  }
  crypto::SealedBoxKey server() { return crypto::SealedBoxKey::derive(office.online, stick::kSealPurpose); }
  FetchMedia film(const std::string& bytes) {
    crypto::ChunkedHasher hasher;
    hasher.update(as_bytes(bytes));
    const auto digest = hasher.finish();
    return {1, digest.sha256, digest.length, digest.chunks, std::string(kStickToken)};
  }
  trust::Play play(std::int64_t counter) {
    trust::Play p;
    p.counter = counter;
    p.id = "0190aaaa-aaaa-7aaa-8aaa-aaaaaaaaaaaa";
    p.approval_id = "ap-1";
    p.sha256 = std::string(64, 'a');
    p.zone = "main";
    p.started = p.ended.emplace(test::kOfficeNow);
    p.end = "completed";
    p.clock = "rtc";
    p.previous = std::string(64, '0');
    return p;
  }

  TempDir dir;
  Office office;
  std::string device = office.device.id();
  std::unique_ptr<blob::Store> store = open_store(dir / "blobs");
  std::atomic<bool> cancelled{false};
  StickMirror mirror{{dir.path() / "stick"}, device, office.root_bytes(), *store};
};

TEST_F(StickMirrorTest, AnswersFromTheStickAndSaysWhenItIsGone) {
  StickMirror::Visit visit;
  EXPECT_EQ(mirror.look(visit), StickMirror::Seen::nothing);
  put(stick::timestamp_name(device), "stamp");
  put(stick::metadata_name("2.root.json"), "root");
  put(stick::ticket_name(device), ticket(office.online));
  put(stick::receipt_name(device), "receipt");
  ASSERT_EQ(mirror.look(visit), StickMirror::Seen::came);
  ASSERT_FALSE(visit.ticket) << "a root that is none leads nowhere";
  fs::remove(root() / stick::metadata_name("2.root.json"));
  fs::rename(root(), dir / "pocket");
  EXPECT_EQ(mirror.look(visit), StickMirror::Seen::gone);
  fs::rename(dir / "pocket", root());
  ASSERT_EQ(mirror.look(visit), StickMirror::Seen::came);
  ASSERT_TRUE(visit.ticket);
  EXPECT_EQ(visit.ticket->screen, "scr-1");
  EXPECT_EQ(visit.receipt, "receipt");
  EXPECT_EQ(mirror.look(visit), StickMirror::Seen::same);
  Call c;
  c.path = "/v1/timestamp";
  EXPECT_EQ(mirror.call(c).body, "stamp");
  c.path = "/v1/metadata/7.root.json";
  EXPECT_EQ(mirror.call(c).status, 404u);
  c.path = "/v1/metadata/../../secret";
  EXPECT_NE(mirror.call(c).status, 200u);
  fs::rename(root(), dir / "pocket");
  ASSERT_TRUE(mirror.call(c).error);
  EXPECT_EQ(mirror.call(c).error->code, Code::unavailable);
}

TEST_F(StickMirrorTest, ATicketOfAnotherKeyEnrolsNobody) {
  put(stick::ticket_name(device), ticket(office.stranger));
  StickMirror::Visit visit;
  EXPECT_EQ(mirror.look(visit), StickMirror::Seen::came);
  EXPECT_FALSE(visit.ticket);
}

TEST_F(StickMirrorTest, OnlyTheCopyCountsAndABadChunkIsMendedFromTheStick) {
  std::string bytes(3 << 20, 'f');
  for (std::size_t i = 0; i < bytes.size(); i += 4096) bytes[i] = static_cast<char>(i >> 12);
  const auto what = film(bytes);
  auto bad = bytes;
  bad[5] ^= 1;
  put(stick::blob_name(what.sha256), bad);
  StickMirror::Visit visit;
  ASSERT_EQ(mirror.look(visit), StickMirror::Seen::came);
  auto e = mirror.fetch(what, cancelled);
  ASSERT_TRUE(e.error);
  EXPECT_EQ(e.error->code, Code::stick_unreadable);
  EXPECT_FALSE(store->has(what.sha256));
  put(stick::blob_name(what.sha256), bytes);
  cancelled = true;
  EXPECT_EQ(mirror.fetch(what, cancelled).error->code, Code::cancelled);
  cancelled = false;
  EXPECT_FALSE(mirror.fetch(what, cancelled).error);
  EXPECT_EQ(store->read(what.sha256, 16 << 20).value(), bytes);
  // Rot on the screen's own disk: one chunk is taken again.
  const auto file = fs::path(dir / "blobs") / what.sha256.substr(0, 2) / what.sha256;
  ASSERT_TRUE(fs::exists(file));
  fs::permissions(file, fs::perms::owner_all);
  {
    const Fd fd(::open(file.c_str(), O_WRONLY | O_CLOEXEC));
    ASSERT_EQ(::pwrite(fd.get(), "rot", 3, (1 << 20) + 9), 3);
  }
  EXPECT_FALSE(mirror.fetch(what, cancelled).error);
  EXPECT_EQ(store->read(what.sha256, 16 << 20).value(), bytes);
  EXPECT_EQ(mirror.fetch(film("not there"), cancelled).error->code, Code::stick_unreadable);
}

TEST_F(StickMirrorTest, PlaysAreLeftSealedInBlocksAndTakenAwayOnceTheServerHasThem) {
  put(stick::ticket_name(device), ticket(office.online));
  StickMirror::Visit visit;
  ASSERT_EQ(mirror.look(visit), StickMirror::Seen::came);
  std::vector<trust::Play> plays;
  for (int i = 1; i <= 450; ++i) plays.push_back(play(i));
  const auto packed = pack_plays(office.device, "scr-1", plays);
  ASSERT_EQ(packed.batches.size(), 3u);
  ASSERT_TRUE(mirror.leave_plays(1, packed, visit.ticket->plays_key));
  const auto file = root() / stick::plays_folder(device) / stick::plays_file(1);
  const auto sealed = read_file(file, stick::kMaxSealed).value();
  EXPECT_EQ(sealed.find("ap-1"), std::string::npos);
  const auto opened = stick::parse_plays(server().open(sealed).value()).value();
  EXPECT_EQ(opened.device, device);
  EXPECT_EQ(opened.batches, packed.batches);
  mirror.drop_plays(999);
  EXPECT_TRUE(fs::exists(file));
  mirror.drop_plays(1000);
  EXPECT_FALSE(fs::exists(file));
  EXPECT_FALSE(mirror.leave_plays(1, packed, "no key"));
}

TEST_F(StickMirrorTest, ABlockOfTheLongestRecordsFitsIntoItsFile) {
  std::vector<trust::Play> plays;
  for (int i = 1; i <= stick::kBlock; ++i) {
    auto p = play(1000000 + i);
    p.campaign = p.slot = std::string(36, 'c');
    p.approval_id = std::string(40, 'a');
    p.end = "interrupted";
    p.reason = "trust_withdrawn_or_so";
    plays.push_back(p);
  }
  const auto packed = pack_plays(office.device, "scr-123456789012", plays);
  EXPECT_LT(stick::write_plays(packed).size() + crypto::kSealOverhead, stick::kMaxSealed);
}

}  // namespace
}  // namespace fz::agent
