// DSSE v1 envelopes (github.com/secure-systems-lab/dsse), read strictly: one payload has one accepted base64.
#pragma once
#include <initializer_list>
#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "shared/base/bytes.hpp"
#include "shared/crypto/key.hpp"

namespace fz::trust {

inline constexpr std::size_t kMaxDocument = 512 * 1024;      ///< bytes of every envelope but ...
inline constexpr std::size_t kMaxTargets = 2 * 1024 * 1024;  ///< ... targets (and of a playlist, which has no envelope)
inline constexpr std::size_t kMaxSignatures = 16;

inline constexpr std::string_view kTufType = "application/vnd.tuf+json";
inline constexpr std::string_view kReviewersType = "application/vnd.fz.reviewers.v1+json";
inline constexpr std::string_view kApprovalType = "application/vnd.in-toto+json";
inline constexpr std::string_view kWithdrawalsType = "application/vnd.fz.withdrawals.v1+json";
inline constexpr std::string_view kRenewalType = "application/vnd.fz.renewal.v1+json";
inline constexpr std::string_view kAlertType = "application/vnd.fz.alert.v1+json";
inline constexpr std::string_view kTimeType = "application/vnd.fz.time.v1+json";
inline constexpr std::string_view kPlaysType = "application/vnd.fz.plays.v1+json";
inline constexpr std::string_view kReceiptType = "application/vnd.fz.receipt.v1+json";

struct Signature {
  std::string keyid;
  Bytes sig;
};
struct Envelope {
  std::string payload_type;
  std::string payload;  ///< the very bytes that are signed, decoded
  std::vector<Signature> signatures;
};

/// "DSSEv1" SP len(type) SP type SP len(body) SP body.
std::string pae(std::string_view type, std::string_view body);

/// Reads an envelope; nothing in it is verified. Refuses: size, format (duplicate or unknown members, base64 that is not
/// canonical, no or more than 16 signatures, a keyid that is not 64 hex digits).
Result<Envelope> read_envelope(std::string_view bytes, std::size_t max_bytes = kMaxDocument);
/// Deterministic: sorted members, no white space.
std::string write_envelope(const Envelope& envelope);

/// Signs `payload` with each key.
Envelope sign(std::string_view type, std::string payload, std::initializer_list<const crypto::PrivateKey*> keys);
/// Adds one more signature (an earlier one by the same key is replaced). REQUIRES: fewer than 16 by others.
void add_signature(Envelope& envelope, const crypto::PrivateKey& key);

/// Keys by their recomputed id.
using KeyMap = std::map<std::string, crypto::PublicKey>;
/// The ids of those `keyids` that are in `keys` and have at least one good signature. A set of ids is a set of distinct
/// public keys, because every reader recomputes ids. Never fails; unknown and bad signatures are not counted.
std::set<std::string> good_signers(const Envelope& envelope, const KeyMap& keys, std::span<const std::string> keyids);

}  // namespace fz::trust
