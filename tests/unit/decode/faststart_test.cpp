#include "player/decode/faststart.hpp"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <random>

#include "shared/base/file.hpp"

namespace fz::decode {
namespace {

std::string u32(std::uint32_t v) {
  return {static_cast<char>(v >> 24), static_cast<char>(v >> 16), static_cast<char>(v >> 8), static_cast<char>(v)};
}
std::string box(const std::string& kind, const std::string& body) {
  return u32(static_cast<std::uint32_t>(body.size() + 8)) + kind + body;
}
std::string moov(std::uint32_t chunk) {
  auto stbl = box("stbl", box("stco", u32(0) + u32(2) + u32(chunk) + u32(chunk + 3)));
  auto mdia = box("mdia", box("mdhd", u32(0) + "madechgd" + u32(30) + u32(60)) + box("minf", stbl));
  return box("moov", box("mvhd", u32(0) + "madechgd" + u32(1000) + u32(2000)) + box("trak", mdia));
}
Fd file_of(const std::string& bytes) {
  Fd fd(::memfd_create("test", MFD_CLOEXEC));
  EXPECT_EQ(::write(fd.get(), bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
  return fd;
}
std::string content(const Fd& fd) {
  std::string s(1 << 16, '\0');
  auto n = ::pread(fd.get(), s.data(), s.size(), 0);
  s.resize(static_cast<std::size_t>(n));
  return s;
}

TEST(Faststart, MovesTheHeaderForwardAndItsOffsetsAlong) {
  auto head = box("ftyp", "isom");
  auto first = static_cast<std::uint32_t>(head.size() + 8);
  auto fd = file_of(head + box("mdat", "ABCDEF") + moov(first));
  ASSERT_TRUE(make_faststart(fd.get()));
  auto all = content(fd);
  EXPECT_LT(all.find("moov"), all.find("mdat"));
  auto moved = first + static_cast<std::uint32_t>(moov(0).size());
  EXPECT_EQ(all.substr(moved, 6), "ABCDEF");
  EXPECT_NE(all.find(u32(moved) + u32(moved + 3)), std::string::npos) << "offsets point at the chunks' new places";
  EXPECT_EQ(all.find("madechgd"), std::string::npos) << "times of creation are cleared";
  ASSERT_TRUE(make_faststart(fd.get())) << "already in order: only the times are looked at";
  EXPECT_EQ(content(fd), all);
}

TEST(Faststart, RefusesWhatItDoesNotKnow) {
  EXPECT_FALSE(make_faststart(file_of("").get()));
  EXPECT_FALSE(make_faststart(file_of(box("ftyp", "isom") + box("mdat", "x")).get()));
  EXPECT_FALSE(make_faststart(file_of(box("ftyp", "isom") + box("mdat", "x") + moov(20) + box("free", "x")).get()));
  std::mt19937 random(9);
  auto whole = box("ftyp", "isom") + box("mdat", "ABCDEF") + moov(20);
  for (int round = 0; round < 3000; ++round) {
    auto bytes = whole;
    for (int k = 0; k < 2; ++k) bytes[random() % bytes.size()] = static_cast<char>(random());
    [[maybe_unused]] auto ignored = make_faststart(file_of(bytes).get());
  }
}

}  // namespace
}  // namespace fz::decode
