#include "player/keys/key_input.hpp"

#include <fmt/format.h>

#include "shared/crypto/key_file.hpp"

namespace fz::keys {

Result<crypto::PublicKey> read_public_key(const std::string& text) {
  if (auto key = crypto::public_key_from_hex("ed25519", text)) return key;
  FZ_TRY(auto content, read_file(text, 64 * 1024));
  if (content.starts_with("-----BEGIN")) return crypto::public_key_from_pem(content);
  if (auto info = crypto::key_info(content)) return info->key;
  return crypto::public_key_from_hex("ed25519", content.substr(0, content.find_first_of(" \r\n\t")));
}
Result<crypto::PrivateKey> open_key_file(const Shared& shared, const std::string& path) {
  auto info = crypto::key_file_info(path);
  if (!info || !info->encrypted) return crypto::read_key_file(path);
  FZ_TRY(auto passphrase, shared.passphrase.existing(fmt::format("{} 的口令 passphrase of {}: ", info->holder, path)));
  return crypto::read_key_file(path, passphrase);
}

}  // namespace fz::keys
