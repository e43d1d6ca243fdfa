// Items between levels of the tree, and their versions.
#include <algorithm>

#include "server/http/json_out.hpp"
#include "server/http/routes.hpp"
#include "server/library/diff.hpp"

namespace fz::http {

Result<net::Response> offer_item(Call& call) {
  FZ_TRY(const auto body, call.body());
  json::Reader in(body, "offer");
  const auto unit = in.string("unit", 64);
  const auto note = in.string_or("note", "", 2000);
  FZ_CHECK(in.finish());
  FZ_TRY(const auto made, call.app.store.write([&](store::Tx& tx) {
    return library::offer_item(tx.library(), tx.accounts(), tx.context(call.actor, call.now), call.arg(0), unit, note);
  }));
  return reply(json_of(made), 201);
}

Result<net::Response> list_offers(Call& call) {
  FZ_TRY(const auto name, call.query("state"));
  std::optional<library::OfferState> state;
  for (const auto s : {library::OfferState::waiting, library::OfferState::accepted, library::OfferState::declined})
    if (library::offer_state_name(s) == name) state = s;
  if (!name.empty() && !state) return fail(Code::bad_field, {{"field", "state"}, {"what", name}});
  FZ_TRY(const auto all, call.app.store.read([&](const store::Tx& tx) { return tx.library().offers(call.actor.unit_path, state); }));
  return reply({{"offers", list_json(all)}});
}

Result<net::Response> decide_offer(Call& call) {
  FZ_TRY(const auto body, call.body());
  json::Reader in(body, "decision");
  const auto act = in.string("act", 20);
  const auto answer = in.string_or("answer", "", 2000);
  FZ_CHECK(in.finish());
  if (act != "accept" && act != "decline") return fail(Code::bad_field, {{"field", "act"}, {"what", "accept, decline"}});
  FZ_TRY(const auto done, call.app.store.write([&](store::Tx& tx) {
    return library::decide_offer(tx.library(), tx.accounts(), tx.context(call.actor, call.now), call.arg(0), act == "accept", answer);
  }));
  return reply(json_of(done));
}

Result<net::Response> list_shares(Call& call) {
  FZ_TRY(const auto all, call.app.store.read([&](const store::Tx& tx) -> Result<std::vector<library::Share>> {
    FZ_TRY(const auto item, library::get_item(tx.library(), tx.accounts(), call.actor, call.arg(0)));
    return tx.library().shares(item.id);
  }));
  return reply({{"shares", list_json(all)}});
}

Result<net::Response> share_item(Call& call) {
  FZ_CHECK(call.app.store.write([&](store::Tx& tx) {
    return library::share_item(tx.library(), tx.accounts(), tx.context(call.actor, call.now), call.arg(0), call.arg(1));
  }));
  return no_content();
}

Result<net::Response> unshare_item(Call& call) {
  FZ_CHECK(call.app.store.write([&](store::Tx& tx) {
    return library::unshare_item(tx.library(), tx.accounts(), tx.context(call.actor, call.now), call.arg(0), call.arg(1));
  }));
  return no_content();
}

namespace {

struct Version {
  std::vector<library::Rendition> renditions;
  std::vector<review::Decision> decisions;
  std::optional<review::StoredApproval> approval;
  std::string title;  ///< as it stood in what was to be signed; empty before that
};

Result<Version> read_version(const store::Tx& tx, const library::Item& item, int version) {
  Version out;
  FZ_TRY(out.renditions, tx.library().renditions(item.id, version));
  FZ_TRY(out.decisions, tx.review().decisions(item.id, version));
  FZ_TRY(out.approval, tx.review().approval_of(item.id, version));
  FZ_TRY(const auto statement, tx.review().statement(item.id, version));
  if (statement) {
    FZ_TRY(const auto a, trust::parse_approval(*statement));
    out.title = a.title;
  } else if (version == item.version) {
    out.title = item.title;
  }
  return out;
}

/// One line a fact: for texts every member of the document, for media every rendition.
Result<std::vector<std::string>> lines_of(App& app, const Version& v) {
  std::vector<std::string> out;
  if (!v.title.empty()) out.push_back("title: " + v.title);
  for (const auto& r : v.renditions) {
    if (r.profile == "text") {
      FZ_TRY(const auto bytes, app.blobs.read(r.sha256, 1 << 20));
      FZ_TRY(const auto document, json::parse(bytes));
      library::flatten(document, "", out);
      continue;
    }
    out.push_back(r.profile + ": " + r.mime + " " + std::to_string(r.width) + "x" + std::to_string(r.height) + " " +
                  std::to_string(r.duration_ms) + " ms " + r.sha256);
  }
  return out;
}

}  // namespace

Result<net::Response> list_versions(Call& call) {
  return call.app.store.read([&](const store::Tx& tx) -> Result<net::Response> {
    FZ_TRY(const auto item, library::get_item(tx.library(), tx.accounts(), call.actor, call.arg(0)));
    json::array out;
    for (int n = 1; n <= item.version; ++n) {
      FZ_TRY(const auto v, read_version(tx, item, n));
      json::object one{{"version", n}, {"title", v.title}, {"renditions", list_json(v.renditions)}, {"decisions", list_json(v.decisions)}};
      if (v.approval) one["approval_id"] = v.approval->approval_id;
      out.emplace_back(std::move(one));
    }
    return reply({{"versions", std::move(out)}});
  });
}

Result<net::Response> diff_versions(Call& call) {
  struct Pair {
    int from = 0, to = 0;
    Version before, after;
  };
  FZ_TRY(const auto pair, call.app.store.read([&](const store::Tx& tx) -> Result<Pair> {
    FZ_TRY(const auto item, library::get_item(tx.library(), tx.accounts(), call.actor, call.arg(0)));
    FZ_TRY(const auto to, call.query_number("to", item.version, 1, item.version));
    FZ_TRY(const auto from, call.query_number("from", std::max<std::int64_t>(1, to - 1), 1, item.version));
    Pair p{static_cast<int>(from), static_cast<int>(to), {}, {}};
    FZ_TRY(p.before, read_version(tx, item, p.from));
    FZ_TRY(p.after, read_version(tx, item, p.to));
    return p;
  }));
  FZ_TRY(const auto before, lines_of(call.app, pair.before));
  FZ_TRY(const auto after, lines_of(call.app, pair.after));
  json::array out;
  for (const auto& line : library::diff(before, after))
    out.emplace_back(json::object{{"op", std::string(1, line.op)}, {"text", line.text}});
  return reply({{"from", pair.from}, {"to", pair.to}, {"lines", std::move(out)}});
}

}  // namespace fz::http
