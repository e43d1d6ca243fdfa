// What screens ask for: enrolment, tokens, time, signed documents, blobs. Protocol: server/screens/README.md.
#include <algorithm>

#include "server/http/json_out.hpp"
#include "server/http/routes.hpp"
#include "shared/stick/stick.hpp"

namespace fz::http {
namespace {

// Shares the prebuilt bytes: nothing is copied, however many screens ask.
net::Response serve_document(const net::Request& request, const publish::DocumentPtr& document, std::string cache_control) {
  net::Response r;
  r.headers.add("ETag", document->etag);
  r.headers.add("Cache-Control", std::move(cache_control));
  if (net::etag_matches(request.headers.get("If-None-Match"), document->etag)) {
    r.status = 304;
    return r;
  }
  r.headers.add("Content-Type", "application/json");
  r.body = std::shared_ptr<const std::string>(document, &document->bytes);
  return r;
}

}  // namespace

Result<net::Response> ask_enrolment(Call& call) {
  FZ_TRY(const auto body, call.body());
  json::Reader in(body, "enrolment");
  const auto scheme = in.string("scheme", 40);
  const auto hex = in.string("public", 512);
  const auto proof_hex = in.string("proof", 512);
  const auto* info = in.object_member("info", false);
  FZ_CHECK(in.finish());
  FZ_TRY(const auto key, crypto::public_key_from_hex(scheme, hex));
  FZ_TRY(const auto proof, from_hex(proof_hex));
  const std::string info_text = info ? json::write(*info) : "{}";
  if (info_text.size() > 4096) return fail(Code::too_large, {{"limit", "4 KB"}});
  FZ_TRY(const auto asked, call.app.store.write([&](store::Tx& tx) {
    return screens::ask_enrolment(tx.screens(), key, proof, call.request.remote, info_text, call.now,
                                  screens::kEnrolmentsPerAddress * call.app.settings.machines_per_address);
  }));
  return reply({{"code", asked.code}, {"expires", format_time(asked.expires)}});
}

Result<net::Response> get_enrolment(Call& call) {
  FZ_TRY(const auto device, call.query("device"));
  return call.app.store.read([&](const store::Tx& tx) -> Result<net::Response> {
    FZ_TRY(const auto e, screens::enrolment_state(tx.screens(), call.arg(0), device, call.now));
    if (e.screen.empty()) return reply({{"state", "pending"}});
    FZ_TRY(const auto screen, tx.screens().screen(e.screen));
    if (!screen) return fail(Code::not_found, {{"what", e.screen}});
    FZ_TRY(const auto site, tx.screens().site(screen->site));
    if (!site) return fail(Code::not_found, {{"what", screen->site}});
    const bool air_gapped = std::find(screen->tags.begin(), screen->tags.end(), stick::kAirGapped) != screen->tags.end();
    return reply({{"state", "enrolled"},
                  {"air_gapped", air_gapped},
                  {"screen", screen->id},
                  {"name", screen->name},
                  {"site", site->id},
                  {"site_name", site->name},
                  {"venue", site->venue},
                  {"region", site->region},
                  {"zone", site->zone}});
  });
}

Result<net::Response> get_challenge(Call& call) {
  FZ_TRY(const auto body, call.body());
  json::Reader in(body, "challenge");
  const auto device = in.string("device", 64);
  FZ_CHECK(in.finish());
  FZ_TRY(const auto nonce, call.app.store.write([&](store::Tx& tx) { return screens::make_challenge(tx.screens(), device, call.now); }));
  return reply({{"nonce", nonce}});
}

Result<net::Response> get_token(Call& call) {
  FZ_TRY(const auto body, call.body());
  json::Reader in(body, "token");
  const auto device = in.string("device", 64);
  const auto nonce = in.string("nonce", 64);
  const auto boot = in.string("boot", 64);
  const auto signature_hex = in.string("signature", 512);
  FZ_CHECK(in.finish());
  FZ_TRY(const auto signature, from_hex(signature_hex));
  FZ_TRY(const auto granted, call.app.store.write([&](store::Tx& tx) {
    return screens::grant_token(tx.screens(), tx.audit(), device, nonce, boot, signature, call.now);
  }));
  if (granted.clone_alarm) call.app.metrics.add("fz_clone_alarms_total");
  return reply({{"token", granted.token}, {"expires", format_time(granted.expires)}, {"screen", granted.screen.id}});
}

Result<net::Response> attest_time(Call& call) {
  FZ_TRY(const auto body, call.body());
  json::Reader in(body, "time");
  const auto nonce = in.string("nonce", 128);
  FZ_CHECK(in.finish());
  if (nonce.size() < 32 || !from_hex(nonce)) return fail(Code::bad_field, {{"field", "nonce"}, {"what", "32..128 hex"}});
  const auto payload = trust::write_time_answer({nonce, call.app.clock.wall()});
  return reply_text(trust::write_envelope(trust::sign(trust::kTimeType, payload, {&call.app.publisher.online_key()})));
}

Result<net::Response> get_timestamp(Call& call) {
  const auto published = call.app.publisher.current();
  const auto it = published->timestamps.find(call.screen->id);
  if (it == published->timestamps.end()) return fail(Code::not_found, {{"what", "timestamp"}});
  return serve_document(call.request, it->second, "private, no-cache");
}

Result<net::Response> get_metadata(Call& call) {
  const auto published = call.app.publisher.current();
  const auto it = published->metadata.find(call.arg(0));
  if (it == published->metadata.end()) return fail(Code::not_found, {{"what", call.arg(0)}});
  return serve_document(call.request, it->second, "public, max-age=31536000, immutable");  // the version is in the name
}

Result<net::Response> get_blob(Call& call) {
  const auto& name = call.arg(0);
  if (!is_sha256_hex(name) || !call.app.publisher.current()->is_public_blob(name))
    return fail(Code::not_found, {{"what", name.substr(0, 64)}});
  FZ_TRY(const auto file, call.app.files.open(call.app.blobs, name));
  return net::serve_file(call.request, file.fd, file.length,
                         {"\"" + name + "\"", "application/octet-stream", "private, max-age=31536000, immutable"});
}

Result<net::Response> report_status(Call& call) {
  FZ_TRY(const auto body, call.body());
  if (!body.is_object() || call.request.body.size() > 32 * 1024) return fail(Code::bad_field, {{"field", "status"}, {"what", "32 KB"}});
  call.app.alerts.heard_in_status(body, call.screen->id, call.now);
  call.app.board.put(call.screen->id, json::write(body), body, call.now);
  return no_content();
}

}  // namespace fz::http
