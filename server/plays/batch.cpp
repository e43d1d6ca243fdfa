#include "server/plays/plays.hpp"
#include "shared/crypto/hash.hpp"
#include "shared/trust/check.hpp"

namespace fz::plays {

Result<Batch> verify_batch(std::string_view envelope, const crypto::PublicKey& device, std::string_view screen) {
  FZ_TRY(const auto read, trust::read_envelope(envelope));
  if (read.payload_type != trust::kPlaysType) return trust::refuse(trust::Check::type, read.payload_type);
  Batch out;
  out.device = crypto::keyid(device);
  const std::string ids[] = {out.device};
  if (trust::good_signers(read, {{out.device, device}}, ids).empty()) return fail(Code::plays_signature, {}, "device " + out.device);
  FZ_TRY(out.content, trust::parse_play_batch(read.payload));
  if (out.content.screen != screen) return fail(Code::plays_screen, {}, out.content.screen + " sent as " + std::string(screen));
  out.envelope = envelope;
  out.payload_sha256 = crypto::sha256_hex(read.payload);
  return out;
}

std::string sign_receipt(const Ack& ack, UtcTime now, const crypto::PrivateKey& online) {
  const trust::Receipt receipt{ack.screen, ack.through, ack.head, ack.batch, now};
  return trust::write_envelope(trust::sign(trust::kReceiptType, trust::write_receipt(receipt), {&online}));
}

}  // namespace fz::plays
