// The WebSocket of one tab of the console, and the search over everything.
#include "server/http/json_out.hpp"
#include "server/http/routes.hpp"

namespace fz::http {
namespace {

class ConsoleTab final : public net::WsHandler {
 public:
  ConsoleTab(App& app, accounts::Actor who, std::string token) : app_(app), who_(std::move(who)), token_(std::move(token)) {}
  void on_open(const std::shared_ptr<net::WsSession>& session) override {
    if (!app_.events.open(session, who_, token_, app_.clock.wall())) session->close(1013, "too many tabs");
  }
  // The console has nothing to say here.
  void on_message(const std::shared_ptr<net::WsSession>& session, std::string_view) override {
    if (++said_ > 20) session->close(1008, "too many messages");
  }
  void on_close(const std::shared_ptr<net::WsSession>& session) override { app_.events.closed(session.get()); }

 private:
  App& app_;
  const accounts::Actor who_;
  const std::string token_;
  int said_ = 0;
};

/// A page of another origin may not listen with this browser's cookie. SameSite=Strict keeps the cookie from it already; this is for
/// what lives on the same site.
bool from_elsewhere(const Call& call) {
  const auto site = call.request.headers.get("Sec-Fetch-Site");
  if (!site.empty()) return site != "same-origin" && site != "none";
  auto origin = call.request.headers.get("Origin");
  if (origin.empty() || call.app.settings.behind_proxy) return false;  // a proxy may call us by another name
  if (const auto scheme = origin.find("://"); scheme != std::string_view::npos) origin.remove_prefix(scheme + 3);
  return origin != call.request.headers.get("Host");
}

}  // namespace

Result<std::shared_ptr<net::WsHandler>> make_events(Call& call) {
  if (from_elsewhere(call)) return fail(Code::csrf_missing);
  return std::shared_ptr<net::WsHandler>(std::make_shared<ConsoleTab>(call.app, call.actor, call.token));
}

Result<net::Response> search(Call& call) {
  FZ_TRY(const auto q, call.query("q"));
  FZ_TRY(const auto found, call.app.store.read([&](const store::Tx& tx) { return finder::search(tx.finder(), call.actor, q); }));
  json::array groups;
  for (const auto& group : found) {
    json::array hits;
    for (const auto& hit : group.hits)
      hits.emplace_back(json::object{{"id", hit.id}, {"title", hit.title}, {"note", hit.note}, {"unit", hit.unit}});
    groups.emplace_back(json::object{{"group", finder::group_name(group.noun)}, {"hits", std::move(hits)}, {"more", group.more}});
  }
  return reply({{"groups", std::move(groups)}});
}

}  // namespace fz::http
