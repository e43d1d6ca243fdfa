// fz-approve: the reviewer's own program. See README.md.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdlib>

#include "player/approve/server.hpp"
#include "player/approve/sign.hpp"
#include "player/approve/terminal.hpp"
#include "shared/base/log.hpp"
#include "shared/base/process.hpp"
#include "shared/base/version.hpp"
#include "shared/crypto/key_file.hpp"
#include "shared/trust/state.hpp"

namespace fz::approve {
namespace {

struct Arguments {
  std::string item, server, token, pin, group;
  fs::path profile, token_file, key, passphrase_file, blobs, envelope, reviewers, root, out, decoder;
  std::vector<fs::path> staff;
  bool yes = false, no_play = false, json = false;
};

// A run in the order of README.md; each step leaves what the next one needs.
class Run {
 public:
  explicit Run(const Arguments& a) : a_(a), offline_(a.item.ends_with(".json")) {}

  Result<json::object> all() {
    FZ_CHECK(who());
    FZ_CHECK(load());
    if (!a_.group.empty()) FZ_CHECK(expect_group(package_, a_.group));
    FZ_CHECK(load_reviewers());
    if (reviewers_) FZ_CHECK(check_key(package_.approval, key_.keyid, *reviewers_));
    FZ_TRY(auto folder, PrivateFolder::make());
    FZ_CHECK(bytes(folder.path()));
    note("正在解码并逐一比对各版本 … decoding and comparing the renditions");
    FZ_TRY(auto findings, examine(package_.approval, files_, a_.decoder));
    FZ_CHECK(show());
    return finish(findings);
  }

 private:
  void note(std::string_view line) const {
    if (!a_.json) fmt::print(stderr, "{}\n", line);
  }

  Result<void> who() {
    FZ_TRY(key_, crypto::key_file_info(a_.key));
    if (key_.purpose != "approve") return fail(Code::approve_key_purpose, {{"purpose", printable(key_.purpose)}});
    if (offline_) return {};
    Login login;
    if (!a_.profile.empty()) {
      FZ_TRY(login, read_profile(a_.profile));
    }
    if (!a_.server.empty()) login.server = a_.server;
    if (!a_.pin.empty()) login.pin = a_.pin;
    if (!a_.token.empty()) login.token = a_.token;
    if (!a_.token_file.empty()) {
      FZ_TRY(auto text, read_file(a_.token_file, 4096));
      login.token = text.substr(0, text.find_first_of("\r\n"));
    }
    if (login.server.empty()) return fail(Code::missing_field, {{"field", "--server / --profile"}});
    server_.emplace(std::move(login));
    return {};
  }

  Result<void> load() {
    std::string text;
    if (offline_) {
      FZ_TRY(text, read_file(a_.item, kMaxPackage));
    } else {
      if (!is_safe_id(a_.item)) return fail(Code::bad_field, {{"field", "--item"}, {"what", printable(a_.item)}});
      FZ_TRY(text, server_->package(a_.item));
    }
    FZ_TRY(package_, read_package(text));
    // An envelope for another item would be signed otherwise: the reviewer asked for this one.
    if (!offline_ && package_.item != a_.item) return fail(Code::approve_package, {{"what", package_.item}});
    if (server_) package_.envelope.reset();  // the server collects signatures; ours goes alone
    if (a_.envelope.empty()) return {};
    FZ_TRY(auto envelope, read_file(a_.envelope, trust::kMaxDocument));
    return adopt_envelope(package_, envelope);
  }

  // From a file (verified when the root is given too), else the server's word: only used to say early what it would refuse.
  Result<void> load_reviewers() {
    if (a_.reviewers.empty()) {
      if (!server_) return {};
      FZ_TRY(reviewers_, server_->reviewers());
      return {};
    }
    FZ_TRY(auto bytes, read_file(a_.reviewers, trust::kMaxDocument));
    FZ_TRY(const auto left, read_left(bytes));
    if (!a_.root.empty()) {
      FZ_TRY(auto root, read_file(a_.root, trust::kMaxDocument));
      FZ_TRY(auto state, trust::TrustedState::init(root, {}));
      FZ_CHECK(state.update_reviewers(bytes, std::chrono::floor<Seconds>(system_clock().wall())));
    }
    FZ_TRY(auto envelope, trust::read_envelope(bytes));
    FZ_TRY(reviewers_, trust::parse_reviewers(envelope.payload));
    trust::apply_staff(*reviewers_, left);
    return {};
  }
  /// Who left by a staff document of their group: each is verified against the list.
  Result<trust::StaffLeft> read_left(const std::string& reviewers_bytes) const {
    FZ_TRY(auto envelope, trust::read_envelope(reviewers_bytes));
    FZ_TRY(auto list, trust::parse_reviewers(envelope.payload));
    trust::StaffLeft left;
    for (const auto& path : a_.staff) {
      FZ_TRY(auto bytes, read_file(path, trust::kMaxDocument));
      FZ_TRY(auto staff, trust::read_staff(bytes, list));
      trust::note_staff(left, staff);
    }
    return left;
  }

