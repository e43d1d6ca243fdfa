#include "shared/wire/messages_io.hpp"

namespace fz::wire {

static constexpr std::size_t kMaxHeld = 1000;  // plays in a screen's queues

static object put(const Ready& m) {
  auto o = start("ready");
  o["version"] = m.version;
  o["width"] = m.width;
  o["height"] = m.height;
  o["fps_n"] = m.fps_n;
  o["fps_d"] = m.fps_d;
  o["sink"] = m.sink;
  o["run"] = m.run;
  put_texts(o, {{"layout", m.layout}});
  json::array zones;
  for (const auto& z : m.zones)
    zones.push_back(object{{"zone", z.zone}, {"width", z.width}, {"height", z.height}, {"fit", z.fit}, {"surround", z.surround}});
  if (!zones.empty()) o["zones"] = std::move(zones);
  return o;
}
static Result<ReadyZone> get_zone(const json::value& v) {
  Reader r(v, "ready.zones");
  ReadyZone z;
  z.zone = r.string("zone", kMaxId);
  z.width = static_cast<int>(r.integer("width", 16, 16384));
  z.height = static_cast<int>(r.integer("height", 16, 16384));
  z.fit = r.string("fit", 16);
  z.surround = r.string("surround", 16);
  FZ_CHECK(r.finish());
  return z;
}
static void get(Reader& r, Ready& m) {
  m.version = static_cast<int>(r.integer("version", 1, 1000));
  m.width = static_cast<int>(r.integer("width", 16, 16384));
  m.height = static_cast<int>(r.integer("height", 16, 16384));
  m.fps_n = static_cast<int>(r.integer("fps_n", 1, 1'000'000));
  m.fps_d = static_cast<int>(r.integer("fps_d", 1, 1'000'000));
  m.sink = r.string("sink", 64);
  m.run = r.string("run", kMaxId);
  m.layout = r.string_or("layout", "", kMaxId);
  if (const auto* zones = r.list("zones", 8, false))
    for (const auto& v : *zones) {
      auto zone = get_zone(v);
      if (!zone) return r.reject(zone.error());
      m.zones.push_back(*std::move(zone));
    }
}

static object put(const Resumed& m) {
  auto o = start("resumed");
  o["plays"] = json::array(m.plays.begin(), m.plays.end());
  return o;
}
static void get(Reader& r, Resumed& m) {
  m.plays = r.strings("plays", kMaxHeld, kMaxId);
}

static object put(const Cued& m) {
  auto o = start("cued");
  o["play"] = m.play;
  return o;
}
static void get(Reader& r, Cued& m) {
  m.play = r.string("play", kMaxId);
}

static object put(const Failed& m) {
  auto o = start("failed");
  o["play"] = m.play;
  o["code"] = m.code;
  o["detail"] = m.detail;
  return o;
}
static void get(Reader& r, Failed& m) {
  m.play = r.string("play", kMaxId);
  m.code = r.string("code", 64);
  m.detail = r.string("detail", 4096);
}

static object put(const Started& m) {
  auto o = start("started");
  o["play"] = m.play;
  o["at_ms"] = m.at_ms;
  o["late_ms"] = m.late_ms;
  return o;
}
static void get(Reader& r, Started& m) {
  m.play = r.string("play", kMaxId);
  m.at_ms = r.integer("at_ms", 0, kMaxMs);
  m.late_ms = r.integer("late_ms", -kMaxMs, kMaxMs);
}

static object put(const Ended& m) {
  auto o = start("ended");
  o["play"] = m.play;
  o["reason"] = end_reason_name(m.reason);
  o["at_ms"] = m.at_ms;
  o["shown_ms"] = m.shown_ms;
  o["frames"] = m.frames;
  o["lost"] = m.lost;
  o["black"] = m.black;
  o["crc_first"] = m.crc_first;
  o["crc_last"] = m.crc_last;
  if (m.samples > 0) o["samples"] = m.samples;
  if (m.sound_rms > 0) o["sound_rms"] = m.sound_rms;
  return o;
}
static void get(Reader& r, Ended& m) {
  m.play = r.string("play", kMaxId);
  auto reason = r.string("reason", 16);
  m.at_ms = r.integer("at_ms", 0, kMaxMs);
  m.shown_ms = r.integer("shown_ms", 0, kMaxMs);
  m.frames = r.integer("frames", 0, kMaxMs);
  m.lost = r.integer("lost", 0, kMaxMs);
  m.black = r.integer("black", 0, kMaxMs);
  m.crc_first = static_cast<std::uint32_t>(r.integer("crc_first", 0, 0xffffffff));
  m.crc_last = static_cast<std::uint32_t>(r.integer("crc_last", 0, 0xffffffff));
  m.samples = r.integer_or("samples", 0, 0, kMaxMs);
  m.sound_rms = static_cast<int>(r.integer_or("sound_rms", 0, 0, 32768));
  for (auto& k : kReasons)
    if (k.name == reason) {
      m.reason = k.reason;
      return;
    }
  r.reject(fail(Code::bad_field, {{"field", "ended.reason"}, {"what", "completed / stopped / short / decoder_died / replaced"}}));
}

static object put(const Idle& m) {
  auto o = start("idle");
  o["zone"] = m.zone;
  return o;
}
static void get(Reader& r, Idle& m) {
  m.zone = r.string("zone", kMaxId);
}

static object put(const Alive& m) {
  auto o = start("alive");
  o["frames"] = m.frames;
  o["pts_ns"] = m.pts_ns;
  o["rss_kb"] = m.rss_kb;
  o["holding"] = m.holding;
  o["slate"] = m.slate;
  if (m.off) o["off"] = true;
  if (m.sound_lost) o["sound_lost"] = true;
  return o;
}
static void get(Reader& r, Alive& m) {
  m.frames = r.integer("frames", 0, kMaxMs);
  m.pts_ns = r.integer("pts_ns", 0, std::int64_t{1} << 53);
  m.rss_kb = r.integer("rss_kb", 0, kMaxMs);
  m.holding = boolean(r, "holding");
  m.slate = boolean(r, "slate");
  m.off = r.boolean_or("off", false);
  m.sound_lost = r.boolean_or("sound_lost", false);
}

static object put(const Shot& m) {
  auto o = start("shot");
  o["id"] = m.id;
  return o;
}
static void get(Reader& r, Shot& m) {
  m.id = r.string("id", kMaxId);
}

static constexpr std::array<Kind<ToAgent>, 9> kToAgent{{{"ready", read_as<ToAgent, Ready>},
                                                        {"resumed", read_as<ToAgent, Resumed>},
                                                        {"cued", read_as<ToAgent, Cued>},
                                                        {"failed", read_as<ToAgent, Failed>},
                                                        {"started", read_as<ToAgent, Started>},
                                                        {"ended", read_as<ToAgent, Ended>},
                                                        {"idle", read_as<ToAgent, Idle>},
                                                        {"alive", read_as<ToAgent, Alive>},
                                                        {"shot", read_as<ToAgent, Shot>}}};

std::string_view end_reason_name(EndReason reason) {
  for (auto& k : kReasons)
    if (k.reason == reason) return k.name;
  return "stopped";
}
std::string to_json(const ToAgent& m) {
  return std::visit([](auto& x) { return json::write(put(x)); }, m);
}
Result<std::optional<ToAgent>> to_agent_from_json(std::string_view text) {
  return from_json(text, kToAgent);
}

}  // namespace fz::wire
