#include "shared/schedule/resolve.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include "shared/schedule/zone.hpp"

namespace fz::schedule {
namespace {

using std::chrono::days;
using std::chrono::local_days;
using std::chrono::minutes;

constexpr std::array<std::string_view, 8> kWhyNames{"before_window", "after_window", "wrong_weekday", "outside_daypart",
                                                    "outranked",     "emergency",    "boot_only",     "programme_over"};
constexpr std::array<std::string_view, 5> kClassZh{"紧急", "开机", "定时", "专项", "垫播"};

struct Span {
  LocalTime from, to;  // [from, to) on the wall
};

bool has_day(const DayPart& p, local_days d) {
  return p.days >> (std::chrono::weekday{d}.iso_encoding() - 1) & 1;
}
bool in_window(const Slot& s, local_days d) {
  return local_days{s.from} <= d && d <= local_days{s.until};
}

// The day-part that starts on day `d`, if there is one.
std::optional<Span> part_on(const Slot& s, const DayPart& p, local_days d) {
  if (!in_window(s, d) || !has_day(p, d)) return std::nullopt;
  LocalTime start = LocalTime{d} + minutes{p.from};
  LocalTime end = LocalTime{d} + (p.to > p.from ? minutes{p.to} : minutes{p.to} + days{1});
  return Span{start, end};
}

// Answers questions about one zone around one instant, with the transitions at hand.
class ZoneView {
 public:
  explicit ZoneView(const TimeZone& zone) : zone_(zone) {}

  ZoneSpan span(UtcTime t) const {
    // Boundaries of many slots fall into the same few spans; the library's search is the dear part.
    for (auto& s : spans_)
      if (s.begin <= t && t < s.end) return s;
    spans_.push_back(ZoneAccess::span(zone_, t));
    return spans_.back();
  }
  LocalTime wall(UtcTime t) const { return LocalTime{t.time_since_epoch() + span(t).offset}; }

  // The instants at which the wall may show `l`: two in an overlap; the jump itself when a gap swallows `l`.
  std::vector<UtcTime> instants(LocalTime l) const {
    std::vector<UtcTime> out;
    UtcTime guess{l.time_since_epoch()};
    for (UtcTime probe : {guess - days{1}, guess, guess + days{1}}) {
      ZoneSpan s = span(probe);
      UtcTime t{l.time_since_epoch() - s.offset};
      if (s.begin <= t && t < s.end) out.push_back(t);
      if (s.begin > guess - days{3}) out.push_back(s.begin);  // a transition may open or close by itself: the wall jumps
    }
    return out;
  }

  // A day-part that lies wholly in a gap would be lost once a year; it plays for its length from the jump on.
  bool made_up_at(const Slot& s, UtcTime t) const {
    ZoneSpan here = span(t);
    if (t - here.begin > days{2} || here.begin.time_since_epoch() < days{1}) return false;
    ZoneSpan before = span(here.begin - Millis{1});
    LocalTime gap_from{here.begin.time_since_epoch() + before.offset}, gap_to{here.begin.time_since_epoch() + here.offset};
    if (gap_to <= gap_from) return false;
    for (auto& p : s.dayparts)
      for (auto d = std::chrono::floor<days>(gap_from) - days{1}; d <= std::chrono::floor<days>(gap_to); d += days{1})
        if (auto part = part_on(s, p, d); part && gap_from <= part->from && part->to <= gap_to)
          if (t < here.begin + (part->to - part->from)) return true;
    return false;
  }

  // The first instant at which the wall shows `l` or has jumped over it.
  UtcTime first_showing(LocalTime l) const {
    UtcTime guess{l.time_since_epoch()};
    std::optional<UtcTime> shown, jump;
    for (UtcTime probe : {guess - days{1}, guess, guess + days{1}}) {
      ZoneSpan s = span(probe);
      UtcTime t{l.time_since_epoch() - s.offset};
      if (s.begin <= t && t < s.end && (!shown || t < *shown)) shown = t;
      if (s.begin > guess - days{2} && wall(s.begin) > l && (!jump || s.begin < *jump)) jump = s.begin;
    }
    return shown ? *shown : jump.value_or(guess);
  }

