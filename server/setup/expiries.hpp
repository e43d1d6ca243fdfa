// Everything that ends with its date, and what to do before. Pure.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shared/base/clock.hpp"

namespace fz::setup {

enum class Ends : std::uint8_t { certificate, office_ca, online_key, root, reviewers, withdrawals, approval, campaign, token };
std::string_view ends_name(Ends what);

struct Expiry {
  Ends what = Ends::root;
  std::string id;    ///< of the item, campaign or token; else the name of `what`
  std::string name;  ///< what people call it
  std::optional<UtcTime> ends;
};
/// Whole days left at `now`, rounded down: 0 on the last day, negative once it has ended.
std::int64_t days_left(UtcTime ends, UtcTime now);
/// What to do about it, in both languages.
struct Remedy {
  std::string_view zh, en;
};
Remedy remedy_of(Ends what);
/// Soonest first; what has no date comes last.
void sort_expiries(std::vector<Expiry>& list);
/// The end of a campaign's last day ("2026-12-31") on China's wall (UTC+8). Nothing for what is no date.
std::optional<UtcTime> end_of_day(std::string_view date);

}  // namespace fz::setup
