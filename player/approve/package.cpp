#include "player/approve/package.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "shared/base/json.hpp"
#include "shared/layout/layout.hpp"
#include "shared/render/documents.hpp"

namespace fz::approve {
namespace {

Error wrong(std::string what, std::string detail = {}) {
  return fail(Code::approve_package, {{"what", std::move(what)}}, std::move(detail));
}

std::string joined(const std::vector<std::string>& list) {
  std::string out;
  for (auto& s : list) out += (out.empty() ? "" : "、") + s;
  return out;
}

Result<trust::Envelope> same_bytes(trust::Envelope e, const std::string& payload) {
  if (e.payload_type != trust::kApprovalType || e.payload != payload) return fail(Code::approval_other_bytes);
  return e;
}

// A profile names a file in the private folder and a part of an address.
Result<void> check_names(const trust::Approval& a) {
  if (a.renditions.empty()) return wrong("renditions");
  for (auto& r : a.renditions)
    if (!is_safe_id(r.profile)) return wrong("profile");
  if (!is_safe_id(a.approval_id)) return wrong("approval_id");
  return {};
}

}  // namespace

bool is_safe_id(std::string_view id) {
  if (id.empty() || id.size() > 64 || id.front() == '.') return false;
  return std::all_of(id.begin(), id.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
  });
}

Result<Package> read_package(std::string_view json_text) {
  FZ_TRY(json::value v, json::parse(json_text, {.max_bytes = kMaxPackage}));
  json::Reader r(v, "package");
  r.integer("schema", 1, 1);
  Package p;
  p.item = r.string("item", 128);
  p.item_title = r.string_or("title", "", 1024);
  std::string statement = r.string("statement", kMaxPackage);
  const json::value* envelope = r.any("envelope", false);
  if (auto done = r.finish(true); !done) return wrong(message(done.error(), Lang::zh), to_log(done.error()));
  if (!is_safe_id(p.item)) return wrong("item");

  auto bytes = from_base64(statement);
  if (!bytes) return wrong("statement", to_log(bytes.error()));
  p.payload = as_text(*bytes);
  auto approval = trust::parse_approval(p.payload);
  if (!approval) return wrong("statement", to_log(approval.error()));
  p.approval = *std::move(approval);
  // What was read, written again, must be the same bytes: no member that this program does not know and would not show.
  if (trust::write_approval(p.approval) != p.payload) return fail(Code::approve_statement, {{"what", p.approval.approval_id}});
  if (printable(p.approval.title) != p.approval.title) return fail(Code::approve_statement, {{"what", "title"}});
  FZ_CHECK(check_names(p.approval));
  if (envelope && !envelope->is_null()) FZ_CHECK(adopt_envelope(p, json::write(*envelope)));
  return p;
}

Result<void> adopt_envelope(Package& package, std::string_view envelope) {
  FZ_TRY(auto e, trust::read_envelope(envelope));
  FZ_TRY(package.envelope, same_bytes(std::move(e), package.payload));
  return {};
}

std::string printable(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    auto c = static_cast<unsigned char>(text[i]);
    std::size_t n = c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
    std::string_view one = text.substr(i, n);
    // C0, C1, and the direction marks U+202A-202E, U+2066-2069 could make a terminal show something else.
    bool bad = c < 0x20 || c == 0x7f || (c == 0xc2 && one.size() > 1 && static_cast<unsigned char>(one[1]) < 0xa0) ||
               (one >= "\u202a" && one <= "\u202e") || (one >= "\u2066" && one <= "\u2069");
    out += bad ? "?" : std::string(one);
    i += n;
  }
  return out;
}

std::vector<Picture> pictures(const trust::Approval& a) {
  std::vector<Picture> out;
  for (std::size_t i = 0; i < a.renditions.size(); ++i) {
    auto& profile = a.renditions[i].profile;
    auto shape = layout::shape_of_profile(profile);
    std::string name(shape ? layout::shape_name(*shape) : std::string_view());
    auto known = std::find_if(out.begin(), out.end(), [&](auto& p) { return p.shape == name; });
    if (known == out.end()) known = out.insert(out.end(), Picture{name, i, {}});
    known->members.push_back(i);
    if (layout::plain_profile(profile) == "original") known->watched = i;
  }
  return out;
}

std::string picture_name(const Picture& p) {
  if (p.shape.empty()) return "主画面 main";
  std::string_view zh = p.shape == "portrait" ? "竖屏版本" : p.shape == "landscape" ? "横屏版本" : "条屏版本";
  return fmt::format("{} {}", zh, p.shape);
}

bool is_text(const trust::Rendition& r) {
  return render::is_document_mime(r.mime) || r.mime == layout::kMediaType;
}

std::string describe(const Package& p) {
  auto& a = p.approval;
  std::string out = fmt::format(
      "将要签名的批准书 the approval to sign\n"
      "  编号 id            {}\n  标题 title         {}\n  类别 kind          {}\n  审核组 group       {}\n  内容 exposes       {}\n"
      "  场所 venues        {}\n  地区 regions       {}\n  签发 issued        {}\n  有效 valid         {} - {}\n  离线可播 offline   {} 天 "
      "days\n",
      a.approval_id, a.title, trust::kind_name(a.kind), printable(a.group),
      a.exposes == "method" ? "手法 method"
      : a.exposes == "case" ? "案例 case"
                            : printable(a.exposes),
      printable(joined(a.audience.venues)), printable(joined(a.audience.regions)), format_time(a.issued), format_time(a.valid_from),
      format_time(a.valid_until), a.offline_days);
  for (auto& s : a.review) out += fmt::format("  审核 review        {} {}\n", printable(s.step), printable(s.holder));
  auto all = pictures(a);
  if (all.size() > 1) {
    out += fmt::format("  画面 pictures      {} 个，各不相同，须逐个审看 each is another picture: watch every one\n", all.size());
    for (auto& one : all) out += fmt::format("                     {}\n", picture_name(one));
  }
  for (auto& r : a.renditions)
    out += fmt::format("  版本 rendition     {} {} {} B\n                     sha256 {}\n", printable(r.profile), printable(r.mime),
                       r.length, r.sha256);
  if (!p.item_title.empty() && p.item_title != a.title)
    out += fmt::format("  注意：列表中的标题是“{}” the list says so\n", printable(p.item_title));
  return out;
}

}  // namespace fz::approve
