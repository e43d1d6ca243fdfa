#pragma once
#include <string>

#include "shared/base/json.hpp"

namespace fz::keys {
/// JSON for people: two blanks a level, members sorted.
std::string pretty(const json::value& v, int level = 0);
}  // namespace fz::keys
