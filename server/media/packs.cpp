// Packs that are made: by fz-decode where media is opened, by shared/render where text is drawn or a page is set.
#include <algorithm>

#include "server/library/packs.hpp"
#include "server/media/decoder_run.hpp"
#include "shared/base/id.hpp"
#include "shared/render/print.hpp"

namespace fz::media {
namespace {

constexpr std::size_t kMaxPicture = 64u << 20;

library::Pack pack_of(const blob::Info& info, std::string mime) {
  library::Pack out;
  out.sha256 = info.sha256;
  out.length = info.length;
  out.mime = std::move(mime);
  return out;
}
Result<library::Pack> keep(blob::Store& blobs, std::string_view bytes, std::string mime) {
  FZ_TRY(const auto info, blobs.put(bytes));
  return pack_of(info, std::move(mime));
}

struct Made {
  Scratch file;
  int width = 0, height = 0;
  std::string mime;
};
/// One rendition by fz-decode into a file of its own.
Result<Made> run(const Tools& tools, blob::Store& blobs, const library::Rendition& from, std::vector<std::string> arguments, Millis limit,
                 const Progress& progress) {
  FZ_TRY(const auto source, blobs.open_verified(from.sha256));
  FZ_TRY(auto file, Scratch::make(tools, "pack"));
  FZ_TRY(auto decoder, Run::start(tools, std::move(arguments), {{source.fd.get(), 3}, {file.fd.get(), 4}}, limit));
  FZ_TRY(const auto line, decoder.finish(progress));
  const json::value wrapped(line);
  json::Reader in(wrapped, "render");
  const int width = static_cast<int>(in.integer("width", 0, 65535)), height = static_cast<int>(in.integer("height", 0, 65535));
  std::string mime = in.string("mime", 100);
  FZ_CHECK(in.finish(true));
  FZ_CHECK(sync_file(file.fd.get(), file.path));
  return Made{std::move(file), width, height, std::move(mime)};
}

Result<library::Pack> adopt(blob::Store& blobs, const Made& made) {
  FZ_TRY(const auto info, blobs.adopt(made.file.path));
  return pack_of(info, made.mime);
}

Result<render::Document> document_of(blob::Store& blobs, const library::Rendition& text) {
  FZ_TRY(const auto bytes, blobs.read(text.sha256, render::kMaxDocumentBytes));
  return render::parse_document(bytes);
}

/// A text as one picture to be read on a telephone: higher until it is one page. Characters are a part of the width on a picture this
/// high, so that a higher one holds more.
Result<library::Pack> drawn(const Tools& tools, blob::Store& blobs, const library::Rendition& text) {
  FZ_TRY(const auto document, document_of(blobs, text));
  render::Renderer renderer;
  for (const int height : {1920, 2700, 3800, 5400, 8000}) {
    FZ_TRY(const auto pages, renderer.layout(document, {1080, height}, {}));
    if (pages.count() > 1 && height < 8000) continue;
    FZ_TRY(const auto file, Scratch::make(tools, "pack"));
    FZ_CHECK(render::write_png(renderer.draw(pages, 0), file.path));
    FZ_TRY(const auto bytes, read_file(file.path, kMaxPicture));
    return keep(blobs, bytes, "image/png");
  }
  return fail(Code::internal, {}, "no height");
}

Result<library::Pack> printed(const Tools& tools, blob::Store& blobs, const library::Item& item, const library::Rendition& from,
                              render::Paper paper, Millis limit, const Progress& progress) {
  render::Renderer renderer;
  if (library::is_text_kind(item.kind)) {
    FZ_TRY(const auto document, document_of(blobs, from));
    FZ_TRY(const auto pdf, render::print_document(renderer, document, paper));
    return keep(blobs, pdf, "application/pdf");
  }
  FZ_TRY(const auto made, run(tools, blobs, from, {"--render", "still-print"}, limit, progress));
  render::PrintPicture picture;
  FZ_TRY(picture.jpeg, read_file(made.file.path, kMaxPicture));
  picture.width = made.width;
  picture.height = made.height;
  FZ_TRY(const auto pdf, render::print_picture(renderer, picture, paper));
  return keep(blobs, pdf, "application/pdf");
}

}  // namespace

Result<library::Pack> make_pack(const Tools& tools, blob::Store& blobs, const library::Item& item,
                                const std::vector<library::Rendition>& renditions, const std::string& pack, const Progress& progress) {
  const auto* from = library::main_rendition(renditions);
  if (!from) return fail(Code::not_found, {{"what", pack}});
  const Millis limit = std::max(tools.render_least, Millis{from->duration_ms * tools.render_times});
  if (pack == "print-a4" || pack == "print-a3")
    return printed(tools, blobs, item, *from, pack == "print-a4" ? render::Paper::a4 : render::Paper::a3, limit, progress);
  if (pack == "chat" && library::is_text_kind(item.kind)) return drawn(tools, blobs, *from);
  std::vector<std::string> arguments;
  if (pack == "chat" && item.kind == library::Kind::poster)
    arguments = {"--render", "still-chat"};
  else if (pack == "chat")
    arguments = {"--render", "chat", "--max-bytes", std::to_string(library::kMaxChatBytes)};
  else if (pack == "audio")
    arguments = {"--render", "audio"};
  else
    return fail(Code::not_found, {{"what", pack}});
  FZ_TRY(const auto made, run(tools, blobs, *from, std::move(arguments), limit, progress));
  return adopt(blobs, made);
}

}  // namespace fz::media
