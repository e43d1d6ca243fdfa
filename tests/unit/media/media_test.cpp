// The server's way to fz-decode, with scripts in its place: what it prints is not believed.
#include "server/media/media.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <thread>

#include "shared/base/id.hpp"

namespace fz::media {
namespace {

class Media : public testing::Test {
 protected:
  void SetUp() override {
    folder = fs::temp_directory_path() / ("fz-media-" + random_code(8));
    auto opened = blob::Store::open(folder / "blobs");
    ASSERT_TRUE(opened);
    blobs = std::move(*opened);
    const auto info = blobs->put("a picture");
    ASSERT_TRUE(info);
    item.id = "i1";
    item.source = info->sha256;
    item.source_name = "a.png";
    tools.decoder = folder / "decoder";
    tools.scratch = folder / "scratch";
  }
  void TearDown() override {
    blobs.reset();
    fs::remove_all(folder);
  }
  void decoder(const std::string& script) {
    ASSERT_TRUE(write_atomic(tools.decoder, "#!/bin/sh\n" + script + "\n", 0755));
    ASSERT_EQ(::chmod(tools.decoder.c_str(), 0755), 0);
  }
  static constexpr const char* kFilm =
      R"sh(echo '{"kind":"video","mime":"video/mp4","width":1920,"height":1080,"duration_ms":10000,"fps_n":25}')sh";

  fs::path folder;
  std::unique_ptr<blob::Store> blobs;
  library::Item item;
  Tools tools;
};

TEST_F(Media, PictureIsShownAsItIs) {
  decoder(R"sh(test "$(cat <&3)" = "a picture" || exit 9
test "$1 $2 $3" = "--probe --declared a.png" || exit 8
echo '{"kind":"image","mime":"image/png","width":800,"height":600,"duration_ms":0}')sh");
  const auto p = probe(tools, *blobs, item);
  ASSERT_TRUE(p) << to_log(p.error());
  EXPECT_EQ(p->kind, library::Kind::poster);
  ASSERT_TRUE(p->original);
  EXPECT_EQ(p->original->sha256, item.source);
  EXPECT_EQ(p->original->width, 800);
  EXPECT_EQ(p->original->chunks.size(), 1u);
  EXPECT_TRUE(p->renders.empty());
}

TEST(MediaPlan, SizesDecide) {
  const library::Item item;
  const crypto::ChunkedDigest small{1000, std::string(64, 'a'), {}};
  EXPECT_EQ(plan({true, "image/png", 8000, 4000, 0}, item, small).renders, std::vector<std::string>{"still-1080p"});
  EXPECT_FALSE(plan({true, "image/png", 8000, 4000, 0}, item, small).original);
  EXPECT_EQ(plan({true, "image/png", 100, 100, 0}, item, {UINT64_C(20) << 20, "", {}}).renders.size(), 1u);
  EXPECT_EQ(plan({false, "video/mp4", 1920, 1080, 1}, item, small).renders, (std::vector<std::string>{"1080p", "720p"}));
  EXPECT_EQ(plan({false, "video/mp4", 1080, 1920, 1}, item, small).renders.size(), 2u);
  EXPECT_EQ(plan({true, "application/pdf", 2715, 3840, 0}, item, small).renders, std::vector<std::string>{"page"});
  EXPECT_FALSE(plan({true, "application/pdf", 2715, 3840, 0}, item, small).original) << "the document itself goes to no screen";
  EXPECT_EQ(plan({false, "video/mp4", 720, 1280, 1}, item, small).renders, std::vector<std::string>{"720p"});
}

TEST_F(Media, SoundGetsOneRenditionWithoutASize) {
  decoder(R"sh(case $1 in --probe) echo '{"kind":"audio","mime":"audio/mpeg","width":0,"height":0,"duration_ms":4000}';;
--render) test $2 = audio || exit 7; cat <&3 >&4; echo '{"progress":1000,"width":0,"height":0,"mime":"audio/mp4"}';; esac)sh");
  item.source_name = "a.mp3";
  const auto p = probe(tools, *blobs, item);
  ASSERT_TRUE(p) << to_log(p.error());
  EXPECT_EQ(p->kind, library::Kind::audio);
  EXPECT_EQ(p->renders, std::vector<std::string>{"audio"});
  const auto r = render(tools, *blobs, item, "audio", {});
  ASSERT_TRUE(r) << to_log(r.error());
  EXPECT_EQ(r->mime, "audio/mp4");
  EXPECT_EQ(r->duration_ms, 4000);
}

// The text goes through the engine (here a script), its sound through fz-decode; nothing is left behind.
TEST_F(Media, ATextIsSpokenAndThenRendered) {
  const auto text = blobs->put(speech::write({"反诈热线96110", "cmn", 150}));
  ASSERT_TRUE(text);
  item.source = text->sha256;
  item.source_mime = std::string(speech::kMime);
  tools.speech.program = folder / "engine";
  ASSERT_TRUE(write_atomic(tools.speech.program, "#!/bin/sh\n(printf '%050d' 0; cat) > /dev/fd/4\n", 0755));
  decoder(
      R"sh(case $1 in --probe) test "$3" = speech.wav || exit 6; echo '{"kind":"audio","mime":"audio/wav","width":0,"height":0,"duration_ms":2000}';;
--render) cat <&3 >&4; echo '{"progress":1000,"width":0,"height":0,"mime":"audio/mp4"}';; esac)sh");
  const auto r = render(tools, *blobs, item, "audio", {});
  ASSERT_TRUE(r) << to_log(r.error());
  EXPECT_EQ(blobs->read(r->sha256, 1000)->substr(50), "反诈热线九六幺幺零");
  EXPECT_TRUE(fs::is_empty(tools.scratch));
  tools.speech.program = folder / "none";
  EXPECT_EQ(render(tools, *blobs, item, "audio", {}).error().code, Code::unavailable);
}

