// The parts of a ZIP container as streams of bytes, with a limit for all of them together. Internal to server/tables.
#pragma once
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "shared/base/error.hpp"

namespace fz::tables {

Error unreadable(std::string what);  ///< table_format

class Archive {
 public:
  /// REQUIRES: `bytes` outlives the archive. Errors: table_format.
  static Result<Archive> open(std::string_view bytes);
  Archive(Archive&&) noexcept;
  ~Archive();

  bool has(const std::string& name) const;
  /// Gives the part to `take` piece by piece; `take` answers false to end. Errors: table_format (no such part, damaged, the
  /// limit of unpacked bytes).
  Result<void> read(const std::string& name, const std::function<bool(std::string_view)>& take);

 private:
  struct Impl;
  explicit Archive(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace fz::tables
