// Campaigns and publishing.
#include <algorithm>
#include <charconv>

#include "server/http/json_out.hpp"
#include "server/http/routes.hpp"
#include "server/http/titles.hpp"
#include "shared/base/log.hpp"

namespace fz::http {

Result<publish::Delta> publish_now(App& app) {
  FZ_TRY(auto delta, app.publisher.run(app.clock.wall()));
  app.metrics.add("fz_publications_total");
  const auto frame = net::text_frame("{\"m\":\"changed\"}");
  for (const auto& screen : delta.screens) {
    app.channels.send(screen, frame);
    app.events.changed({Topic::publish, finder::Noun::screen, screen});
  }
  return delta;
}

void publish_quietly(App& app, std::string_view why) {
  if (const auto done = publish_now(app); !done) log::warn("not published after {}: {}", why, to_log(done.error()));
}

Result<net::Response> list_campaigns(Call& call) {
  FZ_TRY(const auto before, call.query("before"));
  FZ_TRY(const auto limit, call.query_number("limit", 50, 1, 200));
  FZ_TRY(const auto found, call.app.store.read([&](const store::Tx& tx) {
    return tx.campaigns().campaigns(call.actor.unit_path, before, static_cast<int>(limit));
  }));
  return reply({{"campaigns", list_json(found)}});
}

Result<net::Response> create_campaign(Call& call) {
  FZ_TRY(const auto body, call.body());
  FZ_TRY(const auto draft, campaigns::from_json(body));
  FZ_TRY(const auto made,
         call.app.store.write([&](store::Tx& tx) { return campaigns::create(tx.campaigning(), tx.context(call.actor, call.now), draft); }));
  return reply(json_of(made), 201);
}

Result<net::Response> get_campaign(Call& call) {
  FZ_TRY(const auto found,
         call.app.store.read([&](const store::Tx& tx) { return campaigns::get(tx.campaigns(), tx.accounts(), call.actor, call.arg(0)); }));
  auto r = reply(json_of(found));
  r.headers.add("ETag", "\"" + std::to_string(found.revision) + "\"");
  return r;
}

Result<net::Response> change_campaign(Call& call) {
  FZ_TRY(const auto body, call.body());
  FZ_TRY(const auto draft, campaigns::from_json(body));
  std::int64_t revision = 0;
  auto if_match = call.request.headers.get("If-Match");
  if (!if_match.empty()) {
    while (if_match.starts_with('"')) if_match.remove_prefix(1);
    while (if_match.ends_with('"')) if_match.remove_suffix(1);
    const auto [end, ec] = std::from_chars(if_match.data(), if_match.data() + if_match.size(), revision);
    if (ec != std::errc{} || end != if_match.data() + if_match.size() || revision < 1)
      return fail(Code::bad_field, {{"field", "If-Match"}, {"what", "\"7\""}});
  }
  FZ_TRY(const auto changed, call.app.store.write([&](store::Tx& tx) {
    return campaigns::change(tx.campaigning(), tx.context(call.actor, call.now), call.arg(0), draft, revision);
  }));
  return reply(json_of(changed));
}

Result<net::Response> set_campaign_state(Call& call) {
  FZ_TRY(const auto body, call.body());
  json::Reader in(body, "state");
  const auto name = in.string("state", 20);
  FZ_CHECK(in.finish());
  const auto state = campaigns::state_from_name(name);
  if (!state) return fail(Code::bad_field, {{"field", "state"}, {"what", name}});
  FZ_TRY(const auto changed, call.app.store.write([&](store::Tx& tx) {
    return campaigns::set_state(tx.campaigning(), tx.context(call.actor, call.now), call.arg(0), *state);
  }));
  return reply(json_of(changed));
}

namespace {
json::array warnings_json(const std::vector<std::string>& zh, const std::vector<std::string>& en) {
  json::array out;
  for (std::size_t i = 0; i < zh.size(); ++i) out.emplace_back(json::object{{"zh", zh[i]}, {"en", i < en.size() ? en[i] : ""}});
  return out;
}
constexpr std::size_t kNames = 5;  // of screens that stand for the rest

Result<json::object> json_of(const publish::Preview::Change& change, const store::Tx& tx) {
  Titles titles(tx);
  for (const auto* list : {&change.added, &change.removed})
    for (const auto& id : *list) FZ_CHECK(titles.add_approval(id));
  for (std::size_t i = 0; i < std::min(kNames, change.screens.size()); ++i) FZ_CHECK(titles.add_screen(change.screens[i]));
  const auto named = [](const std::vector<std::string>& ids, const std::map<std::string, std::string>& words, std::size_t most) {
    json::array out;
    for (std::size_t i = 0; i < std::min(most, ids.size()); ++i) {
      const auto it = words.find(ids[i]);
      out.emplace_back(it == words.end() ? ids[i] : it->second);
    }
    return out;
  };
  return json::object{{"screens", static_cast<std::int64_t>(change.screens.size())},
                      {"names", named(change.screens, titles.screen_texts(), kNames)},
                      {"added", named(change.added, titles.title_texts(), change.added.size())},
                      {"removed", named(change.removed, titles.title_texts(), change.removed.size())}};
}
}  // namespace

Result<net::Response> preview_publication(Call& call) {
  FZ_TRY(auto preview, call.app.publisher.preview(call.actor.unit_path, call.now));
  json::array changes;
  FZ_CHECK(call.app.store.read([&](const store::Tx& tx) -> Result<void> {
    for (const auto& change : preview.changes) {
      FZ_TRY(auto one, json_of(change, tx));
      changes.emplace_back(std::move(one));
    }
    return {};
  }));
  return reply({{"screens", preview.screens},
                {"unchanged", preview.unchanged},
                {"elsewhere", preview.elsewhere},
                {"changes", std::move(changes)},
                {"warnings", warnings_json(preview.warnings_zh, preview.warnings_en)}});
}

Result<net::Response> publish(Call& call) {
  if (!call.request.body.empty()) {
    FZ_TRY(const auto body, call.body());
    json::Reader in(body, "publish");
    FZ_CHECK(in.finish());
  }
  FZ_TRY(const auto delta, publish_now(call.app));
  return reply({{"version", delta.published->version},
                {"screens", static_cast<std::int64_t>(delta.screens.size())},
                {"cohorts", delta.cohorts_compiled},
                {"warnings", warnings_json(delta.warnings_zh, delta.warnings_en)}});
}

}  // namespace fz::http
