// What the pages look like, kept as thumbnails of 32 x 18 grey values: a change that a person would see fails, another
// rasteriser's rounding does not. FZ_UPDATE_GOLDEN=1 writes the references anew: look at the pictures first (fz-render).
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

constexpr int kW = 32, kH = 18;

Bytes thumbnail(const Surface& s) {
  Bytes out;
  for (int ty = 0; ty < kH; ++ty)
    for (int tx = 0; tx < kW; ++tx) {
      int x0 = s.width() * tx / kW, x1 = std::max(x0 + 1, s.width() * (tx + 1) / kW), y0 = s.height() * ty / kH,
          y1 = std::max(y0 + 1, s.height() * (ty + 1) / kH);
      double sum = 0;
      for (int y = y0; y < y1; ++y)
        for (int x = x0; x < x1; ++x) {
          auto* p = s.data() + static_cast<std::ptrdiff_t>(y) * s.stride() + x * 4;
          sum += 0.0722 * p[0] + 0.7152 * p[1] + 0.2126 * p[2];
        }
      out.push_back(static_cast<std::uint8_t>(sum / ((x1 - x0) * (y1 - y0))));
    }
  return out;
}

std::map<std::string, Bytes> render_all(const fs::path& samples) {
  std::map<std::string, Bytes> out;
  Renderer r;
  for (Size size : {Size{1920, 1080}, {1080, 1920}, {1280, 720}, {3840, 2160}, {1920, 384}, {512, 128}}) {
    std::string shape = std::to_string(size.width) + "x" + std::to_string(size.height);
    for (auto* file : {"bulletins/fake-orders-case.json", "bulletins/refund-call.json", "slogans/police.json"}) {
      auto doc = parse_document(*read_file(samples / file, kMaxDocumentBytes));
      auto pages = *r.layout(*doc, size);
      int last = size.width > 2000 ? 1 : std::min(pages.count(), 3);
      for (int i = 0; i < last; ++i) out[std::string(file) + " " + shape + " " + std::to_string(i + 1)] = thumbnail(r.draw(pages, i));
    }
    out["slate-fallback " + shape + " 1"] = thumbnail(*r.slate({}, size));
    out["slate-enrol " + shape + " 1"] = thumbnail(*r.slate(
        {Slate::State::enrol, "KX7P-M4RQ", "https://fanzha.example.gov.cn/e#KX7P", "政务服务中心", "fanzha.example.gov.cn:8443", ""},
        size));
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
  for (std::string doc, shape, page, hex; in >> doc >> shape >> page >> hex; ++compared) {
    std::string name = doc + " " + shape + " " + page;
    ASSERT_TRUE(now.contains(name)) << name;
    auto reference = *from_hex(hex);
    auto& mine = now[name];
    double sum = 0;
    for (std::size_t i = 0; i < mine.size(); ++i) sum += std::abs(mine[i] - reference[i]);
    EXPECT_LT(sum / static_cast<double>(mine.size()), 3.0) << name << ": mean difference of grey values";
  }
  EXPECT_EQ(compared, now.size());
}
}  // namespace
}  // namespace fz::render
