// What a signed document says, and whether a screen would take it.
#pragma once
#include <string>
#include <string_view>

#include "shared/base/clock.hpp"
#include "shared/base/json.hpp"

namespace fz::keys {

struct InspectContext {
  std::string root;       ///< envelope of the root in force; empty: unknown
  std::string reviewers;  ///< envelope; empty: unknown
  std::string venue;      ///< where an approval would be shown, for raised periods
  UtcTime now;
};
/// {"payload_type","payload","signatures":[{"keyid","holder","good"}],"verdict":"ok"|check name|"unknown","zh","en"}.
/// Errors: those of read_envelope; a refusal by a later check is a verdict.
Result<json::object> inspect(std::string_view envelope, const InspectContext& context);

}  // namespace fz::keys
