#include "player/agent/core/agent.hpp"

#include <algorithm>
#include <utility>

#include "shared/base/json.hpp"

namespace fz::agent {
namespace {

template <class... F>
struct Overloaded : F... {
  using F::operator()...;
};
template <class... F>
Overloaded(F...) -> Overloaded<F...>;

}  // namespace

Agent::Agent(const crypto::PrivateKey& key, AgentConfig config)
    : config_(std::move(config)),
      key_(&key),
      clock_(config_.build_date),
      session_(key, config_.session),
      reporter_(key, config_.plays_gather) {}

Result<std::unique_ptr<Agent>> Agent::start(const crypto::PrivateKey& key, AgentConfig config, Loaded loaded, Instant at,
                                            std::uint64_t entropy) {
  auto agent = std::unique_ptr<Agent>(new Agent(key, std::move(config)));
  agent->chance_.stir(entropy);
  FZ_CHECK(trust::TrustedState::init(agent->config_.root, {}));  // a bad site package is said at once, not at enrolment
  FZ_CHECK(agent->load(std::move(loaded), at));
  return agent;
}

Result<void> Agent::load(Loaded loaded, Instant at) {
  if (loaded.clock) {
    if (auto c = trust::TrustedClock::load(*loaded.clock, config_.build_date)) clock_ = std::move(*c);
  }
  clock_.start(loaded.boot_id, at.boot, at.wall);
  time_ = clock_.read(at.boot);
  ledger_.load(loaded.last_counter, loaded.last_hash, std::move(loaded.open));
  reporter_.load(loaded.acknowledged);
  if (loaded.side_rotation) {
    if (auto r = schedule::Rotation::read(*loaded.side_rotation, schedule::Layer::side)) side_.restore(std::move(*r));
  }
  if (loaded.rotation) {
    if (auto r = schedule::Rotation::read(*loaded.rotation)) director_.restore(std::move(*r));
  }
  std::optional<Provision> provision;
  if (loaded.identity) {
    if (auto p = read_provision(*loaded.identity)) provision = std::move(*p);
  }
  session_.load(provision);
  pending_ = std::move(loaded);
  if (provision) FZ_CHECK(make_trust(pending_.trust, read(at)));
  return {};
}

// Once the screen knows who it is. A state file that does not verify any more is as none: the chain begins at the site's
// root again, and nothing is shown until the withdrawals are known.
Result<void> Agent::make_trust(const std::optional<std::string>& saved, const Now& now) {
  const auto identity = session_.provision()->identity();
  if (saved) {
    if (auto s = trust::TrustedState::load(*saved, identity)) state_ = std::make_unique<trust::TrustedState>(std::move(*s));
  }
  if (!state_) {
    FZ_TRY(auto s, trust::TrustedState::init(config_.root, identity));
    state_ = std::make_unique<trust::TrustedState>(std::move(s));
  }
  saved_revision_ = state_->revision();
  updater_.emplace(*state_, config_.limits);
  PlaySet set;
  if (pending_.set) {
    if (auto s = read_set(*pending_.set)) set = std::move(*s);
  }
  updater_->load(std::move(set), pending_.documents, std::move(pending_.stored), screen_, now.utc);
  // The screen may have told its zones before it was known whose it is.
  if (director_.screen_connected()) updater_->set_screen(director_.place().size, side_size(), now);
  updater_->take_changed();
  pending_ = Loaded{};
  return {};
}

Now Agent::read(Instant at) const {
  return {at.boot, time_.now, at.wall};
}

Millis Agent::wake_at() const {
  Millis next = std::min({director_.wake_at(), side_.wake_at(), session_.wake_at(), status_due_});
  if (source().empty()) return next;  // the others wait for it
  if (!session_.token().empty()) next = std::min({next, reporter_.wake_at(), channel_.wake_at()});
  return updater_ ? std::min(next, updater_->wake_at()) : next;
}

Actions Agent::handle(const Event& event, Instant at, std::uint64_t entropy) {
  chance_.stir(entropy);
  time_ = clock_.read(at.boot);
  const Now now = read(at);
  Actions out;
  dispatch(event, now, out);
  settle(now, out);
  note_alarms(now, out);
  return out;
}

// ---- events -----------------------------------------------------------------------------------------------------------

void Agent::dispatch(const Event& event, const Now& now, Actions& out) {
  clock_name_ = trust::clock_trust_name(time_.trust);
  std::visit(Overloaded{
                 [&](const Tick& e) {
                   if (e.free_mb >= 0) free_mb_ = e.free_mb;
                   if (e.machine) note_machine(*e.machine, now);
                 },
                 [&](const Shutdown&) {
                   director_.shut_down(now, out);
                   side_.shut_down(now, out);
                 },
                 [&](const IntentStored& e) {
                   director_.intent_stored(e.play);
                   side_.intent_stored(e.play);
                 },
                 [&](const RecordStored& e) { ledger_.settled(e.play, out); },
                 [&](const PlaysLoaded& e) {
                   const std::string screen = session_.provision() ? session_.provision()->screen : std::string{};
                   reporter_.plays_loaded(e, now, screen, session_.token(), chance_, out);
                 },
                 [&](const ScreenGone&) {
                   if (std::exchange(screen_greeted_, false)) screen_fell(now, out);
                   director_.screen_gone(now, out);
                   side_.screen_gone(now, out);
                 },
                 [&](const FromScreen& e) { from_screen(e.message, now, out); },
                 [&](const ShotTaken& e) { shot_taken(e, out); },
                 [&](const Opened& e) {
                   director_.opened(e.play, now);
                   side_.opened(e.play, now);
                 },
                 [&](const OpenFailed& e) {
                   out.emplace_back(Alarm{with_context(e.error, "open of " + e.sha256)});
                   if (updater_ && (e.error.code == Code::blob_damaged || e.error.code == Code::not_found))
                     updater_->blob_lost(e.sha256, now);
                   director_.open_failed(e.play, code_name(e.error.code), now, chance_, out);
                   side_.open_failed(e.play, code_name(e.error.code), now, chance_, out);
                 },
                 [&](const DecoderEnded& e) {
                   director_.decoder_ended(e.play, e.clean, now, chance_, out);
                   side_.decoder_ended(e.play, e.clean, now, chance_, out);
                 },
                 [&](const Answered& e) {
                   session_.answered(e, now, chance_, out);
                   if (updater_) updater_->answered(e, now, chance_, out);
                   if (state_) reporter_.answered(e, now, *state_, chance_, out);
                   if (e.id == status_call_ && e.status == 401) session_.unauthorised(now);
                   shot_sent(e, out);
                 },
                 [&](const DocumentReady& e) {
                   if (e.cycle == 0 && e.error) takeover_.failed(e.sha256);
                   if (e.cycle == 0 && !e.error && takeover_.document(e.sha256, e.bytes)) return;
                   if (e.cycle == 0) {
                     const bool taken = e.error ? arrangement_.failed(e.sha256) : arrangement_.document(e.sha256, e.bytes);
                     if (taken) return;
                     return e.error ? ticker_.failed(e.sha256) : ticker_.document(e.sha256, e.bytes);
                   }
                   if (updater_) updater_->document_ready(e, now, chance_, out);
                 },
                 [&](const MediaStored& e) {
                   if (updater_) updater_->media_stored(e, now, chance_, out);
                 },
                 [&](const Probed& e) {
                   if (updater_) updater_->probed(e, now, chance_, out);
                 },
                 [&](const ChannelOpen&) {
                   channel_.opened();
                   takeover_.say_again();
                   status_told_.clear();
                   status_due_ = now.boot;
                   if (updater_) updater_->want(now, false);  // what was said while nobody listened
                 },
                 [&](const ChannelMessage& e) { channel_message(e.text, now, out); },
                 [&](const ChannelClosed& e) {
                   channel_.closed(now, chance_);
                   if (e.error.code == Code::http_status)
                     for (const auto& [name, value] : e.error.params)
                       if (name == "status" && value == "401") session_.unauthorised(now);
                 },
                 [&](const SetSaved& e) {
                   if (updater_) updater_->set_saved(e.ok, now, chance_, out);
                 },
                 [&](const StickCame& e) { stick_came(e, now, out); },
                 [&](const StickGone&) { stick_ = false; },
                 [&](const StickReceipt& e) {
                   if (state_) reporter_.receipt(e, ledger_.last_counter(), now, *state_, out);
                 },
             },
             event);
}

void Agent::from_screen(const wire::ToAgent& m, const Now& now, Actions& out) {
  std::visit(
      Overloaded{
          [&](const wire::Ready& r) { screen_ready(r, now, out); }, [&](const wire::Resumed& e) { ledger_.screen_resumed(e.plays, out); },
          [&](const wire::Cued& e) {
            director_.cued(e, now);
            side_.cued(e, now);
          },
          [&](const wire::Failed& e) { of(e.play).failed(e, now, chance_, out); },
          [&](const wire::Started& e) {
            of(e.play).started(e, now, clock_name_, out);
            ++boot_shown_;
            status_due_ = std::min(status_due_, now.boot + Millis{200});
          },
          [&](const wire::Ended& e) {
            if (e.reason == wire::EndReason::completed) falls_ = 0;
            of(e.play).ended(e, now, clock_name_, chance_, out);
          },
          [&](const wire::Idle&) {},  // settle() looks for the next item after every event
          [&](const wire::Alive& e) {
            screen_kb_ = e.rss_kb;
            if (std::exchange(sound_lost_, e.sound_lost) != e.sound_lost) status_due_ = std::min(status_due_, now.boot + Millis{200});
            director_.alive(e, now, chance_, out);
            side_.alive(e, now, chance_, out);
          },
          [&](const wire::Shot&) {},  // comes as ShotTaken, with its bytes
      },
      m);
}

void Agent::channel_message(const std::string& text, const Now& now, Actions& out) {
  const auto v = json::parse(text, {.max_bytes = 1 << 20});
  if (!v) return out.emplace_back(Alarm{v.error()}), void();
  json::Reader r(*v, "channel");
  const std::string m = r.string("m", 32);
  if (m == "changed") {
    if (updater_) updater_->want(now, true);
  } else if (m == "withdrawals") {
    if (const auto* envelope = r.object_member("envelope")) pushed_withdrawals(*envelope, now, out);
  } else if (m == "alert") {
    if (state_) takeover_.pushed(*v, *state_, now, out);
  } else if (m == "command") {
    const std::string id = r.string("id", 64), name = r.string("command", 32);
    const auto value = r.integer_or("value", 0, 0, 100);
    if (r.ok()) command(id, name, value, now, out);
  }
}

// One signature takes an item off within a second: checks 1 to 3 and 9, then the last door asks again.
void Agent::pushed_withdrawals(const json::value& envelope, const Now& now, Actions& out) {
  // Before the first cycle nobody is known who could have signed it; the cycle brings the same document.
  if (!state_ || !state_->reviewers()) return;
  std::set<std::string, std::less<>> before;
  for (const auto& [id, w] : state_->withdrawals()) before.insert(id);
  const auto r = state_->update_withdrawals(json::write(envelope), trust::Source::pushed, now.utc);
  if (!r) {
    out.emplace_back(Alarm{with_context(r.error(), "pushed withdrawals")});
    return;
  }
  for (const auto& [id, w] : state_->withdrawals())
    if (!before.contains(id)) unconfirmed_.insert(id);
}

void Agent::confirm_withdrawn(Actions& out) {
  if (unconfirmed_.empty() || !channel_.open()) return;
  for (const auto& id : unconfirmed_)
    if (director_.has(id) || side_.has(id)) return;
  json::array ids;
  for (const auto& id : unconfirmed_) ids.emplace_back(id);
  unconfirmed_.clear();
  out.emplace_back(SendChannel{json::write(json::object{{"m", "withdrawn"}, {"approvals", ids}})});
}

// ---- going on -----------------------------------------------------------------------------------------------------------

void Agent::settle(const Now& now, Actions& out) {
  settle_session(now, out);
  if (updater_) settle_updater(now, out);
  settle_director(now, out);
  const std::string token = session_.token();
  reporter_.advance(now, token, ledger_.last_counter(), out);
  if (reporter_.take_unauthorised()) session_.unauthorised(now);
  channel_.advance(now, token, out);
  confirm_withdrawn(out);
  report_status(now, out);
  save(now, out);
}

void Agent::settle_session(const Now& now, Actions& out) {
  session_.advance(now, chance_, out);
  if (session_.take_enrolled() && !updater_) {
    if (auto r = make_trust({}, now); !r) out.emplace_back(Alarm{r.error()});
    session_.advance(now, chance_, out);
  }
  const auto reply = session_.take_time();
  if (!reply || !state_) return;
  auto time = state_->read_time_answer(reply->envelope, reply->nonce);
  if (time) {
    if (auto r = clock_.attest(*time, now.boot, reply->took, now.wall); !r) out.emplace_back(Alarm{r.error()});
    time_ = clock_.read(now.boot);
    clock_saved_ = Millis{0};
  } else {
    out.emplace_back(Alarm{with_context(time.error(), "attested time")});
  }
}

void Agent::settle_updater(const Now& now, Actions& out) {
  updater_->set_token(source());
  // A stick has no news that a long copy would keep from being heard.
  updater_->set_channel(channel_.open() || source() == kStickToken);
  updater_->set_may_download(may_download(), now);
  updater_->advance(now, chance_, out);
  if (updater_->take_unauthorised()) session_.unauthorised(now);
  if (updater_->take_root_changed()) {
    clock_.reset(now.boot, now.wall);
    time_ = clock_.read(now.boot);
    session_.want_time(now);
    clock_saved_ = Millis{0};
  }
  if (state_->offline_issued() > clock_.floor()) {
    clock_.raise_floor(state_->offline_issued());
    time_ = clock_.read(now.boot);
  }
}

Programme Agent::programme(const Now&) {
  Programme p;
  p.clock = clock_name_;
  p.mint_play = config_.mint_play;
  p.door = [this](const Item& item, bool opened, UtcTime at) -> std::optional<Error> {
    if (!state_) return trust::refuse(trust::Check::unapproved, item.approval);
    auto r = trust::may_show({item.approval, item.sha256, opened}, *state_, {at, time_.trust});
    return r ? std::nullopt : std::optional<Error>(r.error());
  };
  if (!updater_) return p;
  p.playlist = updater_->playlist();
  p.playlist_id = updater_->set().playlist_sha256;
  p.catalogue = &updater_->set().items;
  // The zone decides only when something is shown: the newest word counts, what was provisioned is the fallback.
  const auto& timestamp = state_->timestamp();
  std::string name = timestamp && !timestamp->value.assignment.zone.empty() ? timestamp->value.assignment.zone : session_.provision()->zone;
  if (name != zone_name_ || !zone_) {
    if (auto z = schedule::TimeZone::find(name)) zone_ = *z;
    zone_name_ = std::move(name);
  }
  if (zone_) p.zone = &*zone_;
  return p;
}

void Agent::settle_director(const Now& now, Actions& out) {
  Programme p = programme(now);
  // What the trust state has learnt just now (a withdrawal above all, pushed or polled) counts at once, not a second later.
  if (state_ && state_->revision() != saved_revision_) {
    for (auto* director : {&director_, &side_}) director->ask_door_now();
    arrangement_.ask_door_now();
  }
  if (config_.boot) {
    p.only = schedule::Class::boot;
    p.once = true;
  } else if (takeover_.apply(p, state_.get(), session_.token(), now, out)) {
    for (auto* director : {&director_, &side_}) director->hurry();
    ticker_.hurry();
  }
  const auto levels_now = levels(now, p);
  for (auto* director : {&director_, &side_}) director->set_off(!levels_now.on, now, out);
  const bool changed = updater_ && updater_->take_changed();
  if (director_.screen_connected() && updater_) {
    if (changed) arrangement_.ask_door_now();
    const auto& provision = *session_.provision();
    // An emergency has the whole surface, whatever stood beside the main zone.
    arrangement_.whole_surface(p.only == schedule::Class::emergency || director_.emergency());
    arrangement_.advance(now, p, provision.region, provision.site, session_.token(), out);
  }
  for (auto* director : {&director_, &side_}) {
    if (now.boot < rest_until_ && p.only != schedule::Class::emergency)
      director->rest_until(rest_until_);
    else if (changed)
      director->set_changed(now, p, chance_, out);
    else if (arrangement_.pending(now))
      director->rest_until(now.boot + Millis{100});
    else
      director->advance(now, p, chance_, out);
  }
  if (state_ && channel_.open()) takeover_.confirm(*state_, director_.on_air(), out);
  if (!director_.screen_connected()) return;
  if (identify_until_ > Millis{0})
    identify(now, out);
  else
    ticker_.advance(now, p, session_.token(), out);
  tell_slate(now, out);
  tell_output(levels_now, out);
}

}  // namespace fz::agent
