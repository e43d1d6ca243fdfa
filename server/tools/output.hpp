// What the command line prints: JSON for programs, tables and one-line sentences for people. One thread.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "shared/base/json.hpp"

namespace fz::tools {

/// Columns that a width of Chinese text takes on a terminal (wide characters count two).
std::size_t display_width(std::string_view text);

/// Prints rows of an array of objects as a table: columns are (member, heading). Missing members are empty cells.
void print_table(const json::array& rows, const std::vector<std::pair<std::string, std::string>>& columns);

/// A bar on standard error that rewrites its line; silent where standard error is no terminal or `quiet`.
class ProgressBar {
 public:
  ProgressBar(std::string label, bool quiet);
  ~ProgressBar();  ///< ends the line
  /// done of total (any unit); total 0 shows only the number.
  void show(std::uint64_t done, std::uint64_t total);

 private:
  std::string label_;
  bool on_;
  int last_ = -1;
};

}  // namespace fz::tools
