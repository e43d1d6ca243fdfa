// Who holds which keys: the description that a ceremony turns into root and reviewers. TOML or JSON; the page
// player/keys/README.md shows one.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shared/trust/documents.hpp"

namespace fz::keys {

struct GroupPlan {
  std::string name;
  int threshold = 2;
  std::vector<std::string> holders, regions, venues, kinds;
  std::vector<trust::RaisedPeriod> raised;
};
struct Description {
  std::vector<std::string> root_holders;
  int root_threshold = 2;
  int root_days = 730, reviewers_days = 365;
  std::vector<GroupPlan> groups;
  std::vector<std::string> withdraw_holders;  ///< beside all approvers
  std::vector<std::string> renew_holders;
  /// Public keys that holders made on their own machines: (holder, key). All other holders get a key made here.
  std::vector<std::pair<std::string, crypto::PublicKey>> known_keys;
  trust::Policy policy;
};

/// Reads TOML, or JSON when the text begins with '{'. Errors: bad_json, bad_field, missing_field, unknown_field.
Result<Description> parse_description(std::string_view text);
/// Three root officers, one group of two reviewers for `region`, a duty desk and a renewing PC.
Description default_description(const std::string& region);
/// Names that are used more than once where they must not be, thresholds that cannot be reached. Errors: bad_field.
Result<void> check_description(const Description& description);

}  // namespace fz::keys
