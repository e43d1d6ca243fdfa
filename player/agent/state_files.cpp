#include "player/agent/state_files.hpp"

#include "shared/base/log.hpp"

namespace fz::agent {
namespace {

constexpr std::size_t kMaxState = 64 << 20;

const char* name_of(StateFile f) {
  switch (f) {
    case StateFile::trust:
      return "trust.json";
    case StateFile::clock:
      return "clock.json";
    case StateFile::identity:
      return "identity.json";
    case StateFile::set:
      return "set.json";
    case StateFile::rotation:
      return "rotation.json";
    case StateFile::side_rotation:
      return "side-rotation.json";
  }
  return "";
}

}  // namespace

std::optional<std::string> StateFiles::read(StateFile f) const {
  auto text = read_file(dir_ / name_of(f), kMaxState);
  if (text) return std::move(*text);
  if (text.error().code != Code::not_found) log::error("{} cannot be read: {}", name_of(f), to_log(text.error()));
  return std::nullopt;
}

Result<void> StateFiles::write(StateFile f, std::string_view text) const {
  return write_atomic(dir_ / name_of(f), text, 0600);
}

}  // namespace fz::agent
