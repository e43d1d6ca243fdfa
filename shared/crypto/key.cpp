#include "shared/crypto/key.hpp"

#include <openssl/crypto.h>

#include <stdexcept>

#include "shared/base/id.hpp"
#include "shared/crypto/hash.hpp"
#include "shared/crypto/openssl.hpp"

namespace fz::crypto {
namespace {

constexpr std::size_t kMaxPublicKey = 256;

bool verify_ed25519(ByteView raw, ByteView message, ByteView signature) {
  if (signature.size() != 64) return false;
  ossl::ErrorQueue queue;
  ossl::Pkey key(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, raw.data(), raw.size()));
  ossl::MdCtx ctx(EVP_MD_CTX_new());
  return key && ctx && EVP_DigestVerifyInit(ctx.get(), nullptr, nullptr, nullptr, key.get()) == 1 &&
         EVP_DigestVerify(ctx.get(), signature.data(), signature.size(), message.data(), message.size()) == 1;
}

// The compiled-in schemes. SM2 with SM3 goes here: OpenSSL's default provider has it; the id 1234567812345678 must be
// set on both sides, and its signatures are DER.
struct Scheme {
  std::string_view name;
  std::size_t public_size;
  int pkey_type;
  bool (*verify)(ByteView raw, ByteView message, ByteView signature);
};
constexpr Scheme kSchemes[] = {
    {kEd25519, 32, EVP_PKEY_ED25519, &verify_ed25519},
};
const Scheme* find_scheme(std::string_view name) {
  for (auto& s : kSchemes)
    if (s.name == name) return &s;
  return nullptr;
}
Error invalid(std::string what) {
  return fail(Code::key_invalid, {{"what", std::move(what)}});
}
}  // namespace

bool is_supported(std::string_view scheme) {
  return find_scheme(scheme) != nullptr;
}

std::string keyid(const PublicKey& key) {
  Sha256 h;
  h.update(as_bytes(key.scheme));
  h.update(as_bytes(std::string_view("\0", 1)));
  h.update(key.raw);
  return h.finish_hex();
}

Result<PublicKey> public_key_from_hex(std::string_view scheme, std::string_view hex) {
  if (scheme.empty() || scheme.size() > 32 || hex.size() > 2 * kMaxPublicKey) return invalid("public key");
  FZ_TRY(auto raw, from_hex(hex));
  auto* known = find_scheme(scheme);
  if (raw.empty() || (known && raw.size() != known->public_size)) return invalid("public key length");
  return PublicKey{std::string(scheme), std::move(raw)};
}

Result<std::string> public_key_to_pem(const PublicKey& key) {
  auto* scheme = find_scheme(key.scheme);
  if (!scheme) return fail(Code::unsupported, {{"what", key.scheme}});
  ossl::ErrorQueue queue;
  ossl::Pkey pkey(EVP_PKEY_new_raw_public_key(scheme->pkey_type, nullptr, key.raw.data(), key.raw.size()));
  ossl::Bio bio(BIO_new(BIO_s_mem()));
  if (!pkey || !bio || PEM_write_bio_PUBKEY(bio.get(), pkey.get()) != 1) return invalid("public key");
  return ossl::bio_text(bio.get());
}

namespace {
Result<PublicKey> raw_public(EVP_PKEY* pkey) {
  std::uint8_t raw[32];
  std::size_t n = sizeof raw;
  if (!pkey || EVP_PKEY_get_id(pkey) != EVP_PKEY_ED25519 || EVP_PKEY_get_raw_public_key(pkey, raw, &n) != 1) return invalid("PEM, Ed25519");
  return PublicKey{std::string(kEd25519), Bytes(raw, raw + n)};
}
}  // namespace
Result<PublicKey> public_key_from_pem(std::string_view pem) {
  ossl::ErrorQueue queue;
  ossl::Pkey pkey(PEM_read_bio_PUBKEY(ossl::bio_over(pem).get(), nullptr, &ossl::no_passphrase, nullptr));
  return raw_public(pkey.get());
}

bool verify(const PublicKey& key, ByteView message, ByteView signature) {
  auto* scheme = find_scheme(key.scheme);
  return scheme && key.raw.size() == scheme->public_size && scheme->verify(key.raw, message, signature);
}

struct PrivateKey::Impl {
  ossl::Pkey pkey;
  PublicKey public_key;
  std::string id;
};
PrivateKey::PrivateKey(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
PrivateKey::PrivateKey(PrivateKey&&) noexcept = default;
PrivateKey& PrivateKey::operator=(PrivateKey&&) noexcept = default;
PrivateKey::~PrivateKey() = default;  // EVP_PKEY_free wipes the secret

PrivateKey PrivateKey::generate() {
  Bytes seed = random_bytes(32);
  auto key = from_seed(seed);
  OPENSSL_cleanse(seed.data(), seed.size());
  return std::move(key).value();
}
Result<PrivateKey> PrivateKey::from_seed(ByteView seed) {
  ossl::ErrorQueue queue;
  auto impl = std::make_unique<Impl>();
  if (seed.size() == 32) impl->pkey.reset(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, seed.data(), seed.size()));
  FZ_TRY(impl->public_key, raw_public(impl->pkey.get()));
  impl->id = keyid(impl->public_key);
  return PrivateKey(std::move(impl));
}
Result<PrivateKey> PrivateKey::from_pem(std::string_view pem) {
  ossl::ErrorQueue queue;
  auto impl = std::make_unique<Impl>();
  impl->pkey.reset(PEM_read_bio_PrivateKey(ossl::bio_over(pem).get(), nullptr, &ossl::no_passphrase, nullptr));
  FZ_TRY(impl->public_key, raw_public(impl->pkey.get()));
  impl->id = keyid(impl->public_key);
  return PrivateKey(std::move(impl));
}
const PublicKey& PrivateKey::public_key() const {
  return impl_->public_key;
}
const std::string& PrivateKey::id() const {
  return impl_->id;
}
Bytes PrivateKey::sign(ByteView message) const {
  ossl::ErrorQueue queue;
  ossl::MdCtx ctx(EVP_MD_CTX_new());
  Bytes out(64);
  std::size_t n = out.size();
  if (!ctx || EVP_DigestSignInit(ctx.get(), nullptr, nullptr, nullptr, impl_->pkey.get()) != 1 ||
      EVP_DigestSign(ctx.get(), out.data(), &n, message.data(), message.size()) != 1)
    throw std::runtime_error("signing failed: " + queue.text());
  out.resize(n);
  return out;
}
Bytes PrivateKey::seed() const {
  Bytes out(32);
  std::size_t n = out.size();
  if (EVP_PKEY_get_raw_private_key(impl_->pkey.get(), out.data(), &n) != 1) throw std::runtime_error("no raw private key");
  return out;
}
std::string PrivateKey::to_pem() const {
  ossl::ErrorQueue queue;
  ossl::Bio bio(BIO_new(BIO_s_secmem()));
  if (!bio || PEM_write_bio_PKCS8PrivateKey(bio.get(), impl_->pkey.get(), nullptr, nullptr, 0, nullptr, nullptr) != 1)
    throw std::runtime_error("writing PEM failed: " + queue.text());
  return ossl::bio_text(bio.get());
}
}  // namespace fz::crypto
