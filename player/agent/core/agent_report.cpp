// What the agent says of itself: alarms, status, state files.
#include <algorithm>

#include "player/agent/core/agent.hpp"
#include "shared/base/json.hpp"

namespace fz::agent {
namespace {

constexpr Millis kSaveClock = std::chrono::minutes(5);
constexpr Millis kSaveRotation{30000};
constexpr std::size_t kParamMost = 120;  // bytes of a name or number in an alarm's sentence

json::object params_json(const Params& params) {
  json::object out;
  for (const auto& [name, value] : params)
    if (const auto text = std::string_view(value).substr(0, kParamMost); is_utf8(text)) out[name] = text;
  return out;
}

}  // namespace

void Agent::note_alarms(const Now& now, const Actions& out) {
  for (const auto& action : out) {
    const auto* alarm = std::get_if<Alarm>(&action);
    if (!alarm) continue;
    last_trouble_ = alarm->error;
    Noted& noted = alarms_[std::string(code_name(alarm->error.code))];
    noted.at = now.utc;
    noted.params = alarm->error.params;
    noted.detail = alarm->error.detail.substr(0, 200);
    ++noted.count;
  }
  if (updater_ && updater_->last_success() && updater_->state() == Update::idle) last_trouble_.reset();
}

// Alarms by what has changed, not by every measurement: the count says how often it came.
void Agent::note_machine(const Health& health, const Now& now) {
  const auto note = [&](bool changed, const char* name, const std::string& detail) {
    if (!changed) return;
    Noted& noted = alarms_[name];
    noted.at = now.utc;
    noted.detail = detail;
    ++noted.count;
  };
  note(health.hot && !machine_.hot, "machine_hot", std::to_string(health.temperature_c.value_or(0)) + " C");
  note(health.under_voltage && !machine_.under_voltage, "machine_under_voltage", "");
  const auto errors = health.storage_errors.value_or(0);
  note(errors > machine_.storage_errors.value_or(0), "machine_storage_errors", std::to_string(errors));
  machine_ = health;
}

std::string Agent::status_json(const Now& now) const {
  json::array alarms;
  for (const auto& [code, noted] : alarms_)
    alarms.push_back(json::object{{"code", code},
                                  {"at", format_time(noted.at)},
                                  {"params", params_json(noted.params)},
                                  {"detail", is_utf8(noted.detail) ? noted.detail : ""},
                                  {"count", noted.count}});
  json::object status{{"version", config_.session.version},   {"clock", trust::clock_trust_name(time_.trust)},
                      {"playing", director_.on_air()},        {"spool", ledger_.last_counter() - reporter_.acknowledged()},
                      {"tzdata", schedule::tzdata_version()}, {"alarms", std::move(alarms)}};
  status["freshness"] = state_ ? trust::freshness_name(state_->freshness({now.utc, time_.trust})) : "dark";
  // Of the list of withdrawals that is carried out: nothing of it is on the surface or on its way there.
  if (state_ && withdrawals_done()) status["withdrawals"] = state_->withdrawals_version();
  if (state_ && state_->timestamp()) status["set_version"] = state_->timestamp()->value.version;
  if (output_told_)
    status["output"] = json::object{{"on", output_told_->on},
                                    {"muted", output_told_->muted},
                                    {"volume_percent", output_told_->volume_percent},
                                    {"brightness_percent", output_told_->brightness_percent}};
  // What has a shape of its own: for whom a variant of an item is worth making.
  if (screen_greeted_) {
    json::array zones{json::array{director_.place().size.width, director_.place().size.height}};
    if (const auto side = side_size()) zones.push_back(json::array{side->width, side->height});
    status["zones"] = std::move(zones);
  }
  if (sound_lost_) status["sound_lost"] = true;
  if (auto alerts = takeover_.report(); !alerts.empty()) status["alerts"] = std::move(alerts);
  if (free_mb_ >= 0) status["free_mb"] = free_mb_;
  if (machine_.temperature_c) status["temperature_c"] = *machine_.temperature_c;
  if (machine_.storage_errors) status["storage_errors"] = *machine_.storage_errors;
  if (machine_.under_voltage) status["under_voltage"] = true;
  if (machine_.memory_mb) status["memory_mb"] = *machine_.memory_mb;
  if (machine_.descriptors) status["descriptors"] = *machine_.descriptors;
  if (machine_.threads) status["threads"] = *machine_.threads;
  if (screen_kb_ > 0) status["screen_memory_mb"] = screen_kb_ / 1024;
  return json::write(status);
}

bool Agent::withdrawals_done() const {
  const auto& all = state_->withdrawals();
  return std::none_of(all.begin(), all.end(), [&](const auto& w) { return director_.has(w.first) || side_.has(w.first); });
}

void Agent::report_status(const Now& now, Actions& out) {
  if (state_ && state_->withdrawals_version() > withdrawals_told_ && withdrawals_done()) {
    withdrawals_told_ = state_->withdrawals_version();
    status_due_ = now.boot;
  }
  if (now.boot < status_due_) return;
  status_due_ = now.boot + config_.status_every;
  if (session_.token().empty()) return;
  std::string status = status_json(now);
  if (channel_.open()) {
    out.emplace_back(SendChannel{"{\"m\":\"status\",\"status\":" + status + "}"});
  } else {
    Call c;
    c.id = status_call_ = status_call_ == 0 ? std::uint64_t{4} << 20 : status_call_ + 1;
    c.method = Call::Method::put;
    c.path = "/v1/status";
    c.body = std::move(status);
    c.token = session_.token();
    c.timeout = Millis{20000};
    out.emplace_back(std::move(c));
  }
}

void Agent::save(const Now& now, Actions& out) {
  if (state_ && state_->revision() != saved_revision_) {
    saved_revision_ = state_->revision();
    out.emplace_back(SaveState{StateFile::trust, state_->save()});
  }
  if (clock_saved_ == Millis{0} || now.boot - clock_saved_ >= kSaveClock) {
    clock_saved_ = std::max(now.boot, Millis{1});
    out.emplace_back(SaveState{StateFile::clock, clock_.save(now.boot)});
  }
  if (now.boot - rotation_saved_ >= kSaveRotation) {
    rotation_saved_ = now.boot;
    const auto keep = [&](const Director& director, StateFile file, std::string& saved) {
      std::string text = director.rotation().write();
      if (text != saved) out.emplace_back(SaveState{file, saved = std::move(text)});
    };
    keep(director_, StateFile::rotation, saved_rotation_);
    if (side_size()) keep(side_, StateFile::side_rotation, saved_side_rotation_);
  }
}

}  // namespace fz::agent
