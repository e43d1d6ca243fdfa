#include "player/agent/core/updater.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "shared/crypto/hash.hpp"

namespace fz::agent {

// The cycle. What a state asks for is in its enter function; an answer goes to its own function or, for blobs, to the
// events document_ready(), media_stored(), probed() and set_saved().
struct Updater::Step {
  Update state;
  std::string_view name;
  void (Updater::*enter)(const Now&, Chance&, Actions&);
  void (Updater::*answer)(const Answered&, const Now&, Chance&, Actions&);
};
const Updater::Step Updater::kSteps[] = {
    {Update::idle, "idle", &Updater::enter_idle, nullptr},
    {Update::root, "root", &Updater::enter_root, &Updater::got_root},
    {Update::timestamp, "timestamp", &Updater::enter_timestamp, &Updater::got_timestamp},
    {Update::snapshot, "snapshot", &Updater::enter_snapshot, &Updater::got_snapshot},
    {Update::targets, "targets", &Updater::enter_targets, &Updater::got_targets},
    {Update::documents, "documents", &Updater::enter_documents, nullptr},
    {Update::playlist, "playlist", &Updater::enter_playlist, nullptr},
    {Update::media, "media", &Updater::enter_media, nullptr},
    {Update::probe, "probe", &Updater::enter_probe, nullptr},
    {Update::commit, "commit", &Updater::enter_commit, nullptr},
};

namespace {

constexpr std::size_t kMaxMetadata = 512 * 1024;

std::string metadata_path(std::int64_t version, std::string_view role) {
  return fmt::format("/v1/metadata/{}.{}.json", version, role);
}

}  // namespace

std::string_view update_name(Update u) {
  constexpr std::string_view names[] = {"idle",      "root",     "timestamp", "snapshot", "targets",
                                        "documents", "playlist", "media",     "probe",    "commit"};
  return names[static_cast<std::size_t>(u)];
}

// ---- running ------------------------------------------------------------------------------------------------------------

void Updater::go(Update to, const Now& now, Chance& chance, Actions& out) {
  at_ = to;
  (this->*kSteps[static_cast<std::size_t>(to)].enter)(now, chance, out);
}

void Updater::want(const Now& now, bool with_root) {
  if (at_ == Update::idle) {
    due_ = now.boot;
    with_root_ = with_root_ || with_root;
  } else {
    again_ = true;
    again_root_ = again_root_ || with_root;
  }
}

void Updater::set_may_download(bool may, const Now& now) {
  if (std::exchange(may_download_, may) == may) return;
  // What is downloaded when the hours end is put aside, and goes on where it stopped; when they begin the rest is fetched.
  if (may ? !waits_in_.empty() : at_ == Update::media) want(now, false);
}

void Updater::advance(const Now& now, Chance& chance, Actions& out) {
  if (at_ >= Update::root && at_ <= Update::targets && now.boot >= deadline_)
    abort(fail(Code::timeout, {{"what", "metadata"}}), now, chance, out);
  if (at_ == Update::media && !channel_up_ && now.boot - fetch_started_ >= limits_.longest_fetch) again_ = true;
  if (again_ && (at_ == Update::media || at_ == Update::probe)) {
    // News while a long download runs: what is there of it is kept, the new list decides what comes first.
    out.emplace_back(AbortFetches{});
    at_ = Update::idle;
    due_ = now.boot;
  }
  if (at_ != Update::idle || token_.empty() || now.boot < due_) return;
  with_root_ = with_root_ || again_root_ || now.boot >= root_due_;
  again_ = again_root_ = retried_ = false;
  fixed_ = now.utc;
  deadline_ = now.boot + limits_.metadata_total;
  ++cycle_;
  tries_.clear();
  go(with_root_ ? Update::root : Update::timestamp, now, chance, out);
}

Millis Updater::wake_at() const {
  if (at_ == Update::idle) return due_;
  if (at_ <= Update::targets) return deadline_;
  if (at_ == Update::media && !channel_up_) return fetch_started_ + limits_.longest_fetch;
  return Millis::max();
}

void Updater::finish(const Now& now, Chance& chance, Actions&) {
  at_ = Update::idle;
  retry_.reset();
  last_success_ = now.utc;
  due_ = again_ ? now.boot : now.boot + chance.between(limits_.poll_min, limits_.poll_max);
}

void Updater::abort(Error why, const Now& now, Chance& chance, Actions& out) {
  out.emplace_back(Alarm{with_context(std::move(why), fmt::format("update stopped at {}", update_name(at_)))});
  at_ = Update::idle;
  due_ = again_ ? now.boot + Millis{200} : now.boot + retry_.fail(chance);
}

void Updater::refuse(const Error& why, const Now& now, Chance& chance, Actions& out) {
  abort(why, now, chance, out);
}

void Updater::call(std::string path, std::string etag, std::size_t max_bytes, const Now& now, Actions& out) {
  Call c;
  c.id = call_ = kCalls + ((call_ + 1) & 0xffffffff);
  c.path = std::move(path);
  c.token = token_;
  c.etag = std::move(etag);
  c.max_bytes = max_bytes;
  c.timeout = std::max(Millis{1000}, deadline_ - now.boot);
  out.emplace_back(std::move(c));
}

void Updater::answered(const Answered& e, const Now& now, Chance& chance, Actions& out) {
  const auto& step = kSteps[static_cast<std::size_t>(at_)];
  if (e.id != call_ || !step.answer) return;  // of a cycle that was given up
  (this->*step.answer)(e, now, chance, out);
}

bool Updater::usable(const Answered& e, const Now& now, Chance& chance, Actions& out) {
  if (e.error) {
    abort(*e.error, now, chance, out);
    return false;
  }
  if (e.status == 401) unauthorised_ = true;
  if (e.status == 200) return true;
  abort(fail(Code::http_status, {{"status", std::to_string(e.status)}, {"url", std::string(update_name(at_))}}), now, chance, out);
  return false;
}

// ---- checks 4 to 7 --------------------------------------------------------------------------------------------------------

void Updater::enter_root(const Now& now, Chance&, Actions& out) {
  call(metadata_path(state_->root().value.version + 1, "root"), {}, kMaxMetadata, now, out);
}

void Updater::got_root(const Answered& e, const Now& now, Chance& chance, Actions& out) {
  if (!e.error && e.status == 404) {  // the newest is known
    with_root_ = false;
    root_due_ = now.boot + limits_.root_every;
    // An expired root stops what is new, never what is shown.
    if (auto r = state_->check_root(fixed_); !r) return refuse(r.error(), now, chance, out);
    return go(Update::timestamp, now, chance, out);
  }
  if (!usable(e, now, chance, out)) return;
  if (auto r = state_->update_root(e.body); !r) return refuse(r.error(), now, chance, out);
  root_changed_ = true;
  go(Update::root, now, chance, out);
}

void Updater::enter_timestamp(const Now& now, Chance&, Actions& out) {
  const bool same = state_->timestamp() && state_->timestamp()->envelope == etag_timestamp_;
  call("/v1/timestamp", same ? etag_ : std::string{}, kMaxMetadata, now, out);
}

void Updater::got_timestamp(const Answered& e, const Now& now, Chance& chance, Actions& out) {
  if (e.error || e.status != 304) {
    if (!usable(e, now, chance, out)) return;
    auto r = state_->update_timestamp(e.body, fixed_);
    if (!r && !with_root_ && trust::check_of(r.error()) == trust::Check::signature) {
      with_root_ = true;  // perhaps the online key was replaced: the root says so
      return go(Update::root, now, chance, out);
    }
    if (!r) return refuse(r.error(), now, chance, out);
    etag_ = e.etag;
    etag_timestamp_ = state_->timestamp()->envelope;
  }
  if (complete()) return finish(now, chance, out);
  go(Update::snapshot, now, chance, out);
}

bool Updater::complete() const {
  if (!state_->targets() || state_->wanted_snapshot() || state_->wanted_targets()) return false;
  if (!may_download_ && !waits_in_.empty()) return waits_in_ == crypto::sha256_hex(std::string_view(state_->targets()->envelope));
  return !set_.targets_sha256.empty() && set_.targets_sha256 == crypto::sha256_hex(std::string_view(state_->targets()->envelope));
}

void Updater::enter_snapshot(const Now& now, Chance& chance, Actions& out) {
  const auto wanted = state_->wanted_snapshot();
  if (!wanted) return go(Update::targets, now, chance, out);
  call(metadata_path(wanted->version, "snapshot"), {}, wanted->length.value_or(kMaxMetadata), now, out);
}

void Updater::got_snapshot(const Answered& e, const Now& now, Chance& chance, Actions& out) {
  if (!usable(e, now, chance, out)) return;
  if (auto r = state_->update_snapshot(e.body, fixed_); !r) {
    if (retried_) return refuse(r.error(), now, chance, out);
    retried_ = true;  // perhaps published between our two questions
    return go(Update::timestamp, now, chance, out);
  }
  go(Update::targets, now, chance, out);
}

void Updater::enter_targets(const Now& now, Chance& chance, Actions& out) {
  const auto wanted = state_->wanted_targets();
  if (!wanted) return go(Update::documents, now, chance, out);
  call(metadata_path(wanted->version, "targets"), {}, wanted->length.value_or(trust::kMaxTargets), now, out);
}

void Updater::got_targets(const Answered& e, const Now& now, Chance& chance, Actions& out) {
  if (!usable(e, now, chance, out)) return;
  if (auto r = state_->update_targets(e.body, fixed_); !r) return refuse(r.error(), now, chance, out);
  go(Update::documents, now, chance, out);
}

}  // namespace fz::agent
