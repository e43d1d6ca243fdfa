#include "server/review/privacy.hpp"

#include <algorithm>

#include "server/review/rules.hpp"
#include "shared/privacy/privacy.hpp"
#include "shared/render/documents.hpp"

namespace fz::review {
namespace {

class Collector {
 public:
  void add(const std::string& where, std::string_view text) {
    for (const auto& f : privacy::find(text)) out_.push_back({where, std::string(privacy::kind_label(f.kind)), f.text});
  }
  void add(const std::string& where, const std::vector<std::string>& texts) {
    for (std::size_t i = 0; i < texts.size(); ++i) add(where + "第" + std::to_string(i + 1) + "条", texts[i]);
  }
  void operator()(const render::Bulletin& b) {
    add("标题", b.title);
    add("作案手法", b.how);
    add("识别要点", b.signs);
    add("损失", b.loss.value_or(""));
    add("防范提示", b.advice);
    if (b.law) add("法律依据", b.law->text);
    add("来源", b.source);
    if (b.qr) add("二维码说明", b.qr->caption);
  }
  void operator()(const render::Warning& w) {
    add("标题", w.title);
    add("地点", w.place);
    add("正文", w.text);
    add("防范提示", w.advice);
    add("来源", w.source);
    if (w.qr) add("二维码说明", w.qr->caption);
  }
  void operator()(const render::Slogan& s) { add("标语", s.text); }
  void operator()(const render::Facts&) {}
  std::vector<Unmasked> take() { return std::move(out_); }

 private:
  std::vector<Unmasked> out_;
};

constexpr std::string_view kSpokenMime = "application/vnd.fz.speech+json";  // server/speech
bool is_spoken(const Item& item) {
  return item.kind == library::Kind::audio && item.source_mime == kSpokenMime;
}
// What the server is to say is heard by everybody, like a bulletin is read.
Result<std::vector<Unmasked>> unmasked_in_speech(std::string_view document) {
  FZ_TRY(const auto parsed, json::parse(document));
  json::Reader in(parsed, "speech");
  const auto text = in.string("text", 16 * 1024);
  FZ_CHECK(in.finish(true));
  Collector collector;
  collector.add("播报文字", text);
  return collector.take();
}

}  // namespace

Result<std::vector<Unmasked>> unmasked(std::string_view document) {
  FZ_TRY(const auto parsed, render::parse_document(document));
  Collector collector;
  std::visit(collector, parsed);
  return collector.take();
}

Result<bool> privacy_is_due(const Tables& db, const Item& item, Act act) {
  const bool read = library::is_text_kind(item.kind) && item.kind != library::Kind::facts && item.kind != library::Kind::layout;
  if (!read && !is_spoken(item)) return false;
  if (act != Act::submit && act != Act::pass) return false;
  FZ_TRY(const State to, next_state(db, item, act));
  return act == Act::submit ? to == State::final : item.state == State::first || to == State::second;
}

Result<void> settle_privacy(const Tables& db, const Context& ctx, const Item& item, Act act, std::string_view document,
                            const Exceptions& exceptions) {
  FZ_TRY(const bool due, privacy_is_due(db, item, act));
  if (!due) return {};
  FZ_TRY(auto found, is_spoken(item) ? unmasked_in_speech(document) : unmasked(document));
  for (const auto& f : privacy::find(item.title))  // the list's title is signed and shown too
    found.push_back({"条目标题", std::string(privacy::kind_label(f.kind)), f.text});
  json::array used;
  for (const std::string& text : exceptions.texts) {
    const auto same = [&](const Unmasked& u) { return privacy::canonical(u.text) == privacy::canonical(text); };
    if (std::none_of(found.begin(), found.end(), same)) return fail(Code::bad_field, {{"field", "privacy_exceptions"}, {"what", text}});
    found.erase(std::remove_if(found.begin(), found.end(), same), found.end());
    used.emplace_back(text);
  }
  if (!found.empty()) {
    return fail(Code::privacy_unmasked, {{"where", found.front().where},
                                         {"kind", found.front().kind},
                                         {"what", found.front().text},
                                         {"count", std::to_string(found.size())}});
  }
  if (used.empty()) return {};
  if (exceptions.reason.empty()) return fail(Code::missing_field, {{"field", "comment"}});
  return ctx.record("review.privacy_exception", item.id,
                    {{"texts", std::move(used)}, {"reason", exceptions.reason}, {"version", item.version}});
}

}  // namespace fz::review
