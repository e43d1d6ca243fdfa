#include "shared/schedule/playlist.hpp"

#include <fmt/format.h>

#include <array>
#include <set>
#include <utility>

#include "shared/base/json.hpp"

namespace fz::schedule {
namespace {

constexpr std::array<std::string_view, 5> kClasses{"emergency", "boot", "timed", "campaign", "filler"};
constexpr std::array<std::string_view, kLayers> kLayerNames{"main", "ticker", "side"};
constexpr std::int64_t kMinItemMs = 1000, kMaxItemMs = 4 * 3600 * 1000, kMaxSpacingS = 7 * 86400;

Error wrong(const std::string& where, std::string_view field, std::string what) {
  return fail(Code::bad_field, {{"field", where + "." + std::string(field)}, {"what", std::move(what)}});
}

template <std::size_t N>
std::optional<std::size_t> index_of(const std::array<std::string_view, N>& names, std::string_view name) {
  for (std::size_t i = 0; i < N; ++i)
    if (names[i] == name) return i;
  return std::nullopt;
}

bool is_id(std::string_view s) {
  if (s.empty() || s.size() > 64) return false;
  for (unsigned char c : s)
    if (c < 0x21 || c > 0x7e || c == '"' || c == '\\' || c == '/') return false;
  return true;
}

std::string read_id(json::Reader& r, const std::string& where, std::string_view field) {
  std::string id = r.string(field, 64);
  if (r.ok() && !is_id(id)) r.reject(wrong(where, field, "1-64 visible ASCII characters"));
  return id;
}

// "days", "from" and "to" of `r`.
Result<DayPart> read_hours(json::Reader& r, const std::string& where) {
  DayPart part;
  part.days = 0;
  if (auto* days = r.list("days", 7)) {
    for (auto& d : *days) {
      if (!d.is_int64() || d.get_int64() < 1 || d.get_int64() > 7) return wrong(where, "days", "1...7");
      auto bit = static_cast<std::uint8_t>(1u << (d.get_int64() - 1));
      if (part.days & bit) return wrong(where, "days", "a day stands twice");
      part.days = static_cast<std::uint8_t>(part.days | bit);
    }
    if (!part.days) return wrong(where, "days", "1...7");
  }
  std::string from = r.string("from", 8), to = r.string("to", 8);
  if (!r.ok()) return r.finish().error();
  FZ_TRY(part.from, parse_minutes(from, false));
  FZ_TRY(part.to, parse_minutes(to, true));
  return part;
}
Result<DayPart> read_daypart(const json::value& v, const std::string& where) {
  json::Reader r(v, where);
  FZ_TRY(DayPart part, read_hours(r, where));
  FZ_CHECK(r.finish());
  return part;
}

Result<OutputRule> read_output_rule(const json::value& v, const std::string& where) {
  json::Reader r(v, where);
  OutputRule rule;
  FZ_TRY(rule.when, read_hours(r, where));
  if (r.any("volume_percent", false)) rule.volume_percent = static_cast<int>(r.integer("volume_percent", 0, 100));
  if (r.any("brightness_percent", false)) rule.brightness_percent = static_cast<int>(r.integer("brightness_percent", 0, 100));
  if (r.any("muted", false)) rule.muted = r.boolean_or("muted", false);
  if (r.any("on", false)) rule.on = r.boolean_or("on", true);
  FZ_CHECK(r.finish());
  return rule;
}
Result<SilentHours> read_silent_hours(const json::value& v, const std::string& where) {
  json::Reader r(v, where);
  SilentHours hours;
  FZ_TRY(hours.when, read_hours(r, where));
  hours.except_emergency = r.boolean_or("except_emergency", false);
  FZ_CHECK(r.finish());
  return hours;
}
Result<OutputRules> read_rules(const json::array* output, const json::array* silent) {
  OutputRules rules;
  for (std::size_t i = 0; output && i < output->size(); ++i) {
    FZ_TRY(auto rule, read_output_rule((*output)[i], fmt::format("output[{}]", i)));
    rules.output.push_back(rule);
  }
  for (std::size_t i = 0; silent && i < silent->size(); ++i) {
    FZ_TRY(auto hours, read_silent_hours((*silent)[i], fmt::format("silent[{}]", i)));
    rules.silent.push_back(hours);
  }
  return rules;
}

Result<Item> read_item(const json::value& v, const std::string& where) {
  json::Reader r(v, where);
  Item item;
  item.approval = read_id(r, where, "approval");
  item.duration = Millis{r.integer("ms", kMinItemMs, kMaxItemMs)};
  FZ_CHECK(r.finish());
  return item;
}

Result<Slot> read_slot(const json::value& v, const std::string& where) {
  json::Reader r(v, where);
  Slot slot;
  slot.id = read_id(r, where, "id");
  slot.campaign = read_id(r, where, "campaign");
  std::string priority = r.string("class", 16), layer = r.string_or("zone", "main", 16);
  slot.weight = static_cast<int>(r.integer("weight", 1, 1000));
  std::string from = r.string("from", 10), until = r.string("until", 10);
  const json::array* parts = r.list("dayparts", kMaxDayParts);
  const json::array* items = r.list("items", kMaxItemsPerSlot);
  if (auto n = r.integer_or("max_per_hour", 0, 1, 3600)) slot.max_per_hour = static_cast<int>(n);
  if (auto n = r.integer_or("min_spacing_s", 0, 1, kMaxSpacingS)) slot.min_spacing = Seconds{n};
  slot.once = r.boolean_or("once", false);
  FZ_CHECK(r.finish());

  auto c = index_of(kClasses, priority);
  if (!c) return wrong(where, "class", "emergency | boot | timed | campaign | filler");
  slot.priority = static_cast<Class>(*c);
  auto l = index_of(kLayerNames, layer);
  if (!l) return wrong(where, "zone", "main | ticker | side");
  slot.layer = static_cast<Layer>(*l);
  if (slot.once && slot.priority != Class::timed) return wrong(where, "once", "only with class timed");
  if (slot.once && (slot.max_per_hour || slot.min_spacing)) return wrong(where, "once", "not with max_per_hour or min_spacing_s");
  FZ_TRY(slot.from, parse_date(from));
  FZ_TRY(slot.until, parse_date(until));
  if (slot.until < slot.from) return wrong(where, "until", "before from");
  if (parts->empty()) return wrong(where, "dayparts", "empty");
  if (items->empty()) return wrong(where, "items", "empty");
  for (std::size_t i = 0; i < parts->size(); ++i) {
    FZ_TRY(DayPart part, read_daypart((*parts)[i], fmt::format("{}.dayparts[{}]", where, i)));
    slot.dayparts.push_back(part);
  }
  for (std::size_t i = 0; i < items->size(); ++i) {
    FZ_TRY(Item item, read_item((*items)[i], fmt::format("{}.items[{}]", where, i)));
    slot.items.push_back(std::move(item));
  }
  return slot;
}

json::object write_hours(const DayPart& p) {
  json::array days;
  for (int d = 0; d < 7; ++d)
    if (p.days >> d & 1) days.emplace_back(d + 1);
  return {{"days", std::move(days)}, {"from", format_minutes(p.from)}, {"to", format_minutes(p.to)}};
}

void write_rules(const std::vector<OutputRule>& output, const std::vector<SilentHours>& silent, json::object& into) {
  json::array rules, hours;
  for (auto& rule : output) {
    json::object o = write_hours(rule.when);
    if (rule.volume_percent) o["volume_percent"] = *rule.volume_percent;
    if (rule.brightness_percent) o["brightness_percent"] = *rule.brightness_percent;
    if (rule.muted) o["muted"] = *rule.muted;
    if (rule.on) o["on"] = *rule.on;
    rules.push_back(std::move(o));
  }
  for (auto& s : silent) {
    json::object o = write_hours(s.when);
    if (s.except_emergency) o["except_emergency"] = true;
    hours.push_back(std::move(o));
  }
  if (!rules.empty()) into["output"] = std::move(rules);
  if (!hours.empty()) into["silent"] = std::move(hours);
}

json::object write_slot(const Slot& s) {
  json::array parts, items;
  for (auto& p : s.dayparts) parts.push_back(write_hours(p));
  for (auto& i : s.items) items.push_back(json::object{{"approval", i.approval}, {"ms", std::int64_t{i.duration.count()}}});
  json::object o{{"id", s.id},
                 {"campaign", s.campaign},
                 {"class", std::string(class_name(s.priority))},
                 {"weight", s.weight},
                 {"from", format_date(s.from)},
                 {"until", format_date(s.until)},
                 {"dayparts", std::move(parts)},
                 {"items", std::move(items)}};
  if (s.max_per_hour) o["max_per_hour"] = *s.max_per_hour;
  if (s.min_spacing) o["min_spacing_s"] = std::int64_t{s.min_spacing->count()};
  if (s.layer != Layer::main) o["zone"] = std::string(layer_name(s.layer));
  if (s.once) o["once"] = true;
  return o;
}

// Two decimal digits, or -1.
int two_digits(std::string_view s) {
  if (s.size() != 2 || s[0] < '0' || s[0] > '9' || s[1] < '0' || s[1] > '9') return -1;
  return (s[0] - '0') * 10 + (s[1] - '0');
}

}  // namespace

std::string_view class_name(Class c) {
  return kClasses[static_cast<std::size_t>(c)];
}
std::string_view layer_name(Layer l) {
  return kLayerNames[static_cast<std::size_t>(l)];
}

Result<Date> parse_date(std::string_view text) {
  Error bad = fail(Code::bad_field, {{"field", "date"}, {"what", std::string(text.substr(0, 16)) + " (YYYY-MM-DD)"}});
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return bad;
  int hundreds = two_digits(text.substr(0, 2)), ones = two_digits(text.substr(2, 2));
  int month = two_digits(text.substr(5, 2)), day = two_digits(text.substr(8, 2));
  if (hundreds < 0 || ones < 0 || month < 0 || day < 0) return bad;
  int year = hundreds * 100 + ones;
  Date d{std::chrono::year{year}, std::chrono::month{static_cast<unsigned>(month)}, std::chrono::day{static_cast<unsigned>(day)}};
  if (!d.ok() || year < 1970) return bad;
  return d;
}
std::string format_date(Date d) {
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(d.year()), static_cast<unsigned>(d.month()), static_cast<unsigned>(d.day()));
}
Result<int> parse_minutes(std::string_view text, bool allow_24) {
  int h = text.size() == 5 ? two_digits(text.substr(0, 2)) : -1;
  int m = text.size() == 5 && text[2] == ':' ? two_digits(text.substr(3, 2)) : -1;
  if (h < 0 || m < 0 || m > 59 || h > 24 || (h == 24 && (!allow_24 || m != 0)))
    return fail(Code::bad_field, {{"field", "time"}, {"what", std::string(text.substr(0, 8)) + " (HH:MM)"}});
  return h * 60 + m;
}
std::string format_minutes(int minutes) {
  return fmt::format("{:02}:{:02}", minutes / 60, minutes % 60);
}

