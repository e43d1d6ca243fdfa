#include "player/keys/commands.hpp"

#include <fmt/format.h>

#include <charconv>

#include "player/keys/ceremony.hpp"
#include "player/keys/documents.hpp"
#include "player/keys/inspect.hpp"
#include "player/keys/pretty.hpp"

namespace fz::keys {
namespace {

constexpr std::size_t kMaxText = 2 * 1024 * 1024;

/// Hex, a file with hex, a key file, or a public PEM.
Result<crypto::PublicKey> read_public_key(const std::string& text) {
  if (auto key = crypto::public_key_from_hex("ed25519", text)) return key;
  FZ_TRY(auto content, read_file(text, 64 * 1024));
  if (content.starts_with("-----BEGIN")) return crypto::public_key_from_pem(content);
  if (auto info = crypto::key_info(content)) return info->key;
  return crypto::public_key_from_hex("ed25519", content.substr(0, content.find_first_of(" \r\n\t")));
}
Result<crypto::PrivateKey> open_key_file(const Shared& shared, const std::string& path) {
  auto info = crypto::key_file_info(path);
  if (!info || !info->encrypted) return crypto::read_key_file(path);
  FZ_TRY(auto passphrase, shared.passphrase.existing(fmt::format("{} 的口令 passphrase of {}: ", info->holder, path)));
  return crypto::read_key_file(path, passphrase);
}
/// The newest N.root.json, or `name`, beside `file`; empty if there is none.
std::string sibling(const fs::path& file, const std::string& name) {
  auto folder = file.has_parent_path() ? file.parent_path() : fs::path(".");
  std::string found;
  long best = 0;
  std::error_code ec;
  for (auto& entry : fs::directory_iterator(folder, ec)) {
    auto n = entry.path().filename().string();
    if (n == name) found = entry.path().string();
    long number = 0;
    auto [end, bad] = std::from_chars(n.data(), n.data() + n.size(), number);
    if (name == "root" && bad == std::errc{} && std::string_view(end) == ".root.json" && number > best) {
      best = number;
      found = entry.path().string();
    }
  }
  return found;
}
Result<std::string> read_or_empty(const std::string& path) {
  if (path.empty()) return std::string();
  return read_file(path, kMaxText);
}
Result<trust::Policy> policy_of(const std::string& reviewers_file) {
  FZ_TRY(auto text, read_or_empty(reviewers_file));
  if (text.empty()) return trust::Policy{};
  FZ_TRY(auto envelope, trust::read_envelope(text));
  FZ_TRY(auto reviewers, trust::parse_reviewers(envelope.payload));
  return reviewers.policy;
}
}  // namespace

void Shared::run(const std::function<Result<void>()>& work) {
  now = std::chrono::time_point_cast<Seconds>(system_clock().wall());
  if (!now_text.empty()) {
    auto t = parse_time(now_text);
    if (!t) {
      outcome = t.error();
      return;
    }
    now = *t;
  }
  outcome = work();
}
void Shared::show(const json::object& answer, const std::string& people) const {
  fmt::print("{}\n", json ? json::write(answer) : people);
}

void add_ceremony(CLI::App& app, Shared& shared) {
  struct Options {
    std::string out, online, description, region = "000000";
    bool demo = false;
  };
  auto o = std::make_shared<Options>();
  auto* c = app.add_subcommand("ceremony",
                               "密钥仪式：生成根密钥、审核人名单、撤回和续期密钥\n"
                               "The key ceremony: root keys, the reviewers list, withdraw and renew keys.\n"
                               "在一台不联网的电脑上做；之后每个 *.key.json 交给它的持有人，根密钥放进保险柜。\n"
                               "Hold it on a machine without a network; hand each *.key.json to its holder, root keys go to the safe.");
  c->add_option("--out", o->out, "输出文件夹 folder for everything that is made")->required()->type_name("DIR");
  c->add_option("--online-key", o->online, "服务器在线公钥：十六进制或文件（fz trust online-key） the server's public key: hex or a file")
      ->required();
  c->add_option("--description", o->description, "持有人、审核组和权限的描述，TOML 或 JSON holders, groups and scopes")->type_name("FILE");
  c->add_option("--region", o->region, "没有描述文件时，审核组的地区代码 region of the one group when there is no description");
  c->add_flag("--demo", o->demo, "演示密钥：不加口令，正式版程序拒绝 for a demo: no passphrases, refused by release builds");
  c->callback([o, &shared] {
    shared.run([&]() -> Result<void> {
      CeremonyOrder order;
      order.demo = o->demo;
      order.now = shared.now;
      order.out = o->out;
      FZ_TRY(order.online, read_public_key(o->online));
      order.description = default_description(o->region);
      if (!o->description.empty()) {
        FZ_TRY(auto text, read_file(o->description, kMaxText));
        FZ_TRY(order.description, parse_description(text));
      }
      auto ask = [&](const std::string& holder) -> Result<std::optional<std::string>> {
        if (order.demo) return std::optional<std::string>{};
        FZ_TRY(auto p, shared.passphrase.fresh(fmt::format("请 {} 设置口令 new passphrase of {}: ", holder, holder)));
        return std::optional<std::string>(std::move(p));
      };
      FZ_TRY(auto made, hold_ceremony(order, ask));
      fz::json::array keys, documents;
      std::string text = "已生成 made:\n";
      for (auto& d : made.documents) {
        documents.emplace_back(d);
        text += "  " + d + "\n";
      }
      for (auto& k : made.keys) {
        keys.push_back(fz::json::object{{"holder", k.holder}, {"purpose", k.purpose}, {"keyid", k.keyid}, {"file", k.file}});
        text += fmt::format("  {:<28} {:<9} {}\n", k.file, k.purpose, k.keyid.substr(0, 16));
      }
      text += "下一步 next: fz trust root 1.root.json; fz trust reviewers reviewers.json; fz withdraw-import withdrawals.json";
      shared.show({{"documents", documents}, {"keys", keys}, {"demo", order.demo}}, text);
      return {};
    });
  });
}

void add_key_commands(CLI::App& app, Shared& shared) {
  auto* key = app.add_subcommand("key", "密钥文件 key files");
  key->require_subcommand(1);
  struct Options {
    std::string file, holder, purpose = "approve";
    bool plain = false;
  };
  auto o = std::make_shared<Options>();
  auto* make = key->add_subcommand("new", "生成一个密钥，口令保护 make a key, protected by a passphrase");
  make->add_option("--out", o->file, "密钥文件 where it goes")->required()->type_name("FILE");
  make->add_option("--holder", o->holder, "持有人 who holds it")->required();
  make->add_option("--purpose", o->purpose, "用途 what for")
      ->check(CLI::IsMember({"root", "approve", "withdraw", "renew", "online", "device"}));
  make->add_flag("--plain", o->plain, "不加口令（服务器、屏幕和续期电脑） no passphrase: for servers, screens and the renewing PC");
  make->callback([o, &shared] {
    shared.run([&]() -> Result<void> {
      auto k = crypto::PrivateKey::generate();
      std::optional<std::string> passphrase;
      if (!o->plain) {
        FZ_TRY(passphrase, shared.passphrase.fresh("口令 passphrase: "));
      }
      FZ_CHECK(crypto::write_key_file(o->file, k, o->holder, o->purpose, passphrase));
      shared.show({{"file", o->file}, {"keyid", k.id()}, {"public", k.public_key().hex()}},
                  fmt::format("{}\n公钥 public  {}\n编号 keyid   {}", o->file, k.public_key().hex(), k.id()));
      return {};
    });
  });
  auto* show = key->add_subcommand("show", "显示密钥文件的公开部分 the public part of a key file");
  show->add_option("FILE", o->file, "密钥文件 key file")->required();
  show->callback([o, &shared] {
    shared.run([&]() -> Result<void> {
      FZ_TRY(auto info, crypto::key_file_info(o->file));
      shared.show({{"holder", info.holder},
                   {"purpose", info.purpose},
                   {"keyid", info.keyid},
                   {"scheme", info.key.scheme},
                   {"public", info.key.hex()},
                   {"encrypted", info.encrypted}},
                  fmt::format("持有人 holder  {}\n用途 purpose   {}\n公钥 public    {} {}\n编号 keyid     {}\n口令 passphrase {}",
                              info.holder, info.purpose, info.key.scheme, info.key.hex(), info.keyid, info.encrypted ? "有 yes" : "无 no"));
      return {};
    });
  });
}

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
  FZ_CHECK(write_atomic(o.out.empty() ? o.file : o.out, text));
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
  rotate->add_option("--remove", o->remove, "去掉的根密钥编号 keyids of root keys to remove");
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
      change.remove = o->remove;
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
      FZ_CHECK(write_atomic(file, next));
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
  FZ_CHECK(write_atomic(o.out, text));
  shared.show({{"file", o.out}, {"approval_id", o.approval}},
              fmt::format("{}\n已撤回 withdrawn: {}\n下一步 next: fz withdraw-import {}", o.out, o.approval, o.out));
  return {};
}
Result<void> run_renew(const Shared& shared, const WithdrawOptions& o) {
  FZ_TRY(auto key, open_key_file(shared, o.key));
  FZ_TRY(auto days, life_days(o));
  FZ_TRY(auto previous, read_file(o.previous, kMaxText));
  FZ_TRY(auto text, renew(previous, days, shared.now, key));
  FZ_CHECK(write_atomic(o.out, text));
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

void add_inspect(CLI::App& app, Shared& shared) {
  struct Options {
    std::string file, root, reviewers, venue = "*";
    bool payload = false;
  };
  auto o = std::make_shared<Options>();
  auto* c = app.add_subcommand("inspect",
                               "显示并验证一个签名文件\nShow and verify a signed document.\n"
                               "同一文件夹里的 N.root.json 和 reviewers.json 会自动使用。\n"
                               "N.root.json and reviewers.json in the same folder are used by themselves.");
  c->add_option("FILE", o->file, "文件 document")->required();
  c->add_option("--root", o->root, "根文件 root document");
  c->add_option("--reviewers", o->reviewers, "审核人名单 reviewers list");
  c->add_option("--venue", o->venue, "场所编号 venue id, for periods of raised review");
  c->add_flag("--payload", o->payload, "只输出内容 print the payload alone");
  c->callback([o, &shared] {
    shared.run([&]() -> Result<void> {
      FZ_TRY(auto bytes, read_file(o->file, kMaxText));
      InspectContext context;
      context.now = shared.now;
      context.venue = o->venue;
      FZ_TRY(context.root, read_or_empty(o->root.empty() ? sibling(o->file, "root") : o->root));
      FZ_TRY(context.reviewers, read_or_empty(o->reviewers.empty() ? sibling(o->file, "reviewers.json") : o->reviewers));
      FZ_TRY(auto report, inspect(bytes, context));
      if (o->payload) {
        fmt::print("{}\n", pretty(report["payload"]));
        return {};
      }
      std::string people = pretty(report["payload"]) + "\n";
      for (auto& s : report["signatures"].get_array()) {
        auto& sig = s.get_object();
        std::string holder(sig["holder"].get_string());
        people += fmt::format("签名 signature  {} {}  {}\n", sig["good"].get_bool() ? "有效 good" : "无效 NOT GOOD",
                              holder.empty() ? "（未知 unknown）" : holder, std::string(sig["keyid"].get_string()).substr(0, 16));
      }
      people += fmt::format("{}\n{}", std::string(report["zh"].get_string()), std::string(report["en"].get_string()));
      shared.show(report, people);
      if (report["verdict"].get_string() != "ok") shared.exit_code = 3;
      return {};
    });
  });
}
}  // namespace fz::keys
