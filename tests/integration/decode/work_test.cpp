// fz-decode --probe, --render and --compare as programs.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "tests/integration/decode/run_decode.hpp"

namespace fz {
namespace {

using test::decode;
using test::media;
using test::TempFile;

TEST(DecodeProbe, TellsWhatAFileIs) {
  auto a = decode({"--probe", media("bar1.mp4").string(), "--declared", "bar1.mp4"});
  ASSERT_EQ(a.status, 0) << a.text;
  EXPECT_EQ(a.text,
            R"({"audio_codec":"aac","container":"mp4","duration_ms":2000,"fps_d":1,"fps_n":30,"frames_decoded":60,"has_audio":true,)"
            R"("height":1080,"kind":"video","mime":"video/mp4","video_codec":"h264","width":1920})");
  struct Want {
    const char *file, *mime, *video, *audio;
    int width, height;
  };
  for (auto& w : std::vector<Want>{{"bar2.mp4", "video/mp4", "h264", "aac", 1920, 1080},
                                   {"bar3.webm", "video/webm", "vp9", "opus", 1280, 720},
                                   {"bar4.mp4", "video/mp4", "h264", "", 1920, 1080},
                                   {"bar6.mp4", "video/mp4", "hevc", "aac", 1280, 720},
                                   {"bar7.mp4", "video/mp4", "h264", "aac", 720, 1280},
                                   {"bar10.mov", "video/quicktime", "h264", "pcm", 640, 360},
                                   {"turned.mp4", "video/mp4", "h264", "aac", 360, 640},
                                   {"poster.png", "image/png", "png", "", 1920, 1080},
                                   {"poster.jpg", "image/jpeg", "jpeg", "", 1920, 1080},
                                   {"poster.webp", "image/webp", "webp", "", 1920, 1080},
                                   {"old.avi", "video/x-msvideo", "mpeg4", "mp3", 640, 360},
                                   {"older.avi", "video/x-msvideo", "msmpeg4v3", "pcm", 640, 360},
                                   {"camera.avi", "video/x-msvideo", "mjpeg", "pcm", 640, 360},
                                   {"old.wmv", "video/x-ms-asf", "wmv2", "wmav2", 640, 360},
                                   {"exif6.jpg", "image/jpeg", "jpeg", "", 360, 640}}) {
    a = decode({"--probe", "--declared", w.file}, media(w.file));
    ASSERT_EQ(a.status, 0) << w.file << a.text;
    EXPECT_EQ(a.string("mime"), w.mime) << w.file;
    EXPECT_EQ(a.string("video_codec"), w.video) << w.file;
    EXPECT_EQ(a.string("audio_codec"), w.audio) << w.file;
    EXPECT_EQ(a.number("width"), w.width) << w.file;
    EXPECT_EQ(a.number("height"), w.height) << w.file;
  }
}

TEST(DecodeProbe, NamesWhatIsWrong) {
  for (auto& [file, code] : std::vector<std::pair<const char*, const char*>>{{"bad_empty.mp4", "media_empty"},
                                                                             {"bad_random.mp4", "media_not_media"},
                                                                             {"bad_text.mp4", "media_not_media"},
                                                                             {"bad_moov.mp4", "media_truncated"},
                                                                             {"bad_cut.mp4", "media_truncated"},
                                                                             {"bad_cut.webm", "media_truncated"},
                                                                             {"bad_cut.png", "media_truncated"},
                                                                             {"bad_cut.jpg", "media_truncated"},
                                                                             {"bad_cut.webp", "media_truncated"},
                                                                             {"bad_bits.mp4", "media_corrupt"},
                                                                             {"bad_bits.png", "media_corrupt"},
                                                                             {"bad_name.mp4", "media_mislabelled"},
                                                                             {"bad_name.png", "media_mislabelled"},
                                                                             {"bad_huge.png", "media_picture_too_large"},
                                                                             {"bad_zero.mp4", "media_zero_duration"},
                                                                             {"bad_none.mp4", "media_zero_duration"},
                                                                             {"bad_cut.avi", "media_truncated"},
                                                                             {"bad_cut.wmv", "media_truncated"},
                                                                             {"bad_slides.pptx", "media_office"},
                                                                             {"bad_word.docx", "media_office"},
                                                                             {"bad_table.xls", "media_office"},
                                                                             {"bad_locked.docx", "media_encrypted"},
                                                                             {"bad_drm.mp4", "media_encrypted"},
                                                                             {"bad_drm.wmv", "media_encrypted"},
                                                                             {"bad_zip.zip", "media_archive"},
                                                                             {"bad_rar.rar", "media_archive"},
                                                                             {"bad_7z.7z", "media_archive"},
                                                                             {"bad_program.mp4", "media_program"},
                                                                             {"bad_link.lnk", "media_program"},
                                                                             {"bad_page.html", "media_web_page"},
                                                                             {"bad_link.url", "media_web_page"},
                                                                             {"bad_saved.mht", "media_web_page"},
                                                                             {"bad_part.mp4.crdownload", "media_unfinished"},
                                                                             {"bad_hollow.mp4", "media_unfinished"},
                                                                             {"bad_pages.pdf", "media_pdf_pages"},
                                                                             {"bad_locked.pdf", "media_encrypted"},
                                                                             {"bad_cut.pdf", "media_truncated"},
                                                                             {"bad_font.pdf", "media_corrupt"},
                                                                             {"bad_page.pdf", "media_corrupt"}}) {
    auto a = decode({"--probe", media(file).string(), "--declared", file});
    EXPECT_EQ(a.status, 1) << file << a.text;
    EXPECT_EQ(a.code(), code) << file;
    EXPECT_FALSE(a.string("zh").empty());
    EXPECT_FALSE(a.string("en").empty());
  }
}

// What an office is told says what to do; the same for the limits, which no file of its own can show.
TEST(DecodeProbe, TwentyNamedCausesEachSayWhatToDo) {
  for (const auto code :
       {Code::media_empty,       Code::media_truncated,         Code::media_corrupt,           Code::media_not_media,
        Code::media_mislabelled, Code::media_picture_too_large, Code::media_zero_duration,     Code::media_codec_unsupported,
        Code::media_timeout,     Code::media_too_long,          Code::media_decoder_died,      Code::media_no_video,
        Code::media_office,      Code::media_encrypted,         Code::media_archive,           Code::media_program,
        Code::media_web_page,    Code::media_unfinished,        Code::media_picture_too_small, Code::media_pdf_pages}) {
    const auto zh = message(fail(code), Lang::zh), en = message(fail(code), Lang::en);
    EXPECT_NE(zh.find("请"), zh.npos) << zh;
    EXPECT_GT(en.size(), 40u) << en;
  }
}

TEST(DecodeProbe, KeepsItsLimits) {
  EXPECT_EQ(decode({"--probe", media("bad_small.png").string(), "--min-side", "64"}).code(), "media_picture_too_small");
  EXPECT_EQ(decode({"--probe", media("poster.png").string(), "--min-side", "64"}).status, 0);
  EXPECT_EQ(decode({"--probe", media("bar1.mp4").string(), "--max-pixels", "1000000"}).code(), "media_picture_too_large");
  EXPECT_EQ(decode({"--probe", media("bar1.mp4").string(), "--max-duration-ms", "1000"}).code(), "media_too_long");
  EXPECT_EQ(decode({"--probe", media("bar1.mp4").string(), "--limit-ms", "1"}).code(), "media_timeout");
  EXPECT_EQ(decode({"--probe", "/nonexistent"}).code(), "not_found");
  EXPECT_EQ(decode({"--probe", "x", "--play"}).status, 2);
}

TEST(DecodeProbe, LongFilesAreSampledOrDecodedWhole) {
  TempFile joined;
  SpawnOptions ffmpeg;
  ffmpeg.argv = {"ffmpeg", "-v",   "error", "-y",  "-stream_loop",      "4", "-i", media("long.mp4").string(),
                 "-c",     "copy", "-f",    "mp4", joined.path.string()};
  ASSERT_TRUE(run_command(ffmpeg, Seconds{60}));
  auto part = decode({"--probe", joined.path.string()});
  auto all = decode({"--probe", joined.path.string(), "--full"});
  ASSERT_EQ(part.status, 0) << part.text;
  ASSERT_EQ(all.status, 0) << all.text;
  EXPECT_EQ(all.number("frames_decoded"), 1500);
  EXPECT_GT(part.number("frames_decoded"), 250);
  EXPECT_LT(part.number("frames_decoded"), 600);
  EXPECT_EQ(part.number("duration_ms"), all.number("duration_ms"));
}

TEST(DecodeProbe, BriefDecodesTheFirstSecondAndStillFindsWhatIsNoFilm) {
  auto brief = decode({"--probe", media("long.mp4").string(), "--brief", "--declared", "video/mp4"});
  auto whole = decode({"--probe", media("long.mp4").string()});
  ASSERT_EQ(brief.status, 0) << brief.text;
  for (auto* number : {"width", "height", "duration_ms", "fps_n"}) EXPECT_EQ(brief.number(number), whole.number(number));
  for (auto* text : {"container", "video_codec", "audio_codec"}) EXPECT_EQ(brief.string(text), whole.string(text));
  EXPECT_GE(brief.number("frames_decoded"), 25);
  EXPECT_LT(brief.number("frames_decoded"), 60);
  EXPECT_EQ(whole.number("frames_decoded"), 300);
  for (auto* bad : {"bad_empty.mp4", "bad_random.mp4", "bad_moov.mp4", "bad_cut.mp4", "bad_zero.mp4", "bad_none.mp4", "bad_cut.png"})
    EXPECT_EQ(decode({"--probe", media(bad).string(), "--brief"}).status, 1) << bad;
  EXPECT_EQ(decode({"--probe", media("bad_name.png").string(), "--brief", "--declared", "image/png"}).status, 1);
}

TEST(DecodeRender, FilmsComeOutInTheirClassAndCompareEqual) {
  struct Want {
    const char *file, *profile;
    int width, height;
    bool audio;
  };
  for (auto& w : std::vector<Want>{{"bar2.mp4", "1080p", 1920, 1080, true},
                                   {"bar2.mp4", "720p", 1280, 720, true},
                                   {"bar3.webm", "1080p", 1280, 720, true},
                                   {"bar4.mp4", "720p", 1280, 720, false},
                                   {"bar7.mp4", "1080p", 720, 1280, true},
                                   {"turned.mp4", "720p", 360, 640, true},
                                   {"old.avi", "720p", 640, 360, true},
                                   {"old.wmv", "720p", 640, 360, true},
                                   {"beep.mp4", "720p", 640, 360, true}}) {
    TempFile out;
    auto a = decode({"--render", w.profile}, media(w.file), out.path);
    ASSERT_EQ(a.status, 0) << w.file << a.text;
    EXPECT_EQ(a.number("progress"), 1000);
    auto p = decode({"--probe", out.path.string(), "--full", "--declared", "x.mp4"});
    ASSERT_EQ(p.status, 0) << w.file << p.text;
    EXPECT_EQ(p.number("width"), w.width) << w.file;
    EXPECT_EQ(p.number("height"), w.height) << w.file;
    EXPECT_EQ(p.string("video_codec"), "h264");
    EXPECT_EQ(p.string("audio_codec"), w.audio ? "aac" : "");
    auto head = read_file(out.path, 64 << 20)->substr(0, 65536);
    EXPECT_NE(head.find("moov"), std::string::npos);
    EXPECT_LT(head.find("moov"), head.find("mdat")) << "plays while it loads";
    auto c = decode({"--compare", "--any-gain"}, media(w.file), out.path);
    EXPECT_EQ(c.status, 0) << w.file << c.text;
    EXPECT_TRUE(c.json.at("same").as_bool()) << c.text;
  }
}

TEST(DecodeRender, EqualInputGivesEqualBytes) {
  TempFile a, b;
  ASSERT_EQ(decode({"--render", "720p"}, media("bar2.mp4"), a.path).status, 0);
  ::usleep(1100000);  // another second: a time of creation would show
  ASSERT_EQ(decode({"--render", "720p"}, media("bar2.mp4"), b.path).status, 0);
  EXPECT_TRUE(*read_file(a.path, 64 << 20) == *read_file(b.path, 64 << 20));
}

TEST(DecodeRender, StillsAndThumbnails) {
  struct Want {
    const char *file, *profile, *mime;
    int width, height;
  };
  for (auto& w : std::vector<Want>{{"poster.png", "still-1080p", "image/png", 1920, 1080},
                                   {"tall.png", "still-1080p", "image/png", 1080, 1920},
                                   {"wide.png", "still-1080p", "image/png", 1920, 640},
                                   {"poster.jpg", "still-1080p", "image/jpeg", 1920, 1080},
                                   {"poster.webp", "still-1080p", "image/jpeg", 1920, 1080},
                                   {"exif6.jpg", "still-1080p", "image/jpeg", 360, 640},
                                   {"wide.png", "thumb", "image/jpeg", 480, 160},
                                   {"bar5.mp4", "thumb", "image/jpeg", 480, 270}}) {
    TempFile out;
    auto a = decode({"--render", w.profile}, media(w.file), out.path);
    ASSERT_EQ(a.status, 0) << w.file << a.text;
    EXPECT_EQ(a.string("mime"), w.mime);
    auto p = decode({"--probe"}, out.path);
    ASSERT_EQ(p.status, 0) << w.file << p.text;
    EXPECT_EQ(p.string("mime"), w.mime) << w.file;
    EXPECT_EQ(p.number("width"), w.width) << w.file;
    EXPECT_EQ(p.number("height"), w.height) << w.file;
    if (std::string(w.profile) == "still-1080p") {
      EXPECT_EQ(decode({"--compare"}, media(w.file), out.path).status, 0) << w.file;
    }
  }
}

TEST(DecodeRender, ForChatGroupsNoLargerThanAsked) {
  struct Want {
    const char* file;
    std::int64_t max_bytes;
    int width, height;
  };
  for (auto& w : std::vector<Want>{{"bar2.mp4", 25'000'000, 1280, 720},  // room for all
                                   {"long.mp4", 400'000, 320, 180},
                                   {"bar2.mp4", 180'000, 854, 480},
                                   {"bar2.mp4", 90'000, 640, 360}}) {
    TempFile out;
    auto a = decode({"--render", "chat", "--max-bytes", std::to_string(w.max_bytes)}, media(w.file), out.path);
    ASSERT_EQ(a.status, 0) << w.file << " " << w.max_bytes << a.text;
    EXPECT_LE(static_cast<std::int64_t>(fs::file_size(out.path)), w.max_bytes) << w.file;
    auto p = decode({"--probe", out.path.string(), "--full", "--declared", "x.mp4"});
    ASSERT_EQ(p.status, 0) << w.file << p.text;
    EXPECT_EQ(p.number("width"), w.width) << w.file << " " << w.max_bytes;
    EXPECT_EQ(p.number("height"), w.height) << w.file << " " << w.max_bytes;
    EXPECT_EQ(p.string("audio_codec"), "aac");
  }
  TempFile out;
  auto never = decode({"--render", "chat", "--max-bytes", "2000"}, media("bar2.mp4"), out.path);
  EXPECT_EQ(never.status, 1);
  EXPECT_EQ(never.code(), "too_large");
}

TEST(DecodeRender, PicturesForPeopleAreJpegWhateverTheyWere) {
  struct Want {
    const char *file, *profile;
    int width, height;
  };
  for (auto& w : std::vector<Want>{{"poster.png", "still-chat", 1920, 1080},
                                   {"wide.png", "still-chat", 1920, 640},
                                   {"wide.png", "still-print", 3000, 1000},
                                   {"alpha.png", "still-print", 640, 360}}) {
    TempFile out;
    auto a = decode({"--render", w.profile}, media(w.file), out.path);
    ASSERT_EQ(a.status, 0) << w.file << a.text;
    EXPECT_EQ(a.string("mime"), "image/jpeg");
    auto p = decode({"--probe"}, out.path);
    ASSERT_EQ(p.status, 0) << p.text;
    EXPECT_EQ(p.number("width"), w.width) << w.file;
    EXPECT_EQ(p.number("height"), w.height) << w.file;
  }
}

TEST(DecodeRender, BadFilesEndWithTheirCode) {
  for (auto& [file, code] : std::vector<std::pair<const char*, const char*>>{{"bad_random.mp4", "media_not_media"},
                                                                             {"bad_cut.mp4", "media_truncated"},
                                                                             {"poster.png", "unsupported"},
                                                                             {"tone.m4a", "media_no_video"}}) {
    TempFile out;
    auto a = decode({"--render", "720p"}, media(file), out.path);
    EXPECT_EQ(a.status, 1) << file;
    EXPECT_EQ(a.code(), code) << file;
  }
}

TEST(DecodeCompare, FindsAnotherFilmAChangedNumberAndLostSound) {
  auto differs = [](const fs::path& a, const fs::path& b) {
    auto c = decode({"--compare"}, a, b);
    EXPECT_EQ(c.status, 1) << c.text;
    return c.json.is_object() && !c.json.at("same").as_bool() ? c.string("why") + " " + std::to_string(c.number("at_ms"))
                                                              : std::string("same");
  };
  EXPECT_THAT(differs(media("bar8.mp4"), media("bar9.mp4")), testing::StartsWith("picture"));
  TempFile changed;
  auto edit = [&](const char* file, std::vector<std::string> how) {
    SpawnOptions f;
    f.argv = {"ffmpeg", "-v", "error", "-y", "-i", media(file).string()};
    f.argv.insert(f.argv.end(), how.begin(), how.end());
    f.argv.insert(f.argv.end(), {"-f", "mp4", changed.path.string()});
    EXPECT_TRUE(run_command(f, Seconds{60}));
  };
  // A box of the size of one figure, for a fifth of a second.
  edit("bar5.mp4", {"-vf", "drawbox=x=900:y=700:w=24:h=40:c=black:t=fill:enable='between(t,1,1.2)'", "-c:a", "copy"});
  EXPECT_EQ(differs(media("bar5.mp4"), changed.path), "picture 1000");
  edit("beep.mp4", {"-c:v", "copy", "-af", "volume=0"});
  EXPECT_THAT(differs(media("beep.mp4"), changed.path), testing::StartsWith("sound"));
  edit("bar5.mp4", {"-t", "1.5", "-c", "copy"});
  EXPECT_THAT(differs(media("bar5.mp4"), changed.path), testing::StartsWith("length"));
}

}  // namespace
}  // namespace fz
