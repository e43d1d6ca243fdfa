#include "shared/trust/check.hpp"
#include "tests/support/office.hpp"
#include "tests/unit/plays/fixture.hpp"

namespace fz::plays {
namespace {

TEST(PlayBatch, IsTakenWithItsEvidence) {
  Device d;
  d.plays(3);
  const auto envelope = d.envelope(1, 3);
  const auto b = verify_batch(envelope, d.key->public_key(), "scr-1").value();
  EXPECT_EQ(b.device, d.id());
  EXPECT_EQ(b.envelope, envelope);
  EXPECT_EQ(b.content.plays.size(), 3u);
  EXPECT_EQ(b.payload_sha256, crypto::sha256_hex(trust::write_play_batch(b.content)));
}

TEST(PlayBatch, OfAnotherKeyScreenOrTypeIsRefused) {
  Device d, other;
  d.plays(1);
  EXPECT_EQ(verify_batch(d.envelope(1, 1), other.key->public_key(), "scr-1").error().code, Code::plays_signature);
  EXPECT_EQ(verify_batch(d.envelope(1, 1), d.key->public_key(), "scr-2").error().code, Code::plays_screen);
  const auto payload = trust::write_play_batch({"scr-1", d.all});
  const auto typed = trust::write_envelope(trust::sign(trust::kTimeType, payload, {d.key.get()}));
  EXPECT_EQ(trust::check_of(verify_batch(typed, d.key->public_key(), "scr-1").error()), trust::Check::type);
}

TEST(PlayBatch, WithABrokenChainIsRefusedThoughItIsSigned) {
  Device d;
  d.plays(3);
  auto gap = d;
  gap.all.erase(gap.all.begin() + 1);
  EXPECT_FALSE(verify_batch(gap.envelope(1, 2), d.key->public_key(), "scr-1"));
  auto altered = d;
  altered.all[0].frames += 1;
  EXPECT_FALSE(verify_batch(altered.envelope(1, 3), d.key->public_key(), "scr-1"));
}

TEST(PlayBatch, AnyBitFlippedIsRefused) {
  Device d;
  d.plays(1);
  const auto good = d.envelope(1, 1);
  for (std::size_t at = 0; at < good.size(); at += 7) {
    auto bad = good;
    bad[at] = static_cast<char>(bad[at] ^ 1);
    EXPECT_FALSE(verify_batch(bad, d.key->public_key(), "scr-1")) << at;
  }
}

TEST(Receipt, VerifiesThroughTheScreensTrust) {
  test::Office office;
  const auto screen = office.screen({});
  const Ack ack{"device", "scr-1", 7, std::string(64, 'a'), std::string(64, 'b'), 7};
  const auto receipt = screen.read_receipt(sign_receipt(ack, kNow, office.online)).value();
  EXPECT_EQ(receipt.through, 7);
  EXPECT_EQ(receipt.head, ack.head);
  EXPECT_EQ(receipt.batch, ack.batch);
  EXPECT_EQ(receipt.received, kNow);
  EXPECT_EQ(trust::check_of(screen.read_receipt(sign_receipt(ack, kNow, office.stranger)).error()), trust::Check::signature);
  const Ack elsewhere{"device", "scr-2", 7, ack.head, ack.batch, 7};
  EXPECT_EQ(trust::check_of(screen.read_receipt(sign_receipt(elsewhere, kNow, office.online)).error()), trust::Check::screen);
}

}  // namespace
}  // namespace fz::plays
