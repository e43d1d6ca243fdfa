#include "player/agent/files.hpp"

#include "shared/base/log.hpp"
#include "shared/crypto/key_file.hpp"

namespace fz::agent {
namespace {
constexpr std::size_t kMaxState = 64 << 20;  // the trust state of 5,000 approvals is about 12 MB
}

Result<Files> Files::open(const fs::path& folder) {
  FZ_CHECK(make_dirs(folder, 0700));
  FZ_CHECK(make_dirs(folder / "state", 0700));
  return Files(folder);
}

Result<crypto::PrivateKey> Files::device_key() const {
  auto path = folder_ / "device.key";
  if (!fs::exists(path)) FZ_CHECK(crypto::write_key_file(path, crypto::PrivateKey::generate(), "device", "device", std::nullopt));
  return crypto::read_key_file(path);
}

fs::path Files::path_of(StateFile file) const {
  switch (file) {
    case StateFile::trust:
      return folder_ / "state" / "trust.json";
    case StateFile::clock:
      return folder_ / "state" / "clock.json";
    case StateFile::identity:
      return folder_ / "state" / "identity.json";
    case StateFile::set:
      return folder_ / "state" / "set.json";
    case StateFile::rotation:
      return folder_ / "state" / "rotation.json";
  }
  return folder_ / "state" / "other.json";
}

std::optional<std::string> Files::load(StateFile file) const {
  auto text = read_file(path_of(file), kMaxState);
  if (text) return *std::move(text);
  if (text.error().code != Code::not_found) log::warn("state file left out: {}", to_log(text.error()));
  return std::nullopt;
}

Result<void> Files::save(const SaveState& a) const {
  return write_atomic(path_of(a.file), a.text, 0600);
}

}  // namespace fz::agent
