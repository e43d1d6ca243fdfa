// fz-render: what a bulletin, slogan, warning, row of local facts, slate, ticker or QR code looks like on a screen of any size, as PNG
// files.
#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>

#include "shared/base/json.hpp"
#include "shared/render/render.hpp"

namespace {

using namespace fz;
using namespace fz::render;

struct Arguments {
  std::string document, size = "1920x1080", out, slate, ticker, qr, qr_text, qr_caption;
  std::string region, facts_as = "corner", screen = "1920x1080";
  Slate facts;
  bool json = false;
};

Result<Size> parse_size(const std::string& s) {
  Size size;
  char rest = 0;
  if (std::sscanf(s.c_str(), "%5dx%5d%c", &size.width, &size.height, &rest) != 2)
    return fail(Code::bad_field, {{"field", "--size"}, {"what", "WIDTHxHEIGHT"}});
  return size;
}

Result<Surface> draw_facts(Renderer& renderer, const Facts& facts, const Arguments& a, Size size) {
  const auto* row = row_for(facts, a.region, a.facts.site);
  if (!row) return fail(Code::not_found, {{"what", a.region + " " + a.facts.site}});
  FZ_TRY(Size screen, parse_size(a.screen));
  return a.facts_as == "panel" ? renderer.side_panel(*row, size, min_text_em(screen)) : renderer.corner(*row, size, min_text_em(screen));
}

// Writes page files "out-1.png", ... (or `out` itself when there is one page and the name ends in .png).
using Pictures = std::vector<std::pair<Surface, Millis>>;
Result<void> write(const Pictures& pictures, const Arguments& a, std::chrono::steady_clock::time_point started) {
  auto took = std::chrono::duration_cast<Millis>(std::chrono::steady_clock::now() - started);
  json::array list;
  bool single = pictures.size() == 1 && a.out.ends_with(".png");
  std::string stem = a.out.ends_with(".png") ? a.out.substr(0, a.out.size() - 4) : a.out;
  for (std::size_t i = 0; i < pictures.size(); ++i) {
    std::string file = single ? a.out : stem + "-" + std::to_string(i + 1) + ".png";
    FZ_CHECK(write_png(pictures[i].first, file));
    if (!a.json) std::printf("%s  %.1f s\n", file.c_str(), static_cast<double>(pictures[i].second.count()) / 1000.0);
    list.push_back(json::object{{"file", file}, {"reading_ms", std::int64_t{pictures[i].second.count()}}});
  }
  if (a.json) std::printf("%s\n", json::write(json::object{{"pages", std::move(list)}, {"render_ms", std::int64_t{took.count()}}}).c_str());
  return {};
}

Result<void> run(const Arguments& a) {
  FZ_TRY(Size size, parse_size(a.size));
  Renderer renderer;
  auto started = std::chrono::steady_clock::now();
  Pictures pictures;
  if (!a.document.empty()) {
    FZ_TRY(std::string text, read_file(a.document, kMaxDocumentBytes));
    FZ_TRY(Document doc, parse_document(text));
    FZ_CHECK(renderer.check_glyphs(doc));
    if (auto* facts = std::get_if<Facts>(&doc)) {
      FZ_TRY(Surface s, draw_facts(renderer, *facts, a, size));
      pictures.emplace_back(std::move(s), Millis{0});
      return write(pictures, a, started);
    }
    FZ_TRY(Pages pages, renderer.layout(doc, size, {a.qr_text, a.qr_caption}));
    for (int i = 0; i < pages.count(); ++i) pictures.emplace_back(renderer.draw(pages, i), pages.reading_time(i));
  } else if (!a.slate.empty()) {
    Slate slate = a.facts;
    slate.state = slate_state(a.slate);
    FZ_TRY(Surface s, renderer.slate(slate, size));
    pictures.emplace_back(std::move(s), Millis{0});
  } else if (!a.ticker.empty()) {
    FZ_TRY(Surface s, renderer.ticker({a.ticker}, size.height, size.width));
    pictures.emplace_back(std::move(s), Millis{0});
  } else {
    FZ_TRY(Surface s, renderer.qr(a.qr, std::min(size.width, size.height)));
    pictures.emplace_back(std::move(s), Millis{0});
  }
  return write(pictures, a, started);
}

}  // namespace

int main(int argc, char** argv) {
  Arguments a;
  CLI::App app{
      "把案例通报、标语、紧急预警、本地信息、待机画面、滚动条或二维码画成 PNG。\n"
      "Draws a bulletin, slogan, warning, local facts, slate, ticker or QR code as PNG files."};
  app.footer("例 / example:\n  fz-render --document bulletin.json --size 1080x1920 --out page");
  auto* what = app.add_option_group("what");
  what->add_option("--document", a.document, "案例通报、标语、紧急预警或本地信息表文件 / bulletin, slogan, warning or facts (JSON)");
  what->add_option("--slate", a.slate, "待机画面 / the slate: enrol, waiting, fallback, clock");
  what->add_option("--ticker", a.ticker, "滚动文字 / text of a ticker strip");
  what->add_option("--qr", a.qr, "二维码内容 / content of a QR code");
  what->require_option(1);
  app.add_option("--size", a.size, "宽x高 / WIDTHxHEIGHT")->capture_default_str();
  app.add_option("--out", a.out, "输出文件名 / output file or stem")->required();
  app.add_option("--code", a.facts.code, "登记码 / enrolment code on the slate");
  app.add_option("--device", a.facts.device, "屏幕编号 / device id on the slate, where there is no code");
  app.add_option("--site", a.facts.site, "待机画面的站点名，或信息表的站点编号 / site on the slate, or site id of a facts table");
  app.add_option("--server", a.facts.server, "服务器 / server on the slate");
  app.add_option("--message", a.facts.message, "提示 / message on the slate");
  app.add_option("--qr-text", a.qr_text, "热线旁的二维码 / QR code beside the hotline");
  app.add_option("--qr-caption", a.qr_caption, "二维码说明 / its caption");
  app.add_option("--region", a.region, "地区代码 / division code, of a facts table");
  app.add_option("--as", a.facts_as, "本地信息画成角标或侧栏 / local facts as a corner or a panel")
      ->check(CLI::IsMember({"corner", "panel"}))
      ->capture_default_str();
  app.add_option("--screen", a.screen, "角标所在屏幕的尺寸 / size of the screen that the corner is on")->capture_default_str();
  app.add_flag("--json", a.json, "JSON");
  CLI11_PARSE(app, argc, argv);
  a.facts.qr_text = a.qr_text;
  auto done = run(a);
  if (done) return 0;
  std::fprintf(stderr, "%s\n%s\n", message(done.error(), Lang::zh).c_str(), message(done.error(), Lang::en).c_str());
  return 1;
}
