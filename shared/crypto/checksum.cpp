#include "shared/crypto/checksum.hpp"

#include <openssl/evp.h>

namespace fz::crypto {

struct Checksum::Impl {
  struct Free {
    void operator()(EVP_MD_CTX* c) const { EVP_MD_CTX_free(c); }
  };
  std::unique_ptr<EVP_MD_CTX, Free> context{EVP_MD_CTX_new()};
  Bytes expected;
};

Checksum::Checksum(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Checksum::~Checksum() = default;

Result<std::unique_ptr<Checksum>> Checksum::parse(std::string_view header) {
  const auto space = header.find(' ');
  const auto name = header.substr(0, space);
  const EVP_MD* md = name == "sha1" ? EVP_sha1() : name == "sha256" ? EVP_sha256() : nullptr;
  const auto digest = from_base64(space == std::string_view::npos ? std::string_view{} : header.substr(space + 1));
  if (!md || !digest || digest->size() != static_cast<std::size_t>(EVP_MD_get_size(md)))
    return fail(Code::bad_field, {{"field", "Upload-Checksum"}, {"what", "sha1, sha256"}});
  auto impl = std::make_unique<Impl>();
  impl->expected = *digest;
  EVP_DigestInit_ex(impl->context.get(), md, nullptr);
  return std::unique_ptr<Checksum>(new Checksum(std::move(impl)));
}
void Checksum::update(ByteView data) {
  EVP_DigestUpdate(impl_->context.get(), data.data(), data.size());
}
bool Checksum::matches() {
  Bytes got(EVP_MAX_MD_SIZE);
  unsigned n = 0;
  EVP_DigestFinal_ex(impl_->context.get(), got.data(), &n);
  got.resize(n);
  return got == impl_->expected;
}

}  // namespace fz::crypto
