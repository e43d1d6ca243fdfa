#include <gtest/gtest.h>

#include <cstdlib>

#include "shared/base/file.hpp"
#include "shared/layout/layout.hpp"

namespace fz::layout {
namespace {

// Main, a side column with a corner under it, and a ticker along the foot; portraits get only main and ticker.
Layout hall() {
  auto l = parse(R"({"schema":1,"type":"layout","name":"n","variants":[
    {"shape":"landscape","zones":[{"id":"m","kind":"main","x":0,"y":0,"w":777,"h":913},
      {"id":"s","kind":"side","x":777,"y":0,"w":223,"h":500},{"id":"c","kind":"corner","x":777,"y":500,"w":223,"h":413},
      {"id":"t","kind":"ticker","x":0,"y":913,"w":1000,"h":87}]},
    {"shape":"portrait","zones":[{"id":"m","kind":"main","x":0,"y":0,"w":1000,"h":900},{"id":"t","kind":"ticker","x":0,"y":900,"w":1000,"h":100}]}]})");
  EXPECT_TRUE(l);
  return *l;
}

TEST(Resolve, NeighboursShareEvenEdgesOnEverySurface) {
  for (auto [w, h] : {std::pair{1920, 1080}, {1366, 768}, {1280, 720}, {3840, 2160}, {1000, 998}, {642, 362}}) {
    auto r = resolve(hall(), w, h, 0, {});
    ASSERT_TRUE(r) << w << "x" << h;
    const auto &m = r->main().rect, &s = r->find(Kind::side)->rect, &c = r->find(Kind::corner)->rect, &t = r->find(Kind::ticker)->rect;
    for (const auto& p : r->zones)
      for (int n : {p.rect.x, p.rect.y, p.rect.width, p.rect.height}) EXPECT_EQ(n % 2, 0) << w << "x" << h;
    EXPECT_EQ(m.x + m.width, s.x);
    EXPECT_EQ(s.y + s.height, c.y);
    EXPECT_EQ(m.y + m.height, t.y);
    EXPECT_EQ(s.x + s.width, w);
    EXPECT_EQ(t.y + t.height, h) << "nothing is left at the edge";
  }
}

TEST(Resolve, ARotatedOutputIsLaidOutAsItIsSeen) {
  auto r = resolve(hall(), 1920, 1080, 90, {});
  ASSERT_TRUE(r);
  EXPECT_EQ(r->width, 1080);
  EXPECT_EQ(r->height, 1920);
  EXPECT_EQ(r->zones.size(), 2u) << "the portrait variant";
  EXPECT_EQ(r->main().rect, (Rect{0, 0, 1080, 1728}));
  EXPECT_EQ(resolve(hall(), 1920, 1080, 180, {})->width, 1920);
  EXPECT_EQ(*resolve(hall(), 1920, 1080, 270, {}), *r);
}

TEST(Resolve, MarginsStayFree) {
  auto px = parse_margins("31,20,41,10");
  ASSERT_TRUE(px);
  auto r = resolve(hall(), 1920, 1080, 0, *px);
  ASSERT_TRUE(r);
  EXPECT_EQ(r->main().rect.x, 32) << "rounded up to even";
  EXPECT_EQ(r->main().rect.y, 20);
  const auto& t = r->find(Kind::ticker)->rect;
  EXPECT_EQ(t.x + t.width, 1920 - 42);
  EXPECT_EQ(t.y + t.height, 1070);
  auto pm = resolve(hall(), 1920, 1080, 0, *parse_margins("50pm"));
  EXPECT_EQ(pm->main().rect.x, 96);
  EXPECT_EQ(pm->main().rect.y, 54);
}

TEST(Resolve, MarginsAreReadStrictly) {
  EXPECT_EQ(*parse_margins("24"), (Margins{24, 24, 24, 24, false}));
  EXPECT_EQ(*parse_margins("40,24"), (Margins{40, 24, 40, 24, false}));
  EXPECT_EQ(*parse_margins("1,2,3,4pm"), (Margins{1, 2, 3, 4, true}));
  for (auto bad : {"", "pm", "-1", "1,2,3", "1,2,3,4,5", "5000", "401pm", "1;2", "1,"}) EXPECT_FALSE(parse_margins(bad)) << bad;
}

