// Play records: in from screens, out to people.
#include "server/http/json_out.hpp"
#include "server/http/routes.hpp"

namespace fz::http {

Result<net::Response> send_plays(Call& call) {
  FZ_TRY(auto batch, plays::verify_batch(call.request.body, call.screen->key, call.screen->id));
  const auto count = batch.content.plays.size();
  auto stored = call.app.plays.submit(std::move(batch));
  FZ_TRY(const auto ack, stored.get());  // until the group commit that holds it; at most a few tens of milliseconds
  call.app.metrics.add("fz_plays_received_total", count);
  call.app.metrics.add("fz_plays_new_total", static_cast<std::uint64_t>(ack.added));
  return reply_text(plays::sign_receipt(ack, call.app.clock.wall(), call.app.publisher.online_key()));
}

namespace {

// Plays are kept apart from the tree of units: a person sees those of a screen of the branch, or all with the whole tree.
Result<void> check_scope(Call& call, const std::string& screen) {
  return call.app.store.read([&](const store::Tx& tx) -> Result<void> {
    if (!screen.empty()) {
      FZ_TRY(const auto found, screens::get_screen(tx.screens(), tx.accounts(), call.actor, screen));
      (void)found;
      return {};
    }
    FZ_TRY(const auto units, tx.accounts().units(""));
    for (const auto& unit : units)
      if (!call.actor.covers(unit.path)) return fail(Code::missing_field, {{"field", "screen"}});
    return {};
  });
}

}  // namespace

Result<net::Response> list_plays(Call& call) {
  plays::PlayFilter f;
  FZ_TRY(f.screen, call.query("screen"));
  FZ_TRY(f.approval, call.query("approval"));
  FZ_TRY(f.campaign, call.query("campaign"));
  FZ_TRY(f.from, call.query_time("from"));
  FZ_TRY(f.until, call.query_time("until"));
  FZ_TRY(f.after_row, call.query_number("after", 0, 0, INT64_C(1) << 53));
  FZ_TRY(const auto limit, call.query_number("limit", 100, 1, 1000));
  f.limit = static_cast<int>(limit);
  FZ_CHECK(check_scope(call, f.screen));
  FZ_TRY(const auto page, call.app.store.plays().plays(f));
  return reply({{"plays", list_json(page.rows)}, {"next", page.next_row}});
}

Result<net::Response> list_rollups(Call& call) {
  plays::RollupFilter f;
  FZ_TRY(f.screen, call.query("screen"));
  FZ_TRY(f.approval, call.query("approval"));
  FZ_TRY(f.from, call.query_time("from"));
  FZ_TRY(f.until, call.query_time("until"));
  FZ_TRY(const auto limit, call.query_number("limit", 1000, 1, 10000));
  f.limit = static_cast<int>(limit);
  FZ_CHECK(check_scope(call, f.screen));
  FZ_TRY(const auto found, call.app.store.plays().rollups(f));
  return reply({{"rollups", list_json(found)}});
}

}  // namespace fz::http
