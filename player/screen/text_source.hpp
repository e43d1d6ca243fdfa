// An approved text as a source: its pages are drawn on the worker, one ahead of the page on show.
#pragma once
#include <memory>
#include <string>

#include "player/screen/source.hpp"
#include "player/screen/worker.hpp"

namespace fz::screen {

class TextSource final : public Source {
 public:
  /// Starts laying out and drawing at once. `duration` is shared among the pages by their reading time; 0: the reading
  /// time itself. `worker` must outlive every source.
  TextSource(Worker& worker, std::string text, Area area, Ns duration);
  ~TextSource() override;
  State state() override;
  Error error() const override;
  Step advance(Ns at, Rate rate) override;
  View view() const override { return view_; }
  std::optional<Ns> natural_end() const override;

 private:
  struct Shared;  // what worker and painter both touch
  void want(int page);
  Worker& worker_;
  std::shared_ptr<Shared> shared_;
  View view_;
  int shown_ = -1, wanted_ = -1;
};

}  // namespace fz::screen
