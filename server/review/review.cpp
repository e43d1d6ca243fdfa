// The transition table and the steps that people take.
#include "server/review/review.hpp"

#include <algorithm>
#include <array>

#include "server/review/rules.hpp"
#include "shared/base/id.hpp"

namespace fz::review {
namespace {

constexpr std::array<std::pair<Act, std::string_view>, 7> kActs{{{Act::submit, "submit"},
                                                                 {Act::pass, "pass"},
                                                                 {Act::back, "back"},
                                                                 {Act::sign, "sign"},
                                                                 {Act::withdraw, "withdraw"},
                                                                 {Act::expire, "expire"},
                                                                 {Act::revise, "revise"}}};

/// Where `act` leads with the full three steps.
struct Transition {
  State from;
  Act act;
  State to;
};
constexpr std::array<Transition, 13> kTable{{{State::draft, Act::submit, State::first},
                                             {State::first, Act::pass, State::second},
                                             {State::second, Act::pass, State::final},
                                             {State::final, Act::sign, State::approved},
                                             {State::first, Act::back, State::draft},
                                             {State::second, Act::back, State::draft},
                                             {State::final, Act::back, State::draft},
                                             {State::approved, Act::withdraw, State::withdrawn},
                                             {State::approved, Act::expire, State::expired},
                                             {State::expired, Act::withdraw, State::withdrawn},
                                             {State::approved, Act::revise, State::draft},
                                             {State::withdrawn, Act::revise, State::draft},
                                             {State::expired, Act::revise, State::draft}}};

/// The steps a unit's policy leaves out: 2 steps have no `second`, 1 step has no `first` either.
State skip(State s, int steps) {
  if (s == State::first && steps < 2) s = State::second;
  if (s == State::second && steps < 3) s = State::final;
  return s;
}

Error bad(std::string field, std::string what) {
  return fail(Code::bad_field, {{"field", std::move(field)}, {"what", std::move(what)}});
}

bool is_region(std::string_view s) {
  return s == "*" || ((s.size() == 6 || s.size() == 9 || s.size() == 12) &&
                      std::all_of(s.begin(), s.end(), [](char c) { return c >= '0' && c <= '9'; }));
}

Result<void> check_terms(const Terms& t, const trust::Reviewers& reviewers, UtcTime now) {
  const auto group = std::find_if(reviewers.approve.begin(), reviewers.approve.end(), [&](const auto& g) { return g.group == t.group; });
  if (group == reviewers.approve.end()) return bad("group", t.group);
  if (t.audience.venues.empty() || t.audience.venues.size() > 200) return bad("venues", "1-200");
  if (t.audience.regions.empty() || t.audience.regions.size() > 200) return bad("regions", "1-200");
  for (const auto& v : t.audience.venues) {
    if (v.empty() || v.size() > 40) return bad("venues", v);
    if (!trust::covers_venue(group->venues, v)) return trust::refuse(trust::Check::scope, t.group + ", " + v);
  }
  for (const auto& r : t.audience.regions) {
    if (!is_region(r)) return bad("regions", r);
    if (!trust::covers_region(group->regions, r)) return trust::refuse(trust::Check::scope, t.group + ", " + r);
  }
  if (!trust::covers_venue(group->kinds, trust::kind_name(t.kind))) {
    return trust::refuse(trust::Check::scope, t.group + ", " + std::string(trust::kind_name(t.kind)));
  }
  if (t.valid_until <= t.valid_from || t.valid_until <= now) return bad("valid_until", format_time(t.valid_until));
  if (t.valid_until - std::min(now, t.valid_from) > Days{reviewers.policy.max_approval_days}) {
    return bad("valid_until", "最长 " + std::to_string(reviewers.policy.max_approval_days) + " 天 (days at most)");
  }
  const auto days = std::chrono::ceil<Days>(t.valid_until - t.valid_from).count();
  if (t.offline_days < 0 || t.offline_days > days) return bad("offline_days", "0-" + std::to_string(days));
  return {};
}

/// One decides, the other is told: who looked at an older revision decides nothing.
Result<void> check_moved(const Tables& db, const Item& item, const Verdict& verdict) {
  if (!verdict.revision || *verdict.revision == item.revision) return {};
  FZ_TRY(const auto decisions, db.review.decisions(item.id, item.version));
  std::string who;
  if (!decisions.empty()) {
    FZ_TRY(const auto account, db.accounts.account(decisions.back().account));
    who = account ? account->name : decisions.back().account;
  }
  return fail(Code::review_moved, {{"who", who}, {"state", std::string(library::state_name(item.state))}});
}

Result<void> check_points(const Tables& db, const Item& item, const Verdict& verdict) {
  const auto points = checklist(item.kind);
  for (const auto& c : verdict.checked)
    if (std::find(points.begin(), points.end(), c) == points.end()) return bad("checked", c.substr(0, 40));
  FZ_TRY(const auto unit, db.accounts.unit(item.unit));
  if (unit && !unit->checklist) return {};
  std::string missing;
  for (const auto& p : points)
    if (std::find(verdict.checked.begin(), verdict.checked.end(), p) == verdict.checked.end()) missing += (missing.empty() ? "" : ", ") + p;
  if (!missing.empty()) return fail(Code::review_checklist, {{"what", missing}});
  return {};
}

Result<void> check_comment(std::string_view comment) {
  if (!is_utf8(comment) || utf8_length(comment) > 2000) return bad("comment", "2000");
  return {};
}

}  // namespace

std::vector<Decision> this_round(std::vector<Decision> all) {
  for (std::size_t i = all.size(); i-- > 0;) {
    if (all[i].act == Act::submit) return {all.begin() + static_cast<std::ptrdiff_t>(i) + 1, all.end()};
  }
  return all;
}

Result<std::vector<std::string>> makers(const Tables& db, const Item& item) {
  std::vector<std::string> out{item.author, item.owner};
  FZ_TRY(const auto variants, db.library.variants(item.id, item.version));
  for (const auto& v : variants) out.push_back(v.author);
  return out;
}

Result<bool> made_it(const Tables& db, const Item& item, const Actor& who) {
  FZ_TRY(const auto all, makers(db, item));
  if (std::find(all.begin(), all.end(), who.account) != all.end()) return true;
  if (who.holder.empty()) return false;
  for (const std::string& maker : all) {  // the same person under another account
    FZ_TRY(const auto account, db.accounts.account(maker));
    if (account && account->holder == who.holder) return true;
  }
  return false;
}

std::string_view act_name(Act act) {
  const auto it = std::find_if(kActs.begin(), kActs.end(), [&](const auto& p) { return p.first == act; });
  return it == kActs.end() ? std::string_view() : it->second;
}

std::vector<std::string> checklist(library::Kind kind) {
  std::vector<std::string> out{"political", "legal", "facts", "privacy", "wording"};
  if (kind == library::Kind::poster || kind == library::Kind::video) out.emplace_back("pictures");
  return out;
}

std::optional<State> transition(State from, Act act, int steps) {
  for (const Transition& t : kTable) {
    if (t.from == from && t.act == act) return skip(t.to, steps);
  }
  return std::nullopt;
}

Result<Item> item_of(const Tables& db, const Actor& who, std::string_view id) {
  return library::get_item(db.library, db.accounts, who, id);
}

Result<State> next_state(const Tables& db, const Item& item, Act act) {
  FZ_TRY(const auto unit, db.accounts.unit(item.unit));
  const auto to = transition(item.state, act, unit ? unit->review_steps : 3);
  if (!to) return fail(Code::review_state, {{"state", std::string(library::state_name(item.state))}});
  return *to;
}

Result<void> decide(const Tables& db, const Context& ctx, Item& item, Act act, State to, std::string_view comment,
                    const std::vector<std::string>& checked) {
  Decision d{item.id, item.version, act, item.state, to, ctx.who.account, ctx.who.holder, std::string(comment), ctx.now, checked};
  FZ_CHECK(db.review.add_decision(d));
  item.state = to;
  item.updated = ctx.now;
  ++item.revision;
  FZ_CHECK(db.library.put_item(item));
  return ctx.record("review." + std::string(act_name(act)), item.id,
                    {{"from", library::state_name(d.from)}, {"to", library::state_name(to)}, {"version", item.version}});
}

Result<void> make_statement(const Tables& db, const Context& ctx, const Item& item) {
  FZ_TRY(const auto terms, db.review.terms(item.id, item.version));
  if (!terms) return fail(Code::internal, {{"id", item.id}}, "in review without terms");
  FZ_TRY(const auto renditions, db.library.renditions(item.id, item.version));
  if (renditions.empty()) return fail(Code::item_not_ready);
  FZ_TRY(auto decisions, db.review.decisions(item.id, item.version));
  trust::Approval a;
  a.approval_id = "ap-" + format_time(ctx.now).substr(0, 4) + "-" + random_code(10);
  a.group = terms->group;
  a.title = item.title;
  a.kind = terms->kind;
  a.exposes = item.exposes;
  a.audience = terms->audience;
  a.issued = std::chrono::floor<Seconds>(ctx.now);
  a.valid_from = terms->valid_from;
  a.valid_until = terms->valid_until;
  a.offline_days = terms->offline_days;
  for (const auto& r : renditions) a.renditions.push_back({r.sha256, r.length, r.mime, r.profile, r.chunks});
  for (const Decision& d : this_round(std::move(decisions))) {
    if (d.act == Act::pass) a.review.push_back({std::string(library::state_name(d.from)), d.holder.empty() ? d.account : d.holder});
  }
  FZ_CHECK(db.review.put_statement(item.id, item.version, a.approval_id, trust::write_approval(a)));
  StoredApproval waiting;
  waiting.approval_id = a.approval_id;
  waiting.item = item.id;
  waiting.version = item.version;
  waiting.valid_from = a.valid_from;
  waiting.valid_until = a.valid_until;
  return db.review.put_approval(waiting);
}

Result<Item> submit(const Tables& db, const Context& ctx, std::string_view id, const Terms& terms) {
  FZ_CHECK(accounts::require(ctx.who, accounts::Role::contributor));
  FZ_TRY(Item item, item_of(db, ctx.who, id));
  FZ_TRY(const State to, next_state(db, item, Act::submit));
  if (item.processing != library::Processing::ready) return fail(Code::item_not_ready);
  FZ_TRY(const trust::Reviewers reviewers, stored_reviewers(db.review));
  FZ_CHECK(check_terms(terms, reviewers, ctx.now));
  FZ_CHECK(db.review.put_terms(item.id, item.version, terms));
  FZ_CHECK(decide(db, ctx, item, Act::submit, to, ""));
  if (to == State::final) FZ_CHECK(make_statement(db, ctx, item));
  return item;
}

Result<Item> pass(const Tables& db, const Context& ctx, std::string_view id, const Verdict& verdict) {
  FZ_CHECK(accounts::require(ctx.who, accounts::Role::reviewer));
  FZ_TRY(Item item, item_of(db, ctx.who, id));
  FZ_CHECK(check_moved(db, item, verdict));
  FZ_TRY(const State to, next_state(db, item, Act::pass));
  FZ_TRY(const bool own, made_it(db, item, ctx.who));
  if (own) return fail(Code::review_own_item);
  FZ_TRY(auto decisions, db.review.decisions(item.id, item.version));
  for (const Decision& d : this_round(std::move(decisions))) {
    const bool same = d.account == ctx.who.account || (!d.holder.empty() && d.holder == ctx.who.holder);
    if (d.act == Act::pass && same) return fail(Code::review_twice);
  }
  FZ_CHECK(check_comment(verdict.comment));
  FZ_CHECK(check_points(db, item, verdict));
  FZ_CHECK(decide(db, ctx, item, Act::pass, to, verdict.comment, verdict.checked));
  if (to == State::final) FZ_CHECK(make_statement(db, ctx, item));
  return item;
}

Result<Item> send_back(const Tables& db, const Context& ctx, std::string_view id, const Verdict& verdict) {
  FZ_TRY(Item item, item_of(db, ctx.who, id));
  FZ_CHECK(check_moved(db, item, verdict));
  FZ_TRY(const bool own, made_it(db, item, ctx.who));
  if (!own) FZ_CHECK(accounts::require(ctx.who, accounts::Role::reviewer));  // who made it may take it back
  FZ_TRY(const State to, next_state(db, item, Act::back));
  if (verdict.comment.empty()) return fail(Code::missing_field, {{"field", "comment"}});
  FZ_CHECK(check_comment(verdict.comment));
  FZ_CHECK(decide(db, ctx, item, Act::back, to, verdict.comment));
  return item;
}

Result<int> expire(const Tables& db, const Context& ctx) {
  FZ_TRY(const auto ended, db.review.approvals_ended(ctx.now));
  int count = 0;
  for (const std::string& id : ended) {
    FZ_TRY(const auto approval, db.review.approval(id));
    if (!approval) continue;
    FZ_TRY(auto item, db.library.item(approval->item));
    if (!item || item->version != approval->version || item->state != State::approved) continue;
    FZ_CHECK(decide(db, ctx, *item, Act::expire, State::expired, ""));
    ++count;
  }
  return count;
}

}  // namespace fz::review
