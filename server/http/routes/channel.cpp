// The WebSocket of one screen. Messages: README.md of this folder.
#include "server/http/routes.hpp"
#include "shared/base/log.hpp"

namespace fz::http {
namespace {

class ScreenChannel final : public net::WsHandler {
 public:
  ScreenChannel(App& app, ScreenPtr screen) : app_(app), screen_(std::move(screen)) {}

  void on_open(const std::shared_ptr<net::WsSession>& session) override {
    app_.channels.open(screen_->id, session);
    told();
    // It may have missed a publication between its last poll and now.
    session->send(net::text_frame("{\"m\":\"changed\"}"));
    if (const auto withdrawals = app_.publisher.current()->withdrawals)
      session->send(net::text_frame("{\"envelope\":" + withdrawals->bytes + ",\"m\":\"withdrawals\"}"));
    for (const auto& frame : app_.alerts.frames_for(screen_->id, app_.clock.wall())) session->send(frame);
  }

  void on_message(const std::shared_ptr<net::WsSession>& session, std::string_view text) override {
    if (app_.limiter.take("c" + screen_->id, 5, 60, app_.clock.steady()).count() > 0) {
      session->close(1008, "too many messages");
      return;
    }
    if (const auto ok = handle(text); !ok) log::warn("screen {}: {}", screen_->id, to_log(ok.error()));
  }

  void on_close(const std::shared_ptr<net::WsSession>& session) override {
    app_.channels.closed(screen_->id, session.get());
    told();
  }

 private:
  void told() { app_.events.changed({Topic::screens, finder::Noun::screen, screen_->id}); }
  Result<void> handle(std::string_view text) {
    FZ_TRY(const auto message, json::parse(text, {64 * 1024, 16}));
    json::Reader in(message, "message");
    const auto m = in.string("m", 40);
    if (m == "status") {
      const auto* status = in.object_member("status");
      FZ_CHECK(in.finish());
      auto bytes = json::write(*status);
      if (bytes.size() > 32 * 1024) return fail(Code::too_large, {{"limit", "32 KB"}});
      app_.alerts.heard_in_status(*status, screen_->id, app_.clock.wall());
      app_.board.put(screen_->id, std::move(bytes), *status, app_.clock.wall());
    } else if (m == "withdrawn") {
      const auto approvals = in.strings("approvals", 5000, 200);
      FZ_CHECK(in.finish());
      app_.metrics.add("fz_withdrawals_confirmed_total", approvals.size());
      log::info("screen {} confirms {} withdrawals", screen_->id, approvals.size());
    } else if (m == "alert") {
      alerts::Ack ack;
      ack.alert = in.string("alert_id", 128);
      ack.version = in.integer("version", 1, (std::int64_t{1} << 53) - 1);
      ack.state = in.string("state", 20);
      ack.code = in.string_or("code", "", 60);
      FZ_CHECK(in.finish());
      ack.screen = screen_->id;
      ack.at = app_.clock.wall();
      app_.events.changed({Topic::alerts, finder::Noun::alert, ack.alert});
      app_.alerts.heard(std::move(ack));
    } else if (m == "done") {
      const auto id = in.string("id", 64);
      const bool ok = in.boolean_or("ok", false);
      const auto detail = in.string_or("detail", "", 1000);
      FZ_CHECK(in.finish());
      log::info("screen {}: command {} {} {}", screen_->id, id, ok ? "done" : "failed", detail);
    } else {
      FZ_CHECK(in.finish(true));  // a newer screen may say more than we know
    }
    return {};
  }

  App& app_;
  ScreenPtr screen_;
};

}  // namespace

std::shared_ptr<net::WsHandler> make_channel(App& app, ScreenPtr screen) {
  return std::make_shared<ScreenChannel>(app, std::move(screen));
}

}  // namespace fz::http
