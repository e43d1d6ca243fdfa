#include "server/publish/making.hpp"

#include <algorithm>

#include "shared/base/json.hpp"
#include "shared/crypto/hash.hpp"
#include "shared/stick/stick.hpp"

namespace fz::publish {
namespace {

constexpr std::size_t kKeepReplacedBytes = std::size_t{64} << 20;
constexpr std::size_t kMaxWarnings = 100;

std::string write_assignment(const trust::Assignment& a, bool air_gapped) {
  json::object out{{"site", a.site}, {"venue", a.venue}, {"region", a.region}, {"zone", a.zone}};
  if (air_gapped) out["air_gapped"] = true;
  return json::write(out);
}
Result<trust::Assignment> read_assignment(std::string_view text, bool& air_gapped) {
  FZ_TRY(const auto v, json::parse(text));
  json::Reader r(v, "assignment");
  trust::Assignment a{r.string("site"), r.string("venue"), r.string("region"), r.string("zone")};
  air_gapped = r.boolean_or("air_gapped", false);
  FZ_CHECK(r.finish());
  return a;
}

/// What the campaign brings into any list: equal prints, venue and region give an equal list.
std::string fingerprint(const campaigns::Campaign& c, const std::map<std::string, Approved>& approved) {
  std::string out = c.id + ":" + std::to_string(c.revision) + ":" + c.name;
  for (const auto& item : c.items) {
    const auto it = approved.find(item.item);
    out += "|" + item.item + "=" + (it == approved.end() ? "-" : it->second.document_sha256);
  }
  return crypto::sha256_hex(std::string_view(out));
}

}  // namespace

void Making::warn(const std::string& zh, const std::string& en) {
  if (delta_.warnings_zh.size() >= kMaxWarnings) return;
  if (std::find(delta_.warnings_zh.begin(), delta_.warnings_zh.end(), zh) != delta_.warnings_zh.end()) return;
  delta_.warnings_zh.push_back(zh);
  delta_.warnings_en.push_back(en);
}

Result<void> Making::keep_blob(std::string_view bytes, const std::string& sha256) {
  if (blobs_.keep(sha256)) return {};
  FZ_TRY(const auto info, blobs_.put(bytes, {bytes.size(), sha256}));
  (void)info;
  return {};
}

std::shared_ptr<const Compiled> Making::compiled(const Inputs& in, const std::vector<std::size_t>& campaigns, const screens::Place& place,
                                                 const std::vector<std::string>& prints, const std::vector<const AlertFile*>& alerts) {
  std::string print = place.venue + "|" + place.region + "|" + place.output;
  for (const auto* a : alerts) {
    print += "|!" + a->file.sha256;
    for (const auto* approved : a->approvals) print += "+" + approved->document_sha256;
  }
  for (const auto i : campaigns) print += "|" + prints[i];
  auto it = used_.find(print);
  if (it != used_.end()) return it->second;
  if (const auto known = state_.compiled.find(print); known != state_.compiled.end()) {
    it = used_.insert(*known).first;
  } else {
    std::vector<const campaigns::Campaign*> list;
    for (const auto i : campaigns) list.push_back(&in.campaigns[i]);
    it = used_
             .emplace(print,
                      std::make_shared<const Compiled>(compile(list, in.approved, place.venue, place.region, now_, place.output, alerts)))
             .first;
    ++delta_.cohorts_compiled;
  }
  for (std::size_t i = 0; i < it->second->warnings_zh.size(); ++i) warn(it->second->warnings_zh[i], it->second->warnings_en[i]);
  return it->second;
}

// Signed here: equal documents get equal signatures, so a version is never two texts.
Result<std::vector<Making::LiveAlert>> Making::live_alerts(const Inputs& in) {
  FZ_TRY(auto unended, db_.alerts.unended(now_));
  std::vector<LiveAlert> out;
  for (auto& alert : unended) {
    const auto path = in.unit_paths.find(alert.what.target.unit);
    if (path == in.unit_paths.end()) continue;
    const auto bytes = trust::write_envelope(trust::sign(trust::kAlertType, trust::write_alert(alert.document), {&online_}));
    AlertFile file{alert.id, {bytes.size(), crypto::sha256_hex(std::string_view(bytes))}, {}};
    FZ_CHECK(keep_blob(bytes, file.file.sha256));
    const auto add = [&](const std::string& item, const std::string& approval) {
      const auto it = in.approved.find(item);  // a newer version of the item is not what was sent
      if (it != in.approved.end() && it->second.approval_id == approval) file.approvals.push_back(&it->second);
    };
    if (!alert.document.cancelled) {
      add(alert.what.item, alert.document.approval_id);
      for (std::size_t i = 0; i < alert.what.then.size() && i < alert.document.then.size(); ++i)
        add(alert.what.then[i].item, alert.document.then[i].approval_id);
    }
    out.push_back({std::move(alert), path->second, std::move(file)});
  }
  return out;
}

Result<void> Making::plan() {
  FZ_TRY(const auto in, read_inputs(db_, files_, state_, blobs_, now_));
  FZ_TRY(const auto live, live_alerts(in));
  std::vector<std::string> prints;
  for (const auto& c : in.campaigns) prints.push_back(fingerprint(c, in.approved));
  const std::string offices = files_.reviewers_print() + (files_.withdrawals ? files_.withdrawals->sha256 : "");
  std::vector<bool> hit(in.campaigns.size(), false);
  std::map<const Compiled*, std::string> keys;
  for (const auto& place : in.places) {
    std::vector<std::size_t> mine;
    for (std::size_t i = 0; i < in.campaigns.size(); ++i) {
      const auto path = in.unit_paths.find(in.campaigns[i].target.unit);
      if (path == in.unit_paths.end() || !targets(in.campaigns[i], path->second, place)) continue;
      mine.push_back(i);
      hit[i] = true;
    }
    std::vector<const AlertFile*> urgent;
    for (const auto& a : live)
      if (alerts::targets(a.alert, a.unit_path, place)) urgent.push_back(&a.file);
    const auto list = compiled(in, mine, place, prints, urgent);
    auto& key = keys[list.get()];
    if (key.empty()) key = crypto::sha256_hex(std::string_view(list->key + offices));
    by_key_.emplace(key, list);
    trust::Assignment assignment{place.site, place.venue, place.region, place.zone};
    const bool air_gapped = std::find(place.tags.begin(), place.tags.end(), stick::kAirGapped) != place.tags.end();
    auto text = write_assignment(assignment, air_gapped);
    wanted_.emplace(place.screen, Wanted{key, std::move(text), std::move(assignment), air_gapped, place.unit_path});
  }
  state_.compiled = used_;
  for (std::size_t i = 0; i < hit.size(); ++i)
    if (!hit[i])
      warn("活动“" + in.campaigns[i].name + "”没有对应任何屏幕，请检查投放范围。",
           "Campaign \"" + in.campaigns[i].name + "\" reaches no screen; check its target.");
  if (!files_.withdrawals)
    warn("还没有撤回清单，屏幕将只显示内置画面；请由值班员签发一份（可以为空）并导入。",
         "There is no withdrawals document yet, so screens show the built-in slate only; have the duty desk sign one (it may be empty).");
  FZ_CHECK(keep_blob(files_.reviewers->bytes, files_.reviewers->sha256));
  for (const auto& [name, file] : files_.staff) FZ_CHECK(keep_blob(file.bytes, file.sha256));
  if (files_.withdrawals) FZ_CHECK(keep_blob(files_.withdrawals->bytes, files_.withdrawals->sha256));
  for (const auto& [key, list] : by_key_) FZ_CHECK(keep_blob(list->playlist, crypto::sha256_hex(std::string_view(list->playlist))));
  return {};
}

Result<void> Making::plan_renewal() {
  for (const auto& [id, s] : state_.screens) {
    if (!s.timestamp || !state_.cohorts.contains(s.cohort)) continue;
    bool air_gapped = false;
    FZ_TRY(auto place, read_assignment(s.assignment, air_gapped));
    wanted_.emplace(id, Wanted{s.cohort, s.assignment, std::move(place), air_gapped});
  }
  return {};
}

trust::Targets Making::list(const Compiled& c) const {
  trust::Targets t;
  t.targets = c.media;
  t.targets.insert(c.approvals.begin(), c.approvals.end());
  t.playlist = crypto::sha256_hex(std::string_view(c.playlist));
  t.targets["playlist/" + t.playlist] = {c.playlist.size(), t.playlist};
  t.targets["trust/reviewers.json"] = {files_.reviewers->bytes.size(), files_.reviewers->sha256};
  for (const auto& [name, file] : files_.staff) t.targets[name] = {file.bytes.size(), file.sha256};
  if (files_.withdrawals) t.targets["trust/withdrawals.json"] = {files_.withdrawals->bytes.size(), files_.withdrawals->sha256};
  return t;
}

void Making::replace(const std::string& key) {
  const auto it = state_.cohorts.find(key);
  if (it == state_.cohorts.end()) return;
  const auto& c = it->second;
  state_.replaced.push_back({std::to_string(c->targets_version) + ".targets.json", c->targets, c, now_ + kKeepReplaced});
  state_.replaced.push_back({std::to_string(c->snapshot_version) + ".snapshot.json", c->snapshot, c, now_ + kKeepReplaced});
  state_.cohorts.erase(it);
}

void Making::forget_replaced() {
  std::size_t bytes = 0;
  auto keep = state_.replaced.rbegin();  // newest first
  while (keep != state_.replaced.rend() && keep->until > now_ && (bytes += keep->document->bytes.size()) <= kKeepReplacedBytes) ++keep;
  state_.replaced.erase(state_.replaced.begin(), keep.base());
}

Result<void> Making::sign_cohort(const std::string& key, trust::Targets t) {
  auto c = std::make_shared<SignedCohort>();
  FZ_TRY(c->targets_version, next_version());
  FZ_TRY(c->snapshot_version, next_version());
  c->expires = now_ + kCohortLife;
  t.version = c->targets_version;
  t.expires = c->expires;
  for (const auto& [name, file] : t.targets) c->blobs.push_back(file.sha256);
  auto payload = trust::write_targets(t);
  // A list that screens would refuse is a bug here; better no publication than a broken one.
  if (auto read = trust::parse_targets(payload); !read)
    return fail(Code::internal, {{"id", "publish"}}, "own targets: " + to_log(read.error()));
  auto bytes = trust::write_envelope(trust::sign(trust::kTufType, std::move(payload), {&online_}));
  trust::Snapshot s;
  s.version = c->snapshot_version;
  s.expires = c->expires;
  s.targets = {t.version, bytes.size(), crypto::sha256_hex(std::string_view(bytes))};
  c->targets = make_document(std::move(bytes), t.version);
  auto snapshot = trust::write_envelope(trust::sign(trust::kTufType, trust::write_snapshot(s), {&online_}));
  c->snapshot_meta = {s.version, snapshot.size(), crypto::sha256_hex(std::string_view(snapshot))};
  c->snapshot = make_document(std::move(snapshot), s.version);
  FZ_CHECK(db_.publish.put_cohort({key, t.version, s.version, c->targets->bytes, c->snapshot->bytes, c->expires}));
  replace(key);
  state_.cohorts.emplace(key, std::move(c));
  ++delta_.cohorts_signed;
  return {};
}

Result<void> Making::sign_cohorts() {
  std::map<std::string, std::int64_t> floors;  // by cohort: the highest snapshot that any of its screens was given
  for (const auto& [screen, want] : wanted_) {
    auto& floor = floors[want.cohort];
    if (const auto it = state_.screens.find(screen); it != state_.screens.end()) floor = std::max(floor, it->second.snapshot_version);
  }
  for (const auto& [key, floor] : floors) {
    const auto it = state_.cohorts.find(key);
    const bool good = it != state_.cohorts.end() && it->second->ours && it->second->expires - now_ > kCohortLife / 2 &&
                      it->second->snapshot_version >= floor;
    if (good) continue;
    if (const auto c = by_key_.find(key); c != by_key_.end()) {
      FZ_CHECK(sign_cohort(key, list(*c->second)));
      continue;
    }
    FZ_TRY(const auto envelope, trust::read_envelope(it->second->targets->bytes, trust::kMaxTargets));
    FZ_TRY(auto again, trust::parse_targets(envelope.payload));
    FZ_CHECK(sign_cohort(key, std::move(again)));
  }
  delta_.cohorts_total = static_cast<int>(floors.size());
  return {};
}

// A screen that lives on sticks gets what the root-signed policy allows such screens.
Millis Making::life(const Wanted& want) const {
  const auto policy = files_.reviewers_value ? files_.reviewers_value->policy : trust::Policy{};
  return want.air_gapped ? Millis{Days{policy.airgapped_timestamp_days}} : kTimestampLife;
}

Result<void> Making::sign_timestamp(const std::string& screen, const Wanted& want, const SignedCohort& cohort) {
  trust::Timestamp t;
  FZ_TRY(t.version, next_version());
  t.issued = now_;
  t.expires = now_ + life(want);
  t.screen = screen;
  t.assignment = want.place;
  t.snapshot = cohort.snapshot_meta;
  auto bytes = trust::write_envelope(trust::sign(trust::kTufType, trust::write_timestamp(t), {&online_}));
  FZ_CHECK(db_.publish.put_screen_document({screen, want.cohort, t.version, cohort.snapshot_version, want.assignment, bytes, t.expires}));
  state_.screens.insert_or_assign(screen, SignedScreen{want.cohort, want.assignment, t.version, cohort.snapshot_version,
                                                       make_document(std::move(bytes), t.version), t.expires});
  ++delta_.timestamps_signed;
  return {};
}

Result<void> Making::sign_timestamps() {
  for (const auto& [screen, want] : wanted_) {
    const auto& cohort = *state_.cohorts.at(want.cohort);
    const auto it = state_.screens.find(screen);
    const SignedScreen* had = it != state_.screens.end() && it->second.timestamp ? &it->second : nullptr;
    const bool changed = !had || had->cohort != want.cohort || had->assignment != want.assignment;
    if (!changed && had->snapshot_version == cohort.snapshot_version && had->expires - now_ > life(want) / 2) continue;
    FZ_CHECK(sign_timestamp(screen, want, cohort));
    if (changed) delta_.screens.push_back(screen);
  }
  return {};
}

// Screens that are active no more and cohorts without screens.
Result<void> Making::retire() {
  std::set<std::string> cohorts;
  for (auto& [id, s] : state_.screens) {
    if (const auto it = wanted_.find(id); it != wanted_.end()) {
      cohorts.insert(it->second.cohort);
      continue;
    }
    if (!s.timestamp) continue;
    s.timestamp = nullptr;
    s.cohort.clear();
    FZ_CHECK(db_.publish.put_screen_document({id, "", s.version, s.snapshot_version, s.assignment, "", s.expires}));
  }
  std::vector<std::string> empty;
  for (const auto& [key, c] : state_.cohorts)
    if (!cohorts.contains(key)) empty.push_back(key);
  for (const auto& key : empty) {
    FZ_CHECK(db_.publish.remove_cohort(key));
    replace(key);
  }
  return {};
}

Result<Delta> Making::run(bool only_renew) {
  FZ_TRY(files_, TrustFiles::read(db_.review));
  FZ_CHECK(files_.check(online_.id()));
  FZ_CHECK(only_renew ? plan_renewal() : plan());
  FZ_CHECK(sign_cohorts());
  FZ_CHECK(sign_timestamps());
  if (!only_renew) FZ_CHECK(retire());
  forget_replaced();
  FZ_TRY(const auto version, db_.publish.current_version());
  delta_.published = state_.publish(version, files_);
  return std::move(delta_);
}

}  // namespace fz::publish
