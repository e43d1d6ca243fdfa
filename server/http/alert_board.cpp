#include "server/http/alert_board.hpp"

namespace fz::http {

constexpr std::size_t kMostWaiting = 100'000;  // acks, while the disk refuses

void AlertBoard::put(const std::string& alert, net::Frame frame, std::vector<std::string> screens, UtcTime expires) {
  const std::lock_guard lock(mutex_);
  live_[alert] = {std::move(frame), {screens.begin(), screens.end()}, expires};
}

std::vector<net::Frame> AlertBoard::frames_for(const std::string& screen, UtcTime now) const {
  const std::lock_guard lock(mutex_);
  std::vector<net::Frame> out;
  for (const auto& [id, a] : live_)
    if (now < a.expires && a.screens.contains(screen)) out.push_back(a.frame);
  return out;
}

bool AlertBoard::forget_ended(UtcTime now) {
  const std::lock_guard lock(mutex_);
  return std::erase_if(live_, [&](const auto& a) { return now >= a.second.expires; }) > 0;
}

void AlertBoard::heard(alerts::Ack ack) {
  if (!alerts::is_ack_state(ack.state)) return;
  const std::lock_guard lock(mutex_);
  if (heard_.size() < kMostWaiting) heard_.push_back(std::move(ack));
}

void AlertBoard::heard_in_status(const json::value& status, const std::string& screen, UtcTime now) {
  const auto* list = status.is_object() ? status.get_object().if_contains("alerts") : nullptr;
  if (!list || !list->is_array() || list->get_array().size() > 64) return;
  for (const auto& one : list->get_array()) {
    json::Reader in(one, "alerts");
    alerts::Ack ack{in.string("alert_id", 128),   screen, in.integer("version", 1, (std::int64_t{1} << 53) - 1), in.string("state", 20),
                    in.string_or("code", "", 60), now};
    if (in.ok()) heard(std::move(ack));
  }
}

Result<void> AlertBoard::flush(store::Store& store) {
  std::vector<alerts::Ack> batch;
  {
    const std::lock_guard lock(mutex_);
    batch.swap(heard_);
  }
  if (batch.empty()) return {};
  auto written = store.write([&](store::Tx& tx) -> Result<void> {
    for (const auto& ack : batch) FZ_CHECK(tx.alerts().put_ack(ack));
    return {};
  });
  if (!written) {
    const std::lock_guard lock(mutex_);
    heard_.insert(heard_.begin(), std::make_move_iterator(batch.begin()), std::make_move_iterator(batch.end()));
  }
  return written;
}

}  // namespace fz::http
