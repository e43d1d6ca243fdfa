// The agent's small files in its data folder, each replaced atomically. Layout: README.md.
#pragma once
#include <optional>
#include <string>

#include "player/agent/core/action.hpp"
#include "shared/base/file.hpp"

namespace fz::agent {

class StateFiles {
 public:
  explicit StateFiles(fs::path dir) : dir_(std::move(dir)) {}
  /// Nothing if it is not there or cannot be read (logged).
  std::optional<std::string> read(StateFile f) const;
  Result<void> write(StateFile f, std::string_view text) const;

 private:
  fs::path dir_;
};

}  // namespace fz::agent