TEST(Resolve, ALayoutThatCannotBeUsedHereSaysWhy) {
  EXPECT_EQ(resolve(hall(), 1920, 384, 0, {}).error().code, Code::layout_no_shape) << "no variant for a strip";
  EXPECT_EQ(resolve(hall(), 160, 120, 0, {}).error().code, Code::layout_small) << "a ticker of 10 rows";
  EXPECT_EQ(resolve(hall(), 640, 360, 0, *parse_margins("320,0")).error().code, Code::layout_small);
}

TEST(Resolve, RatiosNarrowAShape) {
  auto l = parse(R"({"schema":1,"type":"layout","name":"n","variants":[
    {"shape":"strip","min_ratio":4500,"zones":[{"id":"long","kind":"main","x":0,"y":0,"w":500,"h":1000}]},
    {"shape":"any","zones":[{"id":"m","kind":"main","x":0,"y":0,"w":1000,"h":1000}]}]})");
  ASSERT_TRUE(l);
  EXPECT_EQ(resolve(*l, 1920, 384, 0, {})->main().zone.id, "long");
  EXPECT_EQ(resolve(*l, 512, 128, 0, {})->main().zone.id, "m");
}

TEST(Resolve, TheSampleHasASidePanelWhereThereIsRoomForOne) {
  const char* tree = std::getenv("FZ_SOURCE_DIR");
  ASSERT_TRUE(tree);
  const auto l = parse(*read_file(fs::path(tree) / "content-samples/layouts/hall.json", kMaxLayoutBytes));
  ASSERT_TRUE(l) << to_log(l.error());
  for (auto [w, h] : {std::pair{1920, 1080}, {1080, 1920}, {1280, 720}, {3840, 2160}}) {
    const auto r = resolve(*l, w, h, 0, {});
    ASSERT_TRUE(r) << w;
    for (const auto kind : {Kind::side, Kind::corner, Kind::ticker}) EXPECT_TRUE(r->find(kind)) << w << " " << kind_name(kind);
  }
  EXPECT_FALSE(resolve(*l, 512, 128, 0, {})->find(Kind::side)) << "a strip is one line";
}

TEST(Profiles, NameTheShapeTheyAreFor) {
  EXPECT_EQ(shape_of_profile("portrait-1080p"), Shape::portrait);
  EXPECT_EQ(shape_of_profile("strip-still-1080p"), Shape::strip);
  EXPECT_EQ(plain_profile("strip-still-1080p"), "still-1080p");
  for (const char* own : {"original", "1080p", "still-1080p", "any-1080p", "portrait", "-1080p", ""}) {
    EXPECT_FALSE(shape_of_profile(own)) << own;
    EXPECT_EQ(plain_profile(own), own);
  }
}

TEST(Resolve, TheBuiltInLayoutFillsEverySurface) {
  for (auto [w, h] : {std::pair{1920, 1080}, {1080, 1920}, {1920, 384}, {512, 128}, {16, 16}}) {
    auto r = built_in(w, h, 0, {});
    EXPECT_EQ(r.main().rect, (Rect{0, 0, w, h}));
    const auto& t = r.find(Kind::ticker)->rect;
    EXPECT_EQ(t.y + t.height, h);
    EXPECT_TRUE(r.built_in);
  }
  auto narrow = built_in(64, 64, 0, *parse_margins("40"));
  EXPECT_EQ(narrow.main().rect, (Rect{0, 0, 64, 64})) << "margins that leave nothing are ignored";
  EXPECT_EQ(built_in(1920, 1080, 90, *parse_margins("10")).main().rect, (Rect{10, 10, 1060, 1900}));
}

TEST(Resolve, TheBuiltInTickerFitsEverySurface) {
  EXPECT_EQ(ticker_height(1080), 72);
  EXPECT_EQ(ticker_height(1920), 128);
  EXPECT_EQ(ticker_height(128), 16);
  for (int h = 16; h < 4096; h += 2) EXPECT_EQ(ticker_height(h) % 2, 0);
}

}  // namespace
}  // namespace fz::layout
