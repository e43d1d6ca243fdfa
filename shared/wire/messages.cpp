#include "shared/wire/messages.hpp"

#include <array>

#include "shared/base/json.hpp"
#include "shared/wire/channel.hpp"

namespace fz::wire {
namespace {
using json::object;
using json::Reader;

constexpr std::int64_t kMaxMs = std::int64_t{1} << 48;
constexpr std::size_t kMaxId = 64;
constexpr std::size_t kMaxHeld = 1000;  // plays in a screen's queues

struct Name {
  EndReason reason;
  std::string_view name;
};
constexpr std::array<Name, 5> kReasons{{{EndReason::completed, "completed"},
                                        {EndReason::stopped, "stopped"},
                                        {EndReason::short_, "short"},
                                        {EndReason::decoder_died, "decoder_died"},
                                        {EndReason::replaced, "replaced"}}};

// One overload of put() and get() per message: members in the order of the README's table.
object start(std::string_view name) {
  object o;
  o["m"] = name;
  return o;
}

// Texts that are left out when empty.
void put_texts(object& o, std::initializer_list<std::pair<const char*, const std::string&>> texts) {
  for (const auto& [name, text] : texts)
    if (!text.empty()) o[name] = text;
}

object put(const Hello& m) {
  auto o = start("hello");
  o["version"] = m.version;
  return o;
}
void get(Reader& r, Hello& m) {
  m.version = static_cast<int>(r.integer("version", 1, 1000));
}

object put(const Cue& m) {
  auto o = start("cue");
  o["play"] = m.play;
  o["zone"] = m.zone;
  o["duration_ms"] = m.duration_ms;
  if (m.kind == CueKind::text) {
    o["kind"] = "text";
    o["text"] = m.text;
  } else {
    o["kind"] = "media";
    o["width"] = m.width;
    o["height"] = m.height;
    o["slots"] = m.slots;
    o["audio_frames"] = m.audio_frames;
  }
  return o;
}
void get(Reader& r, Cue& m) {
  m.play = r.string("play", kMaxId);
  m.zone = r.string("zone", kMaxId);
  m.duration_ms = r.integer("duration_ms", 0, kMaxMs);
  auto kind = r.string("kind", 16);
  if (!r.ok()) return;
  if (kind == "media") {
    m.width = static_cast<int>(r.integer("width", 16, 8192));
    m.height = static_cast<int>(r.integer("height", 16, 8192));
    m.slots = static_cast<int>(r.integer("slots", 2, 64));
    m.audio_frames = static_cast<int>(r.integer("audio_frames", 0, 480000));
  } else if (kind == "text") {
    m.kind = CueKind::text;
    m.text = r.string("text", kMaxPacket);
  } else {
    r.reject(fail(Code::bad_field, {{"field", "cue.kind"}, {"what", "media / text"}}));
  }
}

object put(const Go& m) {
  auto o = start("go");
  o["play"] = m.play;
  if (m.now) o["now"] = true;
  return o;
}
void get(Reader& r, Go& m) {
  m.play = r.string("play", kMaxId);
  m.now = r.boolean_or("now", false);
}

object put(const Stop& m) {
  auto o = start("stop");
  o["play"] = m.play;
  o["reason"] = m.reason;
  return o;
}
void get(Reader& r, Stop& m) {
  m.play = r.string("play", kMaxId);
  m.reason = r.string("reason", kMaxId);
}

object put(const Slate& m) {
  auto o = start("slate");
  put_texts(o, {{"state", m.state}, {"site", m.site}, {"server", m.server}, {"code", m.code}, {"message", m.message}});
  return o;
}
void get(Reader& r, Slate& m) {
  m.state = r.string_or("state", "", 256);
  m.site = r.string_or("site", "", 256);
  m.server = r.string_or("server", "", 512);
  m.code = r.string_or("code", "", 64);
  m.message = r.string_or("message", "", 2048);
}

object put(const Ticker& m) {
  auto o = start("ticker");
  o["lines"] = json::array(m.lines.begin(), m.lines.end());
  o["px_per_s"] = m.px_per_s;
  return o;
}
void get(Reader& r, Ticker& m) {
  m.lines = r.strings("lines", 64, 2048);
  m.px_per_s = static_cast<int>(r.integer("px_per_s", 10, 2000));
}

object put(const Layout& m) {
  auto o = start("layout");
  put_texts(o, {{"id", m.id}, {"layout", m.layout}, {"facts", m.facts}, {"region", m.region}, {"site", m.site}});
  return o;
}
void get(Reader& r, Layout& m) {
  m.id = r.string_or("id", "", kMaxId);
  m.layout = r.string_or("layout", "", kMaxPacket);
  m.facts = r.string_or("facts", "", kMaxPacket);
  m.region = r.string_or("region", "", kMaxId);
  m.site = r.string_or("site", "", kMaxId);
}

object put(const Ack& m) {
  auto o = start("ack");
  o["play"] = m.play;
  return o;
}
void get(Reader& r, Ack& m) {
  m.play = r.string("play", kMaxId);
}

object put(const TakeShot& m) {
  auto o = start("shot");
  o["id"] = m.id;
  o["max_bytes"] = m.max_bytes;
  return o;
}
void get(Reader& r, TakeShot& m) {
  m.id = r.string("id", kMaxId);
  m.max_bytes = r.integer("max_bytes", 1024, 1 << 26);
}

object put(const Output& m) {
  auto o = start("output");
  o["brightness_percent"] = m.brightness_percent;
  o["volume_percent"] = m.volume_percent;
  o["muted"] = m.muted;
  if (!m.on) o["on"] = false;
  return o;
}
bool boolean(Reader& r, std::string_view name) {
  r.any(name);  // required
  return r.boolean_or(name, false);
}
void get(Reader& r, Output& m) {
  m.brightness_percent = static_cast<int>(r.integer("brightness_percent", 0, 100));
  m.volume_percent = static_cast<int>(r.integer("volume_percent", 0, 100));
  m.muted = boolean(r, "muted");
  m.on = r.boolean_or("on", true);
}

object put(const Ready& m) {
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
Result<ReadyZone> get_zone(const json::value& v) {
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
void get(Reader& r, Ready& m) {
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

object put(const Resumed& m) {
  auto o = start("resumed");
  o["plays"] = json::array(m.plays.begin(), m.plays.end());
  return o;
}
void get(Reader& r, Resumed& m) {
  m.plays = r.strings("plays", kMaxHeld, kMaxId);
}

object put(const Cued& m) {
  auto o = start("cued");
  o["play"] = m.play;
  return o;
}
void get(Reader& r, Cued& m) {
  m.play = r.string("play", kMaxId);
}

object put(const Failed& m) {
  auto o = start("failed");
  o["play"] = m.play;
  o["code"] = m.code;
  o["detail"] = m.detail;
  return o;
}
void get(Reader& r, Failed& m) {
  m.play = r.string("play", kMaxId);
  m.code = r.string("code", 64);
  m.detail = r.string("detail", 4096);
}

object put(const Started& m) {
  auto o = start("started");
  o["play"] = m.play;
  o["at_ms"] = m.at_ms;
  o["late_ms"] = m.late_ms;
  return o;
}
void get(Reader& r, Started& m) {
  m.play = r.string("play", kMaxId);
  m.at_ms = r.integer("at_ms", 0, kMaxMs);
  m.late_ms = r.integer("late_ms", -kMaxMs, kMaxMs);
}

object put(const Ended& m) {
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
void get(Reader& r, Ended& m) {
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

object put(const Idle& m) {
  auto o = start("idle");
  o["zone"] = m.zone;
  return o;
}
void get(Reader& r, Idle& m) {
  m.zone = r.string("zone", kMaxId);
}

object put(const Alive& m) {
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
void get(Reader& r, Alive& m) {
  m.frames = r.integer("frames", 0, kMaxMs);
  m.pts_ns = r.integer("pts_ns", 0, std::int64_t{1} << 53);
  m.rss_kb = r.integer("rss_kb", 0, kMaxMs);
  m.holding = boolean(r, "holding");
  m.slate = boolean(r, "slate");
  m.off = r.boolean_or("off", false);
  m.sound_lost = r.boolean_or("sound_lost", false);
}

object put(const Shot& m) {
  auto o = start("shot");
  o["id"] = m.id;
  return o;
}
void get(Reader& r, Shot& m) {
  m.id = r.string("id", kMaxId);
}

template <class Out, class M>
Result<std::optional<Out>> read_as(const json::value& v, std::string_view name) {
  M m;
  Reader r(v, std::string(name));
  r.ignore("m");
  get(r, m);
  FZ_CHECK(r.finish());
  return std::optional<Out>(std::move(m));
}
template <class Out>
struct Kind {
  std::string_view name;
  Result<std::optional<Out>> (*read)(const json::value&, std::string_view);
};
constexpr std::array<Kind<ToScreen>, 10> kToScreen{{{"hello", read_as<ToScreen, Hello>},
                                                    {"cue", read_as<ToScreen, Cue>},
                                                    {"go", read_as<ToScreen, Go>},
                                                    {"stop", read_as<ToScreen, Stop>},
                                                    {"slate", read_as<ToScreen, Slate>},
                                                    {"ticker", read_as<ToScreen, Ticker>},
                                                    {"layout", read_as<ToScreen, Layout>},
                                                    {"ack", read_as<ToScreen, Ack>},
                                                    {"shot", read_as<ToScreen, TakeShot>},
                                                    {"output", read_as<ToScreen, Output>}}};
constexpr std::array<Kind<ToAgent>, 9> kToAgent{{{"ready", read_as<ToAgent, Ready>},
                                                 {"resumed", read_as<ToAgent, Resumed>},
                                                 {"cued", read_as<ToAgent, Cued>},
                                                 {"failed", read_as<ToAgent, Failed>},
                                                 {"started", read_as<ToAgent, Started>},
                                                 {"ended", read_as<ToAgent, Ended>},
                                                 {"idle", read_as<ToAgent, Idle>},
                                                 {"alive", read_as<ToAgent, Alive>},
                                                 {"shot", read_as<ToAgent, Shot>}}};

template <class Out, std::size_t N>
Result<std::optional<Out>> from_json(std::string_view text, const std::array<Kind<Out>, N>& kinds) {
  FZ_TRY(auto v, json::parse(text, {kMaxPacket, 4}));
  Reader head(v, "message");
  auto name = head.string("m", 32);
  FZ_CHECK(head.finish(true));
  for (auto& k : kinds)
    if (k.name == name) return k.read(v, name);
  return std::optional<Out>();
}
}  // namespace

std::string_view end_reason_name(EndReason reason) {
  for (auto& k : kReasons)
    if (k.reason == reason) return k.name;
  return "stopped";
}
std::string to_json(const ToScreen& m) {
  return std::visit([](auto& x) { return json::write(put(x)); }, m);
}
std::string to_json(const ToAgent& m) {
  return std::visit([](auto& x) { return json::write(put(x)); }, m);
}
Result<std::optional<ToScreen>> to_screen_from_json(std::string_view text) {
  return from_json(text, kToScreen);
}
Result<std::optional<ToAgent>> to_agent_from_json(std::string_view text) {
  return from_json(text, kToAgent);
}

}  // namespace fz::wire
