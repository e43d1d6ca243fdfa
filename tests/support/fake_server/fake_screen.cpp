#include "tests/support/fake_server/fake_screen.hpp"

#include <poll.h>

#include <algorithm>

namespace fz::test {

FakeScreen::FakeScreen(const fs::path& socket)
    : listener_(wire::Listener::listen(socket).value()), begin_(system_clock().steady()), thread_([this] { run(); }) {}
FakeScreen::~FakeScreen() {
  stop_ = true;
  thread_.join();
}

Millis FakeScreen::now() const {
  return std::chrono::duration_cast<Millis>(system_clock().steady() - begin_);
}
std::vector<FakeScreen::Presented> FakeScreen::presented() const {
  const std::lock_guard lock(mutex_);
  return presented_;
}
std::string FakeScreen::on_air() const {
  const std::lock_guard lock(mutex_);
  return !queue_.empty() && queue_.front().started >= Millis{0} ? queue_.front().id : "";
}
std::string FakeScreen::on_air_text() const {
  const std::lock_guard lock(mutex_);
  return !queue_.empty() && queue_.front().started >= Millis{0} ? queue_.front().text : "";
}
wire::Slate FakeScreen::slate() const {
  const std::lock_guard lock(mutex_);
  return slate_;
}

void FakeScreen::run() {
  while (!stop_) {
    pollfd fds[2] = {{listener_.fd(), POLLIN, 0}, {channel_ ? channel_->fd() : -1, POLLIN, 0}};
    ::poll(fds, 2, 10);
    const std::lock_guard lock(mutex_);
    if (auto c = listener_.accept(); c && *c) {
      channel_.emplace(std::move(**c));
      connected_at_ = now().count();
      std::erase_if(queue_, [](const Play& p) { return !p.gone; });  // cues of an agent that is gone
    }
    while (channel_) {
      auto p = channel_->receive();
      if (!p) {
        channel_.reset();
        break;
      }
      if (!*p) break;
      if (auto m = wire::to_screen_from_json((*p)->text); m && *m) take(**m, std::move((*p)->fds));
    }
    advance();
    if (now() >= alive_due_) {
      alive_due_ = now() + Millis{250};
      send(wire::Alive{});
    }
  }
}

void FakeScreen::take(const wire::ToScreen& m, std::vector<Fd> fds) {
  const auto find = [&](const std::string& id) {
    return std::find_if(queue_.begin(), queue_.end(), [&](const Play& p) { return p.id == id; });
  };
  if (std::holds_alternative<wire::Hello>(m)) {
    wire::Ready r;
    r.width = 320;
    r.height = 180;
    r.fps_n = 30;
    r.sink = "fake";
    r.run = "fake";
    send(r);
    for (const auto& e : unacknowledged_) send(e);
    wire::Resumed resumed;
    for (const auto& p : queue_)
      if (p.gone) resumed.plays.push_back(p.id);
    send(resumed);
  } else if (const auto* cue = std::get_if<wire::Cue>(&m)) {
    queue_.push_back({cue->play, cue->text, Millis{cue->duration_ms}, false, Millis{-1}, std::move(fds)});
    send(wire::Cued{cue->play});
  } else if (const auto* go = std::get_if<wire::Go>(&m)) {
    if (const auto air = queue_.begin(); go->now && air != queue_.end() && air->started >= Millis{0}) end(wire::EndReason::replaced);
    const auto p = find(go->play);
    if (p == queue_.end()) return;
    p->gone = true;
    const auto behind = std::find_if(queue_.begin(), queue_.end(), [](const Play& q) { return !q.gone; });
    if (behind < p) std::rotate(behind, p, std::next(p));
  } else if (const auto* stop = std::get_if<wire::Stop>(&m)) {
    const auto p = find(stop->play);
    if (p == queue_.end()) return;
    if (p->started >= Millis{0}) return end(wire::EndReason::stopped);
    if (p->gone) {
      wire::Ended e;
      e.play = p->id;
      e.reason = wire::EndReason::stopped;
      unacknowledged_.push_back(e);
      send(e);
    }
    queue_.erase(p);
  } else if (const auto* ack = std::get_if<wire::Ack>(&m)) {
    std::erase_if(unacknowledged_, [&](const wire::Ended& e) { return e.play == ack->play; });
    ++acknowledged_;
  } else if (const auto* slate = std::get_if<wire::Slate>(&m)) {
    slate_ = *slate;
  }
}

void FakeScreen::send(const wire::ToAgent& m) {
  if (channel_) (void)channel_->send(wire::to_json(m));
}

void FakeScreen::advance() {
  if (queue_.empty()) return;
  auto& p = queue_.front();
  if (p.started >= Millis{0}) {
    if (now() - p.started >= p.duration) end(wire::EndReason::completed);
    return;
  }
  if (!p.gone) return;
  p.started = now();
  presented_.push_back({p.id, p.text, p.started, -1});
  wire::Started s;
  s.play = p.id;
  s.at_ms = to_unix_ms(system_clock().wall());
  send(s);
}

void FakeScreen::end(wire::EndReason reason) {
  const auto p = std::find_if(queue_.begin(), queue_.end(), [](const Play& q) { return q.started >= Millis{0}; });
  wire::Ended e;
  e.play = p->id;
  e.reason = reason;
  e.at_ms = to_unix_ms(system_clock().wall());
  e.shown_ms = (now() - p->started).count();
  e.frames = e.shown_ms / 33 + 1;
  for (auto& shown : presented_)
    if (shown.play == e.play) shown.shown_ms = e.shown_ms;
  unacknowledged_.push_back(e);
  queue_.erase(p);
  send(e);
  advance();
}

}  // namespace fz::test
