// The end of a cycle (check 13): a set that is complete on the disk takes the place of the one before.
#include <algorithm>

#include "player/agent/core/updater.hpp"

namespace fz::agent {

void Updater::enter_commit(const Now&, Chance&, Actions& out) {
  std::erase_if(next_.items, [&](const auto& i) {
    const Item& item = i.second;
    return !stored_.contains(item.sha256) || (item.kind == wire::CueKind::media && !probed_.contains(item.sha256));
  });
  // What is missing for now must be asked for again after a restart, too: a set without its targets' hash is looked through then.
  PlaySet text = next_;
  if (waits_ || comes_again()) text.targets_sha256.clear();
  out.emplace_back(SaveState{StateFile::set, write_set(text)});
}

bool Updater::comes_again() const {
  return std::any_of(refused_.begin(), refused_.end(), [&](const auto& r) {
    return r.second.code == Code::disk_full || r.second.code == Code::store_full || r.second.code == Code::blob_mismatch ||
           r.second.code == Code::http_status || r.second.code == Code::io || r.second.code == Code::stick_unreadable;
  });
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
  waits_in_ = waits_ ? set_.targets_sha256 : std::string{};
  if (waits_ && !comes_again()) {
    set_.targets_sha256.clear();
    return refetch_.reset();
  }
  if (!comes_again()) return refetch_.reset();
  waits_in_.clear();  // both: the whole list is looked through again, by the waits below
  set_.targets_sha256.clear();
  due_ = std::max(due_, now.boot + refetch_.fail(chance));
}

}  // namespace fz::agent
