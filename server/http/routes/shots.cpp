// The last picture of each screen: sent by the screen when an operator asks for it, one file a screen in the data folder.
#include <sys/stat.h>

#include "server/http/routes.hpp"

namespace fz::http {
namespace {

constexpr std::size_t kMaxShot = 200 * 1000;

fs::path shot_file(const App& app, const std::string& screen) {
  return app.settings.shots / (screen + ".jpg");
}
bool is_jpeg(std::string_view bytes) {
  return bytes.size() > 4 && bytes.starts_with("\xff\xd8\xff") && bytes.ends_with("\xff\xd9");
}

}  // namespace

Result<net::Response> put_shot(Call& call) {
  const auto& body = call.request.body;
  if (body.size() > kMaxShot) return fail(Code::too_large, {{"limit", "200 kB"}});
  if (!is_jpeg(body)) return fail(Code::bad_field, {{"field", "body"}, {"what", "image/jpeg"}});
  FZ_CHECK(make_dirs(call.app.settings.shots, 0700));
  FZ_CHECK(write_atomic(shot_file(call.app, call.screen->id), body, 0600));
  call.app.events.changed({Topic::screens, finder::Noun::screen, call.screen->id});
  return no_content();
}

Result<net::Response> get_shot(Call& call) {
  FZ_TRY(const auto screen, call.app.store.read([&](const store::Tx& tx) {
    return screens::get_screen(tx.screens(), tx.accounts(), call.actor, call.arg(0));
  }));
  const auto file = shot_file(call.app, screen.id);
  struct stat st {};
  auto bytes = read_file(file, kMaxShot);
  if (!bytes && bytes.error().code == Code::not_found) return fail(Code::not_found, {{"what", "screenshot"}});
  if (!bytes) return std::move(bytes).error();
  if (::stat(file.c_str(), &st) != 0) return disk_error(errno, file);
  auto r = net::make_response(200, "image/jpeg", std::move(*bytes));
  // Another picture, another tag, even where the pixels are the same: whoever asked for one sees that it has come.
  r.headers.add(
      "ETag", "\"" + std::to_string(st.st_ino) + "-" + std::to_string(st.st_mtim.tv_sec) + "." + std::to_string(st.st_mtim.tv_nsec) + "\"");
  r.headers.add("Cache-Control", "private, no-store");
  return r;
}

}  // namespace fz::http
