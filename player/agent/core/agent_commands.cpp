// What an operator asks of one screen over the channel.
#include "player/agent/core/agent.hpp"
#include "shared/base/json.hpp"

namespace fz::agent {
namespace {

constexpr Millis kIdentify{10000};
constexpr int kIdentifySpeed = 240;   // pixels a second: across a screen in ten seconds
constexpr std::size_t kMaxShots = 4;  // on their way to the server

}  // namespace

void Agent::command(const std::string& id, const std::string& name, std::int64_t value, const Now& now, Actions& out) {
  if (name == "screenshot") {
    if (!director_.screen_connected()) return command_done(id, fail(Code::unavailable, {{"what", "fz-screen"}}), out);
    return out.emplace_back(TellScreen{wire::TakeShot{id, kMaxShot}}), void();  // done when the server has it
  }
  if (name == "volume") {
    output_.volume_percent = static_cast<int>(value);  // told by the next settle(), within the schedule's levels
  } else if (name == "brightness") {
    output_.brightness_percent = static_cast<int>(value);
  } else if (name == "restart") {
    out.emplace_back(RestartScreen{"asked for by an operator"});
  } else if (name == "identify") {
    identify_until_ = now.boot + kIdentify;
    ticker_.screen_ready();
  } else {
    return command_done(id, fail(Code::command_unsupported, {{"command", name}}), out);
  }
  command_done(id, {}, out);
}

void Agent::command_done(const std::string& id, const std::optional<Error>& why_not, Actions& out) {
  const std::string detail = why_not ? message(*why_not, Lang::zh) : std::string{};
  out.emplace_back(SendChannel{json::write(json::object{{"m", "done"}, {"id", id}, {"ok", !why_not}, {"detail", detail}})});
}

void Agent::shot_taken(const ShotTaken& e, Actions& out) {
  if (e.jpeg.empty()) return command_done(e.id, fail(Code::unavailable, {{"what", "JPEG"}}), out);
  if (session_.token().empty() || shots_sent_.size() >= kMaxShots) return;
  Call c;
  c.id = ++shot_call_;
  c.method = Call::Method::put;
  c.path = "/v1/shot";
  c.type = "image/jpeg";
  c.body = e.jpeg;
  c.token = session_.token();
  c.timeout = Millis{20000};
  shots_sent_[c.id] = e.id;
  out.emplace_back(std::move(c));
}

void Agent::shot_sent(const Answered& e, Actions& out) {
  const auto it = shots_sent_.find(e.id);
  if (it == shots_sent_.end()) return;
  const bool ok = !e.error && e.status / 100 == 2;
  const auto why =
      ok ? std::nullopt
         : std::optional<Error>(e.error ? *e.error : fail(Code::http_status, {{"status", std::to_string(e.status)}, {"url", "/v1/shot"}}));
  command_done(it->second, why, out);
  shots_sent_.erase(it);
}

// Words of this program's own, so no approval: which of many screens is this one?
void Agent::identify(const Now& now, Actions& out) {
  if (now.boot >= identify_until_) {
    identify_until_ = Millis{0};
    out.emplace_back(TellScreen{wire::Ticker{}});
    return ticker_.screen_ready();  // what it had said is said anew
  }
  if (identify_told_ == identify_until_) return;
  identify_told_ = identify_until_;
  const auto& p = session_.provision();
  out.emplace_back(TellScreen{wire::Ticker{{p ? p->site_name + "  " + p->screen : session_.code()}, kIdentifySpeed}});
}

}  // namespace fz::agent
