// The trail, the catalogue of errors, health and metrics.
#include <algorithm>

#include "server/audit/export.hpp"
#include "server/http/json_out.hpp"
#include "server/http/routes.hpp"
#include "shared/trust/envelope.hpp"

namespace fz::http {

Result<net::Response> list_audit(Call& call) {
  using accounts::Role;
  if (!call.actor.has(Role::inspect)) FZ_CHECK(accounts::require(call.actor, Role::auditor));
  audit::Filter f;
  FZ_TRY(f.action_prefix, call.query("action"));
  FZ_TRY(f.object, call.query("object"));
  FZ_TRY(f.before_seq, call.query_number("before", 0, 0, INT64_C(1) << 53));
  FZ_TRY(const auto limit, call.query_number("limit", 100, 1, 1000));
  f.limit = static_cast<int>(limit);
  FZ_TRY(const auto entries, call.app.store.read([&](const store::Tx& tx) -> Result<std::vector<audit::Entry>> {
    FZ_TRY(const auto all, tx.accounts().units(""));
    bool whole_tree = true;
    for (const auto& unit : all) {
      if (call.actor.covers(unit.path))
        f.units.push_back(unit.id);
      else
        whole_tree = false;
    }
    if (whole_tree) f.units.clear();  // entries without a unit, too
    return tx.audit().list(f);
  }));
  return reply({{"entries", list_json(entries)}});
}

namespace {

/// The chain is one for the whole tree: who takes it away sees everything.
Result<void> require_whole_trail(const Call& call, const store::Tx& tx) {
  FZ_CHECK(accounts::require(call.actor, accounts::Role::auditor));
  FZ_TRY(const auto all, tx.accounts().units(""));
  for (const auto& unit : all)
    if (!call.actor.covers(unit.path)) return fail(Code::forbidden_role, {{"role", "auditor (" + all.front().name + ")"}});
  return {};
}

/// The online key and those of earlier roots: older checkpoints were signed by older ones.
Result<std::vector<crypto::PublicKey>> online_keys(const Call& call, const store::Tx& tx) {
  std::vector<crypto::PublicKey> out{call.app.publisher.online_key().public_key()};
  const auto latest = review::stored_root(tx.review());
  for (std::int64_t n = latest ? latest->version : 0; n > 0; --n) {
    FZ_TRY(const auto bytes, tx.review().trust_document("root." + std::to_string(n)));
    if (!bytes) break;
    FZ_TRY(const auto envelope, trust::read_envelope(*bytes));
    FZ_TRY(const auto root, trust::parse_root(envelope.payload));
    for (const auto& id : root.timestamp.keyids)
      if (const auto key = root.keys.find(id); key != root.keys.end() && std::find(out.begin(), out.end(), key->second) == out.end())
        out.push_back(key->second);
  }
  return out;
}

}  // namespace

Result<net::Response> make_checkpoint(Call& call) {
  FZ_TRY(const auto made, call.app.store.write([&](store::Tx& tx) -> Result<std::optional<audit::Checkpoint>> {
    FZ_CHECK(require_whole_trail(call, tx));
    return audit::make_checkpoint(tx.audit(), call.app.publisher.online_key(), call.now);
  }));
  FZ_TRY(const auto last, call.app.store.read([](const store::Tx& tx) { return tx.audit().last_checkpoint(); }));
  if (!last) return fail(Code::not_found, {{"what", "checkpoint"}});
  return reply({{"seq", last->seq}, {"at", format_time(last->at)}, {"new", made.has_value()}});
}

Result<net::Response> export_audit(Call& call) {
  constexpr std::int64_t kPage = 2000;
  FZ_TRY(const auto from, call.query_number("from", 1, 1, INT64_C(1) << 53));
  return call.app.store.read([&](const store::Tx& tx) -> Result<net::Response> {
    FZ_CHECK(require_whole_trail(call, tx));
    std::string prev(audit::kChainStart);
    if (from > 1) {
      FZ_TRY(const auto before, tx.audit().read_from(from - 1, 1));
      if (before.empty() || before.front().seq != from - 1) return fail(Code::not_found, {{"what", std::to_string(from)}});
      prev = before.front().hash;
    }
    FZ_TRY(const auto entries, tx.audit().read_from(from, kPage));
    FZ_TRY(const auto keys, online_keys(call, tx));
    const std::int64_t last = entries.empty() ? from - 1 : entries.back().seq;
    FZ_TRY(const auto checkpoints, tx.audit().checkpoints(from, last));
    // Lines of the file, ready: each checkpoint behind the entry that it signs.
    json::array lines;
    auto c = checkpoints.begin();
    for (const auto& e : entries) {
      lines.emplace_back(audit::export_line(e));
      for (; c != checkpoints.end() && c->seq <= e.seq; ++c) lines.emplace_back(c->envelope);
    }
    return reply({{"header", audit::export_header(prev, from, keys, call.now)},
                  {"lines", std::move(lines)},
                  {"entries", static_cast<std::int64_t>(entries.size())},
                  {"last", last},
                  {"hash", entries.empty() ? prev : entries.back().hash},
                  {"next", static_cast<std::int64_t>(entries.size()) == kPage ? last + 1 : 0}});
  });
}

Result<net::Response> list_errors(Call&) {
  json::array out;
  for (const auto code : all_codes())
    out.emplace_back(json::object{{"code", code_name(code)},
                                  {"status", http_status(code)},
                                  {"zh", code_template(code, Lang::zh)},
                                  {"en", code_template(code, Lang::en)}});
  auto r = reply({{"errors", std::move(out)}});
  r.headers.set("Cache-Control", "public, max-age=3600");
  return r;
}

Result<net::Response> healthz(Call&) {
  return net::make_response(200, "text/plain; charset=utf-8", "ok\n");
}

Result<net::Response> readyz(Call& call) {
  if (const auto ok = call.app.ready(); !ok)
    return net::make_response(503, "text/plain; charset=utf-8",
                              message(ok.error(), Lang::zh) + "\n" + message(ok.error(), Lang::en) + "\n");
  return net::make_response(200, "text/plain; charset=utf-8", "ready\n");
}

Result<net::Response> get_metrics(Call& call) {
  App& app = call.app;
  std::string text = app.metrics.text();
  text += Metrics::line("fz_channels_open", "gauge", static_cast<double>(app.channels.count()));
  text += Metrics::line("fz_published_version", "gauge", static_cast<double>(app.publisher.current()->version));
  text += Metrics::line("fz_blob_bytes", "gauge", static_cast<double>(app.blobs.total()));
  if (const auto totals = app.store.plays().totals()) text += Metrics::line("fz_plays_stored", "gauge", static_cast<double>(totals->plays));
  const auto queued = app.store.read([](const store::Tx& tx) { return tx.library().jobs_in(library::JobState::queued); });
  if (queued) text += Metrics::line("fz_jobs_queued", "gauge", static_cast<double>(queued->size()));
  auto r = net::make_response(200, "text/plain; version=0.0.4; charset=utf-8", std::move(text));
  r.headers.add("Cache-Control", "no-store");
  return r;
}

}  // namespace fz::http
