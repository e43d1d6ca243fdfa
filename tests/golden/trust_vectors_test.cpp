#include "tests/golden/trust_vectors.hpp"

#include <gtest/gtest.h>

#include "shared/crypto/hash.hpp"

using namespace fz;
using namespace fz::test;

TEST(TrustVectors, EveryCaseGetsItsVerdict) {
  auto cases = vector_cases();
  ASSERT_EQ(cases.size(), 79u);
  for (auto& c : cases) {
    auto before = state_before(c);
    auto after = before;
    EXPECT_EQ(judge(c, before, vector_file(c.file), true, &after), c.expect) << c.file << ": " << c.why;
    for (auto& id : c.still_withdrawn) EXPECT_TRUE(after.is_withdrawn(id, c.now)) << id;
    // These two fail at the targets: the timestamp and the snapshot above are good.
    bool below = c.file.ends_with("-to-delegations.json") || c.file.ends_with("-mixed.json");
    if (c.expect != "ok" && c.expect != "ok_kept" && !below) {
      EXPECT_EQ(after.save(), before.save()) << c.file << ": a refused document changes nothing";
    }
  }
}

TEST(TrustVectors, NewOnlineKeyDropsTimestampAndSnapshot) {
  VectorCase c;
  c.slot = "timestamp";
  c.trusted = "root/1.root.json";
  c.venue = "1001";
  c.screen = "scr-1";
  c.now = parse_time("2026-11-22T08:00:00Z").value();
  auto state = state_before(c);
  ASSERT_EQ(judge(c, state, vector_file("schedule/timestamp.json"), true, &state), "ok");
  ASSERT_TRUE(state.timestamp() && state.snapshot() && state.targets());
  ASSERT_TRUE(state.update_root(vector_file("root/2.root.json")));
  EXPECT_FALSE(state.timestamp());
  EXPECT_FALSE(state.snapshot());
  EXPECT_TRUE(state.targets()) << "the list in use stays until the next one";
  auto again = state.update_timestamp(vector_file("schedule/timestamp.json"), c.now);
  ASSERT_FALSE(again);
  EXPECT_EQ(trust::check_of(again.error()), trust::Check::signature);
}

TEST(TrustVectors, MediaAndPlaylistAreTheBytesThatAreNamed) {
  auto targets = trust::read_envelope(vector_file("schedule/100.targets.json")).value();
  auto list = trust::parse_targets(targets.payload).value();
  EXPECT_EQ(crypto::sha256_hex(vector_file("schedule/playlist/" + list.playlist)), list.playlist);
  auto record = trust::read_envelope(vector_file("approvals/good.json")).value();
  auto approval = trust::parse_approval(record.payload).value();
  auto& small = approval.renditions.at(1);
  crypto::ChunkedHasher hasher;
  hasher.update(as_bytes(vector_file("media/" + small.sha256)));
  auto digest = hasher.finish();
  EXPECT_EQ(digest.sha256, small.sha256);
  EXPECT_EQ(digest.length, small.length);
  EXPECT_EQ(digest.chunks, small.chunks);
}

// What this code writes is byte for byte what the vectors' own writer wrote.
TEST(TrustVectors, WritersGiveTheSameBytes) {
  auto payload = [](const char* file) { return trust::read_envelope(vector_file(file)).value().payload; };
  auto root = payload("root/1.root.json");
  EXPECT_EQ(trust::write_root(trust::parse_root(root).value()), root);
  auto reviewers = payload("reviewers/reviewers.json");
  EXPECT_EQ(trust::write_reviewers(trust::parse_reviewers(reviewers).value()), reviewers);
  auto approval = payload("approvals/good.json");
  EXPECT_EQ(trust::write_approval(trust::parse_approval(approval).value()), approval);
  auto withdrawals = payload("withdrawals/good.json");
  EXPECT_EQ(trust::write_withdrawals(trust::parse_withdrawals(withdrawals).value()), withdrawals);
  auto renewal = payload("withdrawals/renewed.json");
  EXPECT_EQ(trust::write_renewal(trust::parse_renewal(renewal).value()), renewal);
  auto timestamp = payload("schedule/timestamp.json");
  EXPECT_EQ(trust::write_timestamp(trust::parse_timestamp(timestamp).value()), timestamp);
  auto snapshot = payload("schedule/101.snapshot.json");
  EXPECT_EQ(trust::write_snapshot(trust::parse_snapshot(snapshot).value()), snapshot);
  auto targets = payload("schedule/100.targets.json");
  EXPECT_EQ(trust::write_targets(trust::parse_targets(targets).value()), targets);
  auto envelope = vector_file("approvals/good.json");
  EXPECT_EQ(trust::write_envelope(trust::read_envelope(envelope).value()), envelope);
}
