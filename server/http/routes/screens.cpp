// Sites and screens, as staff see them.
#include "server/http/json_out.hpp"
#include "server/http/routes.hpp"
#include "server/http/titles.hpp"
#include "shared/base/id.hpp"
#include "shared/layout/layout.hpp"
#include "shared/stick/stick.hpp"

namespace fz::http {

Result<net::Response> list_sites(Call& call) {
  FZ_TRY(const auto after, call.query("after"));
  FZ_TRY(const auto limit, call.query_number("limit", 50, 1, 200));
  FZ_TRY(const auto found, call.app.store.read([&](const store::Tx& tx) {
    return tx.screens().sites(call.actor.unit_path, after, static_cast<int>(limit));
  }));
  return reply({{"sites", list_json(found)}});
}

namespace {
Result<screens::NewSite> read_site(Call& call) {
  FZ_TRY(const auto body, call.body());
  json::Reader in(body, "site");
  screens::NewSite site;
  site.unit = in.string("unit", 64);
  site.name = in.string("name", 300);
  site.region = in.string("region", 12);
  site.venue = in.string("venue", 40);
  site.zone = in.string_or("zone", "Asia/Shanghai", 60);
  site.keeper = in.string_or("keeper", "", 100);
  site.keeper_phone = in.string_or("keeper_phone", "", 40);
  site.address = in.string_or("address", "", 300);
  site.audiences = in.strings("audiences", 40, 40, false);
  FZ_CHECK(in.finish());
  return site;
}
}  // namespace

Result<net::Response> create_site(Call& call) {
  FZ_TRY(const auto site, read_site(call));
  FZ_TRY(const auto made, call.app.store.write([&](store::Tx& tx) {
    return screens::create_site(tx.screens(), tx.accounts(), tx.context(call.actor, call.now), site);
  }));
  return reply(json_of(made), 201);
}

Result<net::Response> get_site_output(Call& call) {
  FZ_TRY(const auto rules, call.app.store.read([&](const store::Tx& tx) {
    return screens::output_of(tx.screens(), tx.accounts(), call.actor, call.arg(0));
  }));
  FZ_TRY(const auto value, json::parse(rules));
  return reply(value.get_object());
}

Result<net::Response> set_site_output(Call& call) {
  FZ_TRY(const auto body, call.body());
  FZ_TRY(const auto rules, call.app.store.write([&](store::Tx& tx) {
    return screens::set_output(tx.screens(), tx.accounts(), tx.context(call.actor, call.now), call.arg(0), json::write(body));
  }));
  publish_quietly(call.app, "output rules of a site");
  FZ_TRY(const auto value, json::parse(rules));
  return reply(value.get_object());
}

Result<net::Response> change_site(Call& call) {
  FZ_TRY(const auto site, read_site(call));
  FZ_TRY(const auto changed, call.app.store.write([&](store::Tx& tx) {
    return screens::change_site(tx.screens(), tx.accounts(), tx.context(call.actor, call.now), call.arg(0), site);
  }));
  publish_quietly(call.app, "a site changed");  // its screens may belong to other campaigns now
  return reply(json_of(changed));
}

Result<net::Response> import_sites(Call& call) {
  FZ_TRY(const auto table, screens::read_site_table(call.request.body));
  FZ_TRY(const int rows, call.app.store.write([&](store::Tx& tx) {
    return screens::import_sites(tx.screens(), tx.accounts(), tx.context(call.actor, call.now), table);
  }));
  return reply({{"rows", rows}}, 201);
}

Result<net::Response> list_screens(Call& call) {
  screens::ScreenFilter f;
  f.unit_path = call.actor.unit_path;
  FZ_TRY(f.site, call.query("site"));
  FZ_TRY(f.text, call.query("text"));
  FZ_TRY(f.seen_before, call.query_time("seen_before"));
  FZ_TRY(f.after, call.query("after"));
  FZ_TRY(const auto limit, call.query_number("limit", 50, 1, 200));
  f.limit = static_cast<int>(limit);
  return call.app.store.read([&](const store::Tx& tx) -> Result<net::Response> {
    FZ_TRY(const auto lines, tx.screens().screens(f));
    json::array out;
    Titles titles(tx);
    for (const auto& line : lines) {
      out.emplace_back(json_of(line.screen, line.site_name, call.app.channels.online(line.screen.id)));
      FZ_CHECK(titles.add_playing(out.back().as_object()));
    }
    return reply({{"screens", std::move(out)}, {"approvals", titles.approvals()}});
  });
}

Result<net::Response> list_shapes(Call& call) {
  FZ_TRY(const auto sizes, call.app.store.read([&](const store::Tx& tx) { return tx.screens().zone_sizes(call.actor.unit_path); }));
  json::array out;
  for (const auto& s : sizes) {
    if (s.width <= 0 || s.height <= 0) continue;  // what a screen tells is not believed blindly
    out.emplace_back(json::object{{"width", s.width},
                                  {"height", s.height},
                                  {"shape", layout::shape_name(layout::shape_of(s.width, s.height))},
                                  {"screens", s.screens},
                                  {"example", s.example}});
  }
  return reply({{"shapes", std::move(out)}});
}

Result<net::Response> get_screen(Call& call) {
  return call.app.store.read([&](const store::Tx& tx) -> Result<net::Response> {
    FZ_TRY(const auto screen, screens::get_screen(tx.screens(), tx.accounts(), call.actor, call.arg(0)));
    FZ_TRY(const auto site, tx.screens().site(screen.site));
    return reply(json_of(screen, site ? site->name : "", call.app.channels.online(screen.id)));
  });
}

namespace {
constexpr int kPage = 200;

// Screens say with their status which list of withdrawals they have carried out.
bool has_carried_out(const screens::Screen& screen, std::int64_t version) {
  const auto status = json::parse(screen.status);
  const auto* done = status && status->is_object() ? status->as_object().if_contains("withdrawals") : nullptr;
  return done && done->is_int64() && done->as_int64() >= version;
}
}  // namespace

Result<net::Response> list_unconfirmed(Call& call) {
  screens::ScreenFilter f;
  f.unit_path = call.actor.unit_path;
  f.limit = kPage;
  FZ_TRY(f.after, call.query("after"));
  FZ_TRY(const auto limit, call.query_number("limit", 50, 1, kPage));
  FZ_TRY(const auto others, call.query("confirmed"));
  const bool want = others == "true";  // the other half: who has
  const auto published = call.app.publisher.current();
  const std::int64_t version = published->withdrawals ? published->withdrawals->version : 0;
  json::array out;
  for (bool more = true; more && static_cast<std::int64_t>(out.size()) < limit;) {
    FZ_TRY(const auto lines, call.app.store.read([&](const store::Tx& tx) { return tx.screens().screens(f); }));
    more = lines.size() == static_cast<std::size_t>(kPage);
    for (const auto& line : lines) {
      f.after = line.screen.id;
      if (line.screen.state != screens::ScreenState::active || has_carried_out(line.screen, version) != want) continue;
      auto one = json_of(line.screen, line.site_name, call.app.channels.online(line.screen.id));
      FZ_TRY(const auto site, call.app.store.read([&](const store::Tx& tx) { return tx.screens().site(line.screen.site); }));
      if (site) {  // whom to phone
        one["keeper"] = site->keeper;
        one["keeper_phone"] = site->keeper_phone;
      }
      out.emplace_back(std::move(one));
      if (static_cast<std::int64_t>(out.size()) == limit) break;
    }
  }
  return reply({{"version", version}, {"screens", std::move(out)}});
}

Result<net::Response> command_screen(Call& call) {
  FZ_TRY(const auto body, call.body());
  json::Reader in(body, "command");
  const auto command = in.string("command", 20);
  const auto value = in.integer_or("value", 0, 0, 100);
  FZ_CHECK(in.finish());
  constexpr std::string_view known[] = {"identify", "screenshot", "restart", "volume", "brightness"};
  if (std::find(std::begin(known), std::end(known), command) == std::end(known))
    return fail(Code::bad_field, {{"field", "command"}, {"what", command}});
  FZ_TRY(const auto screen, call.app.store.write([&](store::Tx& tx) -> Result<screens::Screen> {
    FZ_TRY(auto found, screens::get_screen(tx.screens(), tx.accounts(), call.actor, call.arg(0)));
    if (!call.actor.has(accounts::Role::operate)) FZ_CHECK(accounts::require(call.actor, accounts::Role::administrator));
    FZ_CHECK(tx.context(call.actor, call.now).record("screen.command", found.id, {{"command", command}, {"value", value}}));
    return found;
  }));
  const json::object message{{"m", "command"}, {"id", uuid7(call.now)}, {"command", command}, {"value", value}};
  const bool sent = call.app.channels.send(screen.id, net::text_frame(json::write(message)));
  return reply({{"sent", sent}}, 202);
}

Result<net::Response> confirm_enrolment(Call& call) {
  FZ_TRY(const auto body, call.body());
  json::Reader in(body, "enrolment");
  const auto site = in.string("site", 64);
  const auto name = in.string("name", 300);
  const auto replaces = in.string_or("replaces", "", 64);
  const bool air_gapped = in.boolean_or("air_gapped", false);
  FZ_CHECK(in.finish());
  struct Done {
    screens::Screen screen;
    std::string site_name;
  };
  FZ_TRY(const auto done, call.app.store.write([&](store::Tx& tx) -> Result<Done> {
    FZ_TRY(auto screen,
           screens::confirm_enrolment(tx.screens(), tx.accounts(), tx.context(call.actor, call.now), call.arg(0), site, name, replaces));
    if (air_gapped) {
      screen.tags.emplace_back(stick::kAirGapped);
      FZ_CHECK(tx.screens().put_screen(screen));
    }
    FZ_TRY(const auto where, tx.screens().site(screen.site));
    return Done{std::move(screen), where ? where->name : ""};
  }));
  if (!replaces.empty()) {
    call.app.tokens.forget(replaces);
    call.app.channels.drop(replaces);
  }
  publish_quietly(call.app, "enrolment");  // the new screen gets its list
  return reply(json_of(done.screen, done.site_name, false), 201);
}

}  // namespace fz::http
