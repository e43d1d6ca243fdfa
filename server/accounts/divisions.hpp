// Administrative division codes (GB/T 2260, six digits) with the statistical extension for towns (9) and villages (12).
#pragma once
#include <string>
#include <string_view>

#include "shared/base/error.hpp"

namespace fz::accounts {

/// 6, 9 or 12 digits.
bool is_division_code(std::string_view code);
/// The country ("000000"), a province, a prefecture, a county or something below one that exists (state of 2023-06). Towns and
/// villages change every month and are not listed: of them only the form is checked. Errors: division_unknown{code,what}.
Result<void> check_division(std::string_view code);
/// True if `inner` lies in `outer` or is the same: "500000" holds "500119", which holds "500119001".
bool division_holds(std::string_view outer, std::string_view inner);

/// The table behind check_division(), by prefecture: "1101:01-02,05-09 ..." (counties.cpp).
extern const std::string_view kCounties;

}  // namespace fz::accounts
