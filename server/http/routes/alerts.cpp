// Urgent take-over: sent over the channels first, published afterwards. Flow: server/alerts/README.md.
#include "server/http/json_out.hpp"
#include "server/http/routes.hpp"
#include "shared/base/log.hpp"

namespace fz::http {
namespace {

// {"alert":…,"approval":…,"text":…}: all that a screen needs to show the card. A cancellation needs the document only.
Result<net::Frame> frame_of(App& app, const store::Tx& tx, const alerts::Alert& a) {
  const auto payload = trust::write_alert(a.document);
  const auto envelope = trust::write_envelope(trust::sign(trust::kAlertType, payload, {&app.publisher.online_key()}));
  std::string text = "{\"alert\":" + envelope;
  if (!a.document.cancelled) {
    FZ_TRY(const auto approval, tx.review().approval(a.document.approval_id));
    if (!approval) return fail(Code::not_found, {{"what", a.document.approval_id}});
    FZ_TRY(const auto inside, trust::read_envelope(approval->envelope));
    FZ_TRY(const auto value, trust::parse_approval(inside.payload));
    FZ_TRY(const auto card, app.blobs.read(value.renditions.front().sha256, 256 * 1024));
    text += ",\"approval\":" + approval->envelope + ",\"text\":" + json::write(json::value(card));
  }
  return net::text_frame(text + ",\"m\":\"alert\"}");
}

struct Sending {
  alerts::Alert alert;
  net::Frame frame;
  std::vector<std::string> screens;
};
Result<Sending> sending(App& app, const store::Tx& tx, alerts::Alert alert) {
  Sending out{std::move(alert), {}, {}};
  FZ_TRY(out.frame, frame_of(app, tx, out.alert));
  FZ_TRY(out.screens, alerts::screens_of(out.alert, tx.screens(), tx.accounts()));
  return out;
}

// The screens first: publishing compiles and signs for all of them.
std::int64_t push(App& app, const Sending& s) {
  app.alerts.put(s.alert.id, s.frame, s.screens, s.alert.document.expires);
  std::int64_t told = 0;
  log::info("alert {} version {}: pushing to {} screens", s.alert.id, s.alert.document.version, s.screens.size());
  for (const auto& screen : s.screens) told += app.channels.send(screen, s.frame) ? 1 : 0;
  log::info("alert {} version {}: {} of them have a channel", s.alert.id, s.alert.document.version, told);
  return told;
}

json::object answer(const Sending& s, std::int64_t told, UtcTime now) {
  auto out = json_of(s.alert, now);
  out["targets"] = static_cast<std::int64_t>(s.screens.size());
  out["pushed"] = told;
  return out;
}

}  // namespace

json::object json_of(const alerts::Alert& a, UtcTime now) {
  auto out = alerts::to_json(a.what);
  out["id"] = a.id;
  out["unit"] = a.unit;
  out["title"] = a.title;
  out["version"] = a.document.version;
  out["state"] = a.document.cancelled ? "cancelled" : now < a.document.expires ? "active" : "ended";
  out["issued"] = format_time(a.document.issued);
  out["expires"] = format_time(a.document.expires);
  return out;
}

Result<void> load_alerts(App& app) {
  const auto now = app.clock.wall();
  FZ_TRY(const auto all, app.store.read([&](const store::Tx& tx) -> Result<std::vector<Sending>> {
    std::vector<Sending> out;
    FZ_TRY(auto unended, tx.alerts().unended(now));
    for (auto& a : unended) {
      auto s = sending(app, tx, std::move(a));
      if (s)
        out.push_back(*std::move(s));
      else
        log::error("alert: {}", to_log(s.error()));
    }
    return out;
  }));
  for (const auto& s : all) app.alerts.put(s.alert.id, s.frame, s.screens, s.alert.document.expires);
  return {};
}

Result<net::Response> list_alerts(Call& call) {
  FZ_TRY(const auto before, call.query("before"));
  FZ_TRY(const auto limit, call.query_number("limit", 50, 1, 200));
  FZ_TRY(const auto found, call.app.store.read([&](const store::Tx& tx) {
    return tx.alerts().alerts(call.actor.unit_path, before, static_cast<int>(limit));
  }));
  return reply({{"alerts", list_json(found, call.now)}});
}

Result<net::Response> send_alert(Call& call) {
  FZ_TRY(const auto body, call.body());
  FZ_TRY(const auto draft, alerts::draft_from_json(body));
  FZ_TRY(const auto s, call.app.store.write([&](store::Tx& tx) -> Result<Sending> {
    FZ_TRY(auto made, alerts::create(tx.alerting(), tx.context(call.actor, call.now), draft));
    return sending(call.app, tx, std::move(made));
  }));
  const auto told = push(call.app, s);
  publish_quietly(call.app, "alert");
  return reply(answer(s, told, call.now), 201);
}

Result<net::Response> cancel_alert(Call& call) {
  FZ_TRY(const auto s, call.app.store.write([&](store::Tx& tx) -> Result<Sending> {
    FZ_TRY(auto cancelled, alerts::cancel(tx.alerting(), tx.context(call.actor, call.now), call.arg(0)));
    return sending(call.app, tx, std::move(cancelled));
  }));
  const auto told = push(call.app, s);
  publish_quietly(call.app, "alert");
  return reply(answer(s, told, call.now));
}

Result<net::Response> get_alert(Call& call) {
  FZ_CHECK(call.app.alerts.flush(call.app.store));
  return call.app.store.read([&](const store::Tx& tx) -> Result<net::Response> {
    FZ_TRY(const auto alert, alerts::get(tx.alerts(), tx.accounts(), call.actor, call.arg(0)));
    FZ_TRY(const auto screens, alerts::screens_of(alert, tx.screens(), tx.accounts()));
    FZ_TRY(const auto acks, tx.alerts().acks(alert.id));
    std::map<std::string, const alerts::Ack*> said;
    for (const auto& ack : acks) said[ack.screen] = &ack;
    auto out = json_of(alert, call.now);
    json::array lines;
    std::int64_t confirmed = 0;
    for (const auto& id : screens) {
      FZ_TRY(const auto screen, tx.screens().screen(id));
      const auto it = said.find(id);
      // An answer to an earlier version is none to this one.
      const auto* ack = it != said.end() && it->second->version == alert.document.version ? it->second : nullptr;
      json::object line{{"screen", id},
                        {"name", screen ? screen->name : ""},
                        {"online", call.app.channels.online(id)},
                        {"state", ack ? ack->state : "none"}};
      if (ack) line["at"] = format_time(ack->at);
      if (ack && !ack->code.empty()) line["code"] = ack->code;
      confirmed += ack && ack->state != "refused" && ack->state != "ready" ? 1 : 0;
      lines.emplace_back(std::move(line));
    }
    out["confirmed"] = confirmed;
    out["screens"] = std::move(lines);
    return reply(out);
  });
}

}  // namespace fz::http
