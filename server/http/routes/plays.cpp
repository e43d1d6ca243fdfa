// Play records: in from screens, out to people.
#include "server/http/json_out.hpp"
#include "server/http/routes.hpp"
#include "server/http/titles.hpp"
#include "server/reports/reports.hpp"
#include "shared/schedule/resolve.hpp"

namespace fz::http {

Result<net::Response> send_plays(Call& call) {
  FZ_TRY(auto batch, plays::verify_batch(call.request.body, call.screen->key, call.screen->id));
  const auto count = batch.content.plays.size();
  auto stored = call.app.plays.submit(std::move(batch));
  FZ_TRY(const auto ack, stored.get());  // until the group commit that holds it; at most a few tens of milliseconds
  call.app.metrics.add("fz_plays_received_total", count);
  if (ack.added > 0) call.app.events.changed({Topic::plays, finder::Noun::screen, call.screen->id});
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

// What people call the items and screens of these rows.
template <class Rows, class Ids>
Result<std::pair<json::object, json::object>> names_of(const Call& call, const Rows& rows, Ids ids) {
  return call.app.store.read([&](const store::Tx& tx) -> Result<std::pair<json::object, json::object>> {
    Titles titles(tx);
    for (const auto& row : rows) {
      const auto [approval, screen] = ids(row);
      FZ_CHECK(titles.add_approval(approval));
      FZ_CHECK(titles.add_screen(screen));
    }
    return std::pair{titles.approvals(), titles.screens()};
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
  FZ_TRY(const auto names, names_of(call, page.rows, [](const plays::PlayRow& r) { return std::pair{r.play.approval_id, r.screen}; }));
  return reply({{"plays", list_json(page.rows)}, {"next", page.next_row}, {"approvals", names.first}, {"names", names.second}});
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
  FZ_TRY(const auto names, names_of(call, found, [](const plays::Rollup& r) { return std::pair{r.approval, r.screen}; }));
  return reply({{"rollups", list_json(found)}, {"approvals", names.first}, {"names", names.second}});
}

// One hour after the other, so that no answer of the store is cut short.
Result<net::Response> get_report(Call& call) {
  constexpr int kMostRows = 10000;
  plays::RollupFilter f;
  FZ_TRY(const auto month, call.query("month"));
  FZ_TRY(const auto format, call.query("format"));
  FZ_TRY(f.screen, call.query("screen"));
  FZ_TRY(const auto zone_name, call.query("zone"));
  FZ_TRY(const auto zone, schedule::TimeZone::find(zone_name.empty() ? "Asia/Shanghai" : zone_name));
  FZ_CHECK(check_scope(call, f.screen));
  FZ_TRY(const auto span, reports::month_in(zone, month));
  reports::Month report(month, zone);
  f.limit = kMostRows;
  for (UtcTime hour = span.first; hour < span.second; hour += std::chrono::hours(1)) {
    f.from = hour;
    f.until = hour + std::chrono::hours(1);
    FZ_TRY(const auto rows, call.app.store.plays().rollups(f));
    if (rows.size() == static_cast<std::size_t>(kMostRows)) return fail(Code::too_large, {{"limit", std::to_string(kMostRows)}});
    for (const auto& row : rows) report.add(row);
  }
  const auto named = call.app.store.read([&](const store::Tx& tx) -> Result<void> {
    Titles titles(tx);
    for (const auto& [approval, screen] : report.keys()) {
      FZ_CHECK(titles.add_approval(approval));
      FZ_CHECK(titles.add_screen(screen));
    }
    report.name(titles.title_texts(), titles.screen_texts());
    return {};
  });
  FZ_CHECK(named);
  const bool sheet = format != "csv";
  FZ_TRY(auto bytes, sheet ? report.xlsx() : Result<std::string>(report.csv()));
  auto r = net::make_response(200, sheet ? "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" : "text/csv; charset=utf-8",
                              std::move(bytes));
  r.headers.add("Content-Disposition", "attachment; filename=\"plays-" + month + (sheet ? ".xlsx\"" : ".csv\""));
  r.headers.add("Cache-Control", "private, no-store");
  return r;
}

}  // namespace fz::http
