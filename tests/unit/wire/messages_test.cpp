#include "shared/wire/messages.hpp"

#include <gtest/gtest.h>

namespace fz::wire {
namespace {

const std::vector<std::string> kToScreen = {
    R"({"m":"hello","version":1})",
    R"({"audio_frames":48000,"duration_ms":0,"height":1080,"kind":"media","m":"cue","play":"p1","slots":8,"width":1920,"zone":"main"})",
    R"({"duration_ms":8000,"kind":"text","m":"cue","play":"p2","text":"{\"kind\":\"bulletin\"}","zone":"main"})",
    R"({"m":"go","play":"p1"})",
    R"({"m":"go","now":true,"play":"p1"})",
    R"({"m":"stop","play":"p1","reason":"withdrawn"})",
    R"({"m":"slate","server":"https://fz.example","site":"凤凰村","state":"enrolling"})",
    R"({"m":"slate"})",
    R"({"device":"3f9a1c2d","m":"slate","state":"enrol"})",
    R"({"lines":["不轻信","不转账"],"m":"ticker","px_per_s":120})",
    R"({"lines":[],"m":"ticker","px_per_s":120})",
    R"({"m":"layout"})",
    R"({"facts":"{}","id":"ab12","layout":"{\"schema\":1}","m":"layout","region":"500119001","site":"site-1"})",
    R"({"m":"ack","play":"p1"})",
    R"({"id":"s1","m":"shot","max_bytes":200000})",
    R"({"brightness_percent":80,"m":"output","muted":true,"volume_percent":30})"};
const std::vector<std::string> kToAgent = {
    R"({"m":"resumed","plays":["p1","p2"]})",
    R"({"fps_d":1,"fps_n":30,"height":1080,"m":"ready","run":"7f3a","sink":"ximagesink","version":1,"width":1920})",
    R"({"fps_d":1,"fps_n":30,"height":1080,"layout":"ab12","m":"ready","run":"7f3a","sink":"x11","version":1,"width":1920,"zones":[{"fit":"contain","height":972,"surround":"blur","width":1536,"zone":"main"},{"fit":"exact","height":540,"surround":"plain","width":384,"zone":"side"}]})",
    R"({"m":"cued","play":"p1"})",
    R"({"code":"media_truncated","detail":"short","m":"failed","play":"p1"})",
    R"({"at_ms":1795334400000,"late_ms":-3,"m":"started","play":"p1"})",
    R"({"at_ms":1795334400000,"black":0,"crc_first":4294967295,"crc_last":1,"frames":60,"lost":0,"m":"ended","play":"p1","reason":"short","shown_ms":2000})",
    R"({"m":"idle","zone":"main"})",
    R"({"frames":900,"holding":false,"m":"alive","pts_ns":30000000000,"rss_kb":80000,"slate":true})",
    R"({"id":"s1","m":"shot"})"};

TEST(Messages, EveryMessageComesBackByteForByte) {
  for (auto& text : kToScreen) {
    auto m = to_screen_from_json(text);
    ASSERT_TRUE(m && *m) << text;
    EXPECT_EQ(to_json(**m), text);
  }
  for (auto& text : kToAgent) {
    auto m = to_agent_from_json(text);
    ASSERT_TRUE(m && *m) << text;
    EXPECT_EQ(to_json(**m), text);
  }
  auto cue = std::get<Cue>(**to_screen_from_json(kToScreen[1]));
  EXPECT_EQ(cue.kind, CueKind::media);
  EXPECT_EQ(cue.width, 1920);
  EXPECT_EQ(std::get<Ended>(**to_agent_from_json(kToAgent[6])).reason, EndReason::short_);
}

TEST(Messages, UnknownMessagesAreIgnored) {
  EXPECT_FALSE(to_screen_from_json(R"({"m":"later","x":1})")->has_value());
  EXPECT_FALSE(to_agent_from_json(R"({"m":"go","play":"p"})")->has_value()) << "the other direction's";
}

TEST(Messages, RefusesWhatIsNotInTheTable) {
  for (auto text :
       {"", "[]", "{}", R"({"m":7})", R"({"m":"go"})", R"({"m":"go","play":7})", R"({"m":"go","play":"p","extra":1})",
        R"({"m":"go","play":"p","play":"q"})", R"({"m":"cue","play":"p","zone":"z","kind":"other","duration_ms":0})",
        R"({"m":"cue","play":"p","zone":"z","kind":"text","duration_ms":0,"text":"t","width":64})",
        R"({"m":"cue","play":"p","zone":"z","kind":"media","duration_ms":-1,"width":64,"height":64,"slots":4,"audio_frames":0})",
        R"({"m":"cue","play":"p","zone":"z","kind":"media","duration_ms":0,"width":64,"height":64,"slots":65,"audio_frames":0})",
        R"({"m":"output","brightness_percent":101,"volume_percent":0,"muted":true})",
        R"({"m":"output","brightness_percent":1,"volume_percent":0})"})
    EXPECT_FALSE(to_screen_from_json(text)) << text;
  EXPECT_FALSE(to_screen_from_json(R"({"m":"go","play":")" + std::string(65, 'p') + "\"}"));
  EXPECT_FALSE(to_agent_from_json(
      R"({"at_ms":1,"black":0,"crc_first":1,"crc_last":1,"frames":1,"lost":0,"m":"ended","play":"p","reason":"other","shown_ms":1})"));
  // Every message, each member left out in turn, is refused (slate's are optional; cue.text and kind decide the rest).
  for (auto& text : kToAgent) {
    for (std::size_t at = text.find("\":"); at != std::string::npos; at = text.find("\":", at + 1)) {
      auto changed = text;
      changed.insert(at, "x");
      auto m = to_agent_from_json(changed);
      EXPECT_TRUE(!m || !*m) << changed;
    }
  }
}

}  // namespace
}  // namespace fz::wire
