// Sticks for screens without a network: what goes onto one, and the sealed play records that come back. Format: shared/stick/README.md.
#include "server/http/routes/sticks.hpp"

#include "server/http/json_out.hpp"
#include "shared/crypto/sealed_box.hpp"
#include "shared/stick/stick.hpp"

namespace fz::http {
namespace {

using screens::Screen;

struct Standing {
  Screen screen;
  screens::Site site;
};

Result<void> may_carry(const Call& call) {
  if (call.actor.has(accounts::Role::operate)) return {};
  return accounts::require(call.actor, accounts::Role::administrator);
}

Result<Standing> find_screen(Call& call, const std::string& id) {
  return call.app.store.read([&](const store::Tx& tx) -> Result<Standing> {
    FZ_TRY(auto screen, screens::get_screen(tx.screens(), tx.accounts(), call.actor, id));
    FZ_TRY(auto site, tx.screens().site(screen.site));
    if (!site) return fail(Code::not_found, {{"what", screen.site}});
    return Standing{std::move(screen), std::move(*site)};
  });
}

// Plays that are kept; also what a screen is told that had an answer from a server which has lost some.
Result<std::string> receipt_for(Call& call, const Screen& screen, const std::string& batch) {
  FZ_TRY(const auto device, call.app.store.plays().device(screen.device));
  if (!device) return std::string{};
  return plays::sign_receipt({screen.device, screen.id, device->through, device->head, batch, 0}, call.app.clock.wall(),
                             call.app.publisher.online_key());
}

Result<const publish::Document*> served(const publish::Published& p, const std::string& name) {
  const auto it = p.metadata.find(name);
  if (it == p.metadata.end()) return fail(Code::not_found, {{"what", name}});
  return it->second.get();
}

}  // namespace

Result<net::Response> get_stick(Call& call) {
  FZ_CHECK(may_carry(call));
  FZ_TRY(const auto at, find_screen(call, call.arg(0)));
  const auto published = call.app.publisher.current();
  const auto stamp = published->timestamps.find(at.screen.id);
  if (stamp == published->timestamps.end()) return fail(Code::not_found, {{"what", "timestamp"}});
  FZ_TRY(const auto envelope, trust::read_envelope(stamp->second->bytes));
  FZ_TRY(const auto timestamp, trust::parse_timestamp(envelope.payload));
  const std::string snapshot_name = std::to_string(timestamp.snapshot.version) + ".snapshot.json";
  FZ_TRY(const auto* snapshot_file, served(*published, snapshot_name));
  FZ_TRY(const auto snapshot_envelope, trust::read_envelope(snapshot_file->bytes));
  FZ_TRY(const auto snapshot, trust::parse_snapshot(snapshot_envelope.payload));
  const std::string targets_name = std::to_string(snapshot.targets.version) + ".targets.json";
  FZ_TRY(const auto* targets_file, served(*published, targets_name));
  FZ_TRY(const auto targets_envelope, trust::read_envelope(targets_file->bytes, trust::kMaxTargets));
  FZ_TRY(const auto targets, trust::parse_targets(targets_envelope.payload));

  json::object metadata{{snapshot_name, snapshot_file->bytes}, {targets_name, targets_file->bytes}};
  for (const auto& [name, document] : published->metadata)
    if (name.ends_with(".root.json")) metadata[name] = document->bytes;
  std::map<std::string, std::uint64_t> files;
  for (const auto& [name, file] : targets.targets) files[file.sha256] = file.length;
  json::array blobs;
  for (const auto& [sha, length] : files) blobs.emplace_back(json::object{{"length", length}, {"sha256", sha}});

  const auto& online = call.app.publisher.online_key();
  const stick::Ticket ticket{
      at.screen.device, at.screen.id,   at.site.id,   at.site.name,
      at.site.venue,    at.site.region, at.site.zone, crypto::SealedBoxKey::derive(online, stick::kSealPurpose).public_hex(),
      call.now};
  FZ_TRY(const auto receipt, receipt_for(call, at.screen, std::string(64, '0')));
  FZ_CHECK(call.app.store.write(
      [&](store::Tx& tx) -> Result<void> { return tx.context(call.actor, call.now).record("stick.export", at.screen.id); }));
  return reply({{"device", at.screen.device},
                {"screen", at.screen.id},
                {"expires", format_time(timestamp.expires)},
                {"timestamp", stamp->second->bytes},
                {"ticket", trust::write_envelope(trust::sign(stick::kTicketType, stick::write_ticket(ticket), {&online}))},
                {"receipt", receipt},
                {"metadata", std::move(metadata)},
                {"blobs", std::move(blobs)}});
}

Result<net::Response> get_stick_blob(Call& call) {
  FZ_CHECK(may_carry(call));
  FZ_TRY(const auto at, find_screen(call, call.arg(0)));
  const auto& name = call.arg(1);
  if (!is_sha256_hex(name) || !call.app.publisher.current()->is_public_blob(name))
    return fail(Code::not_found, {{"what", name.substr(0, 64)}});
  FZ_TRY(const auto file, call.app.files.open(call.app.blobs, name));
  return net::serve_file(call.request, file.fd, file.length, {"\"" + name + "\"", "application/octet-stream", "private, no-store"});
}

// Each batch is judged like one that came over the network: the device's signature, its chain, its counters.
Result<net::Response> import_stick_plays(Call& call) {
  FZ_CHECK(may_carry(call));
  const auto key = crypto::SealedBoxKey::derive(call.app.publisher.online_key(), stick::kSealPurpose);
  const auto text = key.open(call.request.body);
  if (!text) return fail(Code::stick_sealed, {{"what", "sealed box"}});
  FZ_TRY(const auto carried, stick::parse_plays(*text));
  FZ_TRY(const auto known, call.app.store.read([&](const store::Tx& tx) { return tx.screens().screen_by_device(carried.device); }));
  if (!known) return fail(Code::stick_sealed, {{"what", carried.device.substr(0, 12)}});
  FZ_TRY(const auto at, find_screen(call, known->id));
  std::int64_t added = 0, through = 0;
  std::string last = std::string(64, '0');
  for (const auto& envelope : carried.batches) {
    FZ_TRY(auto batch, plays::verify_batch(envelope, at.screen.key, at.screen.id));
    const auto count = batch.content.plays.size();
    last = batch.payload_sha256;
    auto stored = call.app.plays.submit(std::move(batch));
    FZ_TRY(const auto ack, stored.get());
    added += ack.added;
    through = ack.through;
    call.app.metrics.add("fz_plays_received_total", count);
    call.app.metrics.add("fz_plays_new_total", static_cast<std::uint64_t>(ack.added));
  }
  FZ_CHECK(call.app.store.write([&](store::Tx& tx) -> Result<void> {
    return tx.context(call.actor, call.now).record("stick.plays", at.screen.id, {{"added", added}, {"through", through}});
  }));
  FZ_TRY(const auto receipt, receipt_for(call, at.screen, last));
  return reply({{"device", at.screen.device}, {"screen", at.screen.id}, {"added", added}, {"through", through}, {"receipt", receipt}});
}

}  // namespace fz::http
