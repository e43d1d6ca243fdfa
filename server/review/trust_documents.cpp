// Root, reviewers and withdrawals: verified against what is stored, kept as they came.
#include <algorithm>
#include <set>

#include "server/review/rules.hpp"
#include "shared/base/log.hpp"

namespace fz::review {
namespace {

constexpr std::string_view kRoot = "root", kReviewers = "reviewers", kWithdrawals = "withdrawals";
const std::string kStaff = "staff.";  // and the group

Result<std::string> stored_envelope(const Store& db, std::string_view name, Code missing) {
  FZ_TRY(auto bytes, db.trust_document(name));
  if (!bytes) return fail(missing);
  return *std::move(bytes);
}

}  // namespace

Result<trust::Root> stored_root(const Store& db) {
  FZ_TRY(const std::string bytes, stored_envelope(db, kRoot, Code::root_missing));
  FZ_TRY(const auto envelope, trust::read_envelope(bytes));
  return trust::parse_root(envelope.payload);
}

namespace {
/// As the root officers signed it.
Result<trust::Reviewers> signed_reviewers(const Store& db) {
  FZ_TRY(const std::string bytes, stored_envelope(db, kReviewers, Code::reviewers_missing));
  FZ_TRY(const auto envelope, trust::read_envelope(bytes));
  return trust::parse_reviewers(envelope.payload);
}
}  // namespace

Result<std::vector<StaffDocument>> stored_staff(const Store& db, const trust::Reviewers& reviewers) {
  std::vector<StaffDocument> out;
  for (const auto& g : reviewers.approve) {
    FZ_TRY(auto bytes, db.trust_document(kStaff + g.group));
    if (!bytes) continue;
    FZ_TRY(const auto envelope, trust::read_envelope(*bytes));
    FZ_TRY(auto staff, trust::parse_staff(envelope.payload));
    out.push_back({std::move(staff), *std::move(bytes)});
  }
  return out;
}

Result<trust::Reviewers> stored_reviewers(const Store& db) {
  FZ_TRY(auto reviewers, signed_reviewers(db));
  FZ_TRY(const auto documents, stored_staff(db, reviewers));
  trust::StaffLeft left;
  for (const auto& d : documents) trust::note_staff(left, d.staff);
  trust::apply_staff(reviewers, left);
  return reviewers;
}

Result<trust::TrustedState> stored_chain(const Store& db, UtcTime now) {
  FZ_TRY(const std::string root, stored_envelope(db, kRoot, Code::root_missing));
  FZ_TRY(auto chain, trust::TrustedState::init(root, {}));
  FZ_TRY(const auto reviewers, db.trust_document(kReviewers));
  if (reviewers) {
    FZ_TRY(const auto envelope, trust::read_envelope(*reviewers));
    FZ_TRY(const auto parsed, trust::parse_reviewers(envelope.payload));
    // An old list still tells whose word counts; only taking in a new one asks for its date.
    FZ_CHECK(chain.update_reviewers(*reviewers, std::min(now, UtcTime(parsed.expires - Millis{1}))));
    FZ_TRY(const auto documents, stored_staff(db, parsed));
    for (const auto& d : documents)  // who signed one may have been removed since: screens that have it keep to it all the same
      if (const auto taken = chain.update_staff(d.envelope); !taken)
        log::warn("the stored staff document of {} is not taken in any more: {}", d.staff.group, to_log(taken.error()));
  }
  return chain;
}

Result<std::int64_t> import_root(const Tables& db, const Context& ctx, std::string_view bytes) {
  FZ_CHECK(accounts::require(ctx.who, accounts::Role::security));
  FZ_TRY(const auto stored, db.review.trust_document(kRoot));
  std::int64_t version = 0;
  if (stored) {
    if (*stored == bytes) {
      FZ_TRY(const trust::Root same, stored_root(db.review));
      return same.version;
    }
    FZ_TRY(auto chain, trust::TrustedState::init(*stored, {}));
    FZ_CHECK(chain.update_root(bytes));
    version = chain.root().value.version;
  } else {
    FZ_TRY(const auto chain, trust::TrustedState::init(bytes, {}));
    FZ_CHECK(chain.check_root(ctx.now));
    version = chain.root().value.version;
  }
  FZ_CHECK(db.review.put_trust_document(kRoot, bytes, version));
  FZ_CHECK(db.review.put_trust_document("root." + std::to_string(version), bytes, version));
  FZ_CHECK(ctx.record("trust.root", std::to_string(version)));
  return version;
}

Result<std::int64_t> import_reviewers(const Tables& db, const Context& ctx, std::string_view bytes) {
  FZ_CHECK(accounts::require(ctx.who, accounts::Role::security));
  FZ_TRY(auto chain, stored_chain(db.review, ctx.now));
  FZ_CHECK(chain.update_reviewers(bytes, ctx.now));
  const std::int64_t version = chain.reviewers()->value.version;
  FZ_CHECK(db.review.put_trust_document(kReviewers, bytes, version));
  FZ_CHECK(ctx.record("trust.reviewers", std::to_string(version)));
  return version;
}

namespace {
/// Who leaves may have signed the list of withdrawals that is in force: screens would take it no more, and grow stale.
Result<void> keeps_withdrawals(const Store& db, trust::TrustedState before, trust::TrustedState after, UtcTime now) {
  FZ_TRY(const auto stored, db.trust_document(kWithdrawals));
  if (!stored || !before.update_withdrawals(*stored, trust::Source::polled, now)) return {};
  if (after.update_withdrawals(*stored, trust::Source::polled, now)) return {};
  return fail(Code::bad_field, {{"field", "withdrawals"},
                                {"what",
                                 "撤回名单是离岗的人签的，请先换人重签并导入 who leaves signed it: first have it signed anew "
                                 "(fz-keys reissue-withdrawals) and import it (fz withdraw-import)"}});
}
}  // namespace

Result<std::int64_t> import_staff(const Tables& db, const Context& ctx, std::string_view bytes) {
  FZ_CHECK(accounts::require(ctx.who, accounts::Role::security));
  FZ_TRY(auto chain, stored_chain(db.review, ctx.now));
  if (!chain.reviewers()) return fail(Code::reviewers_missing);
  FZ_TRY(const auto staff, trust::read_staff(bytes, chain.reviewers()->value));
  FZ_TRY(const auto before, db.review.trust_document(kStaff + staff.group));
  std::int64_t expected = 1;
  if (before) {
    FZ_TRY(const auto envelope, trust::read_envelope(*before));
    FZ_TRY(const auto fresh, trust::read_envelope(bytes));
    if (envelope.payload == fresh.payload) return staff.version;  // again, or with one signature more
    FZ_TRY(const auto old, trust::parse_staff(envelope.payload));
    expected = old.version + 1;
  }
  if (staff.version != expected)
    return fail(Code::staff_order, {{"expected", std::to_string(expected)}, {"version", std::to_string(staff.version)}});
  const auto before_it = chain;
  FZ_CHECK(chain.update_staff(bytes));
  FZ_CHECK(trust::staff_suffices(chain.reviewers()->value, ctx.now));
  FZ_CHECK(keeps_withdrawals(db.review, before_it, chain, ctx.now));
  FZ_CHECK(db.review.put_trust_document(kStaff + staff.group, bytes, staff.version));
  json::array holders;
  for (const auto& e : staff.left) holders.emplace_back(e.holder);
  FZ_CHECK(ctx.record("trust.staff", staff.group, {{"version", staff.version}, {"left", std::move(holders)}}));
  return staff.version;
}

Result<void> check_withdrawals(const Store& db, std::string_view bytes, UtcTime now) {
  FZ_TRY(auto chain, stored_chain(db, now));
  if (!chain.reviewers()) return fail(Code::reviewers_missing);
  FZ_TRY(const bool grew, chain.update_withdrawals(bytes, trust::Source::pushed, now));
  (void)grew;
  return {};
}

Result<Withdrawn> import_withdrawals(const Tables& db, const Context& ctx, std::string_view bytes) {
  FZ_TRY(auto chain, stored_chain(db.review, ctx.now));
  if (!chain.reviewers()) return fail(Code::reviewers_missing);
  FZ_TRY(const auto stored, db.review.trust_document(kWithdrawals));
  if (stored) {
    // After a new epoch or list of keys the stored one may not count any more: then the new one stands alone.
    auto old = chain.update_withdrawals(*stored, trust::Source::polled, ctx.now);
    if (!old) log::warn("the stored withdrawals document is not taken in any more: {}", to_log(old.error()));
  }
  // Two duty desks may issue the same number: an older document still withdraws, but does not replace the stored one.
  trust::TrustedState newer = chain;
  auto polled = newer.update_withdrawals(bytes, trust::Source::polled, ctx.now);
  if (polled) {
    chain = std::move(newer);
    FZ_CHECK(db.review.put_trust_document(kWithdrawals, bytes, chain.withdrawals_version()));
  } else {
    FZ_TRY(const bool grew, chain.update_withdrawals(bytes, trust::Source::pushed, ctx.now));
    (void)grew;
  }

  Withdrawn out;
  FZ_TRY(const auto stored_entries, db.review.withdrawals());
  std::set<std::string> known;
  for (const auto& w : stored_entries) known.insert(w.approval_id);
  for (const auto& [id, entry] : chain.withdrawals()) {
    if (known.contains(id)) continue;
    FZ_CHECK(db.review.add_withdrawal(entry));
    out.approvals.push_back(id);
    FZ_TRY(auto approval, db.review.approval(id));
    if (!approval) continue;
    approval->withdrawn = ctx.now;
    FZ_CHECK(db.review.put_approval(*approval));
    FZ_TRY(auto item, db.library.item(approval->item));
    if (!item || item->version != approval->version) continue;
    if (const auto to = transition(item->state, Act::withdraw, 3)) {
      FZ_CHECK(decide(db, ctx, *item, Act::withdraw, *to, entry.reason));
      out.items.push_back(item->id);
    }
  }
  FZ_CHECK(ctx.record("trust.withdrawals", std::to_string(chain.withdrawals_version()),
                      {{"new", static_cast<std::int64_t>(out.approvals.size())}}));
  return out;
}

}  // namespace fz::review
