// Why a document or an item is refused. A refusal is an Error whose code belongs to one Check.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "shared/base/error.hpp"

namespace fz::trust {

/// The checks, by the names of tests/golden/trust/index.json; the last group is the last door's own.
enum class Check {
  size,         ///< larger than the slot's cap
  format,       ///< not the strict JSON, envelope or document it should be
  type,         ///< payloadType of another slot
  signature,    ///< too few signatures by keys of the role
  threshold,    ///< an approval with too few distinct keys and holders of its group
  version,      ///< lower than the stored one, skipped, or another document under the same number
  expired,      ///< its end has passed
  not_yet,      ///< its start is ahead
  policy,       ///< longer than the reviewers' policy allows
  scope,        ///< outside the regions, venues or kinds of the approving group
  screen,       ///< made for another screen
  delegations,  ///< targets that delegate
  hash,         ///< not the hash or length that the document above names
  demo,         ///< a demo key set in a build that takes none
  clock,        ///< attested time that would stop or jump the clock
  // the last door
  unapproved,  ///< no accepted approval names these bytes
  withdrawn,   ///< withdrawn
  audience,    ///< approved for other places
  freshness,   ///< too long without fresh documents for this kind of item
  unhashed,    ///< the open descriptor was not hashed
};

std::string_view check_name(Check check);
/// The check an error stands for; nothing if it is no refusal of this module.
std::optional<Check> check_of(const Error& error);
/// True if the refusal points to an attack or a broken server, not to age, damage or a slow link: tell people.
bool is_alarm(const Error& error);

/// A refusal; `what` names the document or item in the sentence, `detail` goes to the log.
Error refuse(Check check, std::string what, std::string detail = {});
/// As refuse(Check::format), for a payload whose signatures were good: alarm, unlike damage on the way.
Error refuse_signed_format(std::string what, std::string detail = {});

}  // namespace fz::trust
