// Thumbnails of items and previews of texts while they are being written.
#include "server/http/json_out.hpp"
#include "server/http/routes.hpp"

namespace fz::http {

Result<net::Response> get_thumbnail(Call& call) {
  FZ_TRY(const auto item,
         call.app.store.read([&](const store::Tx& tx) { return library::get_item(tx.library(), tx.accounts(), call.actor, call.arg(0)); }));
  const std::string etag = "\"t-" + item.source + "\"";
  net::Response r;
  if (net::etag_matches(call.request.headers.get("If-None-Match"), etag)) {
    r.status = 304;
  } else {
    FZ_TRY(auto picture, call.app.pictures.thumbnail(call.app.blobs, item));
    r = net::make_response(200, picture.mime, std::move(picture.bytes));
  }
  r.headers.add("ETag", etag);
  r.headers.add("Cache-Control", "private, no-cache");
  return r;
}

Result<net::Response> preview_text(Call& call) {
  FZ_TRY(const auto body, call.body());
  json::Reader in(body, "preview");
  const auto* document = in.object_member("document");
  const auto width = static_cast<int>(in.integer_or("width", 960, 64, 1920));
  const auto height = static_cast<int>(in.integer_or("height", 540, 64, 1920));
  const auto page = static_cast<int>(in.integer_or("page", 0, 0, 100));
  FZ_CHECK(in.finish());
  FZ_TRY(const auto parsed, render::parse_document(json::write(*document)));
  FZ_CHECK(render::check_import(parsed));
  FZ_TRY(auto picture, call.app.pictures.preview(parsed, {width, height}, page));
  auto r = net::make_response(200, picture.mime, std::move(picture.bytes));
  r.headers.add("Preview-Pages", std::to_string(picture.pages));
  r.headers.add("Cache-Control", "no-store");
  return r;
}

}  // namespace fz::http
