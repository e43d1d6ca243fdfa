#include "player/screen/camera.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <future>

namespace fz::screen {
namespace {

struct CameraTest : testing::Test {
  void SetUp() override { gst_init(nullptr, nullptr); }
  static constexpr Area kArea{1280, 720};
  GstVideoInfo info = video_info(kArea);
  // Noise: what compresses worst.
  BufferPtr noise() {
    BufferPtr b(gst_buffer_new_allocate(nullptr, info.size, nullptr));
    GstMapInfo map;
    gst_buffer_map(b.get(), &map, GST_MAP_WRITE);
    unsigned seed = 1;
    for (gsize i = 0; i < map.size; ++i) map.data[i] = static_cast<std::uint8_t>((seed = seed * 1103515245u + 12345u) >> 24);
    gst_buffer_unmap(b.get(), &map);
    return b;
  }
};

TEST_F(CameraTest, PictureFitsTheLimitWhateverItShows) {
  auto buffer = noise();
  MappedBuffer mapped(buffer.get(), info);
  for (std::size_t limit : {std::size_t{1} << 20, std::size_t{200'000}, std::size_t{20'000}}) {
    auto jpeg = encode_jpeg(mapped.planes(), info, 1280, limit);
    ASSERT_TRUE(jpeg);
    EXPECT_LE(jpeg->size(), limit);
    EXPECT_EQ((*jpeg)[0], 0xFF);
    EXPECT_EQ((*jpeg)[1], 0xD8);
  }
  auto none = encode_jpeg(mapped.planes(), info, 1280, 100);
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, Code::too_large);
}

TEST_F(CameraTest, TakesTheNextFrameAndWritesAPreview) {
  auto folder = fs::temp_directory_path() / ("fz-camera-" + std::to_string(::getpid()));
  fs::create_directories(folder);
  std::promise<Result<Bytes>> taken;
  {
    Camera camera;
    camera.preview_to(folder);
    camera.take(100'000, [&](Result<Bytes> jpeg) { taken.set_value(std::move(jpeg)); });
    auto buffer = noise();
    camera.saw(buffer.get(), info, 0);
    auto result = taken.get_future();
    ASSERT_EQ(result.wait_for(Seconds(20)), std::future_status::ready);
    EXPECT_TRUE(result.get());
  }
  EXPECT_LE(fs::file_size(folder / "preview.jpg"), 200'000u);
  EXPECT_FALSE(fs::exists(folder / "preview.jpg.part"));
  fs::remove_all(folder);
}

}  // namespace
}  // namespace fz::screen
