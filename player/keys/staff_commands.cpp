// A lost key, a reviewer who leaves, a stolen key: the next reviewers list by one command.
#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "player/keys/documents.hpp"
#include "player/keys/key_input.hpp"

namespace fz::keys {
namespace {

struct StaffOptions {
  std::string root, reviewers, out, replacement;
  std::vector<std::string> keys, staff;
  StaffChange change;
};

Result<void> run_change(const Shared& shared, StaffOptions& o) {
  FZ_TRY(auto root, read_file(o.root, kMaxText));
  FZ_TRY(auto before, read_file(o.reviewers, kMaxText));
  // Nobody changes a list that is not in force under this root.
  FZ_TRY(auto screen, trust::TrustedState::init(root, {}));
  FZ_CHECK(screen.update_reviewers(before, shared.now));
  // Who left by a group's word is retired in the officers' next list too: it then stands by itself.
  for (auto& path : o.staff) {
    FZ_TRY(auto bytes, read_file(path, kMaxText));
    FZ_CHECK(screen.update_staff(bytes));
  }
  auto current = screen.reviewers()->value;
  for (auto& [id, at] : screen.left())
    for (auto* role : {&current.withdraw, &current.renew}) std::erase(role->keyids, id);
  if (!o.replacement.empty()) {
    FZ_TRY(o.change.replacement, read_public_key(o.replacement));
  }
  FZ_TRY(auto next, next_reviewers(current, o.change, shared.now));
  for (auto& path : o.keys) {
    FZ_TRY(auto key, open_key_file(shared, path));
    FZ_TRY(next, add_signature_to(next, trust::kReviewersType, key));
  }
  auto taken = screen.update_reviewers(next, shared.now);
  FZ_CHECK(shared.write(o.out, next));
  shared.show({{"file", o.out}, {"version", current.version + 1}, {"complete", static_cast<bool>(taken)}},
              taken ? fmt::format("{}\n下一步 next: fz trust reviewers {}", o.out, o.out)
                    : fmt::format("{}\n还缺签名 signatures are missing: fz-keys reviewers sign {} --key ...", o.out, o.out));
  return {};
}

void add_change(CLI::App& reviewers, Shared& shared, const std::string& name, Loss loss, const std::string& about) {
  auto o = std::make_shared<StaffOptions>();
  o->change.loss = loss;
  auto* c = reviewers.add_subcommand(name, about);
  c->add_option("--root", o->root, "现行根文件 the root in force")->required();
  c->add_option("--reviewers", o->reviewers, "现行审核人名单 the reviewers list in force")->required();
  if (loss != Loss::none) c->add_option("--holder", o->change.holder, "谁的密钥 whose key")->required();
  c->add_option("--staff", o->staff, "现行人员变更文件，一并写入名单 staff documents in force, taken into the list");
  c->add_option("--key", o->keys, "签名用的根密钥，可多个 root key files that sign")->required();
  c->add_option("--out", o->out, "新名单 the new list")->required();
  c->add_option("--days", o->change.days, "有效天数 days until it ends")->check(CLI::Range(30, 3650));
  if (loss == Loss::lost || loss == Loss::stolen)
    c->add_option("--replacement", o->replacement, "同一人的新公钥：十六进制或文件 the person's new public key: hex or a file");
  if (loss == Loss::stolen)
    c->add_flag("--new-epoch", o->change.new_epoch, "窃贼签过撤回名单：重新起算 the thief signed withdrawals: count their versions anew");
  c->callback([o, &shared] { shared.run([&] { return run_change(shared, *o); }); });
}

}  // namespace

void add_staff_commands(CLI::App& reviewers, Shared& shared) {
  add_change(reviewers, shared, "lost", Loss::lost,
             "密钥丢失：停用旧密钥，换上新密钥；以前批准的内容照常播放\n"
             "A lost key is retired and replaced; what it approved before goes on.");
  add_change(reviewers, shared, "leave", Loss::left,
             "审核人离岗：停用密钥；以前批准的内容照常播放\n"
             "A reviewer leaves: the key is retired; what it approved before goes on.");
  add_change(reviewers, shared, "stolen", Loss::stolen,
             "密钥被盗：立即作废；只靠它批准的内容下屏，须重新审批\n"
             "A stolen key is removed at once; what leans on it goes off screen and is approved anew.");
  add_change(reviewers, shared, "renew", Loss::none,
             "名单延期，人员不变\n"
             "The same list with a later end.");
}

}  // namespace fz::keys