  Result<void> bytes(const fs::path& folder) {
    if (server_) {
      auto progress = [&](std::uint64_t done, std::uint64_t total) {
        if (!a_.json) show_progress("下载并校验 fetching", done, total);
      };
      FZ_TRY(files_, server_->fetch(package_.item, package_.approval, folder, progress));
      return {};
    }
    fs::path blobs = a_.blobs.empty() ? fs::path(a_.item).parent_path() / "blobs" : a_.blobs;
    FZ_TRY(files_, copy_from_folder(package_.approval, blobs, folder));
    return {};
  }

  Result<void> show() {
    FZ_TRY(auto words, texts(package_.approval, files_));
    if (!a_.json) {
      fmt::print("{}", describe(package_));
      if (!words.empty()) fmt::print("\n正文 the text that is signed\n{}\n", words);
      std::fflush(stdout);
    }
    bool display = std::getenv("DISPLAY") || std::getenv("WAYLAND_DISPLAY");
    if (a_.yes || a_.no_play || !display) return {};
    auto all = pictures(package_.approval);
    for (auto& picture : all) {
      note(fmt::format("正在播放{}，请完整审看 … playing; watch all of it", all.size() > 1 ? " " + picture_name(picture) : ""));
      FZ_CHECK(play(files_[picture.watched]));
    }
    return {};
  }
  static Result<void> play(const fs::path& file) {
    SpawnOptions o;
    o.argv = {(program_dir() / "fz-screen").string(), "--play", file.string(), "--sink", "x11", "--window", "--audio", "auto"};
    FZ_TRY(auto screen, Process::spawn(o));
    auto status = screen.wait(std::chrono::hours{5});
    if (!status || *status != 0)
      return fail(Code::process_failed, {{"program", "fz-screen"}, {"what", std::to_string(status.value_or(-1))}});
    return {};
  }
  // Each picture by itself: nobody signs a variant that was not looked at.
  Result<void> ask() const {
    if (a_.yes) return {};
    auto all = pictures(package_.approval);
    if (all.size() > 1)
      for (auto& picture : all)
        if (!confirmed(fmt::format("{} 已完整审看，请输入 yes： watched: type yes: ", picture_name(picture))))
          return fail(Code::approve_declined);
    if (!confirmed("逐字逐帧核对无误、同意签名，请输入 yes： type yes to sign: ")) return fail(Code::approve_declined);
    return {};
  }

  Result<json::object> finish(const std::vector<Finding>& findings) {
    FZ_CHECK(ask());
    std::optional<std::string> secret;
    if (key_.encrypted) {
      FZ_TRY(secret, passphrase(a_.passphrase_file, fmt::format("{} 的口令 passphrase: ", printable(key_.holder))));
    }
    FZ_TRY(auto key, crypto::read_key_file(a_.key, secret));
    FZ_TRY(auto envelope, sign(package_, key, key_.holder, reviewers_ ? &*reviewers_ : nullptr));
    json::object done{
        {"item", package_.item}, {"approval_id", package_.approval.approval_id}, {"holder", key_.holder}, {"keyid", key.id()}};
    json::array checked;
    for (std::size_t i = 0; i < findings.size(); ++i)
      checked.push_back(json::object{
          {"profile", findings[i].profile}, {"sha256", package_.approval.renditions[i].sha256}, {"compared", findings[i].compared}});
    done["renditions"] = std::move(checked);
    if (!a_.out.empty() || !server_) {
      fs::path out = a_.out.empty() ? fs::path(package_.approval.approval_id + ".approval.json") : a_.out;
      FZ_CHECK(write_atomic(out, trust::write_envelope(envelope)));
      done["out"] = out.string();
      done["signatures"] = static_cast<std::int64_t>(envelope.signatures.size());
    }
    if (!server_) return done;
    FZ_TRY(auto answer, server_->post_approval(envelope));
    for (auto* name : {"complete", "holders", "threshold"})
      if (auto* object = answer.if_object())
        if (auto* value = object->if_contains(name)) done[name] = *value;
    return done;
  }

