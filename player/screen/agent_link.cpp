#include "player/screen/agent_link.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>

#include "shared/base/log.hpp"

namespace fz::screen {

namespace {
constexpr std::size_t kMaxWaiting = 10000;   // packets for an agent that does not read
constexpr std::size_t kMaxResults = 100000;  // a week of five-second items without an agent
constexpr std::int64_t kMaxShot = 1 << 20;

std::int64_t resident_kb() {
  std::ifstream in("/proc/self/statm");
  std::int64_t size = 0, resident = 0;
  in >> size >> resident;
  return resident * ::sysconf(_SC_PAGESIZE) / 1024;
}
Result<Fd> memory_file(const Bytes& bytes) {
  Fd fd(::memfd_create("fz-shot", MFD_CLOEXEC));
  if (!fd) return disk_error(errno, "memfd");
  FZ_CHECK(write_all(fd.get(), bytes, "memfd"));
  ::lseek(fd.get(), 0, SEEK_SET);
  return fd;
}
template <class T>
void keep_bounded(std::vector<T>& list) {
  if (list.size() > kMaxResults) list.erase(list.begin());
}
}  // namespace

Result<AgentLink> AgentLink::listen(Screen& screen, const fs::path& socket, uid_t agent) {
  FZ_TRY(auto listener, wire::Listener::listen(socket, agent != ::getuid()));
  return AgentLink(screen, std::move(listener), agent);
}

void AgentLink::accept() {
  auto connection = listener_.accept();
  if (!connection || !*connection) return;
  auto peer = (*connection)->peer();
  if (!peer || (peer->uid != agent_ && peer->uid != 0)) {
    log::warn("a connection of another user was refused");
    return;
  }
  if (channel_) receive();  // what the old one said before it went away still counts: an acknowledgement, a go
  if (channel_) drop("a new agent connected");
  channel_.emplace(std::move(**connection));
}

void AgentLink::drop(const char* why) {
  log::info("the agent's connection ends: {}", why);
  channel_.reset();
  greeted_ = false;
  out_.clear();
}

void AgentLink::receive() {
  for (int i = 0; i < 100 && channel_; ++i) {
    auto packet = channel_->receive();
    if (!packet) {
      if (packet.error().code == Code::too_large) continue;  // lost, by contract
      return drop("the agent is gone");
    }
    if (!*packet) return;
    auto message = wire::to_screen_from_json((*packet)->text);
    if (!message)
      log::warn("message from the agent: {}", to_log(message.error()));
    else if (*message)
      obey(**message, (*packet)->fds);
  }
}

void AgentLink::obey(wire::ToScreen& message, std::vector<Fd>& fds) {
  if (auto* m = std::get_if<wire::Hello>(&message)) return hello(*m);
  if (!greeted_) return log::warn("the agent spoke before hello");
  if (auto* m = std::get_if<wire::Cue>(&message)) return cue(*m, fds);
  if (auto* m = std::get_if<wire::Go>(&message)) {
    if (auto held = held_.find(m->play); held != held_.end()) held->second.gone = true;
    return screen_->go(m->play, m->now);
  }
  if (auto* m = std::get_if<wire::Stop>(&message))
    return screen_->stop(m->play, m->reason == "replaced" ? wire::EndReason::replaced : wire::EndReason::stopped);
  if (auto* m = std::get_if<wire::Slate>(&message)) return screen_->slate(*m);
  if (auto* m = std::get_if<wire::Ticker>(&message)) return screen_->ticker(m->lines, m->px_per_s);
  if (auto* m = std::get_if<wire::Layout>(&message)) return screen_->arrange({m->id, m->layout, m->facts, m->region, m->site});
  if (auto* m = std::get_if<wire::Output>(&message)) return screen_->set(*m);
  if (auto* m = std::get_if<wire::TakeShot>(&message))
    return screen_->shot(m->id, static_cast<std::size_t>(std::clamp<std::int64_t>(m->max_bytes, 1, kMaxShot)));
  if (auto* m = std::get_if<wire::Ack>(&message)) std::erase_if(ended_, [m](const wire::Ended& e) { return e.play == m->play; });
}

void AgentLink::hello(const wire::Hello& m) {
  if (m.version != wire::kVersion) log::warn("the agent speaks version {}, this screen {}", m.version, wire::kVersion);
  greeted_ = true;
  say_ready();
  for (const auto& e : ended_) send(e);
  for (const auto& f : std::exchange(failed_, {})) send(f);
  wire::Resumed resumed;
  for (const auto& [play, held] : held_) {
    if (held.started) send(*held.started);
    if (held.gone)
      resumed.plays.push_back(play);
    else
      screen_->stop(play, wire::EndReason::replaced);  // the agent that cued it is gone; nobody will let it go
  }
  send(resumed);
  screen_->repeat_idle();
}

void AgentLink::say_ready() {
  const auto& o = screen_->output();
  wire::Ready ready{
      wire::kVersion, o.area.width, o.area.height, o.rate.n, o.rate.d, std::string(sink_name(o.sink)), run_, screen_->layout_id(), {}};
  for (auto name : kMediaZoneNames)
    for (const auto& p : screen_->layout().zones)
      if (layout::kind_name(p.zone.kind) == name)
        ready.zones.push_back({std::string(name), p.rect.width, p.rect.height, std::string(layout::fit_name(p.zone.fit)),
                               std::string(layout::surround_name(p.zone.surround))});
  send(ready);
}

void AgentLink::cue(wire::Cue& m, std::vector<Fd>& fds) {
  Ns duration = m.duration_ms * kNsPerMs;
  held_.try_emplace(m.play);
  if (m.kind == wire::CueKind::text) return screen_->cue_text(m.play, "", m.zone, duration, m.text);
  auto refuse = [&](const Error& e) {
    Event failed = wire::ToAgent(wire::Failed{m.play, std::string(code_name(e.code)), to_log(e)});
    handle(failed);
  };
  if (fds.size() != 3) return refuse(fail(Code::bad_field, {{"field", "descriptors"}, {"what", "3 expected"}}));
  auto ring = wire::RingReader::open(std::move(fds[0]), std::move(fds[1]), std::move(fds[2]), {m.width, m.height, m.slots, m.audio_frames});
  if (!ring) return refuse(ring.error());
  screen_->cue_media(m.play, "", m.zone, duration, *std::move(ring));
}

void AgentLink::handle(Event& event) {
  if (auto* shot = std::get_if<ShotTaken>(&event)) {
    auto file = shot->jpeg ? memory_file(*shot->jpeg) : Result<Fd>(shot->jpeg.error());
    if (!file) return log::warn("shot {}: {}", shot->id, to_log(file.error()));
    return send(wire::Shot{shot->id}, *std::move(file));
  }
  if (std::holds_alternative<LaidOut>(event)) return say_ready();
  auto* message = std::get_if<wire::ToAgent>(&event);
  if (!message) return;
  if (auto* e = std::get_if<wire::Ended>(message)) {
    held_.erase(e->play);
    ended_.push_back(*e);
    keep_bounded(ended_);
  } else if (auto* f = std::get_if<wire::Failed>(message)) {
    held_.erase(f->play);
    if (!greeted_) failed_.push_back(*f);
    keep_bounded(failed_);
  } else if (auto* s = std::get_if<wire::Started>(message)) {
    if (auto held = held_.find(s->play); held != held_.end()) held->second.started = *s;
  }
  send(*message);
}

void AgentLink::send(const wire::ToAgent& message, Fd fd) {
  if (!channel_ || !greeted_) return;
  out_.push_back({wire::to_json(message), std::move(fd)});
  if (out_.size() > kMaxWaiting) return drop("it does not read");
  flush();
}

void AgentLink::flush() {
  while (channel_ && !out_.empty()) {
    int fd = out_.front().fd.get();
    auto sent = channel_->send(out_.front().text, std::span<const int>(&fd, out_.front().fd ? 1 : 0));
    if (!sent && sent.error().code == Code::unavailable) return out_.clear();  // receive() reads what it still said, and sees the end
    if (!sent) return drop("a message could not be sent");
    if (!*sent) return;
    out_.pop_front();
  }
}

void AgentLink::say_alive() {
  auto s = screen_->status();
  send(wire::Alive{s.frames, s.pts_ns, resident_kb(), s.holding, s.slate, s.off, screen_->sound_lost()});
}

}  // namespace fz::screen
