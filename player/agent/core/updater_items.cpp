// The second half of a cycle: trust documents, playlist, media, probe, commit (checks 8 to 13).
#include <fmt/format.h>

#include <algorithm>

#include "player/agent/core/updater.hpp"
#include "shared/base/json.hpp"
#include "shared/crypto/hash.hpp"

namespace fz::agent {
namespace {

constexpr std::size_t kDocumentsAhead = 8;  // asked for before the first is answered: hides the line's latency
constexpr std::string_view kApprovals = "trust/approvals/", kAlerts = "trust/alerts/", kJson = ".json";

// The transfer failed, not the content: the cycle ends and is tried again.
bool is_transfer_failure(const Error& e) {
  switch (e.code) {
    case Code::unreachable:
    case Code::tls_failed:
    case Code::tls_pin_mismatch:
    case Code::timeout:
    case Code::too_slow:
    case Code::bad_response:
    case Code::connection_lost:
    case Code::unavailable:
    case Code::cancelled:
      return true;
    case Code::http_status:
      for (const auto& [name, value] : e.params)
        if (name == "status") return value != "404" && value != "410";
      return true;
    default:
      return false;
  }
}

bool is_unauthorised(const Error& e) {
  return e.code == Code::http_status &&
         std::any_of(e.params.begin(), e.params.end(), [](const auto& p) { return p.first == "status" && p.second == "401"; });
}

}  // namespace

// ---- the start ------------------------------------------------------------------------------------------------------------

void Updater::load(PlaySet set, const std::map<std::string, std::string, std::less<>>& documents, std::set<std::string, std::less<>> stored,
                   ScreenSize screen, UtcTime utc) {
  set_ = std::move(set);
  stored_ = std::move(stored);
  screen_ = screen;
  if (set_.targets_version == 0) return;
  const auto bytes_of = [&](const std::string& sha) -> const std::string* {
    const auto it = documents.find(sha);
    return it != documents.end() && crypto::sha256_hex(std::string_view(it->second)) == sha ? &it->second : nullptr;
  };
  bool whole = true;
  const auto* text = bytes_of(set_.playlist_sha256);
  if (!text && crypto::sha256_hex(std::string_view(set_.playlist)) == set_.playlist_sha256) text = &set_.playlist;
  if (text) {
    if (auto p = schedule::parse_playlist(*text)) playlist_ = std::move(*p);
    if (set_.playlist.empty()) set_.playlist = *text;
  }
  whole = playlist_.has_value();
  for (const auto& [id, sha] : set_.approvals) {
    const auto* envelope = bytes_of(sha);
    if (envelope && state_->add_approval(*envelope, utc))
      accepted_[id] = sha;
    else
      whole = false;
  }
  std::erase_if(set_.items, [&](const auto& i) {
    if (stored_.contains(i.second.sha256)) {
      probed_.insert(i.second.sha256);  // a set is committed only after its probes
      return false;
    }
    whole = false;
    return true;
  });
  if (!whole) set_.targets_sha256.clear();  // the next cycle fetches what is missing
}

void Updater::set_screen(ScreenSize screen, const Now& now) {
  if (screen == screen_) return;
  screen_ = screen;
  set_.targets_sha256.clear();  // other renditions may fit better
  want(now, false);
}

void Updater::blob_lost(const std::string& sha256, const Now& now) {
  stored_.erase(sha256);
  const auto gone = std::erase_if(set_.items, [&](const auto& i) { return i.second.sha256 == sha256; });
  changed_ = changed_ || gone > 0;
  set_.targets_sha256.clear();
  want(now, false);
}

std::size_t Updater::missing() const {
  return media_wanted_.size() + refused_.size();
}

// ---- checks 8 to 10 -------------------------------------------------------------------------------------------------------

void Updater::want_documents() {
  documents_.clear();
  asked_ = 0;
  const auto& targets = state_->targets()->value;
  const auto add = [&](const std::string& name) {
    if (const auto it = targets.targets.find(name); it != targets.targets.end())
      documents_.push_back({name, it->second.sha256, it->second.length});
  };
  // Reviewers first: the rest is judged by them. An unchanged document is not fetched again.
  add("trust/reviewers.json");
  for (const auto& [name, file] : targets.targets)
    if (name.starts_with(trust::kStaffTargets)) add(name);
  add("trust/withdrawals.json");
  for (const auto& [name, file] : targets.targets)
    if (name.starts_with(kApprovals) && name.ends_with(kJson)) add(name);
  for (const auto& [name, file] : targets.targets)  // after the approvals that they lean on
    if (name.starts_with(kAlerts) && name.ends_with(kJson)) add(name);
}

void Updater::enter_documents(const Now& now, Chance& chance, Actions& out) {
  next_ = PlaySet{};
  next_.targets_version = state_->targets()->value.version;
  next_.targets_sha256 = crypto::sha256_hex(std::string_view(state_->targets()->envelope));
  refused_.clear();
  want_documents();
  take_documents(now, chance, out);
}

// Takes what is ready in order, and keeps some requests ahead.
void Updater::take_documents(const Now& now, Chance& chance, Actions& out) {
  const auto known = [&](const Wanted& w) {
    if (w.name == "trust/reviewers.json")
      return state_->reviewers() && crypto::sha256_hex(std::string_view(state_->reviewers()->envelope)) == w.sha256;
    if (w.name.starts_with(kAlerts) || w.name.starts_with(trust::kStaffTargets)) return false;  // few and small
    const std::string id =
        w.name.starts_with(kApprovals) ? w.name.substr(kApprovals.size(), w.name.size() - kApprovals.size() - kJson.size()) : "";
    const auto it = accepted_.find(id);
    return it != accepted_.end() && it->second == w.sha256 && state_->approvals().contains(id);
  };
  while (asked_ < documents_.size() && asked_ < kDocumentsAhead) {
    auto& w = documents_[asked_++];
    if (known(w)) {
      w.ready = DocumentReady{cycle_, w.sha256, {}, {}};
    } else {
      out.emplace_back(FetchDocument{cycle_, w.sha256, w.length, token_});
    }
    while (!documents_.empty() && documents_.front().ready) {
      const Wanted done = std::move(documents_.front());
      documents_.pop_front();
      --asked_;
      if (done.ready->error && is_transfer_failure(*done.ready->error)) {
        unauthorised_ = unauthorised_ || is_unauthorised(*done.ready->error);
        return abort(*done.ready->error, now, chance, out);
      }
      take_document(done, out);
    }
  }
  if (documents_.empty()) go(Update::playlist, now, chance, out);
}

void Updater::document_ready(const DocumentReady& e, const Now& now, Chance& chance, Actions& out) {
  if (e.cycle != cycle_) return;
  if (at_ == Update::playlist && e.sha256 == playlist_wanted_) {
    if (e.error) {
      unauthorised_ = unauthorised_ || is_unauthorised(*e.error);
      return abort(*e.error, now, chance, out);
    }
    auto p = schedule::parse_playlist(e.bytes);
    if (!p) return abort(p.error(), now, chance, out);
    next_playlist_ = std::move(*p);
    next_.playlist_sha256 = e.sha256;
    next_.playlist = e.bytes;
    return go(Update::media, now, chance, out);
  }
  if (at_ != Update::documents) return;
  for (auto& w : documents_) {
    if (w.sha256 != e.sha256 || w.ready) continue;
    w.ready = e;
    break;
  }
  while (!documents_.empty() && documents_.front().ready) {
    const Wanted done = std::move(documents_.front());
    documents_.pop_front();
    --asked_;
    if (done.ready->error && is_transfer_failure(*done.ready->error)) {
      unauthorised_ = unauthorised_ || is_unauthorised(*done.ready->error);
      return abort(*done.ready->error, now, chance, out);
    }
    take_document(done, out);
  }
  take_documents(now, chance, out);
}

// A refusal here never ends the cycle: the stored document stays, an item is skipped and reported.
void Updater::take_document(const Wanted& w, Actions& out) {
  const auto report = [&](const Error& e) { out.emplace_back(Alarm{with_context(e, w.name)}); };
  const std::string& bytes = w.ready->bytes;
  if (w.name == "trust/reviewers.json") {
    if (w.ready->error) return report(*w.ready->error);
    if (bytes.empty()) return;  // unchanged
    if (auto r = state_->update_reviewers(bytes, fixed_); !r) report(r.error());
    return;
  }
  if (w.name.starts_with(trust::kStaffTargets)) {
    if (const auto r = w.ready->error ? Result<bool>(*w.ready->error) : state_->update_staff(bytes); !r) report(r.error());
    return;
  }
  if (w.name == "trust/withdrawals.json") {
    if (w.ready->error) return report(*w.ready->error);
    if (auto r = state_->update_withdrawals(bytes, trust::Source::polled, fixed_); !r) report(r.error());
    return;
  }
  if (w.name.starts_with(kAlerts)) {
    if (w.ready->error) return report(*w.ready->error);
    const auto r = state_->update_alert(bytes, trust::Source::polled, fixed_);
    if (!r && r.error().code != Code::trust_expired) report(r.error());  // it may stand in the list a little longer than it lives
    return;
  }
  const std::string id = w.name.substr(kApprovals.size(), w.name.size() - kApprovals.size() - kJson.size());
  const auto skip = [&](const Error& e) {
    refused_.insert_or_assign(id, e);
    report(e);
  };
  if (w.ready->error) return skip(*w.ready->error);
  if (!bytes.empty()) {
    accepted_.erase(id);
    if (auto r = state_->add_approval(bytes, fixed_); !r) return skip(r.error());
    if (!state_->approvals().contains(id)) return skip(trust::refuse(trust::Check::format, w.name, "names another approval"));
    accepted_[id] = w.sha256;
  }
  next_.approvals[id] = w.sha256;
}

void Updater::enter_playlist(const Now& now, Chance& chance, Actions& out) {
  const auto& targets = state_->targets()->value;
  playlist_wanted_ = targets.playlist;
  if (playlist_ && set_.playlist_sha256 == playlist_wanted_) {
    next_playlist_ = playlist_;
    next_.playlist_sha256 = playlist_wanted_;
    next_.playlist = set_.playlist;
    return go(Update::media, now, chance, out);
  }
  const auto it = targets.targets.find("playlist/" + playlist_wanted_);
  if (it == targets.targets.end() || it->second.sha256 != playlist_wanted_)
    return refuse(trust::refuse(trust::Check::hash, "playlist", "the targets do not list x-playlist"), now, chance, out);
  out.emplace_back(FetchDocument{cycle_, playlist_wanted_, it->second.length, token_});
}

// ---- checks 11 to 13 ------------------------------------------------------------------------------------------------------

// Chooses each item's rendition among those that are both approved and listed.
void Updater::plan_items(const Now&, Actions& out) {
  const auto& targets = state_->targets()->value.targets;
  std::set<std::string, std::less<>> used;
  for (const auto& slot : next_playlist_->slots)
    for (const auto& item : slot.items) used.insert(item.approval);
  for (const auto* approval : {&next_playlist_->layout, &next_playlist_->facts})
    if (!approval->empty()) used.insert(*approval);
  for (const auto& [id, a] : state_->alerts()) {
    if (a.alert.cancelled || fixed_ >= a.until) continue;
    used.insert(a.alert.approval_id);
    for (const auto& part : a.alert.then) used.insert(part.approval_id);
  }
  for (const auto& id : used) {
    const auto record = state_->approvals().find(id);
    if (record == state_->approvals().end() || !next_.approvals.contains(id)) continue;
    std::vector<trust::Rendition> listed;
    for (const auto& r : record->second.approval.renditions)
      if (const auto t = targets.find("media/" + r.sha256);
          t != targets.end() && t->second.length == r.length && t->second.sha256 == r.sha256)
        listed.push_back(r);
    if (listed.empty()) {
      refused_.insert_or_assign(id, trust::refuse(trust::Check::hash, id, "no approved rendition is listed"));
      continue;
    }
    const auto& r = choose_rendition(listed, screen_);
    const auto kind = is_text(r.mime) ? wire::CueKind::text : wire::CueKind::media;
    next_.items[id] = Item{id, record->second.approval.title, r.sha256, r.length, r.mime, kind};
  }
  media_wanted_.clear();
  std::map<std::string, std::uint64_t, std::less<>> missing;
  for (const auto& [id, item] : next_.items)
    if (!stored_.contains(item.sha256)) missing[item.sha256] = item.length;
  for (const auto& [sha, length] : missing) media_wanted_.push_back(sha);
  std::stable_sort(media_wanted_.begin(), media_wanted_.end(), [&](const auto& a, const auto& b) { return missing[a] < missing[b]; });
  KeepBlobs keep{blobs_of(set_)};
  keep.sha256.merge(blobs_of(next_));
  out.emplace_back(std::move(keep));
}

void Updater::enter_media(const Now& now, Chance& chance, Actions& out) {
  plan_items(now, out);
  if (media_wanted_.empty()) return go(Update::probe, now, chance, out);
  next_media(now, out);
}

void Updater::next_media(const Now& now, Actions& out) {
  fetch_started_ = now.boot;
  const std::string& sha = media_wanted_.front();
  for (const auto& [id, record] : state_->approvals())
    for (const auto& r : record.approval.renditions)
      if (r.sha256 == sha) {
        out.emplace_back(FetchMedia{cycle_, sha, r.length, r.chunks, token_});
        return;
      }
}

void Updater::media_stored(const MediaStored& e, const Now& now, Chance& chance, Actions& out) {
  if (!e.error) stored_.insert(e.sha256);
  if (at_ != Update::media || e.cycle != cycle_ || media_wanted_.empty() || media_wanted_.front() != e.sha256) return;
  media_wanted_.pop_front();
  if (e.error) {
    if (is_transfer_failure(*e.error)) {
      unauthorised_ = unauthorised_ || is_unauthorised(*e.error);
      return abort(*e.error, now, chance, out);
    }
    if (e.error->code != Code::disk_full && ++tries_[e.sha256] < limits_.media_tries) {
      media_wanted_.push_back(e.sha256);
    } else {
      refused_.insert_or_assign(e.sha256, *e.error);
      out.emplace_back(Alarm{with_context(*e.error, "media " + e.sha256)});
    }
  }
  if (media_wanted_.empty()) return go(Update::probe, now, chance, out);
  next_media(now, out);
}

void Updater::enter_probe(const Now& now, Chance& chance, Actions& out) {
  probe_wanted_.clear();
  for (const auto& [id, item] : next_.items)
    if (item.kind == wire::CueKind::media && stored_.contains(item.sha256) && !probed_.contains(item.sha256) &&
        std::find(probe_wanted_.begin(), probe_wanted_.end(), item.sha256) == probe_wanted_.end())
      probe_wanted_.push_back(item.sha256);
  if (probe_wanted_.empty()) return go(Update::commit, now, chance, out);
  next_probe(out);
}

void Updater::next_probe(Actions& out) {
  for (const auto& [id, item] : next_.items)
    if (item.sha256 == probe_wanted_.front()) {
      out.emplace_back(ProbeMedia{cycle_, item.sha256, item.mime});
      return;
    }
}

void Updater::probed(const Probed& e, const Now& now, Chance& chance, Actions& out) {
  if (at_ != Update::probe || e.cycle != cycle_ || probe_wanted_.empty() || probe_wanted_.front() != e.sha256) return;
  probe_wanted_.pop_front();
  if (e.error) {
    refused_.insert_or_assign(e.sha256, *e.error);
    out.emplace_back(Alarm{with_context(*e.error, "probe of " + e.sha256)});
  } else {
    probed_.insert(e.sha256);
  }
  if (probe_wanted_.empty()) return go(Update::commit, now, chance, out);
  next_probe(out);
}

void Updater::enter_commit(const Now&, Chance&, Actions& out) {
  std::erase_if(next_.items, [&](const auto& i) {
    const Item& item = i.second;
    return !stored_.contains(item.sha256) || (item.kind == wire::CueKind::media && !probed_.contains(item.sha256));
  });
  out.emplace_back(SaveState{StateFile::set, write_set(next_)});
}

void Updater::set_saved(bool ok, const Now& now, Chance& chance, Actions& out) {
  if (at_ != Update::commit) return;
  if (!ok) return abort(fail(Code::io, {{"path", "set.json"}, {"what", "write"}}), now, chance, out);
  const auto same_item = [](const Item& a, const Item& b) { return a.sha256 == b.sha256; };
  const bool same = set_.playlist_sha256 == next_.playlist_sha256 && set_.items.size() == next_.items.size() &&
                    std::equal(set_.items.begin(), set_.items.end(), next_.items.begin(),
                               [&](const auto& a, const auto& b) { return a.first == b.first && same_item(a.second, b.second); });
  changed_ = changed_ || !same || !playlist_;
  set_ = std::move(next_);
  playlist_ = std::move(next_playlist_);
  std::set<std::string, std::less<>> keep;
  for (const auto& [id, sha] : set_.approvals) keep.insert(id);
  for (const auto& [id, a] : state_->alerts()) {  // pushed, and perhaps not published yet
    keep.insert(a.alert.approval_id);
    for (const auto& part : a.alert.then) keep.insert(part.approval_id);
  }
  state_->forget_approvals(keep);
  std::erase_if(accepted_, [&](const auto& a) { return !keep.contains(a.first); });
  out.emplace_back(KeepBlobs{blobs_of(set_)});
  finish(now, chance, out);
  // Something of the list is missing for good or for now: ask again later, ever more seldom, while the rest plays.
  const bool fetchable = std::any_of(refused_.begin(), refused_.end(), [&](const auto& r) {
    return r.second.code == Code::disk_full || r.second.code == Code::blob_mismatch || r.second.code == Code::http_status ||
           r.second.code == Code::io;
  });
  if (!fetchable) return refetch_.reset();
  set_.targets_sha256.clear();
  due_ = std::max(due_, now.boot + refetch_.fail(chance));
}

}  // namespace fz::agent