TEST_F(Media, BadFileCarriesItsReason) {
  decoder(R"sh(echo '{"error":"media_truncated","params":{"what":"moov"},"zh":"x","en":"y"}'; exit 1)sh");
  const auto p = probe(tools, *blobs, item);
  ASSERT_FALSE(p);
  EXPECT_EQ(p.error().code, Code::media_truncated);
  EXPECT_EQ(p.error().params.at(0).second, "moov");
}

TEST_F(Media, DeathNonsenseAndFloods) {
  for (const char* script : {"kill -9 $$", "exit 1", "exit 0", "echo nonsense; exit 0", "echo '{\"error\":\"no_such_code\"}'; exit 1",
                             "yes '{\"progress\":1}'", "head -c 100000 /dev/zero"}) {
    decoder(script);
    const auto p = probe(tools, *blobs, item);
    ASSERT_FALSE(p) << script;
    EXPECT_TRUE(p.error().code == Code::media_decoder_died || p.error().code == Code::internal) << script << " " << to_log(p.error());
  }
  decoder(R"sh(echo '{"kind":"image","mime":"image/png","width":-1,"height":600,"duration_ms":0}')sh");
  EXPECT_FALSE(probe(tools, *blobs, item));
}

TEST_F(Media, RenderedBytesBecomeABlobAndNothingIsLeft) {
  decoder(std::string("case $1 in --probe) ") + kFilm + R"sh(;;
--render) test $2 = 720p || exit 7; echo '{"progress":500}'; cat <&3 >&4; printf ' smaller' >&4; echo '{"progress":1000,"width":1280,"height":720,"bytes":17,"mime":"video/mp4"}';; esac)sh");
  std::vector<int> heard;
  const auto r = render(tools, *blobs, item, "720p", [&](int permille) { heard.push_back(permille); });
  ASSERT_TRUE(r) << to_log(r.error());
  EXPECT_EQ(*blobs->read(r->sha256, 100), "a picture smaller");
  EXPECT_EQ(r->width, 1280);
  EXPECT_EQ(r->duration_ms, 10000);
  EXPECT_EQ(heard, (std::vector<int>{500, 1000}));
  EXPECT_TRUE(fs::is_empty(tools.scratch));
}

TEST_F(Media, FailedRenditionLeavesNothing) {
  decoder(std::string("case $1 in --probe) ") + kFilm + R"sh(;; --render) printf half >&4; kill -9 $$;; esac)sh");
  EXPECT_EQ(render(tools, *blobs, item, "720p", {}).error().code, Code::media_decoder_died);
  EXPECT_TRUE(fs::is_empty(tools.scratch));
}

TEST_F(Media, CancelEndsItAtOnce) {
  decoder("exec sleep 100");
  std::thread t([&] {
    std::this_thread::sleep_for(Millis{300});
    *tools.cancelled = true;
  });
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(probe(tools, *blobs, item).error().code, Code::cancelled);
  t.join();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, Seconds{20});
}

