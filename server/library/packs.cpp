#include "server/library/packs.hpp"

#include <algorithm>
#include <array>

#include "shared/base/bytes.hpp"

namespace fz::library {
namespace {

constexpr std::array<std::string_view, 7> kNames{"original", "screen", "chat", "audio", "print-a4", "print-a3", "text"};
constexpr std::array<std::pair<std::string_view, std::string_view>, 7> kSuffixes{{{"original", "原文件"},
                                                                                  {"screen", "屏幕版"},
                                                                                  {"chat", "聊天群"},
                                                                                  {"audio", "音频"},
                                                                                  {"print-a4", "A4"},
                                                                                  {"print-a3", "A3"},
                                                                                  {"text", "短文字"}}};
constexpr std::array<std::pair<std::string_view, std::string_view>, 12> kEnds{{{"video/mp4", ".mp4"},
                                                                               {"video/quicktime", ".mov"},
                                                                               {"video/webm", ".webm"},
                                                                               {"video/x-matroska", ".mkv"},
                                                                               {"audio/mp4", ".m4a"},
                                                                               {"audio/mpeg", ".mp3"},
                                                                               {"image/jpeg", ".jpg"},
                                                                               {"image/png", ".png"},
                                                                               {"image/webp", ".webp"},
                                                                               {"application/pdf", ".pdf"},
                                                                               {"text/plain", ".txt"},
                                                                               {"audio/x-wav", ".wav"}}};
constexpr std::string_view kSpeech = "application/vnd.fz.speech+json";  // as server/speech calls it; a test holds them together

using Way = PackPlan::Way;

PackPlan none(std::string zh, std::string en) {
  PackPlan p;
  p.zh = std::move(zh);
  p.en = std::move(en);
  return p;
}
PackPlan blob(const std::string& sha256, std::uint64_t length, const std::string& mime) {
  PackPlan p;
  p.way = Way::blob;
  p.sha256 = sha256;
  p.length = length;
  p.mime = mime;
  return p;
}
PackPlan blob(const Rendition& r) {
  return blob(r.sha256, r.length, r.mime);
}
PackPlan made(std::string mime) {
  PackPlan p;
  p.way = Way::made;
  p.mime = std::move(mime);
  return p;
}

PackPlan plan_original(const Item& item) {
  if (is_text_kind(item.kind) || item.source_mime == kSpeech) return none("文字内容没有原文件", "a text has no file of its own");
  return blob(item.source, item.source_length, item.source_mime);
}
PackPlan plan_screen(const Item& item, const Rendition* best) {
  if (is_text_kind(item.kind)) return none("文字内容由屏幕自己排版", "screens lay texts out themselves");
  return best ? blob(*best) : none("没有可播放的版本", "there is no rendition");
}
PackPlan plan_chat(const Item& item, const Rendition* best) {
  if (item.kind == Kind::poster) return made("image/jpeg");
  if (is_text_kind(item.kind)) return made("image/png");
  if (!best) return none("没有可播放的版本", "there is no rendition");
  if (item.kind == Kind::audio) {
    if (best->length <= kMaxChatBytes) return blob(*best);
    return none("声音太长，超过 25 MB", "the sound is too long for 25 MB");
  }
  if (best->duration_ms > kMaxChatMs)
    return none("视频超过 15 分钟，压不到 25 MB，请发短片或截取片段", "longer than 15 minutes: too much for 25 MB");
  return made("video/mp4");
}
PackPlan plan_audio(const Item& item, const Rendition* best) {
  if (item.kind == Kind::audio && best) return blob(*best);
  if (item.kind == Kind::video) return made("audio/mp4");
  return none("没有声音", "it has no sound");
}
PackPlan plan_print(const Item& item) {
  if (item.kind == Kind::poster || is_text_kind(item.kind)) return made("application/pdf");
  return none("视频和音频没有印刷版", "films and sounds are not printed");
}

}  // namespace

std::span<const std::string_view> pack_names() {
  return kNames;
}

const Rendition* main_rendition(const std::vector<Rendition>& renditions) {
  for (const std::string_view profile : {"1080p", "720p", "original", "still-1080p", "audio", "text"})
    for (const auto& r : renditions)
      if (r.profile == profile) return &r;
  return nullptr;
}

std::vector<PackPlan> plan_packs(const Item& item, const std::vector<Rendition>& renditions) {
  const Rendition* best = main_rendition(renditions);
  std::vector<PackPlan> out;
  for (const std::string_view name : kNames) {
    PackPlan p;
    const bool drawn = item.kind != Kind::layout && item.kind != Kind::facts;
    if (!drawn && name != "text")
      p = none("版式和本地信息没有可带走的版本", "layouts and local facts are for screens alone");
    else if (item.state != State::approved)
      p = none("还没有审核通过", "it is not approved");
    else if (name == "original")
      p = plan_original(item);
    else if (name == "screen")
      p = plan_screen(item, best);
    else if (name == "chat")
      p = plan_chat(item, best);
    else if (name == "audio")
      p = plan_audio(item, best);
    else if (name.starts_with("print-"))
      p = plan_print(item);
    else {
      p.way = Way::text;
      p.mime = "text/plain";
    }
    p.pack = name;
    out.push_back(std::move(p));
  }
  return out;
}

std::string pack_file_name(const Item& item, std::string_view pack, std::string_view mime) {
  const auto suffix = std::find_if(kSuffixes.begin(), kSuffixes.end(), [&](const auto& s) { return s.first == pack; });
  const auto end = std::find_if(kEnds.begin(), kEnds.end(), [&](const auto& e) { return e.first == mime; });
  if (pack == "original" && !item.source_name.empty()) return item.source_name;
  std::string name = item.title + "-" + std::string(suffix == kSuffixes.end() ? pack : suffix->second);
  if (end != kEnds.end()) name += end->second;
  return name;
}

Result<Job> ask_for_pack(Store& db, const Context& ctx, const Item& item, std::string_view pack) {
  FZ_TRY(const auto jobs, db.jobs(item.id, item.version));
  const Job* last = nullptr;
  for (const auto& j : jobs)
    if (j.kind == JobKind::pack && j.profile == pack) last = &j;
  const bool again =
      last && (last->state == JobState::done || (last->state == JobState::failed && ctx.now - last->updated > std::chrono::minutes(10)));
  if (last && !again) return *last;
  Job job;
  job.item = item.id;
  job.version = item.version;
  job.kind = JobKind::pack;
  job.profile = pack;
  job.created = job.updated = ctx.now;
  return db.add_job(job);
}

}  // namespace fz::library