Result<Playlist> parse_playlist(std::string_view text) {
  FZ_TRY(json::value v, json::parse(text, {.max_bytes = kMaxPlaylistBytes}));
  json::Reader r(v, "playlist");
  auto schema = r.integer("schema", 1, 1'000'000);
  // The version first: a newer document may have members that this reader would call unknown.
  if (r.ok() && schema != 1) return fail(Code::playlist_schema, {{"schema", std::to_string(schema)}});
  const json::array* slots = r.list("slots", kMaxSlots);
  const json::array *output = r.list("output", kMaxOutputRules, false), *silent = r.list("silent", kMaxOutputRules, false);
  Playlist p;
  for (auto [name, into] : {std::pair{"layout", &p.layout}, std::pair{"facts", &p.facts}})
    if (r.any(name, false)) *into = read_id(r, "playlist", name);
  FZ_CHECK(r.finish());
  FZ_TRY(auto rules, read_rules(output, silent));
  p.output = std::move(rules.output);
  p.silent = std::move(rules.silent);
  std::set<std::string> ids;
  for (std::size_t i = 0; i < slots->size(); ++i) {
    FZ_TRY(Slot slot, read_slot((*slots)[i], fmt::format("slots[{}]", i)));
    if (!ids.insert(slot.id).second) return fail(Code::playlist_duplicate, {{"slot", slot.id}});
    p.slots.push_back(std::move(slot));
  }
  return p;
}

std::string write_playlist(const Playlist& p) {
  json::array slots;
  for (auto& s : p.slots) slots.push_back(write_slot(s));
  json::object out{{"schema", 1}, {"slots", std::move(slots)}};
  if (!p.layout.empty()) out["layout"] = p.layout;
  if (!p.facts.empty()) out["facts"] = p.facts;
  write_rules(p.output, p.silent, out);
  return json::write(out);
}

Result<OutputRules> parse_output_rules(std::string_view text) {
  FZ_TRY(json::value v, json::parse(text));
  json::Reader r(v, "output");
  const json::array *output = r.list("output", kMaxOutputRules, false), *silent = r.list("silent", kMaxOutputRules, false);
  FZ_CHECK(r.finish());
  return read_rules(output, silent);
}
std::string write_output_rules(const OutputRules& rules) {
  json::object out;
  write_rules(rules.output, rules.silent, out);
  return json::write(out);
}

}  // namespace fz::schedule
