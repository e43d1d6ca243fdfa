#include "shared/render/documents.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "shared/render/checker.hpp"

namespace fz::render {
namespace {

struct Kind {
  std::string_view id, label;
};
// The vocabulary of kinds of fraud, in the few characters that a chip has room for.
constexpr std::array kKinds{
    Kind{"fake_orders", "刷单返利"},       Kind{"fake_loan", "虚假贷款"},      Kind{"fake_customer_service", "冒充客服"},
    Kind{"fake_police", "冒充公检法"},     Kind{"fake_leader", "冒充领导"},    Kind{"fake_acquaintance", "冒充熟人"},
    Kind{"fake_investment", "虚假投资"},   Kind{"dating", "婚恋交友"},         Kind{"part_time_job", "虚假兼职"},
    Kind{"health_products", "保健品诈骗"}, Kind{"elder_care", "养老诈骗"},     Kind{"game_account", "游戏交易"},
    Kind{"credit_repair", "征信修复"},     Kind{"naked_chat", "裸聊敲诈"},     Kind{"email_fraud", "邮件诈骗"},
    Kind{"two_cards", "“两卡”犯罪"},       Kind{"screen_sharing", "共享屏幕"}, Kind{"phishing_link", "钓鱼链接"},
    Kind{"general", "综合防范"},
};

Result<Exposes> exposes_of(const std::string& s) {
  if (s == "method") return Exposes::method;
  if (s == "case") return Exposes::case_;
  return fail(Code::bad_field, {{"field", "exposes"}, {"what", "method | case"}});
}
Result<QrLink> read_qr(const json::value& v) {
  json::Reader r(v, "qr");
  QrLink q{r.string("text", kMaxQrBytes), r.string("caption", 64)};
  FZ_CHECK(r.finish());
  Checker c;
  FZ_CHECK(c.text("qr.text", q.text, kMaxQrBytes));
  FZ_CHECK(c.text("qr.caption", q.caption, 12));
  return q;
}
json::object write_qr(const QrLink& q) {
  return {{"text", q.text}, {"caption", q.caption}};
}

Result<Document> read_bulletin(json::Reader& r) {
  Bulletin b;
  b.title = r.string("title", 1024);
  b.fraud_kind = r.string("fraud_kind", 256);
  std::string exposes = r.string("exposes", 16);
  b.how = r.strings("how", 20, kMaxTextBytes);
  b.signs = r.strings("signs", 20, kMaxTextBytes);
  b.advice = r.strings("advice", 20, kMaxTextBytes);
  b.source = r.string("source", 1024);
  b.hotline = r.string("hotline", 16);
  if (auto* loss = r.any("loss"); loss && !loss->is_null()) b.loss = r.string("loss", 1024);
  const json::value* law = r.any("law");
  const json::value* qr = r.any("qr", false);
  FZ_CHECK(r.finish());
  if (!law->is_null()) {
    json::Reader l(*law, "law");
    b.law = Law{l.string("name", 512), l.string("article", 256), l.string("text", kMaxTextBytes)};
    FZ_CHECK(l.finish());
  }
  if (qr) {
    FZ_TRY(b.qr, read_qr(*qr));
  }
  FZ_TRY(b.exposes, exposes_of(exposes));
  if (b.hotline != "96110") return fail(Code::document_hotline, {{"hotline", b.hotline}});
  FZ_CHECK(check_kind(b.fraud_kind));
  Checker c;
  FZ_CHECK(c.text("title", b.title, 60));
  FZ_CHECK(c.list("how", b.how, 1));
  FZ_CHECK(c.list("signs", b.signs, 0));
  FZ_CHECK(c.list("advice", b.advice, 1));
  FZ_CHECK(c.text("source", b.source, 100));
  if (b.loss) FZ_CHECK(c.text("loss", *b.loss, 60));
  if (b.law) {
    FZ_CHECK(c.text("law.name", b.law->name, 60));
    FZ_CHECK(c.text("law.article", b.law->article, 40));
    FZ_CHECK(c.text("law.text", b.law->text, kMaxBulletinChars));
  }
  if (c.chars > kMaxBulletinChars)
    return fail(Code::document_too_long, {{"chars", std::to_string(c.chars)}, {"limit", std::to_string(kMaxBulletinChars)}});
  return b;
}

Result<Document> read_slogan(json::Reader& r) {
  Slogan s;
  s.text = r.string("text", 4096);
  s.fraud_kind = r.string("fraud_kind", 256);
  std::string exposes = r.string("exposes", 16);
  FZ_CHECK(r.finish());
  FZ_TRY(s.exposes, exposes_of(exposes));
  FZ_CHECK(check_kind(s.fraud_kind));
  Checker c;
  FZ_CHECK(c.text("text", s.text, kMaxSloganChars, true));
  return s;
}

Result<Document> read_warning(json::Reader& r) {
  Warning w;
  w.title = r.string("title", 1024);
  w.fraud_kind = r.string("fraud_kind", 256);
  w.place = r.string("place", 512);
  w.text = r.strings("text", 6, 2048);
  w.advice = r.strings("advice", 6, 2048);
  std::string until = r.string("until", 32);
  w.source = r.string("source", 512);
  w.hotline = r.string("hotline", 16);
  const json::value* qr = r.any("qr", false);
  FZ_CHECK(r.finish());
  if (qr) {
    FZ_TRY(w.qr, read_qr(*qr));
  }
  auto time = parse_time(until);
  if (!time) return fail(Code::bad_field, {{"field", "until"}, {"what", "2026-11-25T12:00:00Z"}});
  w.until = *time;
  if (w.hotline != "96110") return fail(Code::document_hotline, {{"hotline", w.hotline}});
  FZ_CHECK(check_kind(w.fraud_kind));
  Checker c;
  FZ_CHECK(c.text("title", w.title, 40));
  FZ_CHECK(c.text("place", w.place, 30));
  FZ_CHECK(c.list("text", w.text, 1));
  FZ_CHECK(c.list("advice", w.advice, 1));
  FZ_CHECK(c.text("source", w.source, 40));
  if (c.chars > kMaxWarningChars)
    return fail(Code::document_too_long, {{"chars", std::to_string(c.chars)}, {"limit", std::to_string(kMaxWarningChars)}});
  return w;
}

json::array to_array(const std::vector<std::string>& l) {
  return json::array(l.begin(), l.end());
}
std::string exposes_name(Exposes e) {
  return e == Exposes::method ? "method" : "case";
}

}  // namespace

std::string fraud_kind_label(std::string_view kind) {
  for (auto& k : kKinds)
    if (k.id == kind) return std::string(k.label);
  // A kind that is newer than this program: words are shown as they are, an id says nothing to the public.
  for (unsigned char c : kind)
    if (c >= 0x80) return std::string(kind);
  return "防范诈骗";
}

Result<Document> parse_document(std::string_view json_text) {
  FZ_TRY(json::value v, json::parse(json_text, {.max_bytes = kMaxDocumentBytes}));
  json::Reader r(v, "");
  auto schema = r.integer("schema", 1, 1'000'000);
  std::string type = r.string("type", 64);
  if (!r.ok()) return r.finish(true).error();
  if (schema != 1) return fail(Code::document_schema, {{"schema", std::to_string(schema)}});
  if (type == "bulletin") return read_bulletin(r);
  if (type == "slogan") return read_slogan(r);
  if (type == "warning") return read_warning(r);
  if (type == "facts") return read_facts(r);
  return fail(Code::document_type, {{"type", type}});
}

namespace {
struct Writer {
  std::string operator()(const Slogan& s) const {
    return json::write(json::object{
        {"schema", 1}, {"type", "slogan"}, {"text", s.text}, {"fraud_kind", s.fraud_kind}, {"exposes", exposes_name(s.exposes)}});
  }
  std::string operator()(const Bulletin& b) const {
    json::object o{{"schema", 1},
                   {"type", "bulletin"},
                   {"title", b.title},
                   {"fraud_kind", b.fraud_kind},
                   {"exposes", exposes_name(b.exposes)},
                   {"how", to_array(b.how)},
                   {"signs", to_array(b.signs)},
                   {"loss", nullptr},
                   {"advice", to_array(b.advice)},
                   {"law", nullptr},
                   {"source", b.source},
                   {"hotline", b.hotline}};
    if (b.loss) o["loss"] = *b.loss;
    if (b.law) o["law"] = json::object{{"name", b.law->name}, {"article", b.law->article}, {"text", b.law->text}};
    if (b.qr) o["qr"] = write_qr(*b.qr);
    return json::write(o);
  }
  std::string operator()(const Warning& w) const {
    json::object o{{"schema", 1},
                   {"type", "warning"},
                   {"title", w.title},
                   {"fraud_kind", w.fraud_kind},
                   {"place", w.place},
                   {"text", to_array(w.text)},
                   {"advice", to_array(w.advice)},
                   {"until", format_time(w.until)},
                   {"source", w.source},
                   {"hotline", w.hotline}};
    if (w.qr) o["qr"] = write_qr(*w.qr);
    return json::write(o);
  }
  std::string operator()(const Facts& f) const { return json::write(write_facts(f)); }
};

// What a reviewer reads, and what the glyph check looks at.
struct Reading {
  std::string out;
  void list(std::string_view heading, const std::vector<std::string>& items) {
    if (!items.empty()) out += std::string(heading) + "：\n";
    for (std::size_t i = 0; i < items.size(); ++i) out += fmt::format("  {}. {}\n", i + 1, items[i]);
  }
  void end(const std::string& source, const std::string& hotline, const std::optional<QrLink>& qr) {
    out += "来源：" + source + "\n热线：" + hotline + "\n";
    if (qr) out += "二维码：" + qr->caption + " → " + qr->text + "\n";
  }
  void operator()(const Slogan& s) { out = s.text + "\n" + fraud_kind_label(s.fraud_kind) + "\n"; }
  void operator()(const Bulletin& b) {
    out = b.title + "\n" + fraud_kind_label(b.fraud_kind) + "\n";
    list("手法", b.how);
    list("特征", b.signs);
    if (b.loss) out += "损失：" + *b.loss + "\n";
    list("做法", b.advice);
    if (b.law) out += "法律：" + b.law->name + " " + b.law->article + " " + b.law->text + "\n";
    end(b.source, b.hotline, b.qr);
  }
  void operator()(const Warning& w) {
    out = "紧急预警：" + w.title + "\n" + fraud_kind_label(w.fraud_kind) + "\n地区：" + w.place + "\n有效至：" + china_time(w.until) +
          "（" + format_time(w.until) + "）\n";
    list("骗局", w.text);
    list("做法", w.advice);
    end(w.source, w.hotline, w.qr);
  }
  void operator()(const Facts& f) { out = facts_text(f); }
};
}  // namespace

std::string write_document(const Document& d) {
  return std::visit(Writer{}, d);
}

std::string_view document_type(const Document& d) {
  constexpr std::array<std::string_view, 4> kTypes{"bulletin", "slogan", "warning", "facts"};
  return kTypes[d.index()];
}
namespace {
constexpr std::array kMimes{kBulletinMime, kSloganMime, kWarningMime, kFactsMime};
}
std::string_view document_mime(const Document& d) {
  return kMimes[d.index()];
}
bool is_document_mime(std::string_view mime) {
  return std::find(kMimes.begin(), kMimes.end(), mime) != kMimes.end();
}
std::string_view document_kind_of_fraud(const Document& d) {
  if (auto* b = std::get_if<Bulletin>(&d)) return b->fraud_kind;
  if (auto* s = std::get_if<Slogan>(&d)) return s->fraud_kind;
  if (auto* w = std::get_if<Warning>(&d)) return w->fraud_kind;
  return "general";
}
Exposes document_exposes(const Document& d) {
  if (auto* b = std::get_if<Bulletin>(&d)) return b->exposes;
  if (auto* s = std::get_if<Slogan>(&d)) return s->exposes;
  return Exposes::method;
}

std::string document_text(const Document& d) {
  Reading r;
  std::visit(r, d);
  return std::move(r.out);
}

std::string china_time(UtcTime t) {
  auto local = t + std::chrono::hours(8);
  auto day = std::chrono::floor<Days>(local);
  std::chrono::year_month_day date(day);
  auto minutes = std::chrono::duration_cast<std::chrono::minutes>(local - day).count();
  return fmt::format("{}月{}日{:02}:{:02}", static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), minutes / 60,
                     minutes % 60);
}

}  // namespace fz::render
