// fz site-package: what an installer brings to new screens.
#include <fmt/format.h>
#include <qrencode.h>

#include <memory>

#include "server/tools/commands.hpp"
#include "shared/base/file.hpp"
#include "shared/trust/site_package.hpp"

namespace fz::tools {
namespace {

constexpr int kQuiet = 4;  // modules of white around a QR code (ISO/IEC 18004)

// A printable picture of the code: black squares on white.
Result<std::string> qr_svg(const std::string& text) {
  const std::unique_ptr<QRcode, void (*)(QRcode*)> code(QRcode_encodeString8bit(text.c_str(), 0, QR_ECLEVEL_M), QRcode_free);
  if (!code) return fail(Code::bad_field, {{"field", "site code"}, {"what", "QR"}});
  const int side = code->width + 2 * kQuiet;
  std::string path;
  for (int y = 0; y < code->width; ++y)
    for (int x = 0; x < code->width; ++x)
      if (code->data[y * code->width + x] & 1) path += fmt::format("M{} {}h1v1h-1z", x + kQuiet, y + kQuiet);
  return fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0} {0}\" width=\"80mm\" height=\"80mm\" shape-rendering=\"crispEdges\">"
      "<path fill=\"#fff\" d=\"M0 0h{0}v{0}h-{0}z\"/><path d=\"{1}\"/></svg>\n",
      side, path);
}

Result<json::value> make(const Profile& profile, const std::string& root, const fs::path& out) {
  trust::SitePackage site{profile.server, profile.pin, {}};
  FZ_TRY(site.root, read_file(root, trust::kMaxSite));
  const auto package = trust::write_site_package(site), code = trust::write_site_code(site);
  FZ_CHECK(trust::parse_site_package(package));  // a screen will say the same
  FZ_CHECK(trust::parse_site_code(code));
  FZ_TRY(const auto svg, qr_svg(code));
  FZ_CHECK(make_dirs(out));
  FZ_CHECK(write_atomic(out / trust::kSiteFile, package));
  FZ_CHECK(write_atomic(out / "fanzha-site.svg", svg));
  return json::value(json::object{{"code", code}, {"file", (out / trust::kSiteFile).string()}, {"server", site.server}});
}

}  // namespace

void add_site_commands(CLI::App& app, Shared& shared) {
  struct Options {
    std::string root, out = ".", server, pin;
  };
  auto o = std::make_shared<Options>();
  auto* command = app.add_subcommand("site-package",
                                     "新屏幕的站点包：服务器地址、证书指纹、根文件，写到U盘；另有二维码\n"
                                     "what a new screen needs: address, certificate pin and root, for a stick; and the same as a QR code");
  command->add_option("--root", o->root, "密钥仪式的 1.root.json the ceremony's first root document")->required();
  command->add_option("--out", o->out, "文件夹（U盘） folder, such as a stick")->capture_default_str();
  command->add_option("--server", o->server, "缺省为登录的服务器 address; default: the one logged in to");
  command->add_option("--pin", o->pin, "证书指纹 SHA-256 of the certificate");
  command->callback([o, &shared] {
    Profile profile{o->server, o->pin, {}};
    if (profile.server.empty()) {
      auto kept = load_profile(shared.profile_path);
      if (!kept) {
        shared.outcome = kept.error();
        return;
      }
      profile = std::move(*kept);
    }
    // Copied from a log or a screen, a fingerprint may have colons and capitals.
    std::erase(profile.pin, ':');
    for (auto& c : profile.pin) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    auto answer = make(profile, o->root, o->out);
    if (!answer) {
      shared.outcome = answer.error();
      return;
    }
    shared.show(*answer, [](const json::value& v) { fmt::print("{}\n{}\n", text_of(v, "file"), text_of(v, "code")); });
  });
}

}  // namespace fz::tools
