#include "server/campaigns/campaigns.hpp"

namespace fz::campaigns {
namespace {

json::array words(const std::vector<std::string>& list) {
  return json::array(list.begin(), list.end());
}

Result<schedule::DayPart> daypart(const json::value& v) {
  json::Reader r(v, "dayparts");
  schedule::DayPart p;
  p.days = 0;
  if (auto* days = r.list("days", 7))
    for (auto& d : *days) {
      if (!d.is_int64() || d.get_int64() < 1 || d.get_int64() > 7)
        return fail(Code::bad_field, {{"field", "dayparts.days"}, {"what", "1...7"}});
      p.days = static_cast<std::uint8_t>(p.days | 1u << (d.get_int64() - 1));
    }
  auto from = r.string("from", 5), to = r.string("to", 5);
  FZ_CHECK(r.finish());
  FZ_TRY(p.from, schedule::parse_minutes(from, false));
  FZ_TRY(p.to, schedule::parse_minutes(to, true));
  return p;
}

Result<CampaignItem> item(const json::value& v) {
  json::Reader r(v, "items");
  CampaignItem i;
  i.item = r.string("item", 64);
  i.duration = Millis{r.integer("ms", 1000, 14'400'000)};
  FZ_CHECK(r.finish());
  return i;
}

Result<Target> target(const json::value& v) {
  json::Reader r(v, "target");
  Target t{r.string("unit", 64), r.strings("venues", 64, 64, false), r.strings("audiences", 64, 64, false),
           r.strings("tags", 64, 64, false)};
  FZ_CHECK(r.finish());
  return t;
}

}  // namespace

json::value to_json(const Campaign& c) {
  json::array parts, items;
  for (auto& p : c.dayparts) {
    json::array days;
    for (int d = 1; d <= 7; ++d)
      if (p.days >> (d - 1) & 1) days.emplace_back(d);
    parts.push_back(
        json::object{{"days", std::move(days)}, {"from", schedule::format_minutes(p.from)}, {"to", schedule::format_minutes(p.to)}});
  }
  for (auto& i : c.items) items.push_back(json::object{{"item", i.item}, {"ms", i.duration.count()}});
  json::object out{{"name", c.name},
                   {"class", schedule::class_name(c.priority)},
                   {"layer", schedule::layer_name(c.layer)},
                   {"weight", c.weight},
                   {"from", schedule::format_date(c.from)},
                   {"until", schedule::format_date(c.until)},
                   {"dayparts", std::move(parts)},
                   {"items", std::move(items)},
                   {"target", json::object{{"unit", c.target.unit},
                                           {"venues", words(c.target.venues)},
                                           {"audiences", words(c.target.audiences)},
                                           {"tags", words(c.target.tags)}}}};
  if (!c.layout.empty()) out["layout"] = c.layout;
  if (!c.facts.empty()) out["facts"] = c.facts;
  if (c.max_per_hour) out["max_per_hour"] = *c.max_per_hour;
  if (c.once) out["once"] = true;
  if (c.min_spacing) out["min_spacing_s"] = c.min_spacing->count();
  return out;
}

Result<Campaign> from_json(const json::value& v) {
  json::Reader r(v, "");
  Campaign c;
  c.name = r.string("name", 400);
  auto cls = r.string_or("class", "campaign"), layer = r.string_or("layer", "main");
  c.weight = static_cast<int>(r.integer_or("weight", 1, 1, 1000));
  auto from = r.string("from", 10), until = r.string("until", 10);
  auto* parts = r.list("dayparts", schedule::kMaxDayParts, false);
  auto* items = r.list("items", 100'000);
  auto* where = r.object_member("target");
  auto per_hour = r.integer_or("max_per_hour", 0, 1, 3600), spacing = r.integer_or("min_spacing_s", 0, 1, 604'800);
  c.layout = r.string_or("layout", "", 64);
  c.facts = r.string_or("facts", "", 64);
  c.once = r.boolean_or("once", false);
  FZ_CHECK(r.finish());

  bool known = false;
  for (auto k :
       {schedule::Class::emergency, schedule::Class::boot, schedule::Class::timed, schedule::Class::campaign, schedule::Class::filler})
    if (schedule::class_name(k) == cls) c.priority = k, known = true;
  if (!known) return fail(Code::bad_field, {{"field", "class"}, {"what", cls}});
  known = false;
  for (auto l : {schedule::Layer::main, schedule::Layer::ticker, schedule::Layer::side})
    if (schedule::layer_name(l) == layer) c.layer = l, known = true;
  if (!known) return fail(Code::bad_field, {{"field", "layer"}, {"what", layer}});
  FZ_TRY(c.from, schedule::parse_date(from));
  FZ_TRY(c.until, schedule::parse_date(until));
  if (items->size() > schedule::kMaxItemsPerSlot)
    return fail(Code::campaign_items, {{"limit", std::to_string(schedule::kMaxItemsPerSlot)}});
  if (parts)
    for (auto& p : *parts) {
      FZ_TRY(auto part, daypart(p));
      c.dayparts.push_back(part);
    }
  for (auto& i : *items) {
    FZ_TRY(auto one, item(i));
    c.items.push_back(std::move(one));
  }
  FZ_TRY(c.target, target(*where));
  if (per_hour) c.max_per_hour = static_cast<int>(per_hour);
  if (spacing) c.min_spacing = Seconds{spacing};
  return c;
}

}  // namespace fz::campaigns
