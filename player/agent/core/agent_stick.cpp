// What the agent does with a stick, and when it may download.
#include <utility>

#include "player/agent/core/agent.hpp"

namespace fz::agent {

void Agent::stick_came(const StickCame& e, const Now& now, Actions& out) {
  stick_ = true;
  if (!session_.provision() && e.identity) {
    auto provision = read_provision(*e.identity);
    if (!provision) return out.emplace_back(Alarm{provision.error()}), void();
    session_.provide(std::move(*provision), out);
  }
  if (updater_) updater_->want(now, true);
}

std::string Agent::source() const {
  const auto token = session_.token();
  return token.empty() && stick_ ? std::string(kStickToken) : token;
}

// By the wall of the screen's own zone. Where the time is not known or not believed nothing is held back.
bool Agent::may_download() const {
  if (!config_.download_hours || !zone_ || time_.trust == trust::ClockTrust::none || source() == kStickToken) return true;
  const auto [from, until] = *config_.download_hours;
  const auto minute = std::chrono::duration_cast<std::chrono::minutes>(zone_->wall(time_.now).of_day()).count();
  if (from == until) return true;
  return from < until ? minute >= from && minute < until : minute >= from || minute < until;
}

}  // namespace fz::agent
