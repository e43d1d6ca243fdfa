// The name under which a browser saves what it gets (RFC 6266).
#pragma once
#include <string>
#include <string_view>

namespace fz::http {

/// `attachment; filename="plain"; filename*=UTF-8''...`: the name in any script for those who read RFC 8187, `plain` (ASCII, without
/// quotes) for the others. What no file system takes in a name becomes '_'.
std::string attachment(std::string_view name, std::string_view plain);

}  // namespace fz::http
