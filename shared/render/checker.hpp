// What holds for every text in a document. Inside this module.
#pragma once
#include <string>
#include <vector>

#include "shared/base/json.hpp"
#include "shared/render/documents.hpp"

namespace fz::render {

inline constexpr std::size_t kMaxTextBytes = 32 * 1024;
inline constexpr std::size_t kMaxQrBytes = 200;
inline constexpr std::size_t kMaxWarningChars = 400;  ///< of all texts together: a card, not an essay

/// Counts characters and refuses what a person would not see.
struct Checker {
  std::size_t chars = 0;
  Result<void> text(const std::string& field, const std::string& s, std::size_t max_chars, bool line_feed_ok = false);
  Result<void> list(const std::string& field, const std::vector<std::string>& l, std::size_t min);
};
Result<void> check_kind(const std::string& kind);

Result<Document> read_facts(json::Reader& r);
json::object write_facts(const Facts& f);
std::string facts_text(const Facts& f);

}  // namespace fz::render
