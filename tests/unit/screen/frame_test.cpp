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
      EXPECT_EQ(canvas->painted(), 77u);
    }
    canvas->set_painted(77);
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

TEST_F(FrameTest, NoteRidesOnTheBuffer) {
  auto play = std::make_shared<PlayInfo>(PlayInfo{"p", ""});
  std::weak_ptr<PlayInfo> watch = play;
  BufferPtr buffer(gst_buffer_new());
  EXPECT_EQ(note_of(buffer.get()), nullptr);
  Note note;
  note.play = std::move(play);
  note.rows = 5;
  attach_note(buffer.get(), std::move(note));
  EXPECT_EQ(note_of(buffer.get())->play->id, "p");
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
