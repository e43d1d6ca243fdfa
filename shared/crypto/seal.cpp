#include "shared/crypto/seal.hpp"

#include <sodium.h>
#include <sys/stat.h>

#include <cerrno>

#include "shared/base/id.hpp"

namespace fz::crypto {
namespace {

constexpr std::string_view kPrefix = "sealed1:";
constexpr std::size_t kKey = crypto_aead_xchacha20poly1305_ietf_KEYBYTES, kNonce = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES,
                      kTag = crypto_aead_xchacha20poly1305_ietf_ABYTES;

Error invalid(std::string what) {
  return fail(Code::key_invalid, {{"what", std::move(what)}});
}

}  // namespace

SealKey::~SealKey() {
  sodium_memzero(key_.data(), key_.size());
}

Result<SealKey> SealKey::load_or_make(const fs::path& file) {
  struct stat about {};
  if (::stat(file.c_str(), &about) != 0) {
    if (errno != ENOENT) return disk_error(errno, file);
    const Bytes key = random_bytes(kKey);
    FZ_CHECK(write_atomic(file, to_hex(key) + "\n", 0600));
    return SealKey(key);
  }
  if ((about.st_mode & 077) != 0) return fail(Code::key_exposed, {{"path", file.string()}});
  FZ_TRY(std::string text, read_file(file, 1024));
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
  auto key = from_hex(text);
  sodium_memzero(text.data(), text.size());
  if (!key || key->size() != kKey) return invalid(file.string());
  return SealKey(*std::move(key));
}

std::string SealKey::seal(std::string_view secret, std::string_view context) const {
  const Bytes nonce = random_bytes(kNonce);
  Bytes box(kNonce + secret.size() + kTag);
  std::copy(nonce.begin(), nonce.end(), box.begin());
  unsigned long long n = 0;
  crypto_aead_xchacha20poly1305_ietf_encrypt(box.data() + kNonce, &n, as_bytes(secret).data(), secret.size(), as_bytes(context).data(),
                                             context.size(), nullptr, nonce.data(), key_.data());
  std::string out(kPrefix);
  out += to_base64(box);
  return out;
}

Result<std::string> SealKey::open(std::string_view sealed, std::string_view context) const {
  if (!is_sealed(sealed)) return invalid("sealed secret");
  const auto box = from_base64(sealed.substr(kPrefix.size()));
  if (!box || box->size() < kNonce + kTag) return invalid("sealed secret");
  std::string out(box->size() - kNonce - kTag, '\0');
  unsigned long long n = 0;
  if (crypto_aead_xchacha20poly1305_ietf_decrypt(reinterpret_cast<unsigned char*>(out.data()), &n, nullptr, box->data() + kNonce,
                                                 box->size() - kNonce, as_bytes(context).data(), context.size(), box->data(),
                                                 key_.data()) != 0)
    return invalid("sealed secret");
  return out;
}

bool SealKey::is_sealed(std::string_view text) {
  return text.starts_with(kPrefix);
}

}  // namespace fz::crypto
