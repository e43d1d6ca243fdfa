#include "player/screen/frame.hpp"

#include <gtest/gtest.h>

#include <set>

#include "player/screen/note.hpp"

namespace fz::screen {
namespace {

constexpr Area kArea{70, 36};

struct FrameTest : testing::Test {
  void SetUp() override { gst_init(nullptr, nullptr); }
};

TEST_F(FrameTest, CopiesAndDims) {
  auto view = Still::plain(kArea, 116, 28, 228);
  FramePool pool(kArea);
  auto canvas = pool.take();
  ASSERT_TRUE(canvas);
  copy_rows(view.planes, canvas->planes(), kArea, kArea.height, 50);
  EXPECT_EQ(canvas->planes().data[0][69], 66);
  EXPECT_EQ(canvas->planes().data[1][34], 78);
  EXPECT_EQ(canvas->planes().data[2][0], 178);
  copy_rows(view.planes, canvas->planes(), kArea, 30);
  EXPECT_EQ(canvas->planes().data[0][29 * canvas->planes().stride[0]], 116);
  EXPECT_EQ(canvas->planes().data[0][30 * canvas->planes().stride[0]], 66) << "only the rows asked for";
}

TEST_F(FrameTest, BuffersRememberWhatIsInThemAndAreUsedAgain) {
  FramePool pool(kArea);
  std::set<void*> memory;
  for (int i = 0; i < 50; ++i) {
    auto canvas = pool.take();
    memory.insert(canvas->planes().data[0]);
    if (i >= 10) {
      EXPECT_EQ(canvas->painted()[1], 77u);
    }
    canvas->painted()[1] = 77;
    auto buffer = canvas->finish();
    // As the painter does: a light copy goes out and comes back first.
    BufferPtr copy(gst_buffer_copy(buffer.get()));
    EXPECT_EQ(gst_buffer_peek_memory(copy.get(), 0), gst_buffer_peek_memory(buffer.get(), 0)) << "no pixels are copied";
  }
  EXPECT_LE(memory.size(), 4u);
}

TEST_F(FrameTest, HeldViewKeepsItsPixels) {
  auto view = Still::plain(kArea, 100, 128, 128);
  auto copy = Still::from_view(view, kArea);
  EXPECT_EQ(copy.serial, view.serial);
  EXPECT_NE(copy.planes.data[0], view.planes.data[0]);
  EXPECT_EQ(copy.planes.data[0][35 * 70 + 69], 100);
}

TEST_F(FrameTest, AFadeGoesFromOnePictureToTheOther) {
  auto going = Still::plain(kArea, 40, 100, 150), coming = Still::plain(kArea, 200, 140, 110);
  FramePool pool(kArea);
  auto canvas = pool.take();
  int last = 39;
  for (int per_mille : {1, 250, 500, 750, 999}) {
    blend_rows(going.planes, coming.planes, canvas->planes(), kArea, kArea.height, per_mille);
    int y = canvas->planes().data[0][35 * canvas->planes().stride[0] + 69];
    EXPECT_NEAR(y, 40 + 160 * per_mille / 1000, 1);
    EXPECT_GT(y, last);
    last = y;
  }
  EXPECT_NEAR(canvas->planes().data[1][34], 140, 1);
}

TEST_F(FrameTest, AnotherSizeKeepsThePicture) {
  auto still = Still::plain(kArea, 100, 90, 80);
  auto large = Still::scaled(still, kArea, {200, 100});
  EXPECT_NE(large.serial, still.serial) << "not the same pixels";
  EXPECT_EQ(large.planes.data[0][99 * 200 + 199], 100);
  EXPECT_EQ(large.planes.data[2][49 * 100 + 99], 80);
}

TEST_F(FrameTest, ColoursAreThoseOfTheRenderer) {
  for (std::uint32_t rgb : {0x000000u, 0xffffffu, 0x0b2a52u, 0xc1121fu, 0x00ff00u}) {
    render::Surface s(16, 16);
    for (int i = 0; i < 16 * 16; ++i) {
      auto* p = s.data() + (i / 16) * s.stride() + (i % 16) * 4;
      p[0] = static_cast<std::uint8_t>(rgb), p[1] = static_cast<std::uint8_t>(rgb >> 8), p[2] = static_cast<std::uint8_t>(rgb >> 16);
    }
    auto view = Still::from_surface(s, {16, 16});
    auto c = colour_of(rgb);
    EXPECT_NEAR(c.y, view.planes.data[0][0], 1);
    EXPECT_NEAR(c.u, view.planes.data[1][0], 1);
    EXPECT_NEAR(c.v, view.planes.data[2][0], 1);
  }
}

TEST_F(FrameTest, NoteRidesOnTheBuffer) {
  auto play = std::make_shared<PlayInfo>(PlayInfo{"p", ""});
  std::weak_ptr<PlayInfo> watch = play;
  BufferPtr buffer(gst_buffer_new());
  EXPECT_EQ(note_of(buffer.get()), nullptr);
  Note note;
  note.zones[0].play = std::move(play);
  attach_note(buffer.get(), std::move(note));
  EXPECT_EQ(note_of(buffer.get())->zones[0].play->id, "p");
  buffer.reset();
  EXPECT_TRUE(watch.expired()) << "freed with its buffer";
}

TEST_F(FrameTest, EndsComeOutUpToAPts) {
  EndBox box;
  for (Ns pts : {1, 2, 3}) box.add({nullptr, wire::EndReason::completed, 0, pts});
  EXPECT_EQ(box.take(2).size(), 2u);
  EXPECT_EQ(box.take(2).size(), 0u);
  EXPECT_EQ(box.take(9).size(), 1u);
}

}  // namespace
}  // namespace fz::screen
