#include "player/agent/core/takeover.hpp"

#include <algorithm>

#include "shared/crypto/hash.hpp"

namespace fz::agent {
namespace {

constexpr Millis kCard{20000};  // then what follows it, or the card again
constexpr std::size_t kMaxTexts = 32;

bool is_drill(const trust::AlertRecord& a) {
  return a.alert.drill;
}

// Open at every instant: the end of an alert is its own.
schedule::Slot open_slot(const trust::Alert& a) {
  using namespace std::chrono;
  schedule::Slot s;
  s.id = s.campaign = a.alert_id;
  s.priority = schedule::Class::emergency;
  s.from = year{2000} / January / 1;
  s.until = year{2999} / December / 31;
  s.dayparts = {{0x7f, 0, 24 * 60}};
  return s;
}

}  // namespace

void TakeOver::pushed(const json::value& message, trust::TrustedState& state, const Now& now, Actions& out) {
  const auto refuse = [&](const Error& e) { out.emplace_back(Alarm{with_context(e, "pushed alert")}); };
  json::Reader r(message, "alert");
  r.ignore("m");
  const auto* alert = r.object_member("alert");
  const auto* approval = r.object_member("approval", false);
  const auto text = r.optional_string("text", 256 * 1024);
  if (auto done = r.finish(true); !done) return refuse(done.error());
  const auto envelope = json::write(*alert);
  if (approval) {
    // The first lock, before the second is looked at: who may show this at all.
    const auto bytes = json::write(*approval);
    auto record = state.reviewers() ? trust::read_approval(bytes, state.reviewers()->value)
                                    : Result<trust::ApprovalRecord>(trust::refuse(trust::Check::signature, "approval", "no reviewers yet"));
    if (!record) return refuse(record.error());
    const auto& a = record->approval;
    if (a.kind != trust::Kind::emergency)
      return refuse(trust::refuse(trust::Check::scope, a.approval_id + ", " + std::string(trust::kind_name(a.kind))));
    const auto sha = crypto::sha256_hex(text.value_or(""));
    const bool named =
        std::any_of(a.renditions.begin(), a.renditions.end(), [&](const auto& x) { return x.sha256 == sha && is_text(x.mime); });
    if (!named) return refuse(trust::refuse(trust::Check::hash, a.approval_id + ", text"));
    if (auto added = state.add_approval(bytes, now.utc); !added) return refuse(added.error());
    if (texts_.size() >= kMaxTexts) texts_.clear();
    texts_[sha] = *text;
  }
  if (auto taken = state.update_alert(envelope, trust::Source::pushed, now.utc); !taken) refuse(taken.error());
}

// The rendition of the card that this screen draws: a text whose bytes are known, if there is one.
std::optional<Item> TakeOver::card_of(const trust::AlertRecord& a, const trust::TrustedState& state, const Programme& base) const {
  const auto record = state.approvals().find(a.alert.approval_id);
  if (record == state.approvals().end()) return std::nullopt;
  const auto& approval = record->second.approval;
  for (const auto& r : approval.renditions)
    if (is_text(r.mime) && texts_.contains(r.sha256))
      return Item{approval.approval_id, approval.title, r.sha256, r.length, r.mime, wire::CueKind::text};
  if (!base.catalogue) return std::nullopt;
  const auto held = base.catalogue->find(a.alert.approval_id);
  return held == base.catalogue->end() || held->second.kind != wire::CueKind::text ? std::nullopt : std::optional(held->second);
}

std::optional<Error> TakeOver::why_not(const trust::AlertRecord& a, const trust::TrustedState& state, const Programme& base,
                                       const Now& now) const {
  if (auto alive = trust::may_alert(a, a.alert.approval_id, state, now.utc); !alive) return alive.error();
  const auto card = card_of(a, state, base);
  if (!card) return fail(Code::not_found, {{"what", a.alert.approval_id}});
  return base.door(*card, true, now.utc);
}

schedule::Slot TakeOver::slot_of(const trust::AlertRecord& a, const trust::TrustedState& state, const Programme& base, const Now& now) {
  auto slot = open_slot(a.alert);
  const auto card = card_of(a, state, base);
  catalogue_[card->approval] = *card;
  slot.items.push_back({card->approval, kCard});
  for (const auto& part : a.alert.then) {
    if (!base.catalogue || !trust::may_alert(a, part.approval_id, state, now.utc)) continue;
    const auto held = base.catalogue->find(part.approval_id);
    if (held == base.catalogue->end() || base.door(held->second, true, now.utc)) continue;
    catalogue_[part.approval_id] = held->second;
    slot.items.push_back({part.approval_id, part.duration});
  }
  return slot;
}

bool TakeOver::apply(Programme& base, const trust::TrustedState* state, const std::string& token, const Now& now, Actions& out) {
  std::map<std::string, std::int64_t> live;
  std::vector<std::pair<UtcTime, schedule::Slot>> found;
  catalogue_.clear();
  std::map<std::string, Word> words;
  if (state) {
    for (const auto& [id, a] : state->alerts()) {
      if (now.utc >= a.kept) continue;
      auto& word = words[id];
      word.version = a.alert.version;
      if (a.alert.cancelled) {
        word.state = "cancelled";
        continue;
      }
      if (now.utc >= a.until) {
        words.erase(id);
        continue;
      }
      if (const auto why = why_not(a, *state, base, now)) {
        if (why->code == Code::not_found) {  // its card is still on its way
          words.erase(id);
          continue;
        }
        word.state = "refused";
        word.code = code_name(why->code);
        const auto before = words_.find(id);
        if (trust::is_alarm(*why) && (before == words_.end() || before->second != word))
          out.emplace_back(Alarm{with_context(*why, "alert " + id)});
        continue;
      }
      word.state = is_drill(a) ? "drill" : "ready";
      if (is_drill(a)) continue;
      const auto card = card_of(a, *state, base);
      if (!texts_.contains(card->sha256)) {  // it came with the poll: its bytes are in the store
        if (asked_.insert(card->sha256).second) out.emplace_back(FetchDocument{0, card->sha256, card->length, token});
        continue;
      }
      found.emplace_back(a.alert.issued, slot_of(a, *state, base, now));
      live[id] = a.alert.version;
      if (const auto before = words_.find(id);
          before != words_.end() && before->second.version == word.version && before->second.state == "shown")
        word.state = "shown";
    }
  }
  words_ = std::move(words);
  const bool more = std::any_of(live.begin(), live.end(), [&](const auto& l) {
    const auto before = shown_now_.find(l.first);
    return before == shown_now_.end() || before->second != l.second;
  });
  const bool changed = more || live.size() != shown_now_.size();
  shown_now_ = std::move(live);
  if (found.empty()) return changed;
  // The newest first: among equals the rotation takes the first.
  std::stable_sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
  std::vector<schedule::Slot> slots;
  for (auto& [issued, slot] : found) slots.push_back(std::move(slot));
  if (slots != slots_ || made_from_ != base.playlist_id) {
    playlist_.slots.clear();
    if (base.playlist)
      for (const auto& s : base.playlist->slots)
        if (s.priority != schedule::Class::emergency) playlist_.slots.push_back(s);
    playlist_.slots.insert(playlist_.slots.end(), slots.begin(), slots.end());
    slots_ = std::move(slots);
    made_from_ = base.playlist_id;
  }
  base.playlist = &playlist_;
  base.catalogue = &catalogue_;
  base.texts = &texts_;
  base.only = schedule::Class::emergency;
  return changed;
}

bool TakeOver::document(const std::string& sha256, const std::string& bytes) {
  if (!asked_.contains(sha256)) return false;
  asked_.erase(sha256);
  if (crypto::sha256_hex(std::string_view(bytes)) != sha256) return true;
  if (texts_.size() >= kMaxTexts) texts_.clear();
  texts_[sha256] = bytes;
  return true;
}

void TakeOver::confirm(const trust::TrustedState& state, const std::string& on_air, Actions& out) {
  for (auto& [id, word] : words_) {
    const auto a = state.alerts().find(id);
    if (word.state == "ready" && a != state.alerts().end() && !on_air.empty() && a->second.alert.approval_id == on_air)
      word.state = "shown";
    if (const auto told = told_.find(id); told != told_.end() && told->second == word) continue;
    told_[id] = word;
    json::object m{{"m", "alert"}, {"alert_id", id}, {"version", word.version}, {"state", word.state}};
    if (!word.code.empty()) m["code"] = word.code;
    out.emplace_back(SendChannel{json::write(m)});
  }
}

json::array TakeOver::report() const {
  json::array out;
  for (const auto& [id, word] : words_) {
    json::object m{{"alert_id", id}, {"version", word.version}, {"state", word.state}};
    if (!word.code.empty()) m["code"] = word.code;
    out.emplace_back(std::move(m));
  }
  return out;
}

}  // namespace fz::agent
