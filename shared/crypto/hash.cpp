#include "shared/crypto/hash.hpp"

#include <openssl/crypto.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <new>
#include <stdexcept>

#include "shared/crypto/openssl.hpp"

namespace fz::crypto {
namespace {
// A digest of the built-in provider fails only when memory is out.
void require(bool ok) {
  if (!ok) throw std::bad_alloc();
}
// EVP_sha256() looks the implementation up on every init; fetching it once keeps small hashes fast.
const EVP_MD* sha256_method() {
  static const EVP_MD* method = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  require(method != nullptr);
  return method;
}
}  // namespace

Digest sha256(ByteView data) {
  Digest out;
  require(EVP_Digest(data.data(), data.size(), out.data(), nullptr, sha256_method(), nullptr) == 1);
  return out;
}
std::string sha256_hex(ByteView data) {
  return to_hex(sha256(data));
}

struct Sha256::Impl {
  ossl::MdCtx ctx{EVP_MD_CTX_new()};
  Impl() { reset(); }
  void reset() { require(ctx && EVP_DigestInit_ex2(ctx.get(), sha256_method(), nullptr) == 1); }
};
Sha256::Sha256() : impl_(std::make_unique<Impl>()) {}
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;
Sha256::~Sha256() = default;
void Sha256::update(ByteView data) {
  require(EVP_DigestUpdate(impl_->ctx.get(), data.data(), data.size()) == 1);
}
Digest Sha256::finish() {
  Digest out;
  require(EVP_DigestFinal_ex(impl_->ctx.get(), out.data(), nullptr) == 1);
  impl_->reset();
  return out;
}
std::string Sha256::finish_hex() {
  return to_hex(finish());
}

void ChunkedHasher::update(ByteView data) {
  whole_.update(data);
  length_ += data.size();
  while (!data.empty()) {
    auto part = data.first(std::min(data.size(), kChunkSize - in_chunk_));
    chunk_.update(part);
    in_chunk_ += part.size();
    data = data.subspan(part.size());
    if (in_chunk_ == kChunkSize) {
      chunks_.push_back(chunk_.finish_hex());
      in_chunk_ = 0;
    }
  }
}
ChunkedDigest ChunkedHasher::finish() {
  if (in_chunk_ > 0) chunks_.push_back(chunk_.finish_hex());
  ChunkedDigest out{length_, whole_.finish_hex(), std::move(chunks_)};
  chunks_.clear();
  in_chunk_ = 0;
  length_ = 0;
  return out;
}

Digest hmac_sha256(ByteView key, ByteView data) {
  Digest out;
  unsigned n = 0;
  const std::uint8_t none = 0;  // HMAC() takes a null key for "the key of before"
  require(HMAC(EVP_sha256(), key.empty() ? &none : key.data(), static_cast<int>(key.size()), data.data(), data.size(), out.data(), &n) !=
          nullptr);
  return out;
}

bool equal_constant_time(ByteView a, ByteView b) {
  return a.size() == b.size() && (a.empty() || CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0);
}
}  // namespace fz::crypto
