// Any bit of any document may be flipped: it is refused, or its payload is the very same bytes.
#include <gtest/gtest.h>

#include <set>

#include "tests/golden/trust_vectors.hpp"

using namespace fz;
using namespace fz::test;

namespace {

struct Tally {
  long flips = 0, identical = 0;
};
/// `mask_step` 1: all eight bits of every byte; otherwise one bit a byte, another one at each position.
void flip_all(const VectorCase& c, bool all_bits, const std::set<std::string>& good_payloads, Tally& tally) {
  auto before = state_before(c);
  std::string original = vector_file(c.file), bytes = original;
  auto envelope = trust::read_envelope(original, trust::kMaxTargets);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      if (!all_bits && bit != static_cast<int>(i % 8)) continue;
      bytes[i] = static_cast<char>(original[i] ^ (1 << bit));
      ++tally.flips;
      auto flipped = trust::read_envelope(bytes);
      if (flipped && envelope && flipped->payload == envelope->payload && flipped->payload_type == envelope->payload_type) {
        ++tally.identical;  // a signature or white space: whatever follows, the payload is what was signed
      } else if (flipped) {
        auto verdict = judge(c, before, bytes, false);
        bool refused = verdict != "ok" && verdict != "ok_kept";
        ASSERT_TRUE(refused || good_payloads.contains(flipped->payload)) << c.file << " byte " << i << " bit " << bit;
      }
    }
    bytes[i] = original[i];
  }
}
bool accepted(const VectorCase& c) {
  return c.expect == "ok" || c.expect == "ok_kept";
}
/// A spoilt document may be one bit away from the good one it was made of.
std::set<std::string> good_payloads() {
  std::set<std::string> out;
  for (auto& c : vector_cases())
    if (accepted(c)) out.insert(trust::read_envelope(vector_file(c.file)).value().payload);
  return out;
}
}  // namespace

TEST(TrustFlip, EveryBitOfEveryAcceptedDocument) {
  Tally tally;
  for (auto& c : vector_cases())
    if (accepted(c)) flip_all(c, c.slot != "staff" || c.file == "staff/ok.json", {}, tally);
  EXPECT_GT(tally.flips, 150'000);
  EXPECT_LT(tally.identical * 2, tally.flips);
}

TEST(TrustFlip, SomeBitOfEveryByteOfEveryRefusedDocument) {
  Tally tally;
  auto good = good_payloads();
  for (auto& c : vector_cases())
    if (!accepted(c) && c.expect != "size") flip_all(c, false, good, tally);
  EXPECT_GT(tally.flips, 50'000);
}

// Snapshot and targets have no case of their own: they are reached through a timestamp.
TEST(TrustFlip, EveryBitOfSnapshotAndTargets) {
  VectorCase c;
  c.trusted = "root/1.root.json";
  c.venue = "1001";
  c.screen = "scr-1";
  c.now = parse_time("2026-11-22T08:00:00Z").value();
  auto state = state_before(c);
  state.update_timestamp(vector_file("schedule/timestamp.json"), c.now).value();
  auto snapshot = vector_file("schedule/101.snapshot.json"), targets = vector_file("schedule/100.targets.json");
  for (auto* text : {&snapshot, &targets}) {
    for (std::size_t i = 0; i < text->size() * 8; ++i) {
      (*text)[i / 8] = static_cast<char>((*text)[i / 8] ^ (1 << (i % 8)));
      auto done = text == &snapshot ? state.update_snapshot(*text, c.now) : state.update_targets(*text, c.now);
      ASSERT_FALSE(done) << i;  // their hash is named above, so nothing at all may differ
      (*text)[i / 8] = static_cast<char>((*text)[i / 8] ^ (1 << (i % 8)));
    }
    ASSERT_TRUE(text == &snapshot ? state.update_snapshot(*text, c.now) : state.update_targets(*text, c.now));
  }
}
