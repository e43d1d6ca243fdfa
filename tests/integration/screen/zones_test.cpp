// Layouts shown without a server: what stands where, in every zone, as the tap and a preview see it.
#include "tests/integration/screen/harness.hpp"

namespace fz::test {
namespace {

std::string clip(const char* name) {
  return media(name).string();
}
std::string write(const Folder& folder, const char* name, const std::string& text) {
  auto path = folder.path / name;
  std::ofstream(path) << text;
  return path.string();
}
const std::string kHall =
    R"({"schema":1,"type":"layout","name":"hall","transition":"TRANSITION","variants":[{"shape":"landscape","background":"#204060","zones":[
      {"id":"m","kind":"main","x":0,"y":0,"w":800,"h":800},{"id":"s","kind":"side","x":800,"y":0,"w":200,"h":500},
      {"id":"c","kind":"corner","x":800,"y":500,"w":200,"h":500},{"id":"t","kind":"ticker","x":0,"y":800,"w":800,"h":200}]}]})";
std::string hall(const char* transition) {
  auto text = kHall;
  return text.replace(text.find("TRANSITION"), 10, transition);
}
// The whole tap, and the lines of one zone; main's lines name none.
std::vector<TapFrame> tap_of(const Screen& screen, const std::string& zone) {
  std::ifstream in(screen.tap_path());
  auto only = screen.folder.path / "zone.jsonl";
  std::ofstream out(only);
  for (std::string line; std::getline(in, line);)
    if ((zone == "main" && line.find("\"zone\"") == std::string::npos) || line.find("\"zone\":\"" + zone + "\"") != std::string::npos)
      out << line << '\n';
  out.close();
  return read_tap(only);
}

TEST(ScreenZones, EachZonePlaysItsOwnAndMainLosesNothing) {
  Folder folder;
  Screen screen({"--play", clip("bar8.mp4"), clip("bar9.mp4"), "--side", clip("poster.png"), clip("alpha.png"), "--still-ms", "500",
                 "--layout", write(folder, "hall.json", hall("cut")), "--ticker", "反诈热线96110", "--size", "800x450", "--sink", "null",
                 "--sync=false", "--loop", "4"});
  ASSERT_EQ(screen.wait(), 0) << screen.log();
  auto main = tap_of(screen, "main"), side = tap_of(screen, "side");
  EXPECT_EQ(order(main).size(), 8u);
  // 640x360 in a surface of 800x450: the clip fills the main zone bit for bit.
  for (auto item : {"bar8.mp4", "bar9.mp4"}) {
    std::vector<std::string> want;
    const auto once = reference_crcs(item, 640, 360);
    for (int i = 0; i < 4; ++i) want.insert(want.end(), once.begin(), once.end());
    EXPECT_EQ(crcs(main, item), want) << item;
  }
  EXPECT_EQ(pts_step_errors(main), 0);
  EXPECT_EQ(side.size(), main.size()) << "every frame has both";
  auto beside = order(side);
  ASSERT_FALSE(beside.empty());
  for (std::size_t i = 0; i < beside.size(); ++i) EXPECT_EQ(beside[i], i % 2 ? "alpha.png" : "poster.png") << "over and over, in order";
  for (auto& f : main) ASSERT_GE(f.luma, 20);
  EXPECT_EQ(main.back().rows, 360);
}

TEST(ScreenZones, AFadeTakesTwelveFramesAndCostsNone) {
  Folder folder;
  Screen screen({"--play", clip("bar8.mp4"), clip("bar9.mp4"), "--layout", write(folder, "hall.json", hall("fade")), "--size", "800x450",
                 "--sink", "null", "--sync=false"});
  ASSERT_EQ(screen.wait(), 0) << screen.log();
  auto main = tap_of(screen, "main");
  auto first = crcs(main, "bar8.mp4"), second = crcs(main, "bar9.mp4");
  auto want = reference_crcs("bar9.mp4", 640, 360);
  EXPECT_EQ(first, reference_crcs("bar8.mp4", 640, 360)) << "from the slate nothing fades";
  ASSERT_EQ(second.size(), want.size());
  for (std::size_t i = 0; i < want.size(); ++i) EXPECT_EQ(second[i] == want[i], i >= 12) << i;
}

TEST(ScreenZones, ALayoutThatIsNoneIsRefusedAndOneForOtherShapesIsNot) {
  Folder folder;
  auto overlapping = write(folder, "bad.json", R"({"schema":1,"type":"layout","name":"n","variants":[{"shape":"any","zones":[
    {"id":"m","kind":"main","x":0,"y":0,"w":900,"h":1000},{"id":"s","kind":"side","x":800,"y":0,"w":200,"h":1000}]}]})");
  Screen refused({"--play", clip("bar8.mp4"), "--layout", overlapping, "--sink", "null"});
  EXPECT_EQ(refused.wait(), 1);
  EXPECT_NE(refused.log().find("overlap"), std::string::npos) << refused.log();
  // A strip has no variant in it: the built-in layout shows the item all the same.
  Screen strip({"--play", clip("bar8.mp4"), "--layout", write(folder, "hall.json", hall("cut")), "--size", "512x128", "--sink", "null",
                "--sync=false"});
  EXPECT_EQ(strip.wait(), 0) << strip.log();
  EXPECT_NE(strip.log().find("layout_no_shape"), std::string::npos) << strip.log();
  EXPECT_EQ(strip.tap().back().rows, 128);
}

}  // namespace
}  // namespace fz::test
