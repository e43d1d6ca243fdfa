#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "player/keys/documents.hpp"
#include "player/keys/key_input.hpp"
#include "shared/crypto/key_file.hpp"

namespace fz::keys {

namespace {
struct SignOptions {
  std::string file, out, root, online;
  std::vector<std::string> keys, add, remove;
  int days = 730, threshold = 0;
};
Result<void> sign_file(const Shared& shared, const SignOptions& o, std::string_view type) {
  FZ_TRY(auto text, read_file(o.file, kMaxText));
  for (auto& path : o.keys) {
    FZ_TRY(auto key, open_key_file(shared, path));
    FZ_TRY(text, add_signature_to(text, type, key));
  }
  FZ_CHECK(shared.write(o.out.empty() ? o.file : o.out, text));
  auto envelope = trust::read_envelope(text);
  auto count = envelope ? envelope->signatures.size() : 0;
  shared.show({{"file", o.out.empty() ? o.file : o.out}, {"signatures", count}}, fmt::format("签名数 signatures: {}", count));
  return {};
}
void add_sign_command(CLI::App* parent, Shared& shared, std::string_view type, const char* about) {
  auto o = std::make_shared<SignOptions>();
  auto* c = parent->add_subcommand("sign", about);
  c->add_option("FILE", o->file, "信封，或未签名的内容（JSON 草稿） an envelope, or the bare payload as a draft")->required();
  c->add_option("--key", o->keys, "根密钥，可多个 root key files")->required();
  c->add_option("--out", o->out, "输出；缺省写回原文件 default: the same file");
  c->callback([o, &shared, type] { shared.run([&] { return sign_file(shared, *o, type); }); });
}
}  // namespace

void add_sign_commands(CLI::App& app, Shared& shared) {
  auto* root = app.add_subcommand("root", "根文件 the root document");
  root->require_subcommand(1);
  add_sign_command(root, shared, trust::kTufType, "给根文件加一个签名 add a signature to a root document");
  auto o = std::make_shared<SignOptions>();
  auto* rotate = root->add_subcommand("rotate",
                                      "下一版根文件：换密钥或延期；新旧门限都要签够\n"
                                      "The next root: other keys or a later date; both the old and the new threshold must sign.");
  rotate->add_option("--root", o->root, "现行根文件 the root in force")->required();
  rotate->add_option("--out", o->out, "输出文件夹（写 N.root.json） folder for N.root.json")->required();
  rotate->add_option("--key", o->keys, "签名用的根密钥 root key files that sign")->required();
  rotate->add_option("--add", o->add, "新增的根公钥 root public keys to add: hex or files");
  rotate->add_option("--remove", o->remove,
                     "去掉的根密钥：编号，或公开部分的文件 root keys to remove: keyids, or files with their public part");
  rotate->add_option("--online-key", o->online, "新的服务器在线公钥 a new online key of the server");
  rotate->add_option("--threshold", o->threshold, "新的门限 the new threshold");
  rotate->add_option("--days", o->days, "有效天数 days until it ends")->check(CLI::Range(30, 3650));
  rotate->callback([o, &shared] {
    shared.run([&]() -> Result<void> {
      FZ_TRY(auto text, read_file(o->root, kMaxText));
      FZ_TRY(auto envelope, trust::read_envelope(text));
      FZ_TRY(auto current, trust::parse_root(envelope.payload));
      RootChange change;
      for (auto& k : o->add) {
        FZ_TRY(auto key, read_public_key(k));
        change.add.push_back(std::move(key));
      }
      for (auto& k : o->remove) {
        if (current.keys.contains(k)) {
          change.remove.push_back(k);
          continue;
        }
        FZ_TRY(auto key, read_public_key(k));
        change.remove.push_back(crypto::keyid(key));
      }
      change.days = o->days;
      if (o->threshold > 0) change.threshold = o->threshold;
      if (!o->online.empty()) {
        FZ_TRY(auto key, read_public_key(o->online));
        change.online = std::move(key);
      }
      FZ_TRY(auto next, next_root(current, change, shared.now));
      for (auto& path : o->keys) {
        FZ_TRY(auto key, open_key_file(shared, path));
        FZ_TRY(next, add_signature_to(next, trust::kTufType, key));
      }
      auto file = fs::path(o->out) / (std::to_string(current.version + 1) + ".root.json");
      if (fs::exists(file)) return fail(Code::file_exists, {{"path", file.string()}});
      FZ_CHECK(shared.write(file, next));
      FZ_TRY(auto screen, trust::TrustedState::init(text, {}));
      auto taken = screen.update_root(next);
      shared.show(
          {{"file", file.string()}, {"complete", static_cast<bool>(taken)}},
          taken ? file.string() : file.string() + "\n还缺签名 signatures are missing: fz-keys root sign " + file.string() + " --key ...");
      return {};
    });
  });
  auto* reviewers = app.add_subcommand("reviewers", "审核人名单 the reviewers list");
  reviewers->require_subcommand(1);
  add_sign_command(reviewers, shared, trust::kReviewersType,
                   "签审核人名单：先用 inspect --payload 取出内容，改好（版本加一）再签\n"
                   "Sign a reviewers list: take the payload by inspect --payload, edit it (next version), sign it.");
  add_staff_commands(*reviewers, shared);
}

namespace {
struct WithdrawOptions {
  std::string previous, reviewers, key, out, approval, until, by, reason = "other";
  int days = 0;
};
void add_common(CLI::App* c, WithdrawOptions& o) {
  c->add_option("--withdrawals", o.previous, "现行撤回名单 the withdrawals document in force")->required();
  c->add_option("--key", o.key, "密钥文件 key file")->required();
  c->add_option("--out", o.out, "输出文件 output file")->required();
  c->add_option("--reviewers", o.reviewers, "审核人名单（取有效天数） the reviewers list, for its policy");
}
/// From the reviewers list, else the default.
Result<trust::Policy> policy_of(const std::string& reviewers_file) {
  if (reviewers_file.empty()) return trust::Policy{};
  FZ_TRY(auto text, read_file(reviewers_file, kMaxText));
  FZ_TRY(auto envelope, trust::read_envelope(text));
  FZ_TRY(auto reviewers, trust::parse_reviewers(envelope.payload));
  return reviewers.policy;
}
Result<int> life_days(const WithdrawOptions& o) {
  FZ_TRY(auto policy, policy_of(o.reviewers));
  return policy.withdrawals_days;
}
Result<void> run_withdraw(const Shared& shared, const WithdrawOptions& o) {
  FZ_TRY(auto key, open_key_file(shared, o.key));
  FZ_TRY(auto until, parse_time(o.until));
  auto by = o.by;
  if (auto info = crypto::key_file_info(o.key); by.empty() && info) by = info->holder;
  FZ_TRY(auto days, life_days(o));
  FZ_TRY(auto previous, read_file(o.previous, kMaxText));
  FZ_TRY(auto text, withdraw(previous, {o.approval, shared.now, until, by, o.reason}, days, shared.now, key));
  FZ_CHECK(shared.write(o.out, text));
  shared.show({{"file", o.out}, {"approval_id", o.approval}},
              fmt::format("{}\n已撤回 withdrawn: {}\n下一步 next: fz withdraw-import {}", o.out, o.approval, o.out));
  return {};
}
Result<void> run_renew(const Shared& shared, const WithdrawOptions& o) {
  FZ_TRY(auto key, open_key_file(shared, o.key));
  FZ_TRY(auto days, life_days(o));
  FZ_TRY(auto previous, read_file(o.previous, kMaxText));
  FZ_TRY(auto text, renew(previous, days, shared.now, key));
  FZ_CHECK(shared.write(o.out, text));
  auto end = format_time(shared.now + Days{days});
  shared.show({{"file", o.out}, {"expires", end}}, fmt::format("{}\n有效至 valid until {}", o.out, end));
  return {};
}
}  // namespace

void add_withdrawal_commands(CLI::App& app, Shared& shared) {
  auto o = std::make_shared<WithdrawOptions>();
  auto* w = app.add_subcommand("withdraw",
                               "撤回一个已批准的内容：一个签名即可\n"
                               "Take an approved item down: one signature is enough.");
  add_common(w, *o);
  w->add_option("--approval", o->approval, "批准编号 approval id")->required();
  w->add_option("--until", o->until, "该批准的截止时间 the approval's own end, 2027-06-01T00:00:00Z")->required();
  w->add_option("--reason", o->reason, "原因 why: fact_error, privacy, expired_law, other");
  w->add_option("--by", o->by, "谁 who; default: the key's holder");
  w->callback([o, &shared] { shared.run([&] { return run_withdraw(shared, *o); }); });
  auto r = std::make_shared<WithdrawOptions>();
  auto* n = app.add_subcommand("renew-withdrawals",
                               "给撤回名单续期，内容不变；可每天自动运行\n"
                               "Give the withdrawals document a later date and change nothing; may run daily by itself.");
  add_common(n, *r);
  n->callback([r, &shared] { shared.run([&] { return run_renew(shared, *r); }); });
}

}  // namespace fz::keys
