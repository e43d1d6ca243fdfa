#include "server/tools/output.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

namespace fz::tools {
namespace {
std::string cell(const json::object& row, std::string_view member) {
  auto it = row.find(member);
  if (it == row.end() || it->value().is_null()) return "";
  if (auto* s = it->value().if_string()) return std::string(*s);
  return json::write(it->value());
}
}  // namespace

std::size_t display_width(std::string_view text) {
  std::size_t w = 0;
  for (unsigned char c : text) {
    if ((c & 0xc0) == 0x80) continue;
    w += c >= 0xe2 ? 2 : 1;  // three-byte forms from U+2000 on: near enough to East Asian Width for our own words
  }
  return w;
}

void print_table(const json::array& rows, const std::vector<std::pair<std::string, std::string>>& columns) {
  std::vector<std::vector<std::string>> lines(1);
  for (auto& c : columns) lines[0].push_back(c.second);
  for (auto& r : rows) {
    auto& line = lines.emplace_back();
    for (auto& c : columns) line.push_back(r.is_object() ? cell(r.get_object(), c.first) : "");
  }
  std::vector<std::size_t> widths(columns.size());
  for (auto& l : lines)
    for (std::size_t i = 0; i < l.size(); ++i) widths[i] = std::max(widths[i], display_width(l[i]));
  for (auto& l : lines) {
    std::string text;
    for (std::size_t i = 0; i < l.size(); ++i) {
      text += l[i];
      if (i + 1 < l.size()) text += std::string(widths[i] - display_width(l[i]) + 2, ' ');
    }
    fmt::print("{}\n", text);
  }
}

ProgressBar::ProgressBar(std::string label, bool quiet) : label_(std::move(label)), on_(!quiet && ::isatty(2)) {}
ProgressBar::~ProgressBar() {
  if (on_ && last_ >= 0) std::fputc('\n', stderr);
}
void ProgressBar::show(std::uint64_t done, std::uint64_t total) {
  if (!on_) return;
  int now = total ? static_cast<int>(done * 100 / total) : static_cast<int>(done % 1000000);
  if (now == last_) return;
  last_ = now;
  if (total) {
    int full = now * 30 / 100;
    fmt::print(stderr, "\r{} [{}{}] {:3}%", label_, std::string(static_cast<std::size_t>(full), '#'),
               std::string(static_cast<std::size_t>(30 - full), '.'), now);
  } else {
    fmt::print(stderr, "\r{} {}", label_, done);
  }
  std::fflush(stderr);
}
}  // namespace fz::tools
