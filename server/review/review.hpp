// From draft to approved: the transition table, who may decide, and the import of what the reviewers signed.
// The server can neither make nor alter an approval; it only keeps it. Formats: README.md.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/library/library.hpp"
#include "shared/trust/documents.hpp"
#include "shared/trust/staff.hpp"

namespace fz::review {

using accounts::Actor;
using accounts::Context;
using library::Item;
using library::State;

/// What can be done to an item. The table in review.cpp says from where, by whom and where to.
enum class Act : std::uint8_t { submit, pass, back, sign, withdraw, expire, revise };
std::string_view act_name(Act act);
/// The state after `act`, with `steps` (1..3) review steps; nothing if it is not allowed from there.
std::optional<State> transition(State from, Act act, int steps);

/// What the reviewers are asked to sign besides the bytes; fixed when the item is submitted.
struct Terms {
  trust::Kind kind = trust::Kind::loop;
  trust::Audience audience;  ///< venues and regions, "*" for all
  std::string group;         ///< approver group of the reviewers document
  UtcTime valid_from, valid_until;
  int offline_days = 45;
};

struct Decision {
  std::string item;
  int version = 1;
  Act act = Act::submit;
  State from = State::draft, to = State::draft;
  std::string account, holder;  ///< holder: of the account, if it has one
  std::string comment;
  UtcTime at;
  std::vector<std::string> checked{};  ///< points of the checklist that were confirmed
};

/// The points that who passes a step confirms, as ids: political, legal, facts, privacy, wording, and pictures where there are any.
std::vector<std::string> checklist(library::Kind kind);

/// What somebody decides about a step.
struct Verdict {
  std::string comment;
  std::vector<std::string> checked{};      ///< ids of the checklist
  std::optional<std::int64_t> revision{};  ///< of the item that they looked at: if it has moved meanwhile, nothing is decided
};

/// An approval as imported, or the signatures collected so far.
struct StoredApproval {
  std::string approval_id;
  std::string item;
  int version = 1;
  std::string envelope;  ///< bytes; the blob `sha256` once complete
  std::string sha256;
  bool complete = false;
  UtcTime valid_from, valid_until;
  std::optional<UtcTime> withdrawn;
};

class Store {
 public:
  virtual ~Store() = default;
  virtual Result<std::vector<Decision>> decisions(std::string_view item, int version) const = 0;  ///< oldest first
  virtual Result<void> add_decision(const Decision& decision) = 0;
  virtual Result<std::optional<Terms>> terms(std::string_view item, int version) const = 0;
  virtual Result<void> put_terms(std::string_view item, int version, const Terms& terms) = 0;
  /// The statement that is to be signed: the payload's very bytes.
  virtual Result<std::optional<std::string>> statement(std::string_view item, int version) const = 0;
  virtual Result<void> put_statement(std::string_view item, int version, std::string_view approval_id, std::string_view payload) = 0;
  virtual Result<std::optional<StoredApproval>> approval(std::string_view approval_id) const = 0;
  virtual Result<std::optional<StoredApproval>> approval_of(std::string_view item, int version) const = 0;
  virtual Result<std::vector<StoredApproval>> live_approvals(UtcTime now) const = 0;  ///< complete, not withdrawn, not ended
  virtual Result<void> put_approval(const StoredApproval& approval) = 0;
  virtual Result<std::vector<std::string>> approvals_ended(UtcTime now) const = 0;  ///< of items still in state approved
  /// Trust documents as they came: "root.<N>", "reviewers", "staff.<group>", "withdrawals" -> envelope bytes.
  virtual Result<std::optional<std::string>> trust_document(std::string_view name) const = 0;
  virtual Result<void> put_trust_document(std::string_view name, std::string_view bytes, std::int64_t version) = 0;
  virtual Result<std::vector<trust::Withdrawal>> withdrawals() const = 0;  ///< merged; the set only grows
  virtual Result<void> add_withdrawal(const trust::Withdrawal& withdrawal) = 0;
};

/// The tables that a review touches together.
struct Tables {
  Store& review;
  library::Store& library;
  const accounts::Store& accounts;
};

/// Into the review. Only the author or another contributor of the branch; processing must be ready; the terms are checked
/// against the policy and the group's scope in the stored reviewers document.
/// Errors: not_found, review_state{state}, item_not_ready, bad_field, forbidden_role.
Result<Item> submit(const Tables& db, const Context& ctx, std::string_view item, const Terms& terms);
/// One step further. Errors: forbidden_role, review_own_item, review_twice (one person, two steps), review_state,
/// review_moved{who,state}, review_checklist{what} (where the unit's policy asks for it).
Result<Item> pass(const Tables& db, const Context& ctx, std::string_view item, const Verdict& verdict);
/// Back to draft from any step, with a comment (not empty). Errors: as pass.
Result<Item> send_back(const Tables& db, const Context& ctx, std::string_view item, const Verdict& verdict);

/// What waits for one person: steps that they may pass, and statements that they may sign.
struct QueueLine {
  Item item;
  bool sign = false;  ///< the final step: a signature of this person's key counts and is missing
  UtcTime since;      ///< the item stands at this step
  std::optional<UtcTime> deadline;
};
/// The most urgent first, at most 200.
Result<std::vector<QueueLine>> queue(const Tables& db, const Actor& who, UtcTime now);

/// Whose signatures the current statement of an item has, and how many it needs: more in a period of raised review.
struct Signatures {
  int needed = 0;
  std::vector<std::string> holders;
};
Result<Signatures> signatures(const Tables& db, const Item& item, UtcTime now);
/// The group's threshold, or that of a period of raised review that holds `at` for any venue of the audience.
int signatures_needed(const trust::ApproverGroup& group, const trust::Audience& audience, UtcTime at);

/// What fz-approve consumes, as JSON text. Errors: review_state (not in `final`), not_found.
Result<std::string> package(const Tables& db, const Actor& who, std::string_view item);
struct Imported {
  Item item;
  std::string approval_id;
  bool complete = false;  ///< the threshold is met: the item is approved
  int holders = 0;        ///< distinct holders that have signed so far
  int threshold = 0;      ///< how many it needs now; 0 when the group is unknown
  std::string envelope;   ///< as stored
  bool in_force = false;  ///< the approval counts, now or since before: `envelope` must be a blob
};
/// An envelope over the statement of the package, with one or more signatures. Signatures are collected: two reviewers may
/// each send their own. Refused: other bytes than the statement, signatures by keys that are not the group's, the
/// uploader's own, anything shared/trust refuses. The caller stores `envelope` as a blob before the transaction ends.
/// Errors: trust_* (shared/trust), approval_other_bytes, approval_unknown, approval_older, approval_replaced, approval_retired,
/// approval_by_uploader, approval_useless, review_state.
Result<Imported> import_approval(const Tables& db, const Context& ctx, std::string_view envelope);

struct Withdrawn {
  std::vector<std::string> approvals;  ///< newly withdrawn
  std::vector<std::string> items;      ///< whose state changed
};
/// A withdrawals (or renewal) envelope: verified, merged, stored; the items leave `approved`. A withdrawal of something
/// unknown here is kept all the same. Errors: trust_*.
Result<Withdrawn> import_withdrawals(const Tables& db, const Context& ctx, std::string_view envelope);
/// Whether the envelope would be taken in, without writing anything: for a server whose disk is gone, so that it can still pass
/// the word on. Errors: trust_*.
Result<void> check_withdrawals(const Store& db, std::string_view envelope, UtcTime now);

/// The next root of the chain, or the very first one (only while there is none). Errors: trust_*.
Result<std::int64_t> import_root(const Tables& db, const Context& ctx, std::string_view envelope);
/// Errors: trust_*, root_missing.
Result<std::int64_t> import_reviewers(const Tables& db, const Context& ctx, std::string_view envelope);
/// A group's next staff document: who left is retired from then on. The same one again is no mistake.
/// Errors: trust_*, staff_order, bad_field (somebody would be missing, or the withdrawals in force are signed by who leaves),
/// reviewers_missing.
Result<std::int64_t> import_staff(const Tables& db, const Context& ctx, std::string_view envelope);
struct StaffDocument {
  trust::Staff staff;
  std::string envelope;
};
/// The last one of each group of the list, as they came.
Result<std::vector<StaffDocument>> stored_staff(const Store& db, const trust::Reviewers& reviewers);
/// The stored documents, parsed (they were verified when they came in); in the list, whoever left by a staff document is retired.
/// Errors: root_missing, reviewers_missing.
Result<trust::Root> stored_root(const Store& db);
Result<trust::Reviewers> stored_reviewers(const Store& db);

/// Items whose approval has ended become `expired`. Call daily and at start.
Result<int> expire(const Tables& db, const Context& ctx);

}  // namespace fz::review
