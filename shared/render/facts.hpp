// Local facts as approved media: one table place -> facts, of which a screen shows its own row.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "shared/base/error.hpp"

namespace fz::render {

inline constexpr std::string_view kFactsMime = "application/vnd.fz.facts+json";
inline constexpr std::size_t kMaxFactsRows = 500;

/// One place. Exactly one of `region` and `site` is set; of the facts, which may be empty, at least one is not.
struct FactsRow {
  std::string region;   ///< administrative division code (GB/T 2260 and longer, 6, 9 or 12 digits), or "*"
  std::string site;     ///< a screen's site id, 1..64 characters
  std::string station;  ///< police station or bureau, at most 24 characters
  std::string phone;    ///< its number as people dial it, 3..20 of digits, space, '-', '+'
  std::string reward;   ///< note on rewards for reports, at most 40 characters
  std::string account;  ///< what the QR code opens: an official account, an app; at most 20 characters
  std::string qr;       ///< content of the QR code, at most 200 bytes
  bool operator==(const FactsRow&) const = default;
};

/// {"schema":1,"type":"facts","title","rows":[...]}: see README.md.
struct Facts {
  std::string title;           ///< 1..60 characters
  std::vector<FactsRow> rows;  ///< 1..kMaxFactsRows, no place twice
  bool operator==(const Facts&) const = default;
};

/// The row of a screen at `site` in `region` (its division code): the site's own, else the most exact region above it
/// (shared/trust covers_region), else null. Valid while `facts` lives.
const FactsRow* row_for(const Facts& facts, std::string_view region, std::string_view site);

}  // namespace fz::render
