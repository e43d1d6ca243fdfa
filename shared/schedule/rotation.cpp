#include "shared/schedule/rotation.hpp"

#include <algorithm>
#include <set>

#include "shared/base/json.hpp"

namespace fz::schedule {
namespace {
constexpr Seconds kHour{3600};
constexpr std::size_t kKeep = 4;                  // newest plays kept in any case: what is prefetched may be cancelled
constexpr std::int64_t kMaxCredit = 2'000'000;    // 2000 slots of weight 1000
constexpr std::int64_t kMaxMs = 253402300799999;  // year 9999
}  // namespace

// When the slot's limits let it start again, if they hold it back at `at`.
std::optional<UtcTime> Rotation::held_back_until(const Slot& slot, State& state, UtcTime at) const {
  auto& plays = state.plays;
  while (!plays.empty() && plays.back() > at) plays.pop_back();  // the clock went back
  while (plays.size() > kKeep && plays.front() + kHour <= at) plays.erase(plays.begin());
  if (plays.empty() || slot.priority == Class::emergency) return std::nullopt;
  std::optional<UtcTime> until;
  if (slot.min_spacing && plays.back() + *slot.min_spacing > at) until = plays.back() + *slot.min_spacing;
  if (slot.max_per_hour) {
    auto max = static_cast<std::size_t>(*slot.max_per_hour);
    if (plays.size() >= max) {
      UtcTime frees = plays[plays.size() - max] + kHour;
      if (frees > at && (!until || frees > *until)) until = frees;
    }
  }
  return until;
}

// The item after the one shown last that `skip` lets through.
const Item* Rotation::next_item(const Slot& slot, const State& state, const Skip& skip, std::size_t& index) const {
  std::size_t n = slot.items.size(), start = 0;
  if (!state.last.empty()) {
    if (state.index < n && slot.items[state.index].approval == state.last) {
      start = state.index + 1;
    } else {  // the list was edited: go on after the same item, wherever it is now
      auto it = std::find_if(slot.items.begin(), slot.items.end(), [&](auto& i) { return i.approval == state.last; });
      if (it != slot.items.end()) start = static_cast<std::size_t>(it - slot.items.begin()) + 1;
    }
  }
  for (std::size_t k = 0; k < n; ++k) {
    index = (start + k) % n;
    if (!skip || !skip(slot, slot.items[index])) return &slot.items[index];
  }
  return nullptr;
}

// The next item of this opening that `skip` lets through.
const Item* Rotation::next_of_programme(const Slot& slot, State& state, UtcTime opened, const Skip& skip, std::size_t& index) const {
  if (state.opened != opened) {
    state.opened = opened;
    state.done = 0;
  }
  for (index = state.done; index < slot.items.size(); ++index)
    if (!skip || !skip(slot, slot.items[index])) return &slot.items[index];
  return nullptr;
}

void Rotation::forget_slots_not_in(const Playlist& playlist) {
  if (slots_.size() <= playlist.slots.size()) return;
  std::set<std::string_view> known;
  for (auto& s : playlist.slots) known.insert(s.id);
  std::erase_if(slots_, [&](auto& entry) { return !known.contains(entry.first); });
}

std::optional<Pick> Rotation::next(const Playlist& playlist, const TimeZone& zone, UtcTime at, const Skip& skip, NoPick* none,
                                   bool booting) {
  forget_slots_not_in(playlist);
  std::vector<const Slot*> open;
  bool take_over = false;
  for (auto& s : playlist.slots) {
    if (s.layer != layer_ && !(s.layer == Layer::main && s.priority == Class::emergency)) continue;
    if ((s.priority == Class::boot && !booting) || !open_at(s, zone, at)) continue;
    if (s.layer == layer_)
      open.push_back(&s);
    else
      take_over = true;  // an emergency in main silences the ticker too
  }
  struct Candidate {
    const Slot* slot;
    const Item* item;
    std::size_t index;
    UtcTime opened;
  };
  if (none) none->retry_at.reset();
  for (auto c : {Class::emergency, Class::boot, Class::timed, Class::campaign, Class::filler}) {
    if (take_over && c != Class::emergency) break;
    std::vector<Candidate> usable;
    for (auto* s : open) {
      if (s->priority != c) continue;
      State& state = slots_[s->id];
      if (auto until = held_back_until(*s, state, at)) {
        if (none && (!none->retry_at || *until < *none->retry_at)) none->retry_at = until;
        continue;
      }
      Candidate candidate{s, nullptr, 0, {}};
      if (s->once) {
        auto opening = opening_at(*s, zone, at);
        if (!opening) continue;
        candidate.opened = opening->from;
        candidate.item = next_of_programme(*s, state, opening->from, skip, candidate.index);
      } else {
        candidate.item = next_item(*s, state, skip, candidate.index);
      }
      if (candidate.item) usable.push_back(candidate);
    }
    if (usable.empty()) continue;

    // Smooth weighted round robin (nginx): every candidate earns its weight, the richest plays and pays for all.
    std::int64_t total = 0;
    const Candidate* best = nullptr;
    for (auto& u : usable) {
      slots_[u.slot->id].credit += u.slot->weight;
      total += u.slot->weight;
      if (!best || slots_[u.slot->id].credit > slots_[best->slot->id].credit) best = &u;
    }
    State& state = slots_[best->slot->id];
    state.credit -= total;
    Pick pick{best->slot->id, best->slot->campaign, best->item->approval, c, best->item->duration, at,
              state.last,     best->opened,         best->index};
    state.last = best->item->approval;
    state.index = best->index;
    state.done = best->index + 1;
    state.plays.push_back(at);
    if (!best->slot->max_per_hour && state.plays.size() > kKeep) state.plays.erase(state.plays.begin());
    return pick;
  }
  return std::nullopt;
}

void Rotation::cancel(const Pick& pick) {
  auto it = slots_.find(pick.slot);
  if (it == slots_.end()) return;
  State& state = it->second;
  if (auto p = std::find(state.plays.begin(), state.plays.end(), pick.at); p != state.plays.end()) state.plays.erase(p);
  if (pick.opened != UtcTime{} && state.opened == pick.opened) state.done = std::min(state.done, pick.index);
  if (state.last == pick.approval) {
    state.last = pick.previous;
    if (state.index > 0) --state.index;
  }
}

std::string Rotation::write() const {
  json::object slots;
  for (auto& [id, s] : slots_) {
    json::array plays;
    for (auto t : s.plays) plays.emplace_back(to_unix_ms(t));
    slots[id] = json::object{{"credit", std::clamp(s.credit, -kMaxCredit, kMaxCredit)},
                             {"done", static_cast<std::int64_t>(s.done)},
                             {"index", static_cast<std::int64_t>(s.index)},
                             {"opened", to_unix_ms(s.opened)},
                             {"last", s.last},
                             {"plays", std::move(plays)}};
  }
  return json::write(json::object{{"schema", 1}, {"slots", std::move(slots)}});
}

Result<Rotation> Rotation::read(std::string_view text, Layer layer) {
  FZ_TRY(json::value v, json::parse(text, {.max_bytes = 16 * 1024 * 1024}));
  json::Reader r(v, "rotation");
  r.integer("schema", 1, 1);
  const json::value* slots = r.object_member("slots");
  FZ_CHECK(r.finish());
  Rotation out(layer);
  if (slots->get_object().size() > kMaxSlots) return fail(Code::bad_field, {{"field", "rotation.slots"}, {"what", "> 2000"}});
  for (auto& [id, value] : slots->get_object()) {
    json::Reader s(value, "rotation.slots." + std::string(id));
    State state;
    state.credit = s.integer("credit", -kMaxCredit, kMaxCredit);
    state.index = static_cast<std::size_t>(s.integer("index", 0, kMaxItemsPerSlot));
    state.last = s.string("last", 64);
    state.done = static_cast<std::size_t>(s.integer_or("done", 0, 0, kMaxItemsPerSlot));
    state.opened = from_unix_ms(s.integer_or("opened", 0, 0, kMaxMs));
    const json::array* plays = s.list("plays", 3600);
    FZ_CHECK(s.finish());
    for (auto& p : *plays) {
      if (!p.is_int64() || p.get_int64() < 0 || p.get_int64() > kMaxMs)
        return fail(Code::bad_field, {{"field", "rotation.plays"}, {"what", "ms"}});
      state.plays.push_back(from_unix_ms(p.get_int64()));
    }
    std::sort(state.plays.begin(), state.plays.end());
    out.slots_.emplace(std::string(id), std::move(state));
  }
  return out;
}

}  // namespace fz::schedule
