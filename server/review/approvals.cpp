// The package for signing, and the import of signatures.
#include <algorithm>

#include "server/review/rules.hpp"
#include "shared/crypto/hash.hpp"

namespace fz::review {
namespace {

json::array texts(const std::vector<std::string>& list) {
  return json::array(list.begin(), list.end());
}

json::object rendition_json(const library::Rendition& r) {
  return {{"chunks", texts(r.chunks)},
          {"duration_ms", r.duration_ms},
          {"height", r.height},
          {"length", static_cast<std::int64_t>(r.length)},
          {"mime", r.mime},
          {"profile", r.profile},
          {"sha256", r.sha256},
          {"width", r.width}};
}

/// The keys of the group that may still sign something issued at `issued`.
std::vector<std::string> signing_keys(const trust::Reviewers& reviewers, const trust::ApproverGroup& group, UtcTime issued) {
  std::vector<std::string> out;
  for (const std::string& id : group.keyids) {
    const auto key = reviewers.keys.find(id);
    if (key != reviewers.keys.end() && !(key->second.retired && issued >= *key->second.retired)) out.push_back(id);
  }
  return out;
}

/// A signer whose key belongs to the group but was retired before the statement was issued; empty if there is none.
std::string retired_signer(const trust::Reviewers& reviewers, const trust::ApproverGroup& group, const trust::ApprovalRecord& given) {
  for (const std::string& id : group.keyids) {
    const auto key = reviewers.keys.find(id);
    if (key == reviewers.keys.end() || !given.signers.contains(id)) continue;
    if (key->second.retired && given.approval.issued >= *key->second.retired) return key->second.holder;
  }
  return {};
}

/// Nobody who made the item or one of its variants may be among the signers.
Result<void> refuse_makers(const Tables& db, const Item& item, const std::set<std::string>& holders) {
  FZ_TRY(const auto all, makers(db, item));
  for (const std::string& maker : all) {
    FZ_TRY(const auto account, db.accounts.account(maker));
    if (account && !account->holder.empty() && holders.contains(account->holder)) {
      return fail(Code::approval_by_uploader, {{"holder", account->holder}});
    }
  }
  return {};
}

/// `stored` with the signatures of `fresh` by `keep` added. Both are over the same payload.
trust::Envelope merge(const std::string& stored, const trust::Envelope& fresh, const std::set<std::string>& keep) {
  trust::Envelope out{fresh.payload_type, fresh.payload, {}};
  const auto add = [&](const trust::Envelope& from, const std::set<std::string>* only) {
    for (const auto& s : from.signatures) {
      const bool there = std::any_of(out.signatures.begin(), out.signatures.end(), [&](const auto& o) { return o.keyid == s.keyid; });
      if (!there && (only == nullptr || only->contains(s.keyid)) && out.signatures.size() < trust::kMaxSignatures)
        out.signatures.push_back(s);
    }
  };
  if (!stored.empty()) {
    if (auto old = trust::read_envelope(stored)) add(*old, nullptr);
  }
  add(fresh, &keep);
  return out;
}

/// Accepted for every venue that the audience names, so that a period of raised review counts where it applies.
/// True: complete. False: signatures are still missing.
Result<bool> is_complete(const trust::ApprovalRecord& record, const trust::Reviewers& reviewers, UtcTime now) {
  const UtcTime at = std::max(now, record.approval.valid_from);  // one whose start is ahead may be signed today
  for (const std::string& venue : record.approval.audience.venues) {
    auto ok = trust::check_approval(record, reviewers, venue, at);
    if (ok) continue;
    if (trust::check_of(ok.error()) == trust::Check::threshold) return false;
    return std::move(ok).error();
  }
  return true;
}

}  // namespace

Result<std::string> package(const Tables& db, const Actor& who, std::string_view id) {
  FZ_TRY(const Item item, item_of(db, who, id));
  if (item.state != State::final) return fail(Code::review_state, {{"state", std::string(library::state_name(item.state))}});
  FZ_TRY(const auto statement, db.review.statement(item.id, item.version));
  if (!statement) return fail(Code::internal, {{"id", item.id}}, "no statement");
  FZ_TRY(const trust::Approval a, trust::parse_approval(*statement));
  FZ_TRY(const auto renditions, db.library.renditions(item.id, item.version));
  json::array files, steps;
  for (const auto& r : renditions) files.push_back(rendition_json(r));
  for (const auto& s : a.review) steps.push_back(json::object{{"holder", s.holder}, {"step", s.step}});
  return json::write(json::object{{"schema", 1},
                                  {"item", item.id},
                                  {"version", item.version},
                                  {"approval_id", a.approval_id},
                                  {"title", a.title},
                                  {"kind", trust::kind_name(a.kind)},
                                  {"item_kind", library::kind_name(item.kind)},
                                  {"fraud_kind", item.fraud_kind},
                                  {"exposes", a.exposes},
                                  {"group", a.group},
                                  {"audience", json::object{{"regions", texts(a.audience.regions)}, {"venues", texts(a.audience.venues)}}},
                                  {"valid_from", format_time(a.valid_from)},
                                  {"valid_until", format_time(a.valid_until)},
                                  {"offline_days", a.offline_days},
                                  {"review", std::move(steps)},
                                  {"renditions", std::move(files)},
                                  {"statement", to_base64(as_bytes(*statement))}});
}

Result<Imported> import_approval(const Tables& db, const Context& ctx, std::string_view bytes) {
  FZ_TRY(const trust::Reviewers reviewers, stored_reviewers(db.review));
  FZ_TRY(const trust::ApprovalRecord given, trust::read_approval(bytes, reviewers));
  FZ_TRY(const trust::Envelope fresh, trust::read_envelope(bytes));
  const std::string& id = given.approval.approval_id;
  const auto unknown = [&] { return fail(Code::approval_unknown, {{"approval", id}}); };
  FZ_TRY(auto stored, db.review.approval(id));
  if (!stored) return unknown();
  FZ_TRY(Item item, item_of(db, ctx.who, stored->item));
  FZ_TRY(const auto statement, db.review.statement(stored->item, stored->version));
  if (stored->version != item.version)
    return fail(Code::approval_older, {{"version", std::to_string(stored->version)}, {"current", std::to_string(item.version)}});
  if (!statement) return unknown();
  FZ_TRY(const trust::Approval current, trust::parse_approval(*statement));
  if (current.approval_id != id) return fail(Code::approval_replaced, {{"approval", id}});
  if (*statement != fresh.payload) return fail(Code::approval_other_bytes);
  if (item.state != State::final && item.state != State::approved) {
    return fail(Code::review_state, {{"state", std::string(library::state_name(item.state))}});
  }
  FZ_TRY(const auto withdrawals, db.review.withdrawals());
  if (std::any_of(withdrawals.begin(), withdrawals.end(), [&](const auto& w) { return w.approval_id == id; })) {
    return trust::refuse(trust::Check::withdrawn, id);
  }

  const auto group =
      std::find_if(reviewers.approve.begin(), reviewers.approve.end(), [&](const auto& g) { return g.group == given.approval.group; });
  Imported out;
  std::set<std::string> keep;
  if (group != reviewers.approve.end()) {
    for (const std::string& key : signing_keys(reviewers, *group, given.approval.issued)) {
      if (given.signers.contains(key)) keep.insert(key);
    }
    out.threshold = signatures_needed(*group, given.approval.audience, std::max(ctx.now, given.approval.valid_from));
    if (const auto holder = retired_signer(reviewers, *group, given); keep.empty() && !holder.empty())
      return fail(Code::approval_retired, {{"holder", holder}});
  }
  if (keep.empty()) return fail(Code::approval_useless, {{"group", given.approval.group}});
  std::set<std::string> fresh_holders;
  for (const std::string& key : keep) fresh_holders.insert(reviewers.keys.at(key).holder);
  FZ_CHECK(refuse_makers(db, item, fresh_holders));

  out.envelope = trust::write_envelope(merge(stored->envelope, fresh, keep));
  FZ_TRY(const trust::ApprovalRecord merged, trust::read_approval(out.envelope, reviewers));
  std::set<std::string> holders;
  for (const std::string& key : signing_keys(reviewers, *group, given.approval.issued)) {
    if (merged.signers.contains(key)) holders.insert(reviewers.keys.at(key).holder);
  }
  out.holders = static_cast<int>(holders.size());
  out.approval_id = id;
  FZ_TRY(out.complete, is_complete(merged, reviewers, ctx.now));
  out.complete = out.complete && out.holders >= out.threshold;
  stored->envelope = out.envelope;
  stored->complete = stored->complete || out.complete;
  stored->sha256 = stored->complete ? crypto::sha256_hex(out.envelope) : std::string();
  out.in_force = stored->complete;
  FZ_CHECK(db.review.put_approval(*stored));
  if (out.complete && item.state == State::final) {
    FZ_CHECK(decide(db, ctx, item, Act::sign, State::approved, ""));
  } else {
    FZ_CHECK(ctx.record("review.signature", item.id, {{"approval", id}, {"holders", out.holders}}));
  }
  out.item = std::move(item);
  return out;
}

}  // namespace fz::review
