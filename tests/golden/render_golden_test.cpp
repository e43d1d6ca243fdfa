// What the pages look like, kept as thumbnails: 32 x 18 grey values and 8 x 4 colours. A change that a person would see
// fails, another rasteriser's rounding does not. tests/golden/render/remake writes them anew: look at the pictures first.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <map>
#include <sstream>

#include "shared/base/bytes.hpp"
#include "shared/base/file.hpp"
#include "shared/render/render.hpp"

namespace fz::render {
namespace {

// Means over a grid of w x h cells, weighted by channel.
void grid(const Surface& s, int w, int h, double blue, double green, double red, Bytes& out) {
  for (int ty = 0; ty < h; ++ty)
    for (int tx = 0; tx < w; ++tx) {
      int x0 = s.width() * tx / w, x1 = std::max(x0 + 1, s.width() * (tx + 1) / w), y0 = s.height() * ty / h,
          y1 = std::max(y0 + 1, s.height() * (ty + 1) / h);
      std::int64_t sum[3] = {};
      for (int y = y0; y < y1; ++y) {
        auto* p = s.data() + static_cast<std::ptrdiff_t>(y) * s.stride() + static_cast<std::ptrdiff_t>(x0) * 4;
        for (int x = x0; x < x1; ++x, p += 4)
          for (int k = 0; k < 3; ++k) sum[k] += p[k];
      }
      double n = static_cast<double>(x1 - x0) * (y1 - y0);
      out.push_back(static_cast<std::uint8_t>(
          (blue * static_cast<double>(sum[0]) + green * static_cast<double>(sum[1]) + red * static_cast<double>(sum[2])) / n));
    }
}
Bytes thumbnail(const Surface& s) {
  Bytes out;
  grid(s, 32, 18, 0.0722, 0.7152, 0.2126, out);
  grid(s, 8, 4, 1, 0, 0, out);
  grid(s, 8, 4, 0, 1, 0, out);
  grid(s, 8, 4, 0, 0, 1, out);
  return out;
}

std::string shape(Size s) {
  return std::to_string(s.width) + "x" + std::to_string(s.height);
}

std::map<std::string, Bytes> render_all(const fs::path& samples) {
  std::map<std::string, Bytes> out;
  Renderer r;
  for (Size size : {Size{1920, 1080}, {1080, 1920}, {1280, 720}, {3840, 2160}, {1920, 384}, {512, 128}}) {
    for (std::string folder : {"bulletins", "slogans", "warnings"})
      for (auto& e : fs::directory_iterator(samples / folder)) {
        auto doc = parse_document(*read_file(e.path(), kMaxDocumentBytes));
        auto pages = *r.layout(*doc, size);
        std::string name = folder + "/" + e.path().filename().string() + " " + shape(size) + " ";
        out[name + "1"] = thumbnail(r.draw(pages, 0));
        bool last_too = folder == "bulletins" && pages.count() > 1 && (size.height == 1080 || size.width == 1080);
        if (last_too) out[name + std::to_string(pages.count())] = thumbnail(r.draw(pages, pages.count() - 1));
      }
    out["slate-fallback " + shape(size) + " 1"] = thumbnail(*r.slate({}, size));
    out["slate-enrol " + shape(size) + " 1"] = thumbnail(*r.slate(
        {Slate::State::enrol, "KX7P-M4RQ", "https://fanzha.example.gov.cn/e#KX7P", "政务服务中心", "fanzha.example.gov.cn:8443", ""},
        size));
  }
  auto facts = std::get<Facts>(*parse_document(*read_file(samples / "facts/local.json", kMaxDocumentBytes)));
  auto& row = *row_for(facts, "500119", "");
  for (Size size : {Size{420, 760}, {480, 1080}, {1920, 160}}) {
    out["facts-corner " + shape(size) + " 1"] = thumbnail(*r.corner(row, size, min_text_em({1920, 1080})));
    out["facts-panel " + shape(size) + " 1"] = thumbnail(*r.side_panel(row, size, min_text_em({1920, 1080})));
  }
  return out;
}

TEST(Golden, PagesLookAsTheyWereApproved) {
  ASSERT_TRUE(std::getenv("FZ_SOURCE_DIR")) << "set by ctest";
  fs::path source = std::getenv("FZ_SOURCE_DIR");
  fs::path file = source / "tests/golden/render/thumbnails.txt";
  auto now = render_all(source / "content-samples");
  if (std::getenv("FZ_UPDATE_GOLDEN")) {
    std::string text;
    for (auto& [name, t] : now) text += name + " " + to_hex(t) + "\n";
    ASSERT_TRUE(write_atomic(file, text));
  }
  std::istringstream in(*read_file(file, 4 << 20));
  std::size_t compared = 0;
  for (std::string doc, size, page, hex; in >> doc >> size >> page >> hex; ++compared) {
    std::string name = doc + " " + size + " " + page;
    ASSERT_TRUE(now.contains(name)) << name;
    auto reference = *from_hex(hex);
    auto& mine = now[name];
    ASSERT_EQ(mine.size(), reference.size()) << name;
    double sum = 0, far = 0, n = static_cast<double>(mine.size());
    for (std::size_t i = 0; i < mine.size(); ++i) {
      int difference = std::abs(mine[i] - reference[i]);
      sum += difference;
      far += difference > 24;
    }
    EXPECT_LT(sum / n, 3.0) << name << ": mean difference";
    EXPECT_LT(far / n, 0.02) << name << ": share of places that look different";
  }
  EXPECT_EQ(compared, now.size());
}
}  // namespace
}  // namespace fz::render
