#include "player/decode/structure.hpp"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstring>
#include <random>
#include <vector>

#include "shared/base/file.hpp"

namespace fz::decode {
namespace {

Fd file_of(const std::string& bytes) {
  Fd fd(::memfd_create("test", MFD_CLOEXEC));
  EXPECT_EQ(::write(fd.get(), bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
  return fd;
}
Result<Structure> read(const std::string& bytes) {
  return read_structure(file_of(bytes).get(), {});
}
std::string u32(std::uint32_t v) {
  return {static_cast<char>(v >> 24), static_cast<char>(v >> 16), static_cast<char>(v >> 8), static_cast<char>(v)};
}
std::string box(const std::string& kind, const std::string& body) {
  return u32(static_cast<std::uint32_t>(body.size() + 8)) + kind + body;
}
std::string png(std::uint32_t w, std::uint32_t h) {
  std::string s("\x89PNG\r\n\x1a\n", 8);
  s += u32(13) + "IHDR" + u32(w) + u32(h) + std::string("\x08\x02\0\0\0crc0", 9);
  s += u32(4) + "IDATdatacrc1";
  return s + u32(0) + "IENDcrc2";
}
std::string jpeg(int w, int h) {
  std::string s("\xff\xd8\xff\xe0\0\4zz", 8);
  s += std::string("\xff\xc0\0\x0b\x08", 5) + u32(static_cast<std::uint32_t>(h << 16 | w)) + std::string("\1\1\x11\0", 4);
  s += std::string("\xff\xda\0\x02", 4) + "picture";
  return s + "\xff\xd9";
}
std::string le32(std::uint32_t v) {
  auto s = u32(v);
  return {s.rbegin(), s.rend()};
}
std::string wave(int tag, const std::string& samples) {
  auto n = static_cast<std::uint32_t>(samples.size());
  return "RIFF" + le32(n + 36) + "WAVEfmt " + le32(16) + std::string{static_cast<char>(tag), 0} + std::string(14, 'f') + "data" + le32(n) +
         samples;
}
std::string ogg(char last) {
  auto page = [](char type) { return std::string("OggS\0", 5) + type + std::string(21, '\1'); };
  return page(2) + page(last);
}
std::string avi(const std::string& frames) {
  const auto n = static_cast<std::uint32_t>(frames.size());
  return "RIFF" + le32(n + 28) + "AVI LIST" + le32(8) + "hdrlavih" + "LIST" + le32(n) + frames;
}
std::string asf(std::uint32_t says, const std::string& packets) {
  const std::string file = std::string("\xa1\xdc\xab\x8c\x47\xa9\xcf\x11\x8e\xe4\x00\xc0\x0c\x20\x53\x65", 16) + le32(104) +
                           std::string(20, '\0') + le32(says) + std::string(60, '\0');
  return std::string("\x30\x26\xb2\x75\x8e\x66\xcf\x11\xa6\xd9\x00\xaa\x00\x62\xce\x6c", 16) + le32(134) + std::string(10, '\0') + file +
         packets;
}
const std::string kMp4 = box("ftyp", "isom0000") + box("moov", "x") + box("mdat", "frames");

TEST(Structure, KnowsTheFormats) {
  EXPECT_EQ(read(kMp4)->mime, "video/mp4");
  EXPECT_EQ(read(box("ftyp", "qt  0000") + box("mdat", "f") + box("moov", "x"))->mime, "video/quicktime");
  EXPECT_TRUE(read(kMp4 + box("moof", "x"))->fragmented);
  auto p = read(png(640, 360));
  ASSERT_TRUE(p) << to_log(p.error());
  EXPECT_EQ(p->width, 640);
  EXPECT_EQ(p->kind, Kind::image);
  auto j = read(jpeg(640, 360));
  ASSERT_TRUE(j) << to_log(j.error());
  EXPECT_EQ(j->width, 640);
  EXPECT_EQ(j->height, 360);
}

TEST(Structure, KnowsSoundAlone) {
  EXPECT_EQ(read(wave(1, "samples"))->mime, "audio/wav");
  EXPECT_EQ(read(wave(1, "samples"))->kind, Kind::audio);
  EXPECT_EQ(read("fLaC............")->mime, "audio/flac");
  EXPECT_EQ(read(std::string("\xff\xfb\x90\x64............", 16))->mime, "audio/mpeg");
  EXPECT_EQ(read(std::string("\xff\xf1\x50\x80............", 16))->container, "adts");
  auto tagged =
      read(std::string("ID3\4\0\0\0\0\1\2", 10) + std::string(130, 'x') + std::string(7, '\0') + std::string("\xff\xfb\x90\x64....", 8));
  ASSERT_TRUE(tagged) << to_log(tagged.error());
  EXPECT_EQ(tagged->skip_bytes, 147u) << "the tag, and the padding behind it";
  EXPECT_EQ(read(ogg(4))->mime, "audio/ogg");
  EXPECT_TRUE(check_declared(*read(wave(1, "s")), "通知.wav"));
  EXPECT_EQ(check_declared(*read(wave(1, "s")), "x.mp3").error().code, Code::media_mislabelled);
}

TEST(Structure, EveryCutIsFound) {
  for (auto& whole : {kMp4, png(10, 10), jpeg(10, 10), wave(1, "samples."), ogg(4), avi("frames.."), asf(154, std::string(20, 'p'))})
    for (std::size_t n = 0; n < whole.size(); ++n) {
      auto s = read(whole.substr(0, n));
      EXPECT_FALSE(s) << n << " of " << whole.size() << " " << static_cast<int>(whole[0]);
      if (n >= 12 && !s) {
        EXPECT_TRUE(s.error().code == Code::media_truncated || s.error().code == Code::media_corrupt) << n << to_log(s.error());
      }
    }
}

TEST(Structure, RefusesWithTheReason) {
  EXPECT_EQ(read("").error().code, Code::media_empty);
  EXPECT_EQ(read("just words, long enough").error().code, Code::media_not_media);
  EXPECT_EQ(read("%PDF-1.7 ..............").error().code, Code::media_truncated);
  EXPECT_EQ(read("%PDF-1.7 ..............\n%%EOF\n")->mime, "application/pdf");
  EXPECT_EQ(read("GIF89a ................").error().code, Code::media_codec_unsupported);
  EXPECT_EQ(read("#!AMR ................").error().code, Code::media_codec_unsupported);
  EXPECT_EQ(read(wave(2, "samples")).error().code, Code::media_codec_unsupported) << "ADPCM";
  EXPECT_EQ(read(png(20000, 20000)).error().code, Code::media_picture_too_large);
  EXPECT_EQ(read(png(16384, 16384)).error().code, Code::media_picture_too_large) << "each side is allowed, the area is not";
  EXPECT_EQ(read(png(0, 5)).error().code, Code::media_corrupt);
  EXPECT_EQ(read(png(0xffffffff, 0xffffffff)).error().code, Code::media_picture_too_large);
  EXPECT_EQ(read_structure(-1, {}).error().code, Code::io);
}

TEST(Structure, KnowsTheFilmsOfOld) {
  EXPECT_EQ(read(avi("frames..")).value().container, "avi");
  EXPECT_TRUE(check_declared(*read(avi("frames..")), "宣传片.avi"));
  EXPECT_EQ(read(avi("frames..").substr(0, 40)).error().code, Code::media_truncated);
  EXPECT_EQ(read(asf(150, std::string(20, 'p'))).value().container, "asf");
  EXPECT_EQ(read(asf(150, std::string(9, 'p'))).error().code, Code::media_truncated);
  EXPECT_TRUE(check_declared(*read(asf(150, std::string(20, 'p'))), "宣传片.wmv"));
  EXPECT_EQ(check_declared(*read(avi("frames..")), "x.mp4").error().code, Code::media_mislabelled);
}

TEST(Structure, NamesWhatIsNoMediaByItsContent) {
  using namespace std::string_literals;
  struct Case {
    std::string bytes;
    Code code;
  };
  for (const auto& c : std::vector<Case>{{"PK\3\4....[Content_Types].xml....ppt/slides"s, Code::media_office},
                                         {"PK\3\4....mimetypeapplication/vnd.oasis.opendocument.text"s, Code::media_office},
                                         {"PK\3\4....AndroidManifest.xml"s, Code::media_program},
                                         {"PK\3\4....poster.png"s, Code::media_archive},
                                         {"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"s + std::string(600, '.'), Code::media_office},
                                         {"Rar!\x1a\x07\x00........"s, Code::media_archive},
                                         {"\x1f\x8b\x08............."s, Code::media_archive},
                                         {std::string(257, 'n') + "ustar"s, Code::media_archive},
                                         {"\x7f"
                                          "ELF............"s,
                                          Code::media_program},
                                         {"#!/bin/sh\nrm"s, Code::media_program},
                                         {"  <HTML><body>"s, Code::media_web_page},
                                         {"<?xml version='1.0'?><!DOCTYPE x><html xmlns='x'>"s, Code::media_web_page},
                                         {"%!PS-Adobe-3.0"s, Code::media_codec_unsupported}})
    EXPECT_EQ(read(c.bytes).error().code, c.code) << c.bytes.substr(0, 30);
}

TEST(Structure, ABadFileMayOnlyBeUnfinished) {
  const auto cut = png(10, 10).substr(0, 40);
  EXPECT_EQ(read(cut).error().code, Code::media_truncated);
  EXPECT_EQ(read_structure(file_of(cut).get(), {}, "海报.png.downloading").error().code, Code::media_unfinished);
  EXPECT_TRUE(read_structure(file_of(png(10, 10)).get(), {}, "海报.png.part")) << "what is whole is taken";
  EXPECT_EQ(read(cut + std::string(20000, '\0')).error().code, Code::media_unfinished);
  EXPECT_EQ(read(std::string(20000, '\0')).error().code, Code::media_unfinished);
  EXPECT_EQ(read(cut + std::string(20000, '\1')).error().code, Code::media_truncated) << "rubbish is not emptiness";
  EXPECT_TRUE(read(wave(1, std::string(400000, '\0')))) << "silence is not emptiness";
}

TEST(Structure, ComparesTheLabelWithTheContent) {
  auto s = *read(png(10, 10));
  EXPECT_TRUE(check_declared(s, "poster.PNG"));
  EXPECT_TRUE(check_declared(s, "image/png"));
  EXPECT_TRUE(check_declared(s, "no extension"));
  EXPECT_TRUE(check_declared(s, "unknown.xyz"));
  EXPECT_EQ(check_declared(s, "poster.jpg").error().code, Code::media_mislabelled);
  EXPECT_EQ(check_declared(s, "video/mp4").error().code, Code::media_mislabelled);
  EXPECT_TRUE(check_declared(*read(kMp4), "clip.mov")) << "relatives";
}

TEST(Structure, SurvivesChangedBytes) {
  std::mt19937 random(5);
  for (auto whole : {kMp4, png(10, 10), jpeg(10, 10), std::string("\x1a\x45\xdf\xa3\x85\x42\x82\x84webm\x18\x53\x80\x67\x81x", 19),
                     std::string("RIFF\x16\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0\1\0\0\1\0\0", 30)})
    for (int round = 0; round < 4000; ++round) {
      auto bytes = whole;
      for (int k = 0; k < 3; ++k) bytes[random() % bytes.size()] = static_cast<char>(random());
      [[maybe_unused]] auto ignored = read(bytes);
    }
}

}  // namespace
}  // namespace fz::decode
