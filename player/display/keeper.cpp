#include "player/display/keeper.hpp"

#include "shared/base/log.hpp"

namespace fz::display {

Keeper::Keeper(Find find, Paint paint, Millis again) : find_(std::move(find)), paint_(std::move(paint)), again_(again) {
  thread_ = std::thread([this] { run(); });
}
Keeper::~Keeper() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

void Keeper::set(const Levels& levels) {
  {
    const std::lock_guard lock(mutex_);
    if (wanted_ == levels) return;
    wanted_ = levels;
    changed_ = true;
  }
  wake_.notify_all();
}

void Keeper::run() {
  std::unique_lock lock(mutex_);
  bool told = true;
  while (!stop_) {
    const auto woken = [this] { return stop_ || changed_; };
    // A panel that could not be told is told again; one that was told is asked now and then, for it may have been changed by hand.
    if (wanted_)
      wake_.wait_for(lock, told ? again_ * 10 : again_, woken);
    else
      wake_.wait(lock, woken);
    if (stop_) return;
    const bool fresh = std::exchange(changed_, false);
    const auto levels = *wanted_;
    lock.unlock();
    const bool was = told;
    if (fresh) paint_(levels);
    told = tell(levels);
    const bool by_panel = told && panel_;
    if (by_panel && (fresh || !was)) paint_({panel_->dims() ? 100 : levels.brightness_percent, levels.on});
    if (!by_panel && !fresh && was) paint_(levels);
    lock.lock();
  }
}

bool Keeper::tell(const Levels& levels) {
  if (!panel_) panel_ = find_();
  if (!panel_) {
    if (!std::exchange(said_none_, true)) log::info("no panel lets itself be controlled; brightness is painted");
    return false;
  }
  if (panel_->set(levels)) {
    if (std::exchange(said_none_, false)) log::info("{} answers", panel_->name());
    return true;
  }
  log::warn("{} does not answer; brightness is painted until it does", panel_->name());
  panel_.reset();
  return false;
}

}  // namespace fz::display
