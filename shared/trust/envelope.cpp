#include "shared/trust/envelope.hpp"

#include <algorithm>
#include <stdexcept>

#include "shared/base/json.hpp"
#include "shared/trust/check.hpp"

namespace fz::trust {
namespace {
constexpr std::size_t kMaxSignature = 512;  // decoded; Ed25519 has 64, SM2 in DER at most 72
constexpr std::size_t kMaxType = 128;

Error malformed(const Error& e) {
  return refuse(Check::format, "DSSE", message(e, Lang::en));
}
Error malformed(std::string_view what) {
  return refuse(Check::format, "DSSE", std::string(what));
}
Result<Signature> read_signature(const json::value& v) {
  json::Reader r(v, "signatures");
  Signature s;
  s.keyid = r.string("keyid", 64);
  auto sig = from_base64(r.string("sig", kMaxSignature * 4 / 3 + 4));
  FZ_CHECK(r.finish());
  if (!is_sha256_hex(s.keyid)) return malformed("keyid");
  if (!sig || sig->empty() || sig->size() > kMaxSignature) return malformed("sig");
  s.sig = *std::move(sig);
  return s;
}
}  // namespace

std::string pae(std::string_view type, std::string_view body) {
  std::string out = "DSSEv1 ";
  out.reserve(type.size() + body.size() + 48);
  out.append(std::to_string(type.size())).append(" ").append(type).append(" ");
  out.append(std::to_string(body.size())).append(" ").append(body);
  return out;
}

Result<Envelope> read_envelope(std::string_view bytes, std::size_t max_bytes) {
  if (bytes.size() > max_bytes) return refuse(Check::size, std::to_string(bytes.size()) + " B > " + std::to_string(max_bytes) + " B");
  auto document = json::parse(bytes, {max_bytes, 4});  // an envelope nests three deep
  if (!document) return malformed(document.error());
  json::Reader r(*document, "");
  Envelope out;
  out.payload_type = r.string("payloadType", kMaxType);
  auto payload = from_base64(r.string("payload", max_bytes));
  auto* signatures = r.list("signatures", kMaxSignatures);
  if (auto done = r.finish(); !done) return malformed(done.error());
  if (!payload) return malformed("base64");
  if (signatures->empty()) return malformed("no signature");
  out.payload.assign(payload->begin(), payload->end());
  for (auto& v : *signatures) {
    auto s = read_signature(v);
    if (!s) return check_of(s.error()) ? s.error() : malformed(s.error());
    out.signatures.push_back(*std::move(s));
  }
  return out;
}

std::string write_envelope(const Envelope& envelope) {
  json::array signatures;
  for (auto& s : envelope.signatures) signatures.push_back(json::object{{"keyid", s.keyid}, {"sig", to_base64(s.sig)}});
  return json::write(json::object{
      {"payload", to_base64(as_bytes(envelope.payload))}, {"payloadType", envelope.payload_type}, {"signatures", std::move(signatures)}});
}

Envelope sign(std::string_view type, std::string payload, std::initializer_list<const crypto::PrivateKey*> keys) {
  Envelope out{std::string(type), std::move(payload), {}};
  for (auto* key : keys) add_signature(out, *key);
  return out;
}
void add_signature(Envelope& envelope, const crypto::PrivateKey& key) {
  std::erase_if(envelope.signatures, [&](auto& s) { return s.keyid == key.id(); });
  if (envelope.signatures.size() >= kMaxSignatures) throw std::logic_error("more than 16 signatures");
  envelope.signatures.push_back({key.id(), key.sign(as_bytes(pae(envelope.payload_type, envelope.payload)))});
}

std::set<std::string> good_signers(const Envelope& envelope, const KeyMap& keys, std::span<const std::string> keyids) {
  std::set<std::string> good;
  std::string text = pae(envelope.payload_type, envelope.payload);
  for (auto& s : envelope.signatures) {
    if (good.contains(s.keyid) || std::find(keyids.begin(), keyids.end(), s.keyid) == keyids.end()) continue;
    auto key = keys.find(s.keyid);
    if (key != keys.end() && crypto::verify(key->second, as_bytes(text), s.sig)) good.insert(s.keyid);
  }
  return good;
}
}  // namespace fz::trust
