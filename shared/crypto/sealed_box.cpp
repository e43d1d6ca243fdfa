#include "shared/crypto/sealed_box.hpp"

#include <sodium.h>

namespace fz::crypto {
namespace {

static_assert(kSealOverhead == crypto_box_SEALBYTES);

const unsigned char* bytes_of(std::string_view s) {
  return reinterpret_cast<const unsigned char*>(s.data());
}
unsigned char* bytes_of(std::string& s) {
  return reinterpret_cast<unsigned char*>(s.data());
}

}  // namespace

Result<std::string> seal(std::string_view plain, std::string_view public_hex) {
  const auto key = from_hex(public_hex);
  if (!key || key->size() != crypto_box_PUBLICKEYBYTES || sodium_init() < 0) return fail(Code::key_invalid, {{"what", "X25519"}});
  std::string out(plain.size() + crypto_box_SEALBYTES, '\0');
  // Fails for a public key of small order only.
  if (crypto_box_seal(bytes_of(out), bytes_of(plain), plain.size(), key->data()) != 0) return fail(Code::key_invalid, {{"what", "X25519"}});
  return out;
}

SealedBoxKey SealedBoxKey::derive(const PrivateKey& key, std::string_view purpose) {
  SealedBoxKey out;
  out.secret_.resize(crypto_box_SECRETKEYBYTES);
  out.public_.resize(crypto_box_PUBLICKEYBYTES);
  if (sodium_init() < 0) return out;  // an empty name, with which nothing is sealed
  Bytes seed = key.seed(), wanted(crypto_box_SEEDBYTES);
  // BLAKE2b keyed with the signing key's seed: the purpose keeps it apart from any other use of the seed.
  const bool good = crypto_generichash(wanted.data(), wanted.size(), bytes_of(purpose), purpose.size(), seed.data(), seed.size()) == 0 &&
                    crypto_box_seed_keypair(out.public_.data(), out.secret_.data(), wanted.data()) == 0;
  sodium_memzero(seed.data(), seed.size());
  sodium_memzero(wanted.data(), wanted.size());
  if (good) out.public_hex_ = to_hex(out.public_);
  return out;
}

SealedBoxKey::SealedBoxKey(SealedBoxKey&& o) noexcept
    : secret_(std::move(o.secret_)), public_(std::move(o.public_)), public_hex_(std::move(o.public_hex_)) {}

SealedBoxKey::~SealedBoxKey() {
  if (!secret_.empty()) sodium_memzero(secret_.data(), secret_.size());
}

Result<std::string> SealedBoxKey::open(std::string_view sealed) const {
  if (sealed.size() < kSealOverhead || public_hex_.empty()) return fail(Code::signature_wrong);
  std::string out(sealed.size() - kSealOverhead, '\0');
  if (crypto_box_seal_open(bytes_of(out), bytes_of(sealed), sealed.size(), public_.data(), secret_.data()) != 0)
    return fail(Code::signature_wrong);
  return out;
}

}  // namespace fz::crypto
