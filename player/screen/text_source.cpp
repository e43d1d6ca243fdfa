#include "player/screen/text_source.hpp"

#include <map>
#include <mutex>

namespace fz::screen {

struct TextSource::Shared {
  Shared(Area a, Ns d) : area(a), duration(d) {}
  const Area area;
  const Ns duration;
  std::mutex mutex;
  State state = State::starting;
  bool given_up = false;
  Error error;
  std::optional<render::Pages> pages;
  std::map<int, View> drawn;  // the page on show and the next

  void broke(Error e) {
    std::lock_guard lock(mutex);
    error = std::move(e);
    state = State::failed;
  }
  void draw(render::Renderer& renderer, int page) {
    std::optional<render::Pages> plan;
    {
      std::lock_guard lock(mutex);
      if (given_up || !pages || page >= pages->count()) return;
      plan = pages;
    }
    auto view = Still::from_surface(renderer.draw(*plan, page), area);
    std::lock_guard lock(mutex);
    drawn[page] = std::move(view);
    if (page == 0) state = State::ready;
  }
  Ns total() const { return duration > 0 ? duration : pages ? pages->total_time().count() * kNsPerMs : 0; }
};

TextSource::TextSource(Worker& worker, std::string text, Area area, Ns duration)
    : worker_(worker), shared_(std::make_shared<Shared>(area, duration)) {
  worker_.post([shared = shared_, text = std::move(text)](render::Renderer& renderer) {
    auto document = render::parse_document(text);
    if (!document) return shared->broke(std::move(document).error());
    auto pages = renderer.layout(*document, {shared->area.width, shared->area.height});
    if (!pages) return shared->broke(std::move(pages).error());
    {
      std::lock_guard lock(shared->mutex);
      shared->pages = *std::move(pages);
    }
    shared->draw(renderer, 0);
  });
}

TextSource::~TextSource() {
  std::lock_guard lock(shared_->mutex);
  shared_->given_up = true;
}

Source::State TextSource::state() {
  std::lock_guard lock(shared_->mutex);
  return shared_->state;
}
Error TextSource::error() const {
  std::lock_guard lock(shared_->mutex);
  return shared_->error;
}
std::optional<Ns> TextSource::natural_end() const {
  std::lock_guard lock(shared_->mutex);
  return shared_->pages ? std::optional(shared_->total()) : std::nullopt;
}

Source::Step TextSource::advance(Ns at, Rate rate) {
  bool ask = false;
  {
    std::lock_guard lock(shared_->mutex);
    if (!shared_->pages) return Step::wait;
    auto total = shared_->total();
    if (is_due(total, at, rate)) return Step::over;
    // A page changes on the nearest beat, as a frame does.
    Millis elapsed((at + tick_duration(0, rate) / 2) / kNsPerMs), all(total / kNsPerMs);
    int page = shared_->pages->page_at(elapsed, all);
    auto drawn = shared_->drawn.find(page);
    if (page != shown_ && drawn != shared_->drawn.end()) {
      view_ = drawn->second;
      shown_ = page;
      shared_->drawn.erase(shared_->drawn.begin(), drawn);
    }
    ask = wanted_ < shown_ + 1 && shown_ + 1 < shared_->pages->count();
  }
  if (ask) want(shown_ + 1);
  return shown_ < 0 ? Step::wait : Step::shown;
}

void TextSource::want(int page) {
  wanted_ = page;
  worker_.post([shared = shared_, page](render::Renderer& renderer) { shared->draw(renderer, page); });
}

}  // namespace fz::screen
