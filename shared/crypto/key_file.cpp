#include "shared/crypto/key_file.hpp"

#include <sodium.h>
#include <sys/stat.h>

#include "shared/base/id.hpp"
#include "shared/base/json.hpp"
#include "shared/crypto/hash.hpp"

namespace fz::crypto {
namespace {

constexpr std::size_t kMaxKeyFile = 16 * 1024;
constexpr std::string_view kFormat = "fz-key-1";
constexpr std::size_t kSeed = 32, kSalt = crypto_pwhash_argon2id_SALTBYTES, kNonce = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES,
                      kTag = crypto_aead_xchacha20poly1305_ietf_ABYTES;
// A file may ask for less or a little more work than ours, never for an hour or all memory of the machine.
constexpr std::int64_t kMaxOps = 20, kMaxMemory = std::int64_t{512} << 20;

Error invalid(std::string what) {
  return fail(Code::key_invalid, {{"what", std::move(what)}});
}
struct Wiped : Bytes {
  using Bytes::Bytes;
  ~Wiped() { sodium_memzero(data(), size()); }
};
Wiped derive(std::string_view passphrase, ByteView salt, std::uint64_t ops, std::size_t memory) {
  Wiped key(crypto_aead_xchacha20poly1305_ietf_KEYBYTES);
  if (sodium_init() < 0 || crypto_pwhash(key.data(), key.size(), passphrase.data(), passphrase.size(), salt.data(), ops, memory,
                                         crypto_pwhash_ALG_ARGON2ID13) != 0)
    throw std::bad_alloc();
  return key;
}
// Bound to the encrypted part, so that a public key, holder or purpose cannot be exchanged without the passphrase.
std::string bound_header(const KeyFileInfo& info) {
  return std::string(kFormat) + "|" + info.keyid + "|" + info.purpose + "|" + info.holder;
}
json::object encrypt(ByteView seed, const KeyFileInfo& info, std::string_view passphrase) {
  Bytes salt = random_bytes(kSalt), nonce = random_bytes(kNonce), box(kSeed + kTag);
  Wiped key = derive(passphrase, salt, kKeyFileOps, kKeyFileMemory);
  std::string header = bound_header(info);
  unsigned long long n = 0;
  crypto_aead_xchacha20poly1305_ietf_encrypt(box.data(), &n, seed.data(), seed.size(), as_bytes(header).data(), header.size(), nullptr,
                                             nonce.data(), key.data());
  return {{"cipher", "xchacha20-poly1305"},
          {"kdf", "argon2id"},
          {"ops", static_cast<std::int64_t>(kKeyFileOps)},
          {"memory", static_cast<std::int64_t>(kKeyFileMemory)},
          {"salt", to_base64(salt)},
          {"nonce", to_base64(nonce)},
          {"box", to_base64(box)}};
}
Result<PrivateKey> decrypt(const json::value& part, const KeyFileInfo& info, std::string_view passphrase) {
  json::Reader r(part, "encrypted");
  std::string cipher = r.string("cipher", 64), kdf = r.string("kdf", 64);
  auto ops = r.integer("ops", 1, kMaxOps), memory = r.integer("memory", 8192, kMaxMemory);
  auto salt = from_base64(r.string("salt", 64)), nonce = from_base64(r.string("nonce", 64)), box = from_base64(r.string("box", 128));
  if (auto done = r.finish(); !done) return invalid("encrypted: " + to_log(done.error()));
  if (cipher != "xchacha20-poly1305" || kdf != "argon2id" || !salt || salt->size() != kSalt || !nonce || nonce->size() != kNonce || !box ||
      box->size() != kSeed + kTag)
    return invalid("encrypted");
  Wiped key = derive(passphrase, *salt, static_cast<std::uint64_t>(ops), static_cast<std::size_t>(memory));
  Wiped seed(kSeed);
  std::string header = bound_header(info);
  unsigned long long n = 0;
  if (crypto_aead_xchacha20poly1305_ietf_decrypt(seed.data(), &n, nullptr, box->data(), box->size(), as_bytes(header).data(), header.size(),
                                                 nonce->data(), key.data()) != 0)
    return fail(Code::passphrase_wrong);
  return PrivateKey::from_seed(seed);
}

struct Parsed {
  KeyFileInfo info;
  json::value document;
};
Result<Parsed> parse(std::string_view text) {
  auto document = json::parse(text, {kMaxKeyFile, 4});
  if (!document) return invalid(message(document.error(), Lang::en));
  json::Reader r(*document, "key");
  Parsed out;
  std::string format = r.string("format", 32), scheme = r.string("scheme", 32), hex = r.string("public", 512);
  out.info.keyid = r.string("keyid", 64);
  out.info.holder = r.string("holder", 256);
  out.info.purpose = r.string("purpose", 64);
  out.info.encrypted = r.object_member("encrypted", false) != nullptr;
  bool plain = r.optional_string("seed", 64).has_value();
  if (auto done = r.finish(); !done) return invalid(message(done.error(), Lang::en));
  auto key = public_key_from_hex(scheme, hex);
  if (format != kFormat || !key || plain == out.info.encrypted) return invalid(std::string(kFormat));
  out.info.key = *std::move(key);
  if (keyid(out.info.key) != out.info.keyid) return invalid("keyid");
  out.document = *std::move(document);
  return out;
}
}  // namespace

Result<std::string> seal_key(const PrivateKey& key, std::string_view holder, std::string_view purpose,
                             std::optional<std::string_view> passphrase) {
  if (passphrase && passphrase->empty()) return fail(Code::bad_field, {{"field", "passphrase"}, {"what", "empty"}});
  KeyFileInfo info{key.public_key(), key.id(), std::string(holder), std::string(purpose), passphrase.has_value()};
  json::object out{{"format", kFormat},   {"scheme", info.key.scheme}, {"public", info.key.hex()},
                   {"keyid", info.keyid}, {"holder", info.holder},     {"purpose", info.purpose}};
  Wiped seed;
  static_cast<Bytes&>(seed) = key.seed();
  if (passphrase)
    out["encrypted"] = encrypt(seed, info, *passphrase);
  else
    out["seed"] = to_hex(seed);
  return json::write(out) + "\n";
}
Result<void> write_key_file(const fs::path& path, const PrivateKey& key, std::string_view holder, std::string_view purpose,
                            std::optional<std::string_view> passphrase) {
  std::error_code ec;
  if (fs::exists(fs::symlink_status(path, ec))) return fail(Code::file_exists, {{"path", path.string()}});
  FZ_TRY(auto text, seal_key(key, holder, purpose, passphrase));
  auto done = write_atomic(path, text, 0600);
  sodium_memzero(text.data(), text.size());
  return done;
}

Result<PrivateKey> open_key(std::string_view text, std::optional<std::string_view> passphrase) {
  if (text.starts_with("-----BEGIN ")) return PrivateKey::from_pem(text);
  FZ_TRY(auto parsed, parse(text));
  auto& object = parsed.document.get_object();
  if (parsed.info.encrypted && !passphrase) return fail(Code::passphrase_missing);
  auto opened = [&]() -> Result<PrivateKey> {
    if (parsed.info.encrypted) return decrypt(object.at("encrypted"), parsed.info, *passphrase);
    auto seed = from_hex(std::string_view(object.at("seed").get_string()));
    if (!seed) return invalid("seed");
    return PrivateKey::from_seed(*seed);
  }();
  if (opened && opened->id() != parsed.info.keyid) return invalid("keyid");
  return opened;
}
Result<PrivateKey> read_key_file(const fs::path& path, std::optional<std::string_view> passphrase) {
  FZ_TRY(auto text, read_file(path, kMaxKeyFile));
  struct stat st {};
  auto info = parse(text);
  bool secret_in_clear = !info || !info->info.encrypted;
  if (secret_in_clear && (::stat(path.c_str(), &st) != 0 || (st.st_mode & 077) != 0))
    return fail(Code::key_exposed, {{"path", path.string()}});
  auto key = open_key(text, passphrase);
  sodium_memzero(text.data(), text.size());
  return key;
}
Result<KeyFileInfo> key_info(std::string_view text) {
  FZ_TRY(auto parsed, parse(text));
  return parsed.info;
}
Result<KeyFileInfo> key_file_info(const fs::path& path) {
  FZ_TRY(auto text, read_file(path, kMaxKeyFile));
  return key_info(text);
}
}  // namespace fz::crypto
