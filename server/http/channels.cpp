#include "server/http/channels.hpp"

#include <vector>

namespace fz::http {

void Channels::open(const std::string& screen, std::shared_ptr<net::WsSession> session) {
  std::shared_ptr<net::WsSession> old;
  {
    const std::lock_guard lock(mutex_);
    auto& place = sessions_[screen];
    old = std::exchange(place, std::move(session));
  }
  if (old) old->close(4000, "replaced by a newer channel");
}

void Channels::closed(const std::string& screen, const net::WsSession* session) {
  const std::lock_guard lock(mutex_);
  const auto it = sessions_.find(screen);
  if (it != sessions_.end() && it->second.get() == session) sessions_.erase(it);
}

bool Channels::send(const std::string& screen, const net::Frame& frame) {
  const std::lock_guard lock(mutex_);
  const auto it = sessions_.find(screen);
  return it != sessions_.end() && it->second->send(frame);
}

std::size_t Channels::broadcast(const net::Frame& frame) {
  const std::lock_guard lock(mutex_);
  std::size_t n = 0;
  for (const auto& [screen, session] : sessions_) n += session->send(frame) ? 1 : 0;
  return n;
}

bool Channels::online(const std::string& screen) const {
  const std::lock_guard lock(mutex_);
  return sessions_.contains(screen);
}

std::size_t Channels::count() const {
  const std::lock_guard lock(mutex_);
  return sessions_.size();
}

void Channels::drop(const std::string& screen) {
  const std::lock_guard lock(mutex_);
  const auto it = sessions_.find(screen);
  if (it != sessions_.end()) it->second->close(4001, "blocked");
}

}  // namespace fz::http