TEST_F(Media, LimitsEndWhatHangsWithAReason) {
  EXPECT_EQ(Tools{}.probe_limit, Seconds{120});
  EXPECT_EQ(Tools{}.render_times, 10);
  tools.probe_limit = tools.grace = Millis{200};
  decoder("echo $$ > $0.pid; echo \"$@\" > $0.args; exec sleep 100");
  const auto stuck = probe(tools, *blobs, item);
  ASSERT_FALSE(stuck);
  EXPECT_EQ(stuck.error().code, Code::media_timeout);
  EXPECT_EQ(*read_file(folder / "decoder.args", 1000), "--probe --declared a.png --min-side 64 --limit-ms 200\n");
  const auto pid = std::stoi(*read_file(folder / "decoder.pid", 100));
  for (int i = 0; i < 500 && ::kill(pid, 0) == 0; ++i) std::this_thread::sleep_for(Millis{10});
  EXPECT_NE(::kill(pid, 0), 0) << "still there";

  // A film of 10 s may take 100 s, one of 20 ms the least.
  tools.probe_limit = Seconds{10};
  tools.render_least = Millis{500};
  for (const auto& [length, limit] : {std::pair{"10000", "100000"}, {"20", "500"}}) {
    decoder(R"sh(case $1 in --probe) echo '{"kind":"video","mime":"video/mp4","width":1920,"height":1080,"duration_ms":)sh" +
            std::string(length) +
            R"sh(}';; --render) echo "$@" > $0.args; echo '{"error":"media_timeout","params":{"seconds":"40"}}'; exit 1;; esac)sh");
    const auto late = render(tools, *blobs, item, "720p", {});
    ASSERT_FALSE(late);
    EXPECT_EQ(late.error().code, Code::media_timeout);
    EXPECT_EQ(*read_file(folder / "decoder.args", 1000), std::string("--render 720p --limit-ms ") + limit + "\n");
  }
  EXPECT_TRUE(fs::is_empty(tools.scratch));
}

TEST_F(Media, MissingSourceIsNotTheFilesFault) {
  decoder(kFilm);
  item.source = std::string(64, 'f');
  EXPECT_EQ(probe(tools, *blobs, item).error().code, Code::not_found);
}

// ---- packs -------------------------------------------------------------------------------------------------------
class Packs : public Media {
 protected:
  library::Rendition rendition(const std::string& profile, std::string_view bytes, std::int64_t ms = 0) {
    library::Rendition r;
    r.profile = profile;
    r.sha256 = blobs->put(bytes)->sha256;
    r.length = bytes.size();
    r.duration_ms = ms;
    return r;
  }
  Result<library::Pack> make(const std::string& pack, std::vector<library::Rendition> renditions) {
    return make_pack(tools, *blobs, item, renditions, pack, {});
  }
};

TEST_F(Packs, AreMadeOfWhatWasApprovedAndNotOfTheUpload) {
  item.kind = library::Kind::video;
  decoder(R"sh(test "$(cat <&3)" = "approved" || exit 9
test "$1 $2 $3 $4" = "--render chat --max-bytes 25000000" || exit 8
printf small >&4; echo '{"progress":1000,"width":1280,"height":720,"mime":"video/mp4"}')sh");
  const auto chat = make("chat", {rendition("720p", "smaller", 1000), rendition("1080p", "approved", 1000)});
  ASSERT_TRUE(chat) << to_log(chat.error());
  EXPECT_EQ(chat->mime, "video/mp4");
  EXPECT_EQ(*blobs->read(chat->sha256, 100), "small");
  EXPECT_TRUE(fs::is_empty(tools.scratch));
  decoder(R"sh(test "$1 $2" = "--render audio" || exit 8
printf sound >&4; echo '{"progress":1000,"width":0,"height":0,"mime":"audio/mp4"}')sh");
  EXPECT_EQ(make("audio", {rendition("1080p", "approved", 1000)})->mime, "audio/mp4");
  decoder(R"sh(echo '{"error":"too_large","params":{"limit":"25 MB"}}'; exit 1)sh");
  EXPECT_EQ(make("chat", {rendition("1080p", "approved", 1000)}).error().code, Code::too_large);
  EXPECT_EQ(make("nonsense", {rendition("1080p", "approved", 1000)}).error().code, Code::not_found);
  EXPECT_EQ(make("chat", {}).error().code, Code::not_found);
  EXPECT_TRUE(fs::is_empty(tools.scratch));
}

TEST_F(Packs, TextsAreDrawnAndPrintedWithoutADecoder) {
  item.kind = library::Kind::slogan;
  const auto text = rendition("text", R"({"schema":1,"type":"slogan","text":"不轻信陌生来电","fraud_kind":"general","exposes":"method"})");
  const auto chat = make("chat", {text});
  ASSERT_TRUE(chat) << to_log(chat.error());
  EXPECT_TRUE(blobs->read(chat->sha256, 16 << 20)->starts_with("\x89PNG"));
  const auto a4 = make("print-a4", {text}), a3 = make("print-a3", {text});
  ASSERT_TRUE(a4 && a3);
  EXPECT_EQ(a4->mime, "application/pdf");
  EXPECT_TRUE(blobs->read(a4->sha256, 64 << 20)->starts_with("%PDF-1."));
  EXPECT_NE(a4->sha256, a3->sha256);
  EXPECT_EQ(make("print-a4", {text})->sha256, a4->sha256) << "the same item gives the same bytes";
}

}  // namespace
}  // namespace fz::media
