#include "tests/support/office.hpp"

namespace fz::test {
using namespace trust;

Office::Key Office::make_key() {
  if (seed == 0) return Key::generate();
  const auto hash = crypto::sha256_hex("key " + std::to_string(++keys_made) + " of office " + std::to_string(seed));
  return Key::from_seed(from_hex(hash).value()).value();
}

Office::Office(std::uint64_t s) : seed(s) {
  for (auto* k : {&root1, &root2, &root3, &online}) root.keys.emplace(k->id(), k->public_key());
  root.expires = kOfficeNow + Days{365};
  root.root = {{root1.id(), root2.id(), root3.id()}, 2};
  root.timestamp = root.snapshot = root.targets = {{online.id()}, 1};

  auto add = [&](const Key& key, const char* holder) { reviewers.keys[key.id()] = {holder, key.public_key(), {}}; };
  add(reviewer1, "reviewer-1");
  add(reviewer2, "reviewer-2");
  add(reviewer2b, "reviewer-2");
  add(reviewer3, "reviewer-3");
  add(duty, "duty-1");
  add(renew, "renew");
  reviewers.issued = kOfficeNow - Days{20};
  reviewers.expires = kOfficeNow + Days{200};
  ApproverGroup district;
  district.group = "district";
  district.keyids = {reviewer1.id(), reviewer2.id(), reviewer2b.id(), reviewer3.id()};
  district.regions = {"500119"};
  district.venues = district.kinds = {"*"};
  reviewers.approve = {district};
  reviewers.withdraw = {{reviewer1.id(), reviewer2.id(), duty.id()}, 1};
  reviewers.renew = {{renew.id()}, 1};
}

Approval Office::approval(const std::string& id) const {
  Approval a;
  a.approval_id = id;
  a.group = "district";
  a.title = "冒充客服退款";
  a.audience = {{"*"}, {"500119"}};
  a.issued = a.valid_from = kOfficeNow - Days{2};
  a.valid_until = kOfficeNow + Days{360};
  a.offline_days = 60;
  crypto::ChunkedHasher hasher;
  hasher.update(as_bytes(media(id)));
  auto digest = hasher.finish();
  a.renditions = {{digest.sha256, digest.length, "text/plain", "original", digest.chunks}};
  a.review = {{"first", "reviewer-1"}, {"final", "reviewer-2"}};
  return a;
}

Withdrawals Office::withdrawals(std::int64_t version, const std::vector<std::string>& ids, UtcTime issued) const {
  Withdrawals w;
  w.version = version;
  w.issued = issued;
  w.expires = issued + Days{45};
  for (auto& id : ids) w.items.push_back({id, issued, kOfficeNow + Days{360}, "duty-1", "fact_error"});
  return w;
}
std::string Office::renewal_bytes(const std::string& inner, UtcTime issued) const {
  return bytes(kRenewalType, write_renewal({issued, issued + Days{45}, inner}), {&renew});
}

Alert Office::alert(const std::string& id, const std::string& approval) const {
  Alert a;
  a.alert_id = id;
  a.approval_id = approval;
  a.regions = {"500119"};
  a.venues = {"*"};
  a.issued = kOfficeNow;
  a.expires = kOfficeNow + std::chrono::hours{1};
  return a;
}

Office::Schedule Office::schedule(const std::string& screen, UtcTime issued, const std::map<std::string, TargetFile>& files) {
  Schedule out;
  Targets t;
  t.version = ++counter;
  t.expires = issued + Days{365};
  t.targets = files;
  t.playlist = crypto::sha256_hex(std::string_view("{}"));
  out.targets = bytes(kTufType, write_targets(t), {&online});
  Snapshot s;
  s.version = ++counter;
  s.expires = t.expires;
  s.targets = {t.version, out.targets.size(), crypto::sha256_hex(out.targets)};
  out.snapshot = bytes(kTufType, write_snapshot(s), {&online});
  Timestamp ts;
  ts.version = ++counter;
  ts.issued = issued;
  ts.expires = issued + Days{1};
  ts.screen = screen;
  ts.assignment = {"site-1", "1001", "500119", "Asia/Shanghai"};
  ts.snapshot = {s.version, out.snapshot.size(), crypto::sha256_hex(out.snapshot)};
  out.timestamp = bytes(kTufType, write_timestamp(ts), {&online});
  return out;
}

TrustedState Office::screen(const std::vector<std::string>& ids, UtcTime now) {
  auto state = TrustedState::init(root_bytes(), identity()).value();
  state.update_reviewers(reviewers_bytes(), now).value();
  state.update_withdrawals(withdrawals_bytes(withdrawals(1, {}, now)), Source::polled, now).value();
  auto s = schedule("scr-1", now);
  state.update_timestamp(s.timestamp, now).value();
  state.update_snapshot(s.snapshot, now).value();
  state.update_targets(s.targets, now).value();
  for (auto& id : ids) state.add_approval(approval_bytes(approval(id)), now).value();
  return state;
}
}  // namespace fz::test
