// Keeps the panel at the levels that were asked for, on a thread of its own: buses are slow, panels come and go.
#pragma once
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>

#include "player/display/panel.hpp"

namespace fz::display {

class Keeper {
 public:
  using Find = std::function<std::unique_ptr<Panel>()>;
  /// What is left to paint: on the keeper's thread, once after every set() and whenever it changes. 100 and on: the panel does it all.
  /// While no panel does, the levels are painted, so that a night is dark before the bus has answered.
  using Paint = std::function<void(Levels)>;
  /// `again`: how long to wait before a panel that did not answer is looked for anew.
  Keeper(Find find, Paint paint, Millis again = Millis{30'000});
  ~Keeper();
  Keeper(const Keeper&) = delete;
  Keeper& operator=(const Keeper&) = delete;
  /// The newest levels win. Any thread; does not block.
  void set(const Levels& levels);

 private:
  void run();
  bool tell(const Levels& levels);

  const Find find_;
  const Paint paint_;
  const Millis again_;
  std::unique_ptr<Panel> panel_;  // the thread's own
  bool said_none_ = false;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::optional<Levels> wanted_;
  bool changed_ = false, stop_ = false;
  std::thread thread_;
};

}  // namespace fz::display
