#include "shared/layout/layout.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "shared/base/json.hpp"

namespace fz::layout {
namespace {

constexpr std::array<std::string_view, 4> kKinds{"main", "ticker", "side", "corner"};
constexpr std::array<std::string_view, 3> kShapes{"landscape", "portrait", "strip"};
constexpr std::array<std::string_view, 3> kFits{"contain", "cover", "exact"};
constexpr std::array<std::string_view, 2> kSurrounds{"plain", "blur"};
constexpr std::array<std::string_view, 2> kTransitions{"cut", "fade"};
constexpr int kMaxRatio = 100'000;

Error wrong(const std::string& where, std::string_view field, std::string what) {
  return fail(Code::bad_field, {{"field", where + "." + std::string(field)}, {"what", std::move(what)}});
}

// The value whose name a member has; a missing member is the first one.
template <class Value, std::size_t N>
Value choice(json::Reader& r, const std::string& where, std::string_view field, const std::array<std::string_view, N>& names,
             bool required = false) {
  const auto text = required ? r.string(field, 16) : r.string_or(field, std::string(names[0]), 16);
  for (std::size_t i = 0; i < N; ++i)
    if (names[i] == text) return static_cast<Value>(i);
  if (r.ok()) r.reject(wrong(where, field, fmt::format("{}", fmt::join(names, " | "))));
  return Value{};
}

bool is_id(std::string_view id) {
  return !id.empty() && id.size() <= 32 && std::all_of(id.begin(), id.end(), [](unsigned char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
}

std::optional<std::uint32_t> colour(std::string_view text) {
  if (text.size() != 7 || text[0] != '#') return std::nullopt;
  std::uint32_t value = 0;
  for (char c : text.substr(1)) {
    const int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
    if (digit < 0) return std::nullopt;
    value = value << 4 | static_cast<std::uint32_t>(digit);
  }
  return value;
}

bool overlap(const Zone& a, const Zone& b) {
  return a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
}

Result<Zone> read_zone(const json::value& v, const std::string& where) {
  json::Reader r(v, where);
  Zone z;
  z.id = r.string("id", 32);
  z.kind = choice<Kind>(r, where, "kind", kKinds, true);
  z.x = static_cast<int>(r.integer("x", 0, 10'000));
  z.y = static_cast<int>(r.integer("y", 0, 10'000));
  z.w = static_cast<int>(r.integer("w", 1, 10'000));
  z.h = static_cast<int>(r.integer("h", 1, 10'000));
  if (z.kind == Kind::ticker) {
    z.px_per_s = static_cast<int>(r.integer_or("px_per_s", 120, 10, 2000));
  } else if (z.kind != Kind::corner) {
    z.fit = choice<Fit>(r, where, "fit", kFits);
    z.surround = choice<Surround>(r, where, "surround", kSurrounds);
  }
  FZ_CHECK(r.finish());
  if (!is_id(z.id)) return wrong(where, "id", "1-32 of a-z 0-9 - _");
  if (z.x + z.w > 1000 || z.y + z.h > 1000) return fail(Code::layout_outside, {{"zone", z.id}});
  return z;
}

Result<Variant> read_variant(const json::value& v, const std::string& where) {
  json::Reader r(v, where);
  Variant out;
  const auto shape = r.string("shape", 16), background = r.string_or("background", "#0b2a52", 7);
  out.min_ratio = static_cast<int>(r.integer_or("min_ratio", 0, 1, kMaxRatio));
  out.max_ratio = static_cast<int>(r.integer_or("max_ratio", 0, 1, kMaxRatio));
  const auto* zones = r.list("zones", kMaxZones);
  FZ_CHECK(r.finish());
  out.shape = shape_named(shape);
  if (!out.shape && shape != "any") return wrong(where, "shape", "landscape | portrait | strip | any");
  const auto rgb = colour(background);
  if (!rgb) return wrong(where, "background", "#rrggbb");
  out.background = *rgb;
  if (out.max_ratio && out.max_ratio < out.min_ratio) return wrong(where, "max_ratio", "< min_ratio");
  for (std::size_t i = 0; i < zones->size(); ++i) {
    FZ_TRY(auto zone, read_zone((*zones)[i], fmt::format("{}.zones[{}]", where, i)));
    for (const auto& other : out.zones) {
      if (other.id == zone.id) return fail(Code::layout_twice, {{"zone", zone.id}});
      if (other.kind == zone.kind) return fail(Code::layout_twice, {{"zone", std::string(kind_name(zone.kind))}});
      if (overlap(other, zone)) return fail(Code::layout_overlap, {{"zone", other.id}, {"other", zone.id}});
    }
    out.zones.push_back(std::move(zone));
  }
  std::stable_partition(out.zones.begin(), out.zones.end(), [](const Zone& z) { return z.kind == Kind::main; });
  if (out.zones.empty() || out.zones.front().kind != Kind::main) return fail(Code::layout_no_main, {{"variant", where}});
  return out;
}

json::object write_zone(const Zone& z) {
  json::object o{{"id", z.id}, {"kind", std::string(kind_name(z.kind))}, {"x", z.x}, {"y", z.y}, {"w", z.w}, {"h", z.h}};
  if (z.fit != Fit::contain) o["fit"] = std::string(fit_name(z.fit));
  if (z.surround != Surround::plain) o["surround"] = std::string(surround_name(z.surround));
  if (z.kind == Kind::ticker && z.px_per_s != 120) o["px_per_s"] = z.px_per_s;
  return o;
}

}  // namespace

std::string_view kind_name(Kind kind) {
  return kKinds[static_cast<std::size_t>(kind)];
}
std::string_view shape_name(Shape shape) {
  return kShapes[static_cast<std::size_t>(shape)];
}
std::string_view fit_name(Fit fit) {
  return kFits[static_cast<std::size_t>(fit)];
}
std::string_view surround_name(Surround surround) {
  return kSurrounds[static_cast<std::size_t>(surround)];
}
std::optional<Shape> shape_named(std::string_view name) {
  for (std::size_t i = 0; i < kShapes.size(); ++i)
    if (kShapes[i] == name) return static_cast<Shape>(i);
  return std::nullopt;
}
std::optional<Shape> shape_of_profile(std::string_view profile) {
  const auto dash = profile.find('-');
  return dash == std::string_view::npos ? std::nullopt : shape_named(profile.substr(0, dash));
}
std::string_view plain_profile(std::string_view profile) {
  return shape_of_profile(profile) ? profile.substr(profile.find('-') + 1) : profile;
}
std::optional<Fit> fit_named(std::string_view name) {
  for (std::size_t i = 0; i < kFits.size(); ++i)
    if (kFits[i] == name) return static_cast<Fit>(i);
  return std::nullopt;
}
Shape shape_of(int width, int height) {
  if (width >= 3 * height) return Shape::strip;
  return width < height ? Shape::portrait : Shape::landscape;
}

Result<Layout> parse(std::string_view text) {
  FZ_TRY(auto v, json::parse(text, {.max_bytes = kMaxLayoutBytes, .max_depth = 8}));
  json::Reader r(v, "layout");
  const auto schema = r.integer("schema", 1, 1'000'000);
  // The version first: a newer document may have members that this reader would call unknown.
  if (r.ok() && schema != 1) return fail(Code::layout_schema, {{"schema", std::to_string(schema)}});
  const auto type = r.string("type", 16);
  Layout out;
  out.name = r.string("name", 120);
  out.transition = choice<Transition>(r, "layout", "transition", kTransitions);
  const auto* variants = r.list("variants", kMaxVariants);
  FZ_CHECK(r.finish());
  if (type != "layout") return wrong("layout", "type", "layout");
  if (variants->empty()) return wrong("layout", "variants", "empty");
  if (std::any_of(out.name.begin(), out.name.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; }))
    return wrong("layout", "name", "control character");
  for (std::size_t i = 0; i < variants->size(); ++i) {
    FZ_TRY(auto variant, read_variant((*variants)[i], fmt::format("variants[{}]", i)));
    out.variants.push_back(std::move(variant));
  }
  return out;
}

std::string write(const Layout& layout) {
  json::array variants;
  for (const auto& v : layout.variants) {
    json::array zones;
    for (const auto& z : v.zones) zones.push_back(write_zone(z));
    json::object o{{"shape", v.shape ? std::string(shape_name(*v.shape)) : "any"}, {"zones", std::move(zones)}};
    if (v.background != Variant{}.background) o["background"] = fmt::format("#{:06x}", v.background);
    if (v.min_ratio) o["min_ratio"] = v.min_ratio;
    if (v.max_ratio) o["max_ratio"] = v.max_ratio;
    variants.push_back(std::move(o));
  }
  json::object o{{"schema", 1}, {"type", "layout"}, {"name", layout.name}, {"variants", std::move(variants)}};
  if (layout.transition != Transition::cut) o["transition"] = "fade";
  return json::write(o);
}

std::string describe(const Layout& layout) {
  std::string out =
      fmt::format("版面 layout: {}\n切换 transition: {}\n", layout.name, layout.transition == Transition::fade ? "fade 400 ms" : "cut");
  for (const auto& v : layout.variants) {
    out += fmt::format("{} #{:06x}", v.shape ? shape_name(*v.shape) : "any", v.background);
    if (v.min_ratio || v.max_ratio) out += fmt::format(" {}..{}/1000", v.min_ratio, v.max_ratio);
    out += '\n';
    for (const auto& z : v.zones) {
      out += fmt::format("  {} ({}): x {} y {} w {} h {} /1000", kind_name(z.kind), z.id, z.x, z.y, z.w, z.h);
      if (z.kind == Kind::ticker) out += fmt::format(", {} px/s", z.px_per_s);
      if (z.kind == Kind::main || z.kind == Kind::side) out += fmt::format(", {}, {}", fit_name(z.fit), surround_name(z.surround));
      out += '\n';
    }
  }
  return out;
}

}  // namespace fz::layout
