#include "tests/support/publisher.hpp"

#include "shared/base/id.hpp"
#include "shared/base/json.hpp"

namespace fz::test {
using namespace trust;

namespace {
Publisher::Answer problem(int status, const std::string& code, json::object params = {}) {
  return {status, json::write(json::object{{"code", code}, {"status", status}, {"params", std::move(params)}}), ""};
}
std::string member(const json::value& v, std::string_view name) {
  const auto* m = v.as_object().if_contains(name);
  return m && m->is_string() ? std::string(m->as_string()) : std::string{};
}
}  // namespace

Publisher::Publisher(UtcTime now, std::uint64_t seed) : office(seed), base_(now) {
  office.root.issued = now - Days{30};
  office.root.expires = now + Days{365};
  office.reviewers.issued = now - Days{20};
  office.reviewers.expires = now + Days{200};
  metadata["1.root.json"] = office.root_bytes();
  schedule::Slot slot;
  slot.id = slot.campaign = "main";
  slot.from = *schedule::parse_date("2026-01-01");
  slot.until = *schedule::parse_date("2099-01-01");
  slot.dayparts = {schedule::DayPart{}};
  slots_["main"] = slot;
  withdrawals_ = office.withdrawals(1, {}, now);
  withdrawals_envelope_ = office.withdrawals_bytes(withdrawals_);
}

std::string Publisher::put(std::string bytes) {
  const auto sha = crypto::sha256_hex(std::string_view(bytes));
  blobs[sha] = std::move(bytes);
  return sha;
}

void Publisher::add(const NewItem& item) {
  items_[item.id] = item;
  Approval a = office.approval(item.id);
  a.kind = item.kind;
  a.offline_days = item.offline_days;
  a.issued = a.valid_from = base_ - Days{2};
  a.valid_until = item.valid_until.value_or(base_ + Days{360});
  crypto::ChunkedHasher hasher;
  hasher.update(as_bytes(item.bytes));
  const auto digest = hasher.finish();
  a.renditions = {{digest.sha256, digest.length, item.mime, "1080p", digest.chunks}};
  approvals[item.id] = a;
  put(item.bytes);
}

std::string Publisher::Urgent::json_text() const {
  return json::write(json::value(text));
}

Publisher::Urgent Publisher::urgent(const std::string& id, const std::string& text, UtcTime now, trust::Kind kind) {
  Approval a = office.approval(id);
  a.kind = kind;
  a.issued = a.valid_from = base_ - Days{2};
  a.valid_until = base_ + Days{360};
  crypto::ChunkedHasher hasher;
  hasher.update(as_bytes(text));
  const auto digest = hasher.finish();
  a.renditions = {{digest.sha256, digest.length, "application/vnd.fz.slogan+json", "text", digest.chunks}};
  approvals[id] = a;
  put(text);
  auto alert = office.alert("al-" + id, id);
  alert.issued = std::chrono::floor<Seconds>(now);
  alert.expires = alert.issued + std::chrono::hours{1};
  return {alert, office.approval_bytes(a), text};
}

void Publisher::remove(const std::string& id) {
  items_.erase(id);
  approvals.erase(id);
}

void Publisher::set_slot(schedule::Slot slot) {
  slots_[slot.id] = std::move(slot);
}

std::string Publisher::withdraw(const std::string& id, UtcTime now) {
  withdrawn.insert(id);
  ++withdrawals_.version;
  withdrawals_.issued = now;
  withdrawals_.expires = now + Days{45};
  withdrawals_.items.push_back({id, now, approvals.at(id).valid_until, "duty-1", "fact_error"});
  return withdrawals_envelope_ = office.withdrawals_bytes(withdrawals_);
}

void Publisher::renew_withdrawals(UtcTime now) {
  withdrawals_envelope_ = office.renewal_bytes(office.withdrawals_bytes(withdrawals_), now);
}

void Publisher::replace_online_key(UtcTime now) {
  Office::Key fresh = office.make_key();
  office.root.keys.erase(office.online.id());
  office.root.keys.emplace(fresh.id(), fresh.public_key());
  office.root.timestamp = office.root.snapshot = office.root.targets = {{fresh.id()}, 1};
  ++office.root.version;
  office.root.issued = now;
  office.online = std::move(fresh);
  metadata[std::to_string(office.root.version) + ".root.json"] = office.root_bytes();
}

void Publisher::publish(UtcTime now) {
  targets_.clear();
  schedule::Playlist playlist;
  playlist.output = rules.output;
  playlist.silent = rules.silent;
  for (auto [id, slot] : slots_) {
    slot.items.clear();
    for (const auto& [item_id, item] : items_)
      if (item.slot == id && !withdrawn.contains(item_id)) slot.items.push_back({item_id, item.duration});
    if (!slot.items.empty()) playlist.slots.push_back(slot);
  }
  const auto target = [&](const std::string& name, const std::string& sha) { targets_[name] = {blobs.at(sha).size(), sha}; };
  for (const auto& slot : playlist.slots)
    for (const auto& i : slot.items) {
      const auto& approval = approvals.at(i.approval);
      target("trust/approvals/" + i.approval + ".json", put(office.approval_bytes(approval)));
      for (const auto& r : approval.renditions) target("media/" + r.sha256, r.sha256);
    }
  for (const auto& [id, u] : listed_) {
    target("trust/alerts/" + id + ".json", put(office.alert_bytes(u.alert)));
    const auto& approval = approvals.at(u.alert.approval_id);
    target("trust/approvals/" + u.alert.approval_id + ".json", put(u.approval));
    for (const auto& r : approval.renditions) target("media/" + r.sha256, r.sha256);
  }
  target("trust/reviewers.json", put(office.reviewers_bytes()));
  if (!staff.empty()) target(trust::staff_target("district"), put(staff));
  target("trust/withdrawals.json", put(withdrawals_envelope_));
  const auto playlist_sha = put(schedule::write_playlist(playlist));
  target("playlist/" + playlist_sha, playlist_sha);

  Targets t;
  targets_version = t.version = ++office.counter;
  t.expires = now + Days{365};
  t.targets = targets_;
  t.playlist = playlist_sha;
  const auto targets = Office::bytes(kTufType, write_targets(t), {&office.online});
  Snapshot s;
  s.version = ++office.counter;
  s.expires = t.expires;
  s.targets = {t.version, targets.size(), crypto::sha256_hex(std::string_view(targets))};
  const auto snapshot = Office::bytes(kTufType, write_snapshot(s), {&office.online});
  snapshot_ = {s.version, snapshot.size(), crypto::sha256_hex(std::string_view(snapshot))};
  metadata[std::to_string(t.version) + ".targets.json"] = targets;
  metadata[std::to_string(s.version) + ".snapshot.json"] = snapshot;
  renew_timestamp(now);
}

void Publisher::renew_timestamp(UtcTime now) {
  Timestamp ts;
  ts.version = ++office.counter;
  ts.issued = now;
  ts.expires = now + Days{1};
  ts.screen = screen;
  ts.assignment = {"site-1", "1001", "500119", zone};
  ts.snapshot = snapshot_;
  timestamp = Office::bytes(kTufType, write_timestamp(ts), {&office.online});
}

Publisher::Answer Publisher::answer(const Request& r, UtcTime now) {
  if (r.path == "/v1/shot") {
    if (!tokens.contains(r.token)) return problem(401, "token_invalid");
    shot = r.body;
    return {204, "", ""};
  }
  const auto body = r.body.empty() ? Result<json::value>(json::value{}) : json::parse(r.body, {.max_bytes = 4 << 20});
  if (!body) return problem(400, "bad_json");
  if (r.path == "/v1/enrol") {
    device_ = crypto::public_key_from_hex(member(*body, "scheme"), member(*body, "public")).value();
    const auto proof = from_hex(member(*body, "proof")).value();
    if (!crypto::verify(*device_, as_bytes("fz-enrol-v1\n" + crypto::keyid(*device_)), proof)) return problem(422, "signature_wrong");
    return {200, R"({"code":"ABCD2345","expires":"2030-01-01T00:00:00Z"})", ""};
  }
  if (r.path.starts_with("/v1/enrol/")) {
    if (!enrolled) return {200, R"({"state":"pending"})", ""};
    return {200,
            json::write(json::object{{"state", "enrolled"},
                                     {"screen", screen},
                                     {"site", "site-1"},
                                     {"site_name", "测试点位"},
                                     {"venue", "1001"},
                                     {"region", "500119"},
                                     {"zone", zone}}),
            ""};
  }
  if (r.path == "/v1/challenge") {
    nonce_ = office.seed == 0 ? to_hex(random_bytes(32))
                              : crypto::sha256_hex("nonce " + std::to_string(++nonces_made_) + " of office " + std::to_string(office.seed));
    return {200, json::write(json::object{{"nonce", nonce_}}), ""};
  }
  if (r.path == "/v1/token") {
    if (!device_) return problem(404, "screen_unknown");
    const std::string text = "fz-token-v1\n" + nonce_ + "\n" + member(*body, "boot") + "\n" + crypto::keyid(*device_);
    if (!crypto::verify(*device_, as_bytes(text), from_hex(member(*body, "signature")).value())) return problem(403, "signature_wrong");
    const std::string token = "token-" + std::to_string(next_token_++);
    tokens.insert(token);
    return {200, json::write(json::object{{"token", token}, {"expires", format_time(now + std::chrono::hours(1))}, {"screen", screen}}),
            ""};
  }
  if (r.path == "/v1/time") {
    const auto t = write_time_answer({member(*body, "nonce"), lie.value_or(now)});
    return {200, Office::bytes(kTimeType, t, {&office.online}), ""};
  }
  if (r.path.starts_with("/v1/metadata/")) {
    const auto it = metadata.find(r.path.substr(13));
    return it == metadata.end() ? problem(404, "not_found") : Answer{200, it->second, ""};
  }
  if (!tokens.contains(r.token)) return problem(401, "unauthenticated");
  if (r.path == "/v1/timestamp") {
    const std::string etag = "\"" + crypto::sha256_hex(std::string_view(timestamp)) + "\"";
    return r.etag == etag ? Answer{304, "", etag} : Answer{200, timestamp, etag};
  }
  if (r.path.starts_with("/v1/blobs/")) {
    const auto it = blobs.find(r.path.substr(10));
    return it == blobs.end() || missing.contains(it->first) ? problem(404, "not_found") : Answer{200, it->second, "\"" + it->first + "\""};
  }
  if (r.path == "/v1/status") {
    last_status = r.body;
    ++statuses;
    return {204, "", ""};
  }
  if (r.path == "/v1/plays") return plays_answer(r, now);
  return problem(404, "not_found");
}

Publisher::Answer Publisher::plays_answer(const Request& r, UtcTime now) {
  const auto envelope = read_envelope(r.body);
  if (!envelope || !device_ || good_signers(*envelope, {{crypto::keyid(*device_), *device_}}, std::vector{crypto::keyid(*device_)}).empty())
    return problem(422, "plays_signature");
  const auto batch = parse_play_batch(envelope->payload);
  if (!batch || batch->screen != screen) return problem(422, "plays_screen");
  const auto through = static_cast<std::int64_t>(plays.size());
  if (batch->plays.front().counter > through + 1) return problem(409, "plays_gap", {{"expected", std::to_string(through + 1)}});
  for (const auto& p : batch->plays) {
    if (p.counter <= static_cast<std::int64_t>(plays.size())) {
      ++sent_twice;
      if (play_hash(plays[static_cast<std::size_t>(p.counter - 1)]) != play_hash(p)) return problem(409, "plays_fork");
      continue;
    }
    if (p.previous != (plays.empty() ? std::string(64, '0') : play_hash(plays.back()))) return problem(409, "plays_fork");
    plays.push_back(p);
  }
  Receipt receipt{screen, static_cast<std::int64_t>(plays.size()), play_hash(plays.back()),
                  crypto::sha256_hex(std::string_view(envelope->payload)), now};
  return {200, Office::bytes(kReceiptType, write_receipt(receipt), {&office.online}), ""};
}

}  // namespace fz::test
