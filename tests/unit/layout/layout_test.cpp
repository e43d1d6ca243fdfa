#include "shared/layout/layout.hpp"

#include <gtest/gtest.h>

#include "shared/base/json.hpp"

namespace fz::layout {
namespace {

const std::string kHall =
    R"({"schema":1,"type":"layout","name":"大厅","transition":"fade","variants":[
      {"shape":"landscape","background":"#102030","zones":[
        {"id":"band","kind":"ticker","x":0,"y":920,"w":1000,"h":80,"px_per_s":90},
        {"id":"main","kind":"main","x":0,"y":0,"w":780,"h":920,"fit":"cover","surround":"blur"},
        {"id":"side","kind":"side","x":780,"y":0,"w":220,"h":560},
        {"id":"facts","kind":"corner","x":780,"y":560,"w":220,"h":360}]},
      {"shape":"any","min_ratio":300,"max_ratio":900,"zones":[{"id":"main","kind":"main","x":0,"y":0,"w":1000,"h":1000}]}]})";

// A layout of one variant with these zones.
std::string with_zones(const std::string& zones) {
  return R"({"schema":1,"type":"layout","name":"n","variants":[{"shape":"any","zones":[)" + zones + "]}]}";
}
const std::string kMain = R"({"id":"m","kind":"main","x":0,"y":0,"w":800,"h":900})";

TEST(Layout, ReadsEveryMemberAndWritesItBack) {
  auto l = parse(kHall);
  ASSERT_TRUE(l) << to_log(l.error());
  EXPECT_EQ(l->name, "大厅");
  EXPECT_EQ(l->transition, Transition::fade);
  ASSERT_EQ(l->variants.size(), 2u);
  const auto& v = l->variants[0];
  EXPECT_EQ(v.shape, Shape::landscape);
  EXPECT_EQ(v.background, 0x102030u);
  ASSERT_EQ(v.zones.size(), 4u);
  EXPECT_EQ(v.zones[0].kind, Kind::main) << "the main zone is moved to the front";
  EXPECT_EQ(v.zones[0].fit, Fit::cover);
  EXPECT_EQ(v.zones[0].surround, Surround::blur);
  EXPECT_EQ(v.zones[1].px_per_s, 90);
  EXPECT_FALSE(l->variants[1].shape);
  EXPECT_EQ(l->variants[1].max_ratio, 900);
  auto again = parse(write(*l));
  ASSERT_TRUE(again);
  EXPECT_EQ(*again, *l);
  EXPECT_EQ(write(*again), write(*l));
}

TEST(Layout, AReviewerReadsEveryMember) {
  auto text = describe(*parse(kHall));
  for (auto part :
       {"大厅", "fade", "landscape #102030", "main (main): x 0 y 0 w 780 h 920 /1000, cover, blur", "90 px/s", "300..900/1000", "facts"})
    EXPECT_NE(text.find(part), std::string::npos) << part << "\n" << text;
}

TEST(Layout, RefusesWhatCannotBeShownEachWithItsOwnWord) {
  struct Case {
    std::string text;
    Code code;
  };
  const std::vector<Case> cases = {
      {with_zones(kMain + R"(,{"id":"s","kind":"side","x":799,"y":0,"w":201,"h":900})"), Code::layout_overlap},
      {with_zones(kMain + R"(,{"id":"t","kind":"ticker","x":0,"y":900,"w":1000,"h":101})"), Code::layout_outside},
      {with_zones(R"({"id":"m","kind":"main","x":300,"y":0,"w":701,"h":900})"), Code::layout_outside},
      {with_zones(R"({"id":"t","kind":"ticker","x":0,"y":900,"w":1000,"h":100})"), Code::layout_no_main},
      {with_zones(""), Code::layout_no_main},
      {with_zones(kMain + R"(,{"id":"m","kind":"side","x":800,"y":0,"w":200,"h":900})"), Code::layout_twice},
      {with_zones(kMain + R"(,{"id":"n","kind":"main","x":800,"y":0,"w":200,"h":900})"), Code::layout_twice},
      {R"({"schema":2,"type":"layout","new":1})", Code::layout_schema},
      {R"({"schema":1,"type":"slogan","name":"n","variants":[]})", Code::bad_field},
      {R"({"schema":1,"type":"layout","name":"n","variants":[]})", Code::bad_field},
      {with_zones(R"({"id":"m","kind":"main","x":0,"y":0,"w":0,"h":900})"), Code::bad_field},
      {with_zones(R"({"id":"M 1","kind":"main","x":0,"y":0,"w":800,"h":900})"), Code::bad_field},
      {with_zones(R"({"id":"m","kind":"banner","x":0,"y":0,"w":800,"h":900})"), Code::bad_field},
      {with_zones(R"({"id":"m","kind":"main","x":0,"y":0,"w":800,"h":900,"px_per_s":100})"), Code::unknown_field},
      {with_zones(R"({"id":"m","kind":"main","x":0,"y":0,"w":800,"h":900,"fit":"stretch"})"), Code::bad_field},
      {with_zones(R"({"id":"m","kind":"main","x":0,"y":0,"w":800})"), Code::missing_field},
      {std::string(kMaxLayoutBytes + 1, ' '), Code::too_large},
  };
  for (const auto& c : cases) {
    auto l = parse(c.text);
    ASSERT_FALSE(l) << c.text;
    EXPECT_EQ(l.error().code, c.code) << c.text << "\n" << to_log(l.error());
  }
}

TEST(Layout, ZonesThatTouchDoNotOverlap) {
  EXPECT_TRUE(parse(with_zones(kMain + R"(,{"id":"s","kind":"side","x":800,"y":0,"w":200,"h":900})")));
}

TEST(Layout, ShapesOfRealScreens) {
  EXPECT_EQ(shape_of(1920, 1080), Shape::landscape);
  EXPECT_EQ(shape_of(1080, 1920), Shape::portrait);
  EXPECT_EQ(shape_of(1920, 384), Shape::strip);
  EXPECT_EQ(shape_of(512, 128), Shape::strip);
  EXPECT_EQ(shape_of(1024, 1024), Shape::landscape);
  for (auto name : {"landscape", "portrait", "strip"}) EXPECT_EQ(shape_name(*shape_named(name)), name);
  EXPECT_FALSE(shape_named("round"));
  for (auto fit : {Fit::contain, Fit::cover, Fit::exact}) EXPECT_EQ(fit_named(fit_name(fit)), fit);
  EXPECT_FALSE(fit_named("stretch"));
}

}  // namespace
}  // namespace fz::layout
