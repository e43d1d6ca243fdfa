#include "player/decode/options.hpp"

#include <gtest/gtest.h>

namespace fz::decode {
namespace {

Result<Options> parse(std::vector<std::string> args) {
  args.insert(args.begin(), "fz-decode");
  std::vector<char*> argv;
  for (auto& a : args) argv.push_back(a.data());
  std::string help;
  return parse_options(static_cast<int>(argv.size()), argv.data(), help);
}

TEST(Options, ReadsEachMode) {
  auto p = parse({"--play", "--width=1920", "--height=1080", "--fit=cover", "--slots=8", "--audio-frames=48000", "--still-ms=5000"});
  ASSERT_TRUE(p) << to_log(p.error());
  EXPECT_EQ(p->mode, Mode::play);
  EXPECT_EQ(p->fit, wire::Fit::cover);
  EXPECT_EQ(p->geometry, (wire::RingGeometry{1920, 1080, 8, 48000}));
  EXPECT_EQ(parse({"--probe", "a.mp4", "--full"})->file, "a.mp4");
  EXPECT_EQ(parse({"--probe"})->mode, Mode::probe);
  EXPECT_EQ(parse({"--render", "720p"})->profile, "720p");
  EXPECT_EQ(parse({"--compare"})->mode, Mode::compare);
}

TEST(Options, RefusesNonsense) {
  for (auto& args : std::vector<std::vector<std::string>>{{},
                                                          {"--play"},
                                                          {"--play", "--probe"},
                                                          {"--render", "4k"},
                                                          {"--probe", "a", "--max-side", "-5"},
                                                          {"--play", "--width=1921", "--height=1080", "--slots=8"},
                                                          {"--unknown"}})
    EXPECT_FALSE(parse(args));
}

}  // namespace
}  // namespace fz::decode
