#include "server/audit/export.hpp"

#include <algorithm>

#include "shared/trust/envelope.hpp"

namespace fz::audit {

Result<std::optional<Checkpoint>> make_checkpoint(Trail& trail, const crypto::PrivateKey& online, UtcTime now) {
  FZ_TRY(const auto head, trail.head());
  FZ_TRY(const auto last, trail.last_checkpoint());
  if (!head || (last && last->seq >= head->seq)) return std::optional<Checkpoint>{};
  Checkpoint c;
  c.seq = head->seq;
  c.at = now;
  const std::string payload =
      json::write(json::object{{"_type", "audit-checkpoint"}, {"at", format_time(now)}, {"hash", head->hash}, {"seq", head->seq}});
  c.envelope = trust::write_envelope(trust::sign(kCheckpointType, payload, {&online}));
  FZ_CHECK(trail.put_checkpoint(c));
  return std::optional<Checkpoint>(std::move(c));
}

Result<std::optional<Checkpoint>> daily_checkpoint(Trail& trail, const crypto::PrivateKey& online, UtcTime now) {
  FZ_TRY(const auto last, trail.last_checkpoint());
  if (last && now - last->at < std::chrono::hours(24)) return std::optional<Checkpoint>{};
  return make_checkpoint(trail, online, now);
}

std::string export_header(std::string_view prev, std::int64_t first_seq, const std::vector<crypto::PublicKey>& keys, UtcTime now) {
  json::array list;
  for (const auto& k : keys) list.emplace_back(json::object{{"public", k.hex()}, {"scheme", k.scheme}});
  return json::write(json::object{
      {"type", "fz-audit"}, {"schema", 1}, {"first", first_seq}, {"prev", prev}, {"made", format_time(now)}, {"keys", std::move(list)}});
}

std::string export_end(std::int64_t entries, std::int64_t last_seq, std::string_view hash) {
  return json::write(json::object{{"type", "fz-audit-end"}, {"entries", entries}, {"last", last_seq}, {"hash", hash}});
}

Error Verifier::broken(std::string what) const {
  return fail(Code::audit_broken, {{"seq", std::to_string(next_)}, {"what", std::move(what)}});
}

Result<void> Verifier::line(std::string_view text) {
  if (ended_) return broken("结尾之后还有内容 (lines after the end)");
  if (text.size() > kMaxExportLine) return broken("行太长 (line too long)");
  const auto v = json::parse(text, {kMaxExportLine, 16});
  if (!v || !v->is_object()) return broken("不是 JSON (not JSON)");
  const auto& o = v->get_object();
  const auto* type = o.if_contains("type");
  if (!begun_) {
    if (!type || !type->is_string() || type->get_string() != "fz-audit") return broken("不是审计导出文件 (not an export of the trail)");
    return header(*v);
  }
  if (type && type->is_string() && type->get_string() == "fz-audit-end") return end(*v);
  return o.contains("payload") ? checkpoint(text) : entry(*v);
}

Result<void> Verifier::header(const json::value& v) {
  json::Reader in(v, "header");
  in.string("type", 20);
  if (in.integer("schema", 1, 1) != 1) return broken("schema");
  next_ = report_.first = in.integer("first", 1, INT64_C(1) << 53);
  prev_ = in.string("prev", 64);
  in.string("made", 40);
  const auto* keys = in.list("keys", 1000);
  if (auto done = in.finish(); !done) return broken(message(done.error(), Lang::en));
  if (next_ == 1 && prev_ != kChainStart) return broken("prev");
  for (const auto& k : *keys) {
    json::Reader key(k, "key");
    const auto scheme = key.string("scheme", 20), hex = key.string("public", 600);
    if (!key.finish()) return broken("keys");
    auto read = crypto::public_key_from_hex(scheme, hex);
    if (!read) return broken("keys");
    keys_.emplace(crypto::keyid(*read), *read);
  }
  if (!trusted_.empty()) {
    keys_.clear();
    for (const auto& k : trusted_) keys_.emplace(crypto::keyid(k), k);
  }
  begun_ = true;
  return {};
}

Result<void> Verifier::entry(const json::value& v) {
  json::Reader in(v, "entry");
  Entry e;
  e.seq = in.integer("seq", 1, INT64_C(1) << 53);
  const auto at = parse_time(in.string("at", 40));
  e.event.actor = in.string_or("actor", "", 200);
  e.event.unit = in.string_or("unit", "", 200);
  e.event.action = in.string_or("action", "", 200);
  e.event.object = in.string_or("object", "", 1000);
  e.event.refused = in.boolean_or("refused", false);
  const auto* details = in.any("details", true);
  e.prev = in.string("prev", 64);
  e.hash = in.string("hash", 64);
  if (auto done = in.finish(); !done) return broken(message(done.error(), Lang::en));
  if (!at || !details->is_object()) return broken("at, details");
  e.at = *at;
  e.event.details = details->get_object();
  FZ_CHECK(verify_chain({&e, 1}, prev_, next_));
  if (report_.entries == 0) report_.from = e.at;
  report_.until = e.at;
  report_.last = e.seq;
  report_.head = prev_ = e.hash;
  hashes_.emplace(e.seq, e.hash);
  ++report_.entries;
  ++next_;
  return {};
}

Result<void> Verifier::checkpoint(std::string_view text) {
  const auto envelope = trust::read_envelope(text);
  if (!envelope || envelope->payload_type != kCheckpointType) return broken("检查点格式不对 (malformed checkpoint)");
  std::vector<std::string> ids;
  for (const auto& s : envelope->signatures) ids.push_back(s.keyid);
  const auto signers = trust::good_signers(*envelope, keys_, ids);
  if (signers.empty()) return broken("检查点签名无效或密钥不受信任 (checkpoint not signed by a trusted key)");
  const auto v = json::parse(envelope->payload);
  if (!v) return broken("checkpoint");
  json::Reader in(*v, "checkpoint");
  const auto type = in.string("_type", 40), at = in.string("at", 40), hash = in.string("hash", 64);
  const auto seq = in.integer("seq", 1, INT64_C(1) << 53);
  if (!in.finish() || type != "audit-checkpoint") return broken("checkpoint");
  const auto found = hashes_.find(seq);
  if (found == hashes_.end()) return broken("检查点 " + std::to_string(seq) + " 所指的记录缺失 (the entry of a checkpoint is missing)");
  if (found->second != hash) return broken("检查点 " + std::to_string(seq) + " 与记录不符 (a checkpoint says another hash)");
  hashes_.erase(hashes_.begin(), found);  // the entry itself stays: two checkpoints may name it
  report_.signed_until = std::max(report_.signed_until, seq);
  ++report_.checkpoints;
  for (const auto& id : signers) ++report_.signers[id];
  return {};
}

Result<void> Verifier::end(const json::value& v) {
  json::Reader in(v, "end");
  in.string("type", 20);
  const auto entries = in.integer("entries", 0, INT64_C(1) << 53), last = in.integer("last", 0, INT64_C(1) << 53);
  const auto hash = in.string("hash", 64);
  if (!in.finish() || entries != report_.entries || (entries > 0 && (last != report_.last || hash != report_.head)))
    return broken("结尾与内容不符 (the end does not fit the entries)");
  ended_ = true;
  return {};
}

Result<Report> Verifier::finish() {
  if (!begun_) return broken("空文件 (empty)");
  if (!ended_) return broken("文件被截断 (the file was cut)");
  if (report_.entries > 0 && report_.checkpoints == 0) return broken("没有任何签名的检查点 (no signed checkpoint)");
  return report_;
}

}  // namespace fz::audit
