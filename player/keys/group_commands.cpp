// Somebody leaves: the group's own people sign it, without the root officers.
#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "player/keys/documents.hpp"
#include "player/keys/key_input.hpp"

namespace fz::keys {
namespace {

struct GroupOptions {
  std::string root, reviewers, out, file, from, withdrawals;
  std::vector<std::string> keys, staff;
  Departure who;
};

/// What is in force: a screen that took the root, the list and the staff documents, each with its signatures.
Result<trust::TrustedState> in_force(const Shared& shared, const GroupOptions& o, std::vector<trust::Staff>& documents) {
  FZ_TRY(auto root, read_file(o.root, kMaxText));
  FZ_TRY(auto reviewers, read_file(o.reviewers, kMaxText));
  FZ_TRY(auto screen, trust::TrustedState::init(root, {}));
  FZ_CHECK(screen.update_reviewers(reviewers, shared.now));
  for (auto& path : o.staff) {
    FZ_TRY(auto bytes, read_file(path, kMaxText));
    FZ_TRY(auto staff, trust::read_staff(bytes, screen.reviewers()->value));
    FZ_CHECK(screen.update_staff(bytes));
    documents.push_back(std::move(staff));
  }
  return screen;
}
/// Who signed the withdrawals last may have left with this: then screens would refuse that document from now on.
Result<bool> still_good(const std::string& file, const trust::TrustedState& screen, UtcTime now) {
  if (file.empty()) return true;
  FZ_TRY(auto bytes, read_file(file, kMaxText));
  auto copy = screen;
  return static_cast<bool>(copy.update_withdrawals(bytes, trust::Source::polled, now));
}
Result<void> finish_staff(const Shared& shared, const GroupOptions& o, trust::TrustedState& screen, const std::string& text,
                          const std::vector<std::string>& others) {
  FZ_TRY(auto envelope, trust::read_envelope(text));
  FZ_TRY(auto staff, trust::parse_staff(envelope.payload));
  const auto& out = o.out.empty() ? o.file : o.out;
  auto taken = screen.update_staff(text);
  // Too few signatures is a step on the way; anything else would never become good.
  if (!taken && trust::check_of(taken.error()) != trust::Check::threshold) return taken.error();
  FZ_TRY(const bool withdrawals, taken ? still_good(o.withdrawals, screen, shared.now) : Result<bool>(true));
  FZ_CHECK(shared.write(out, text));
  std::string people = taken ? fmt::format("{}\n下一步 next: fz trust staff {}", out, out)
                             : fmt::format("{}\n还缺签名 signatures are missing: fz-keys staff sign {} --key ...", out, out);
  if (!withdrawals)
    people += "\n撤回名单是离岗的人签的，须换人重签 who left signed the withdrawals; sign them anew: fz-keys reissue-withdrawals ...";
  for (auto& id : others)
    people +=
        fmt::format("\n此人还有本组管不到的密钥，须由根密钥负责人处理 a key that only the root officers can retire: {}", id.substr(0, 16));
  json::array ids(others.begin(), others.end());
  shared.show({{"file", out},
               {"group", staff.group},
               {"version", staff.version},
               {"complete", static_cast<bool>(taken)},
               {"withdrawals_good", withdrawals},
               {"others", std::move(ids)}},
              people);
  return {};
}
Result<std::string> sign_all(const Shared& shared, const GroupOptions& o, std::string text) {
  for (auto& path : o.keys) {
    FZ_TRY(auto key, open_key_file(shared, path));
    FZ_TRY(text, add_signature_to(text, trust::kStaffType, key));
  }
  return text;
}

Result<void> run_leave(const Shared& shared, GroupOptions& o) {
  std::vector<trust::Staff> documents;
  FZ_TRY(auto screen, in_force(shared, o, documents));
  o.who.at = shared.now;
  if (!o.from.empty()) {
    FZ_TRY(o.who.at, parse_time(o.from));
  }
  if (o.who.group.empty() && documents.size() == 1) o.who.group = documents.front().group;
  std::optional<trust::Staff> before;
  for (auto& d : documents)
    if (d.group == o.who.group || o.who.group.empty()) before = d;
  FZ_TRY(auto next, next_staff(screen, before, o.who, shared.now));
  FZ_TRY(auto text, sign_all(shared, o, next.payload));
  return finish_staff(shared, o, screen, text, next.others);
}
Result<void> run_sign(const Shared& shared, const GroupOptions& o) {
  std::vector<trust::Staff> documents;
  FZ_TRY(auto screen, in_force(shared, o, documents));
  FZ_TRY(auto before, read_file(o.file, kMaxText));
  FZ_TRY(auto text, sign_all(shared, o, before));
  return finish_staff(shared, o, screen, text, {});
}

void add_common(CLI::App* c, GroupOptions& o) {
  c->add_option("--root", o.root, "现行根文件 the root in force")->required();
  c->add_option("--reviewers", o.reviewers, "现行审核人名单 the reviewers list in force")->required();
  c->add_option("--staff", o.staff, "现行人员变更文件，可多个 the staff documents in force");
  c->add_option("--key", o.keys, "本组（或上级组）留任者的密钥，可多个 key files of people of the group who stay")->required();
  c->add_option("--withdrawals", o.withdrawals,
                "撤回名单：检查签署人是否还在 the withdrawals: looks whether who signed them is still there");
}

struct ReissueOptions {
  std::string withdrawals, reviewers, key, out;
};
Result<void> run_reissue(const Shared& shared, const ReissueOptions& o) {
  FZ_TRY(auto key, open_key_file(shared, o.key));
  FZ_TRY(auto text, read_file(o.reviewers, kMaxText));
  FZ_TRY(auto envelope, trust::read_envelope(text));
  FZ_TRY(auto reviewers, trust::parse_reviewers(envelope.payload));
  FZ_TRY(auto previous, read_file(o.withdrawals, kMaxText));
  FZ_TRY(auto next, reissue(previous, reviewers, shared.now, key));
  FZ_CHECK(shared.write(o.out, next));
  shared.show({{"file", o.out}}, fmt::format("{}\n下一步 next: fz withdraw-import {}", o.out, o.out));
  return {};
}

}  // namespace

void add_group_commands(CLI::App& app, Shared& shared) {
  auto* staff = app.add_subcommand("staff", "人员变更，由审核组自己签署 staff changes that the group signs itself");
  staff->require_subcommand(1);
  auto o = std::make_shared<GroupOptions>();
  auto* leave =
      staff->add_subcommand("leave",
                            "审核人离岗：由留任的审核人签署，不动用根密钥；以前批准的内容照常播放\n"
                            "A reviewer leaves: those who stay sign it, no root key is needed; what was approved before goes on.");
  add_common(leave, *o);
  leave->add_option("--holder", o->who.holder, "谁离岗 who leaves")->required();
  leave->add_option("--group", o->who.group, "由哪个组签署；只有一个组时可省略 the group that signs; not needed where there is one");
  leave->add_option("--from", o->from, "自何时起；缺省为现在 from when on, not in the future; default: now");
  leave->add_option("--out", o->out, "新的人员变更文件 the new staff document")->required();
  leave->callback([o, &shared] { shared.run([&] { return run_leave(shared, *o); }); });
  auto s = std::make_shared<GroupOptions>();
  auto* sign = staff->add_subcommand("sign", "给人员变更文件补签 add signatures to a staff document");
  sign->add_option("FILE", s->file, "人员变更文件 the staff document")->required();
  add_common(sign, *s);
  sign->add_option("--out", s->out, "输出；缺省写回原文件 default: the same file");
  sign->callback([s, &shared] { shared.run([&] { return run_sign(shared, *s); }); });

  auto r = std::make_shared<ReissueOptions>();
  auto* again = app.add_subcommand("reissue-withdrawals",
                                   "换人重签撤回名单，内容不变\n"
                                   "The same withdrawals signed by somebody else, with the next number.");
  again->add_option("--withdrawals", r->withdrawals, "现行撤回名单 the withdrawals document in force")->required();
  again->add_option("--reviewers", r->reviewers, "现行审核人名单 the reviewers list in force")->required();
  again->add_option("--key", r->key, "密钥文件 key file")->required();
  again->add_option("--out", r->out, "输出文件 output file")->required();
  again->callback([r, &shared] { shared.run([&] { return run_reissue(shared, *r); }); });
}

}  // namespace fz::keys