  std::optional<Opening> opening(const Slot& s, UtcTime t) const {
    auto today = std::chrono::floor<days>(wall(t));
    std::optional<Opening> best;
    for (auto& p : s.dayparts)
      for (auto d = today - days{2}; d <= today + days{1}; d += days{1})
        if (auto part = part_on(s, p, d)) {
          UtcTime from = first_showing(part->from), to = from + (part->to - part->from);
          if (from <= t && t < to && (!best || from > best->from)) best = Opening{from, to};
        }
    return best;
  }

  bool open(const Slot& s, UtcTime t) const {
    if (s.once) return opening(s, t).has_value();
    LocalTime w = wall(t);
    auto today = std::chrono::floor<days>(w);
    for (auto& p : s.dayparts)
      for (auto d : {today - days{1}, today})
        if (auto part = part_on(s, p, d); part && part->from <= w && w < part->to) return true;
    return made_up_at(s, t);
  }

  // First instant after `now` at which open() changes its answer; nothing if it never does again.
  std::optional<UtcTime> next_change(const Slot& s, UtcTime now) const {
    auto today = std::chrono::floor<days>(wall(now));
    std::vector<UtcTime> at;
    auto gather = [&](local_days from, local_days to) {
      for (auto d = std::max(from, local_days{s.from}); d <= std::min(to, local_days{s.until}); d += days{1})
        for (auto& p : s.dayparts)
          if (auto part = part_on(s, p, d)) {
            if (s.once) {
              UtcTime start = first_showing(part->from);
              at.insert(at.end(), {start, start + length(s), start + (part->to - part->from)});
              continue;
            }
            for (LocalTime edge : {part->from, part->to})
              for (UtcTime t : instants(edge)) {
                at.push_back(t);
                if (t == span(t).begin) at.push_back(t + (part->to - part->from));  // the end of a part made up for after a gap
              }
          }
    };
    // The rules repeat every week; beyond that only the window's own first and last days change anything.
    gather(today - days{2}, today + days{9});
    gather(local_days{s.from} - days{1}, local_days{s.from} + days{9});
    gather(local_days{s.until} - days{1}, local_days{s.until} + days{1});
    std::sort(at.begin(), at.end());
    at.erase(std::unique(at.begin(), at.end()), at.end());
    auto state = [&](UtcTime t) { return open(s, t) ? 1 + is_over(s, t) : 0; };
    int now_state = state(now);
    for (UtcTime t : at)
      if (t > now && state(t) != now_state) return t;
    return std::nullopt;
  }

  // A programme's items one after the other.
  static Millis length(const Slot& s) {
    Millis sum{0};
    for (auto& i : s.items) sum += i.duration;
    return sum;
  }
  // An open programme whose items have had their time.
  bool is_over(const Slot& s, UtcTime t) const {
    auto o = s.once ? opening(s, t) : std::nullopt;
    return o && t >= o->from + length(s);
  }

