// What waits for whom, and how many signatures are missing.
#include <algorithm>

#include "server/review/rules.hpp"

namespace fz::review {
namespace {

constexpr int kMost = 200;

bool overlaps(const std::vector<std::string>& raised, const std::vector<std::string>& audience) {
  const auto covered = [](const std::vector<std::string>& list, const std::vector<std::string>& some) {
    return std::any_of(some.begin(), some.end(), [&](const auto& v) { return trust::covers_venue(list, v); });
  };
  return covered(raised, audience) || covered(audience, raised);  // "all venues" holds the one where the bar is higher
}

const trust::ApproverGroup* group_of(const trust::Reviewers& reviewers, std::string_view name) {
  const auto it = std::find_if(reviewers.approve.begin(), reviewers.approve.end(), [&](const auto& g) { return g.group == name; });
  return it == reviewers.approve.end() ? nullptr : &*it;
}

/// The person's key would count for this statement.
bool may_sign(const trust::Reviewers& reviewers, const trust::ApproverGroup& group, std::string_view holder, UtcTime issued) {
  return std::any_of(group.keyids.begin(), group.keyids.end(), [&](const auto& id) {
    const auto key = reviewers.keys.find(id);
    return key != reviewers.keys.end() && key->second.holder == holder && !(key->second.retired && issued >= *key->second.retired);
  });
}

Result<bool> waits_for(const Tables& db, const Actor& who, const Item& item, const std::vector<Decision>& round,
                       const std::optional<trust::Reviewers>& reviewers, UtcTime now) {
  FZ_TRY(const bool own, made_it(db, item, who));
  if (own) return false;
  if (item.state != State::final) {
    return who.has(accounts::Role::reviewer) && std::none_of(round.begin(), round.end(), [&](const Decision& d) {
             return d.act == Act::pass && (d.account == who.account || (!d.holder.empty() && d.holder == who.holder));
           });
  }
  if (who.holder.empty() || !reviewers) return false;
  FZ_TRY(const auto terms, db.review.terms(item.id, item.version));
  const auto* group = terms ? group_of(*reviewers, terms->group) : nullptr;
  if (group == nullptr || !may_sign(*reviewers, *group, who.holder, now)) return false;
  FZ_TRY(const auto have, signatures(db, item, now));
  return std::find(have.holders.begin(), have.holders.end(), who.holder) == have.holders.end();
}

}  // namespace

int signatures_needed(const trust::ApproverGroup& group, const trust::Audience& audience, UtcTime at) {
  int n = group.threshold;
  for (const auto& p : group.raised)
    if (p.from <= at && at < p.until && overlaps(p.venues, audience.venues)) n = std::max(n, p.threshold);
  return n;
}

Result<Signatures> signatures(const Tables& db, const Item& item, UtcTime now) {
  Signatures out;
  FZ_TRY(const trust::Reviewers reviewers, stored_reviewers(db.review));
  FZ_TRY(const auto terms, db.review.terms(item.id, item.version));
  const auto* group = terms ? group_of(reviewers, terms->group) : nullptr;
  if (group != nullptr) out.needed = signatures_needed(*group, terms->audience, std::max(now, terms->valid_from));
  FZ_TRY(const auto stored, db.review.approval_of(item.id, item.version));
  if (!stored || stored->envelope.empty() || group == nullptr) return out;
  FZ_TRY(const auto record, trust::read_approval(stored->envelope, reviewers));
  std::set<std::string> holders;
  for (const auto& id : record.signers) {
    const bool listed = std::find(group->keyids.begin(), group->keyids.end(), id) != group->keyids.end();
    const auto key = reviewers.keys.find(id);
    if (listed && key != reviewers.keys.end() && !(key->second.retired && record.approval.issued >= *key->second.retired))
      holders.insert(key->second.holder);
  }
  out.holders.assign(holders.begin(), holders.end());
  return out;
}

Result<std::vector<QueueLine>> queue(const Tables& db, const Actor& who, UtcTime now) {
  std::optional<trust::Reviewers> reviewers;
  if (auto stored = stored_reviewers(db.review)) reviewers = *std::move(stored);
  std::vector<QueueLine> out;
  for (const State state : {State::first, State::second, State::final}) {
    library::ItemFilter f;
    f.unit_path = who.unit_path;
    f.state = state;
    f.limit = kMost;
    for (bool more = true; more && static_cast<int>(out.size()) < kMost;) {
      FZ_TRY(const auto items, db.library.items(f));
      more = static_cast<int>(items.size()) == kMost;
      for (const Item& item : items) {
        f.before = item.id;
        FZ_TRY(auto decisions, db.review.decisions(item.id, item.version));
        const UtcTime since = decisions.empty() ? item.updated : decisions.back().at;
        FZ_TRY(const bool mine, waits_for(db, who, item, this_round(std::move(decisions)), reviewers, now));
        if (!mine) continue;
        QueueLine line{item, state == State::final, since, {}};
        FZ_TRY(const auto unit, db.accounts.unit(item.unit));
        if (unit && unit->review_hours > 0) line.deadline = since + std::chrono::hours(unit->review_hours);
        out.push_back(std::move(line));
      }
    }
  }
  const auto urgency = [](const QueueLine& l) { return l.deadline.value_or(l.since + Days{3650}); };
  std::stable_sort(out.begin(), out.end(), [&](const auto& a, const auto& b) { return urgency(a) < urgency(b); });
  if (out.size() > kMost) out.resize(kMost);
  return out;
}

}  // namespace fz::review
