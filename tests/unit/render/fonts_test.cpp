// A machine without Chinese fonts: fz-render in a process of its own, since fontconfig is read once.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>

#include "shared/base/file.hpp"

namespace fz::render {
namespace {

struct Ran {
  int status = -1;
  std::string output;
};

class Fonts : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(std::getenv("FZ_BIN_DIR")) << "set by ctest";
    dir_ = fs::temp_directory_path() / ("fz-fonts-" + std::to_string(::getpid()));
    fs::create_directories(dir_);
  }
  void TearDown() override { fs::remove_all(dir_); }

  // Only the fonts under `fonts`; an empty name: none at all.
  Ran render(const std::string& fonts, const std::string& arguments) {
    std::ofstream(dir_ / "fonts.conf") << "<?xml version=\"1.0\"?><!DOCTYPE fontconfig SYSTEM \"fonts.dtd\"><fontconfig>"
                                       << (fonts.empty() ? "" : "<dir>" + fonts + "</dir>") << "<cachedir>" << (dir_ / "cache").string()
                                       << "</cachedir></fontconfig>";
    std::string command = "FONTCONFIG_FILE='" + (dir_ / "fonts.conf").string() + "' '" + std::getenv("FZ_BIN_DIR") + "/fz-render' " +
                          arguments + " --out '" + (dir_ / "page.png").string() + "' 2>&1";
    Ran r;
    FILE* pipe = ::popen(command.c_str(), "r");
    char buffer[4096];
    while (pipe && std::fgets(buffer, sizeof buffer, pipe)) r.output += buffer;
    if (pipe) r.status = WEXITSTATUS(::pclose(pipe));
    return r;
  }
  std::string sample(const std::string& name) { return "'" + std::string(std::getenv("FZ_SOURCE_DIR")) + "/content-samples/" + name + "'"; }
  fs::path dir_;
};

TEST_F(Fonts, WithoutChineseOnesTextIsRefusedAndTheSlateIsStillThere) {
  // No font at all, and only ones without Chinese characters.
  auto latin = dir_ / "latin";
  fs::create_directories(latin);
  fs::copy_file("/usr/share/fonts/truetype/noto/NotoSans-Regular.ttf", latin / "NotoSans-Regular.ttf");
  for (std::string fonts : {std::string(), latin.string()}) {
    for (auto* arguments :
         {"--slate fallback --size 320x180", "--slate enrol --code KX7P --size 512x128", "--slate waiting --size 108x192"}) {
      fs::remove(dir_ / "page.png");
      auto slate = render(fonts, arguments);
      EXPECT_EQ(slate.status, 0) << slate.output;
      EXPECT_GT(fs::file_size(dir_ / "page.png"), 500u) << arguments;
    }
    for (auto& what : {"--document " + sample("slogans/police.json"), "--document " + sample("bulletins/refund-call.json"),
                       "--document " + sample("warnings/refund-calls.json"),
                       "--document " + sample("facts/local.json") + " --region 500119", std::string("--ticker 96110来电请接听")}) {
      auto text = render(fonts, what);
      EXPECT_EQ(text.status, 1) << text.output;
      EXPECT_NE(text.output.find("没有安装中文字体"), text.output.npos) << text.output;
      EXPECT_NE(text.output.find("fonts-noto-cjk"), text.output.npos) << text.output;
    }
  }
}
}  // namespace
}  // namespace fz::render
