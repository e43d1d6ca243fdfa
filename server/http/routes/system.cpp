// The trail, the catalogue of errors, health and metrics.
#include "server/http/json_out.hpp"
#include "server/http/routes.hpp"

namespace fz::http {

Result<net::Response> list_audit(Call& call) {
  using accounts::Role;
  if (!call.actor.has(Role::inspect)) FZ_CHECK(accounts::require(call.actor, Role::administrator));
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
