// What ends with its date, and what fills the disk.
#include <sys/statvfs.h>

#include <algorithm>

#include "server/http/json_out.hpp"
#include "server/http/routes.hpp"
#include "server/setup/expiries.hpp"
#include "shared/trust/documents.hpp"
#include "shared/trust/envelope.hpp"

namespace fz::http {
namespace {

using accounts::Role;
using setup::Ends;
using setup::Expiry;

/// The list of withdrawals in force, or the renewal around it.
std::optional<UtcTime> withdrawals_end(const store::Tx& tx) {
  const auto bytes = tx.review().trust_document("withdrawals");
  if (!bytes || !*bytes) return std::nullopt;
  const auto envelope = trust::read_envelope(**bytes);
  if (!envelope) return std::nullopt;
  if (const auto list = trust::parse_withdrawals(envelope->payload)) return list->expires;
  if (const auto renewal = trust::parse_renewal(envelope->payload)) return renewal->expires;
  return std::nullopt;
}

void add_system(const Call& call, const store::Tx& tx, std::vector<Expiry>& out) {
  const auto add = [&](Ends what, std::string name, std::optional<UtcTime> ends) {
    out.push_back({what, std::string(setup::ends_name(what)), std::move(name), ends});
  };
  if (call.app.certificates) {
    const auto s = call.app.certificates->state();
    add(Ends::certificate, s.names.empty() ? s.fingerprint.substr(0, 16) : s.names.front(), s.expires);
    if (s.authority_expires) add(Ends::office_ca, s.authority.substr(0, 16), s.authority_expires);
  }
  const auto root = review::stored_root(tx.review());
  const auto reviewers = review::stored_reviewers(tx.review());
  if (root) {
    add(Ends::root, "root " + std::to_string(root->version), root->expires);
    // The online key holds as long as the root that names it; one that it does not name has ended already.
    const auto id = call.app.publisher.online_key().id();
    const bool named = std::find(root->timestamp.keyids.begin(), root->timestamp.keyids.end(), id) != root->timestamp.keyids.end();
    add(Ends::online_key, id.substr(0, 16), named ? root->expires : UtcTime{});
  }
  if (reviewers) add(Ends::reviewers, "reviewers " + std::to_string(reviewers->version), reviewers->expires);
  if (const auto ends = withdrawals_end(tx)) add(Ends::withdrawals, "withdrawals", ends);
}

Result<void> add_own(const Call& call, const store::Tx& tx, UtcTime until, std::vector<Expiry>& out) {
  for (const auto& [noun, what] : {std::pair(finder::Noun::item, Ends::approval), std::pair(finder::Noun::campaign, Ends::campaign)}) {
    FZ_TRY(auto endings, tx.finder().endings(noun, call.actor.unit_path, until));
    for (auto& e : endings) {
      const auto ends = e.at ? e.at : setup::end_of_day(e.date);
      if (ends && *ends <= until) out.push_back({what, std::move(e.id), std::move(e.title), ends});
    }
  }
  FZ_TRY(const auto tokens, tx.accounts().api_tokens(call.actor.account));
  for (const auto& t : tokens)
    if (t.expires <= until) out.push_back({Ends::token, t.id, t.name, t.expires});
  return {};
}

json::object json_of_expiry(const Expiry& e, UtcTime now) {
  const auto remedy = setup::remedy_of(e.what);
  json::object out{{"what", setup::ends_name(e.what)},
                   {"id", e.id},
                   {"name", e.name},
                   {"days", e.ends ? setup::days_left(*e.ends, now) : 0},
                   {"remedy", json::object{{"zh", remedy.zh}, {"en", remedy.en}}}};
  if (e.ends) out["ends"] = format_time(*e.ends);
  return out;
}

std::int64_t file_bytes(const fs::path& path) {
  std::error_code ec;
  const auto n = fs::file_size(path, ec);
  return ec ? 0 : static_cast<std::int64_t>(n);
}

json::array database_json(const fs::path& data) {
  json::array out;
  for (const char* name : {"fanzha.db", "plays.db"})
    out.emplace_back(json::object{{"name", name}, {"bytes", file_bytes(data / name) + file_bytes(data / (std::string(name) + "-wal"))}});
  return out;
}

Result<json::object> blobs_json(const App& app, const store::Tx& tx) {
  const auto all = app.blobs.list();
  const auto published = app.publisher.current();
  std::int64_t bytes = 0, orphans = 0, orphan_bytes = 0;
  for (const auto& blob : all) {
    bytes += static_cast<std::int64_t>(blob.length);
    FZ_TRY(const bool used, tx.library().blob_is_used(blob.sha256));
    if (used || published->is_public_blob(blob.sha256)) continue;
    ++orphans;
    orphan_bytes += static_cast<std::int64_t>(blob.length);
  }
  return json::object{
      {"count", static_cast<std::int64_t>(all.size())}, {"bytes", bytes}, {"orphans", orphans}, {"orphan_bytes", orphan_bytes}};
}

Result<void> add_machine(const App& app, const store::Tx& tx, json::object& out) {
  const fs::path& data = app.settings.data;
  struct statvfs disk {};
  if (::statvfs(data.c_str(), &disk) == 0)
    out["disk"] = json::object{{"total", static_cast<std::int64_t>(disk.f_blocks) * static_cast<std::int64_t>(disk.f_frsize)},
                               {"free", static_cast<std::int64_t>(disk.f_bavail) * static_cast<std::int64_t>(disk.f_frsize)}};
  out["databases"] = database_json(data);
  FZ_TRY(out["blobs"], blobs_json(app, tx));
  FZ_TRY(const auto packs, tx.library().pack_totals());
  out["packs"] = json::object{{"count", packs.count}, {"bytes", packs.bytes}, {"limit", library::kMaxPackBytes}};
  if (const auto text = read_file(data / kLastBackup, 4096))
    if (auto last = json::parse(*text); last && last->is_object()) out["backup"] = std::move(*last);
  return {};
}

}  // namespace

Result<net::Response> list_expiries(Call& call) {
  FZ_TRY(const auto days, call.query_number("days", 30, 1, 366));
  std::vector<Expiry> found;
  FZ_CHECK(call.app.store.read([&](const store::Tx& tx) -> Result<void> {
    if (call.actor.has(Role::administrator) || call.actor.has(Role::security)) add_system(call, tx, found);
    return add_own(call, tx, call.now + Days{days}, found);
  }));
  setup::sort_expiries(found);
  json::array out;
  for (const auto& e : found) out.emplace_back(json_of_expiry(e, call.now));
  return reply({{"expiries", std::move(out)}});
}

Result<net::Response> get_storage(Call& call) {
  return call.app.store.read([&](const store::Tx& tx) -> Result<net::Response> {
    json::object out;
    FZ_TRY(const auto all, tx.accounts().units(""));
    if (std::all_of(all.begin(), all.end(), [&](const auto& u) { return call.actor.covers(u.path); }))
      FZ_CHECK(add_machine(call.app, tx, out));
    FZ_TRY(const auto used, tx.library().bytes_by_unit(call.actor.unit_path, 200));
    json::array units;
    for (const auto& u : used)
      units.emplace_back(json::object{
          {"unit", u.unit}, {"name", u.name}, {"used", u.bytes}, {"limit", static_cast<std::int64_t>(call.app.settings.quota.max_unit)}});
    out["units"] = std::move(units);
    return reply(out);
  });
}

}  // namespace fz::http