  const Arguments& a_;
  bool offline_;
  crypto::KeyFileInfo key_;
  std::optional<Server> server_;
  Package package_;
  std::optional<trust::Reviewers> reviewers_;
  std::vector<fs::path> files_;
};

void print_done(const json::object& done) {
  fmt::print("已签名 signed: {} （{}）\n", std::string_view(done.at("approval_id").as_string()),
             std::string_view(done.at("holder").as_string()));
  if (auto* out = done.if_contains("out")) fmt::print("信封 envelope: {}\n", std::string_view(out->as_string()));
  auto *complete = done.if_contains("complete"), *holders = done.if_contains("holders"), *threshold = done.if_contains("threshold");
  if (!complete || !complete->is_bool() || !holders || !threshold) return;
  fmt::print("{} {}/{}\n", complete->get_bool() ? "已批准 approved" : "还需其他审核员签名 more signatures needed:", json::write(*holders),
             json::write(*threshold));
}

int report(const Result<json::object>& done, bool as_json) {
  if (done) {
    if (as_json)
      fmt::print("{}\n", json::write(*done));
    else
      print_done(*done);
    return 0;
  }
  const Error e = done.error();
  if (as_json)
    fmt::print("{}\n", json::write(json::object{{"error", code_name(e.code)}, {"zh", message(e, Lang::zh)}, {"en", message(e, Lang::en)}}));
  else
    fmt::print(stderr, "{}\n{}\n", message(e, Lang::zh), message(e, Lang::en));
  log::debug("{}", to_log(e));
  return e.code == Code::approve_declined ? 3 : 1;
}

int main_of(int argc, char** argv) {
  log::init("fz-approve", log::Level::warn);
  Arguments a;
  CLI::App app{
      "fz-approve —— 在审核员自己的电脑上核对并签署批准书\n"
      "fz-approve: checks the very bytes on a reviewer's own computer and signs the approval\n\n"
      "在线 online:   fz-approve --profile profile.json --item 编号 --key reviewer-1.key.json\n"
      "离线 offline:  fz-approve --item package.json --key reviewer-2.key.json --reviewers reviewers.json --out ap.approval.json",
      "fz-approve"};
  app.set_version_flag("--version", fz::version());
  app.add_option("--item", a.item, "内容编号，或审核包文件 item id, or a review package (*.json)")->required();
  app.add_option("--key", a.key, "审核密钥文件 the reviewer's key file")->required();
  app.add_option("--passphrase-file", a.passphrase_file, "口令在文件第一行；缺省在终端询问 first line of this file; default: asks");
  app.add_option("--profile", a.profile, "fz login 写下的登录文件 the file that `fz login` wrote");
  app.add_option("--server", a.server, "服务器地址 the server, https://host:port");
  app.add_option("--pin", a.pin, "服务器证书指纹 SHA-256 of its certificate");
  app.add_option("--token", a.token, "令牌（会出现在进程列表里，宜用 --token-file）a token; others can see it in the process list");
  app.add_option("--token-file", a.token_file, "令牌文件 file with the token");
  app.add_option("--group", a.group, "只为这个审核组签名 refuse packages of other groups");
  app.add_option("--blobs", a.blobs, "离线：媒体文件夹 offline: folder of the blobs");
  app.add_option("--envelope", a.envelope, "离线：已有他人签名的信封 offline: envelope that others signed");
  app.add_option("--reviewers", a.reviewers, "审核人名单 the reviewers document");
  app.add_option("--staff", a.staff, "人员变更文件，可多个 staff documents: who left since");
  app.add_option("--root", a.root, "用根文件核对审核人名单 verify the reviewers document by this root");
  app.add_option("--out", a.out, "信封写到 write the envelope here");
  app.add_option("--decoder", a.decoder, "fz-decode");
  app.add_flag("--yes", a.yes, "已审看过，不再询问 watched already; do not ask");
  app.add_flag("--no-play", a.no_play, "不播放 do not play");
  app.add_flag("--json", a.json, "只输出 JSON print JSON only");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    return app.exit(e) == 0 ? 0 : 2;
  }
  return report(Run(a).all(), a.json);
}

}  // namespace
}  // namespace fz::approve

int main(int argc, char** argv) {
  try {
    return fz::approve::main_of(argc, argv);
  } catch (const std::exception& e) {
    fmt::print(stderr, "fz-approve: {}\n", e.what());
    return 70;
  }
}
