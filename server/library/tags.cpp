#include "server/library/tags.hpp"

#include <algorithm>
#include <array>

#include "server/library/rules.hpp"

namespace fz::library {
namespace {

using enum TagGroup;

constexpr std::array<TagGroupNames, 4> kGroups{{{fraud, "fraud", "诈骗类型", "Kind of fraud"},
                                                {exposes, "exposes", "手法或案例", "Method or case"},
                                                {audience, "audience", "受众", "Audience"},
                                                {law, "law", "法律依据", "Law"}}};

// The Chinese words of the first group are those that screens show (shared/render); a test holds them together.
constexpr Tag kTags[] = {
    {"fake_orders", fraud, "刷单返利", "Fake orders and rebates"},
    {"fake_loan", fraud, "虚假贷款", "Fake loan"},
    {"fake_customer_service", fraud, "冒充客服", "Fake customer service"},
    {"fake_police", fraud, "冒充公检法", "Impersonating police or courts"},
    {"fake_leader", fraud, "冒充领导", "Impersonating a leader"},
    {"fake_acquaintance", fraud, "冒充熟人", "Impersonating an acquaintance"},
    {"fake_investment", fraud, "虚假投资", "Fake investment"},
    {"dating", fraud, "婚恋交友", "Dating"},
    {"part_time_job", fraud, "虚假兼职", "Part-time job"},
    {"health_products", fraud, "保健品诈骗", "Health products"},
    {"elder_care", fraud, "养老诈骗", "Elder care"},
    {"game_account", fraud, "游戏交易", "Game accounts"},
    {"credit_repair", fraud, "征信修复", "Credit-record repair"},
    {"naked_chat", fraud, "裸聊敲诈", "Sextortion"},
    {"email_fraud", fraud, "邮件诈骗", "E-mail fraud"},
    {"two_cards", fraud, "“两卡”犯罪", "Cards for criminals"},
    {"screen_sharing", fraud, "共享屏幕", "Screen sharing"},
    {"phishing_link", fraud, "钓鱼链接", "Phishing link"},
    {"general", fraud, "综合防范", "General"},
    {"method", exposes, "揭露手法", "Exposes the method"},
    {"case", exposes, "曝光案例", "Tells a case"},
    {"elderly", audience, "老年人", "Elderly people"},
    {"students", audience, "学生", "Students"},
    {"parents", audience, "家长", "Parents"},
    {"finance_staff", audience, "财会人员", "Finance staff"},
    {"women", audience, "妇女", "Women"},
    {"migrant_workers", audience, "务工人员", "Migrant workers"},
    {"job_seekers", audience, "求职者", "Job seekers"},
    {"civil_servants", audience, "公职人员", "Civil servants"},
    {"medical_staff", audience, "医护人员", "Medical staff"},
    {"bank_customers", audience, "银行客户", "Bank customers"},
    {"business_owners", audience, "企业主和个体户", "Business owners"},
    {"investors", audience, "投资者", "Investors"},
    {"school_staff", audience, "教职工", "School staff"},
    {"homemakers", audience, "居家人员", "Homemakers"},
    {"warned_before", audience, "曾被劝阻人员", "People warned before"},
    {"former_offenders", audience, "有前科人员", "Former offenders"},
    {"law_anti_fraud", law, "反电信网络诈骗法", "Anti-Telecom and Online Fraud Law"},
    {"law_civil_code", law, "民法典", "Civil Code"},
    {"law_criminal", law, "刑法", "Criminal Law"},
    {"law_public_security", law, "治安管理处罚法", "Public Security Administration Punishments Law"},
    {"law_cybersecurity", law, "网络安全法", "Cybersecurity Law"},
    {"law_telecom", law, "电信条例", "Telecommunications Regulations"},
    {"law_interpretations", law, "司法解释", "Judicial interpretations"},
};

std::ptrdiff_t place(std::string_view id) {
  return std::find_if(std::begin(kTags), std::end(kTags), [&](const Tag& t) { return t.id == id; }) - std::begin(kTags);
}

}  // namespace

std::span<const TagGroupNames> tag_groups() {
  return kGroups;
}
std::span<const Tag> all_tags() {
  return kTags;
}
const Tag* find_tag(std::string_view id) {
  const auto at = place(id);
  return at == std::ssize(kTags) ? nullptr : &kTags[at];
}

const std::vector<std::string>& fraud_kinds() {
  static const std::vector<std::string> kinds = [] {
    std::vector<std::string> out;
    for (const Tag& t : kTags)
      if (t.group == fraud) out.emplace_back(t.id);
    return out;
  }();
  return kinds;
}

Result<Tagging> sort_tags(const std::vector<std::string>& ids, std::string_view kind, std::string_view what) {
  Tagging out{std::string(kind), std::string(what), {}};
  for (const std::string& id : ids) {
    const Tag* tag = find_tag(id);
    if (!tag) return fail(Code::tag_unknown, {{"tag", id.substr(0, 40)}});
    if (tag->group == exposes) {
      if (!out.exposes.empty() && out.exposes != id) return fail(Code::bad_field, {{"field", "tags"}, {"what", "method / case"}});
      out.exposes = id;
    } else if (tag->group == fraud && out.fraud_kind.empty()) {
      out.fraud_kind = id;
    } else if (id != out.fraud_kind) {
      out.others.push_back(id);
    }
  }
  std::sort(out.others.begin(), out.others.end(), [](const auto& a, const auto& b) { return place(a) < place(b); });
  out.others.erase(std::unique(out.others.begin(), out.others.end()), out.others.end());
  return out;
}

std::vector<std::string> tags_of(const Item& item) {
  std::vector<std::string> out;
  for (const std::string& id : {item.fraud_kind, item.exposes})
    if (find_tag(id)) out.push_back(id);
  for (const std::string& id : item.tags)
    if (std::find(out.begin(), out.end(), id) == out.end()) out.push_back(id);
  if (out.size() > 1) {
    const auto from = out.begin() + (find_tag(item.fraud_kind) ? 1 : 0);
    std::sort(from, out.end(), [](const auto& a, const auto& b) { return place(a) < place(b); });
  }
  return out;
}

Result<Item> set_tags(Store& db, const accounts::Store& units, const Context& ctx, std::string_view id,
                      const std::vector<std::string>& ids) {
  if (!ctx.who.has(accounts::Role::publisher)) FZ_CHECK(accounts::require(ctx.who, accounts::Role::contributor));
  FZ_TRY(Item item, get_item(db, units, ctx.who, id));
  const bool text = is_text_kind(item.kind);
  FZ_TRY(auto sorted, sort_tags(ids, text ? item.fraud_kind : "", ""));
  if (sorted.exposes.empty()) sorted.exposes = item.exposes;
  if (sorted.exposes != item.exposes) {
    if (item.state != State::draft) return fail(Code::item_locked);
    item.author = ctx.who.account;  // what it exposes will be signed: who said so must not decide on it
    item.updated = ctx.now;
    ++item.revision;
  }
  // Without that the revision stays: a reviewer who has the item open has seen all that he decides on.
  item.exposes = sorted.exposes;
  if (!sorted.fraud_kind.empty() || find_tag(item.fraud_kind)) item.fraud_kind = sorted.fraud_kind;
  item.tags = std::move(sorted.others);
  FZ_CHECK(db.put_item(item));
  FZ_CHECK(db.put_tags(item.id, item.tags));
  json::array now;
  for (const auto& tag : tags_of(item)) now.emplace_back(tag);
  FZ_CHECK(ctx.record("item.tags", item.id, {{"tags", std::move(now)}}));
  return item;
}

}  // namespace fz::library
