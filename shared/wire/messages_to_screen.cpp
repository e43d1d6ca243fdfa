#include "shared/wire/messages_io.hpp"

namespace fz::wire {

static object put(const Hello& m) {
  auto o = start("hello");
  o["version"] = m.version;
  return o;
}
static void get(Reader& r, Hello& m) {
  m.version = static_cast<int>(r.integer("version", 1, 1000));
}

static object put(const Cue& m) {
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
static void get(Reader& r, Cue& m) {
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

static object put(const Go& m) {
  auto o = start("go");
  o["play"] = m.play;
  if (m.now) o["now"] = true;
  return o;
}
static void get(Reader& r, Go& m) {
  m.play = r.string("play", kMaxId);
  m.now = r.boolean_or("now", false);
}

static object put(const Stop& m) {
  auto o = start("stop");
  o["play"] = m.play;
  o["reason"] = m.reason;
  return o;
}
static void get(Reader& r, Stop& m) {
  m.play = r.string("play", kMaxId);
  m.reason = r.string("reason", kMaxId);
}

static object put(const Slate& m) {
  auto o = start("slate");
  put_texts(o,
            {{"state", m.state}, {"site", m.site}, {"server", m.server}, {"code", m.code}, {"message", m.message}, {"device", m.device}});
  return o;
}
static void get(Reader& r, Slate& m) {
  m.state = r.string_or("state", "", 256);
  m.site = r.string_or("site", "", 256);
  m.server = r.string_or("server", "", 512);
  m.code = r.string_or("code", "", 64);
  m.message = r.string_or("message", "", 2048);
  m.device = r.string_or("device", "", 64);
}

static object put(const Ticker& m) {
  auto o = start("ticker");
  o["lines"] = json::array(m.lines.begin(), m.lines.end());
  o["px_per_s"] = m.px_per_s;
  return o;
}
static void get(Reader& r, Ticker& m) {
  m.lines = r.strings("lines", 64, 2048);
  m.px_per_s = static_cast<int>(r.integer("px_per_s", 10, 2000));
}

static object put(const Layout& m) {
  auto o = start("layout");
  put_texts(o, {{"id", m.id}, {"layout", m.layout}, {"facts", m.facts}, {"region", m.region}, {"site", m.site}});
  return o;
}
static void get(Reader& r, Layout& m) {
  m.id = r.string_or("id", "", kMaxId);
  m.layout = r.string_or("layout", "", kMaxPacket);
  m.facts = r.string_or("facts", "", kMaxPacket);
  m.region = r.string_or("region", "", kMaxId);
  m.site = r.string_or("site", "", kMaxId);
}

static object put(const Ack& m) {
  auto o = start("ack");
  o["play"] = m.play;
  return o;
}
static void get(Reader& r, Ack& m) {
  m.play = r.string("play", kMaxId);
}

static object put(const TakeShot& m) {
  auto o = start("shot");
  o["id"] = m.id;
  o["max_bytes"] = m.max_bytes;
  return o;
}
static void get(Reader& r, TakeShot& m) {
  m.id = r.string("id", kMaxId);
  m.max_bytes = r.integer("max_bytes", 1024, 1 << 26);
}

static object put(const Output& m) {
  auto o = start("output");
  o["brightness_percent"] = m.brightness_percent;
  o["volume_percent"] = m.volume_percent;
  o["muted"] = m.muted;
  if (!m.on) o["on"] = false;
  return o;
}
static void get(Reader& r, Output& m) {
  m.brightness_percent = static_cast<int>(r.integer("brightness_percent", 0, 100));
  m.volume_percent = static_cast<int>(r.integer("volume_percent", 0, 100));
  m.muted = boolean(r, "muted");
  m.on = r.boolean_or("on", true);
}

static constexpr std::array<Kind<ToScreen>, 10> kToScreen{{{"hello", read_as<ToScreen, Hello>},
                                                           {"cue", read_as<ToScreen, Cue>},
                                                           {"go", read_as<ToScreen, Go>},
                                                           {"stop", read_as<ToScreen, Stop>},
                                                           {"slate", read_as<ToScreen, Slate>},
                                                           {"ticker", read_as<ToScreen, Ticker>},
                                                           {"layout", read_as<ToScreen, Layout>},
                                                           {"ack", read_as<ToScreen, Ack>},
                                                           {"shot", read_as<ToScreen, TakeShot>},
                                                           {"output", read_as<ToScreen, Output>}}};

std::string to_json(const ToScreen& m) {
  return std::visit([](auto& x) { return json::write(put(x)); }, m);
}
Result<std::optional<ToScreen>> to_screen_from_json(std::string_view text) {
  return from_json(text, kToScreen);
}

}  // namespace fz::wire
