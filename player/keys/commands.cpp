#include "player/keys/commands.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <memory>

#include "player/keys/ceremony.hpp"
#include "player/keys/inspect.hpp"
#include "player/keys/key_input.hpp"
#include "player/keys/pretty.hpp"

namespace fz::keys {
namespace {

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
  if (!json) {
    fmt::print("{}\n", people);
    if (rehearse) fmt::print("演练完成：没有写入任何文件，现行的名单和密钥不变 rehearsal: nothing was written, nothing has changed\n");
    return;
  }
  auto out = answer;
  if (rehearse) out["rehearsal"] = true;
  fmt::print("{}\n", json::write(out));
}
Result<void> Shared::write(const fs::path& path, std::string_view text) const {
  if (!rehearse) return write_atomic(path, text);
  std::error_code ec;
  auto folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
  if (!fs::is_directory(folder, ec)) return fail(Code::not_found, {{"what", folder.string()}});
  return {};
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
      if (shared.rehearse) {  // the same work in a folder that goes away, its keys with it
        if (fs::exists(order.out / "1.root.json")) return fail(Code::file_exists, {{"path", (order.out / "1.root.json").string()}});
        std::string pattern = (fs::temp_directory_path() / "fz-keys-XXXXXX").string();
        if (!::mkdtemp(pattern.data())) return disk_error(errno, pattern);
        order.out = pattern;
      }
      const std::unique_ptr<fs::path, void (*)(fs::path*)> removed(shared.rehearse ? &order.out : nullptr, [](fs::path* folder) {
        std::error_code ignored;
        fs::remove_all(*folder, ignored);
      });
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
      if (!shared.rehearse) FZ_CHECK(crypto::write_key_file(o->file, k, o->holder, o->purpose, passphrase));
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
