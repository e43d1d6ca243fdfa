#include "shared/render/documents.hpp"

#include <fmt/format.h>

#include <array>

#include "shared/base/bytes.hpp"
#include "shared/base/json.hpp"

namespace fz::render {
namespace {

constexpr std::size_t kMaxTextBytes = 32 * 1024;

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

bool is_control(char32_t c, bool line_feed_ok) {
  if (c == '\n') return !line_feed_ok;
  // C0, C1, line and paragraph separators, direction overrides and isolates, byte-order mark, interlinear marks.
  return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x2028 || c == 0x2029 || (c >= 0x202a && c <= 0x202e) ||
         (c >= 0x2066 && c <= 0x2069) || c == 0xfeff || (c >= 0xfff9 && c <= 0xfffb);
}

char32_t next_char(std::string_view s, std::size_t& i) {
  auto lead = static_cast<unsigned char>(s[i]);
  int n = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  char32_t c = n == 1 ? lead : lead & (0xff >> (n + 1));
  for (int k = 1; k < n; ++k) c = c << 6 | (static_cast<unsigned char>(s[i + static_cast<std::size_t>(k)]) & 0x3f);
  i += static_cast<std::size_t>(n);
  return c;
}

// Counts characters and refuses what a person would not see.
struct Checker {
  std::size_t chars = 0;
  Result<void> text(const std::string& field, const std::string& s, std::size_t max_chars, bool line_feed_ok = false) {
    std::size_t n = 0;
    bool visible = false;
    for (std::size_t i = 0; i < s.size(); ++n) {
      char32_t c = next_char(s, i);
      if (is_control(c, line_feed_ok))
        return fail(Code::document_control, {{"field", field}, {"char", fmt::format("U+{:04X}", static_cast<unsigned>(c))}});
      visible |= c != ' ' && c != '\n' && c != 0x3000 && c != 0xa0 && c != 0x200b;
    }
    if (!visible) return fail(Code::bad_field, {{"field", field}, {"what", "不能为空 / empty"}});
    if (n > max_chars) return fail(Code::document_too_long, {{"chars", std::to_string(n)}, {"limit", std::to_string(max_chars)}}, field);
    chars += n;
    return {};
  }
  Result<void> list(const std::string& field, const std::vector<std::string>& l, std::size_t min) {
    if (l.size() < min) return fail(Code::bad_field, {{"field", field}, {"what", "至少一条 / at least one"}});
    for (std::size_t i = 0; i < l.size(); ++i) FZ_CHECK(text(fmt::format("{}[{}]", field, i), l[i], kMaxBulletinChars));
    return {};
  }
};

Result<Exposes> exposes_of(const std::string& s) {
  if (s == "method") return Exposes::method;
  if (s == "case") return Exposes::case_;
  return fail(Code::bad_field, {{"field", "exposes"}, {"what", "method | case"}});
}
Result<void> check_kind(const std::string& kind) {
  if (kind.empty() || utf8_length(kind) > 32) return fail(Code::bad_field, {{"field", "fraud_kind"}, {"what", "1-32"}});
  Checker c;
  return c.text("fraud_kind", kind, 32);
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
  FZ_CHECK(r.finish());
  if (!law->is_null()) {
    json::Reader l(*law, "law");
    b.law = Law{l.string("name", 512), l.string("article", 256), l.string("text", kMaxTextBytes)};
    FZ_CHECK(l.finish());
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
  return fail(Code::document_type, {{"type", type}});
}

std::string write_document(const Document& d) {
  if (auto* s = std::get_if<Slogan>(&d))
    return json::write(json::object{
        {"schema", 1}, {"type", "slogan"}, {"text", s->text}, {"fraud_kind", s->fraud_kind}, {"exposes", exposes_name(s->exposes)}});
  auto& b = std::get<Bulletin>(d);
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
  return json::write(o);
}

std::string_view document_mime(const Document& d) {
  return std::holds_alternative<Bulletin>(d) ? kBulletinMime : kSloganMime;
}
std::string_view document_kind_of_fraud(const Document& d) {
  return std::visit([](auto& x) -> std::string_view { return x.fraud_kind; }, d);
}
Exposes document_exposes(const Document& d) {
  return std::visit([](auto& x) { return x.exposes; }, d);
}

std::string document_text(const Document& d) {
  if (auto* s = std::get_if<Slogan>(&d)) return s->text + "\n" + fraud_kind_label(s->fraud_kind) + "\n";
  auto& b = std::get<Bulletin>(d);
  std::string out = b.title + "\n" + fraud_kind_label(b.fraud_kind) + "\n";
  auto add = [&](std::string_view heading, const std::vector<std::string>& items) {
    if (!items.empty()) out += std::string(heading) + "：\n";
    for (std::size_t i = 0; i < items.size(); ++i) out += fmt::format("  {}. {}\n", i + 1, items[i]);
  };
  add("手法", b.how);
  add("特征", b.signs);
  if (b.loss) out += "损失：" + *b.loss + "\n";
  add("做法", b.advice);
  if (b.law) out += "法律：" + b.law->name + " " + b.law->article + " " + b.law->text + "\n";
  return out + "来源：" + b.source + "\n热线：" + b.hotline + "\n";
}

}  // namespace fz::render
