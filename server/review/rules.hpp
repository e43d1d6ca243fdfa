// Shared by the files of this folder.
#pragma once
#include "server/review/review.hpp"
#include "shared/trust/state.hpp"

namespace fz::review {

/// The item, if the actor's branch holds it.
Result<Item> item_of(const Tables& db, const Actor& who, std::string_view id);
/// review_state unless `act` is allowed now; the state it leads to.
Result<State> next_state(const Tables& db, const Item& item, Act act);
/// Writes the decision, the item's new state and the audit entry.
Result<void> decide(const Tables& db, const Context& ctx, Item& item, Act act, State to, std::string_view comment,
                    const std::vector<std::string>& checked = {});
/// Decisions since the item was last submitted.
std::vector<Decision> this_round(std::vector<Decision> all);
/// The accounts whose work is in this version: author, owner, and who sent its variants. None of them decides on it.
Result<std::vector<std::string>> makers(const Tables& db, const Item& item);
/// Whether the person made this version or the item, under whatever account.
Result<bool> made_it(const Tables& db, const Item& item, const Actor& who);
/// Fixes the statement that is to be signed, with a new approval id.
Result<void> make_statement(const Tables& db, const Context& ctx, const Item& item);
/// The chain as stored: root, and reviewers if there are any. Withdrawals are not in it.
Result<trust::TrustedState> stored_chain(const Store& db, UtcTime now);

}  // namespace fz::review