 private:
  const TimeZone& zone_;
  mutable std::vector<ZoneSpan> spans_;
};

NotPlaying why_closed(const Slot& s, std::size_t index, local_days today) {
  if (today < local_days{s.from})
    return {index, WhyNot::before_window, fmt::format("投放期 {} 才开始。", format_date(s.from)),
            fmt::format("Its window starts on {}.", format_date(s.from))};
  if (today > local_days{s.until})
    return {index, WhyNot::after_window, fmt::format("投放期已于 {} 结束。", format_date(s.until)),
            fmt::format("Its window ended on {}.", format_date(s.until))};
  std::string hours;
  for (auto& p : s.dayparts)
    if (has_day(p, today)) hours += fmt::format("{}{}-{}", hours.empty() ? "" : ", ", format_minutes(p.from), format_minutes(p.to));
  if (hours.empty()) return {index, WhyNot::wrong_weekday, "今天不在投放的星期内。", "It does not play on this day of the week."};
  return {index, WhyNot::outside_daypart, fmt::format("现在不在投放时段内（今天：{}）。", hours),
          fmt::format("It is outside its hours (today: {}).", hours)};
}

NotPlaying why_outranked(std::size_t index, Class by, bool emergency) {
  if (emergency) return {index, WhyNot::emergency, "正在播放紧急内容，其他内容暂停。", "An emergency is on; everything else waits."};
  return {index, WhyNot::outranked, fmt::format("优先级更高的“{}”内容正在播放。", kClassZh[static_cast<std::size_t>(by)]),
          fmt::format("Content of the higher class \"{}\" is on.", class_name(by))};
}

// Shares in thousandths that add up to 1000 (largest remainders first, earlier slots on a tie).
void set_shares(const Playlist& p, std::vector<Playing*> playing) {
  std::int64_t total = 0, given = 0;
  for (auto* x : playing) total += p.slots[x->slot].weight;
  for (auto* x : playing) {
    x->share_permille = static_cast<int>(1000LL * p.slots[x->slot].weight / total);
    given += x->share_permille;
  }
  std::stable_sort(playing.begin(), playing.end(),
                   [&](auto* a, auto* b) { return 1000LL * p.slots[a->slot].weight % total > 1000LL * p.slots[b->slot].weight % total; });
  for (std::size_t i = 0; given < 1000; ++i, ++given) ++playing[i]->share_permille;
}

}  // namespace

std::string_view why_not_name(WhyNot w) {
  return kWhyNames[static_cast<std::size_t>(w)];
}

bool open_at(const Slot& slot, const TimeZone& zone, UtcTime now) {
  return ZoneView(zone).open(slot, now);
}
std::optional<Opening> opening_at(const Slot& slot, const TimeZone& zone, UtcTime now) {
  return ZoneView(zone).opening(slot, now);
}
std::optional<UtcTime> next_programme(const Playlist& playlist, const TimeZone& zone, UtcTime now, Millis horizon) {
  ZoneView view(zone);
  std::optional<UtcTime> next;
  for (auto& s : playlist.slots) {
    if (!s.once) continue;
    auto o = view.opening(s, now + horizon);
    if (o && o->from > now && (!next || o->from < *next)) next = o->from;
  }
  return next;
}

Levels output_at(const std::vector<OutputRule>& rules, const std::vector<SilentHours>& silent, const TimeZone& zone, UtcTime now,
                 bool emergency) {
  ZoneView view(zone);
  Slot always;  // day-parts are all that counts
  always.from = Date{std::chrono::year{1970}, std::chrono::January, std::chrono::day{1}};
  always.until = Date{std::chrono::year{9999}, std::chrono::December, std::chrono::day{31}};
  auto open = [&](const DayPart& when) {
    always.dayparts = {when};
    return view.open(always, now);
  };
  Levels l;
  for (auto& r : rules) {
    if (!open(r.when)) continue;
    l.volume_percent = r.volume_percent.value_or(l.volume_percent);
    l.brightness_percent = r.brightness_percent.value_or(l.brightness_percent);
    l.muted = r.muted.value_or(l.muted);
    l.on = r.on.value_or(l.on);
  }
  l.on = l.on || emergency;
  for (auto& s : silent)
    if (!(emergency && s.except_emergency) && open(s.when)) l.muted = true;
  return l;
}

Resolution resolve(const Playlist& playlist, const TimeZone& zone, UtcTime now, bool booting) {
  ZoneView view(zone);
  Resolution r;
  std::array<std::optional<Class>, kLayers> top;  // highest open class of each layer
  bool take_over = false;
  std::vector<bool> open(playlist.slots.size());
  for (std::size_t i = 0; i < playlist.slots.size(); ++i) {
    auto& s = playlist.slots[i];
    open[i] = view.open(s, now);
    if (auto t = view.next_change(s, now); t && (!r.next_change || *t < *r.next_change)) r.next_change = t;
    if (!open[i]) continue;
    r.in_window.push_back({i, 0});
    if ((s.priority == Class::boot && !booting) || view.is_over(s, now)) continue;
    auto& best = top[static_cast<std::size_t>(s.layer)];
    if (!best || s.priority < *best) best = s.priority;
    take_over |= s.priority == Class::emergency && s.layer == Layer::main;
  }
  auto today = std::chrono::floor<days>(view.wall(now));
  for (std::size_t i = 0; i < playlist.slots.size(); ++i) {
    auto& s = playlist.slots[i];
    auto best = top[static_cast<std::size_t>(s.layer)];
    if (!open[i])
      r.others.push_back(why_closed(s, i, today));
    else if (view.is_over(s, now))
      r.others.push_back(
          {i, WhyNot::programme_over, "本次定时节目已播完，等待下一次。", "The programme is over; it waits for its next start."});
    else if (s.priority != Class::emergency && (take_over || best == Class::emergency))
      r.others.push_back(why_outranked(i, Class::emergency, true));
    else if (s.priority == Class::boot && !booting)
      r.others.push_back({i, WhyNot::boot_only, "只在开机时播放。", "It plays only while the machine starts."});
    else if (s.priority != *best)
      r.others.push_back(why_outranked(i, *best, false));
    else
      r.playing.push_back({i, 0});
  }
  for (auto layer : {Layer::main, Layer::ticker, Layer::side}) {
    std::vector<Playing*> of_layer;
    for (auto& x : r.playing)
      if (playlist.slots[x.slot].layer == layer) of_layer.push_back(&x);
    if (!of_layer.empty()) set_shares(playlist, of_layer);
  }
  return r;
}

Mix check_mix(const Playlist& playlist, const ExposesOf& exposes) {
  double method = 0, cases = 0, neither = 0;
  for (auto& s : playlist.slots) {
    if (s.layer != Layer::main || s.priority < Class::timed) continue;
    for (auto& item : s.items) {
      double plays = static_cast<double>(s.weight) / static_cast<double>(s.items.size());
      switch (exposes(item.approval)) {
        case Exposes::method:
          method += plays;
          break;
        case Exposes::case_:
          cases += plays;
          break;
        case Exposes::neither:
          neither += plays;
          break;
      }
    }
  }
  Mix m;
  double total = method + cases + neither;
  if (total <= 0) {
    m.zh = "播放单中没有可统计的内容。";
    m.en = "There is nothing to count in the playlist.";
    return m;
  }
  m.method_permille = static_cast<int>(std::lround(1000 * method / total));
  m.case_permille = static_cast<int>(std::lround(1000 * cases / total));
  m.neither_permille = 1000 - m.method_permille - m.case_permille;
  // Rounding must not decide: half a play in a thousand is no majority of cases.
  m.ok = cases <= method + total * 1e-9;
  std::string zh = fmt::format("揭露手法 {:.1f}%，曝光案例 {:.1f}%", m.method_permille / 10.0, m.case_permille / 10.0);
  std::string en = fmt::format("methods {:.1f} %, cases {:.1f} %", m.method_permille / 10.0, m.case_permille / 10.0);
  m.zh = m.ok ? zh + "，符合“以揭露手法为主，曝光案例为辅”。"
              : zh + "，不符合“以揭露手法为主，曝光案例为辅”：请增加揭露手法的内容，或降低案例的权重。";
  m.en = m.ok ? "The mix is right (method first, case second): " + en + "."
              : "The mix is wrong (method first, case second): " + en + ". Add items that expose methods, or lower the weight of cases.";
  return m;
}

}  // namespace fz::schedule
