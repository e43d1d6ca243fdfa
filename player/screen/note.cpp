#include "player/screen/note.hpp"

#include <unistd.h>

#include <algorithm>
#include <iterator>
#include <stdexcept>

#include "shared/wire/ring.hpp"

namespace fz::screen {

namespace {
GQuark note_quark() {
  static const GQuark quark = g_quark_from_static_string("fz-note");
  return quark;
}
}  // namespace

void attach_note(GstBuffer* buffer, Note note) {
  gst_mini_object_set_qdata(GST_MINI_OBJECT_CAST(buffer), note_quark(), new Note(std::move(note)),
                            [](gpointer p) { delete static_cast<Note*>(p); });
}
const Note* note_of(GstBuffer* buffer) {
  return static_cast<const Note*>(gst_mini_object_get_qdata(GST_MINI_OBJECT_CAST(buffer), note_quark()));
}

void EndBox::add(EndNote note) {
  std::lock_guard lock(mutex_);
  notes_.push_back(std::move(note));
}
std::vector<EndNote> EndBox::take(Ns pts) {
  std::lock_guard lock(mutex_);
  auto later = std::find_if(notes_.begin(), notes_.end(), [pts](const EndNote& n) { return n.pts > pts; });
  std::vector<EndNote> out(std::make_move_iterator(notes_.begin()), std::make_move_iterator(later));
  notes_.erase(notes_.begin(), later);
  return out;
}

EventQueue::EventQueue() {
  auto event = wire::make_event();
  if (!event) throw std::runtime_error("no eventfd");
  wake_ = *std::move(event);
}
void EventQueue::push(Event e) {
  std::lock_guard lock(mutex_);
  events_.push_back(std::move(e));
  ++pushed_;
  if (events_.size() > 1) return;  // the descriptor is readable already
  std::uint64_t one = 1;
  [[maybe_unused]] auto ignored = ::write(wake_.get(), &one, sizeof one);
}
std::vector<Event> EventQueue::take() {
  std::lock_guard lock(mutex_);
  std::uint64_t count = 0;
  [[maybe_unused]] auto ignored = ::read(wake_.get(), &count, sizeof count);
  return std::exchange(events_, {});
}
void EventQueue::passed_on() {
  {
    std::lock_guard lock(mutex_);
    waited_for_ = true;
    passed_on_ = pushed_ - events_.size();
  }
  passed_.notify_all();
}
void EventQueue::wait_passed_on(Millis limit) {
  std::unique_lock lock(mutex_);
  if (waited_for_) passed_.wait_for(lock, limit, [this, upto = pushed_] { return passed_on_ >= upto; });
}

}  // namespace fz::screen
