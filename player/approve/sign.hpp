// The signature, alone or beside those of others. Pure functions.
#pragma once
#include "player/approve/package.hpp"

namespace fz::approve {

/// Refuses a package of another group than the reviewer expects. Errors: approve_group.
Result<void> expect_group(const Package& package, std::string_view group);

/// May this key, held by `holder`, sign for the package's group? Errors: approval_useless (not a valid key of the group).
Result<void> check_key(const trust::Approval& approval, const std::string& keyid, const trust::Reviewers& reviewers);

/// The envelope over the package's bytes with this key's signature, and with those that the package brought, if any: each
/// of these must be a good one of another person of the group. `reviewers` null is enough when there are none.
/// Errors: approve_reviewers_needed, approve_bad_signature, approve_already, approval_useless.
Result<trust::Envelope> sign(const Package& package, const crypto::PrivateKey& key, const std::string& holder,
                             const trust::Reviewers* reviewers);

}  // namespace fz::approve
