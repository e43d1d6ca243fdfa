// "What may play on this screen at time T, with what share, and why not the rest": the list that is published for it, read by
// the code that the screen itself decides with.
#include "server/http/json_out.hpp"
#include "server/http/routes.hpp"
#include "server/http/titles.hpp"
#include "shared/schedule/resolve.hpp"

namespace fz::http {
namespace {

Result<trust::Envelope> served(const publish::Published& published, const std::string& name) {
  const auto it = published.metadata.find(name);
  if (it == published.metadata.end()) return fail(Code::not_found, {{"what", name}});
  return trust::read_envelope(it->second->bytes, trust::kMaxTargets);
}

struct ScreenList {
  schedule::Playlist playlist;
  std::string zone;
};

// Timestamp -> snapshot -> targets -> playlist, as a screen goes; the server's own documents, so nothing is verified.
Result<ScreenList> list_of(const App& app, const std::string& screen) {
  const auto published = app.publisher.current();
  const auto it = published->timestamps.find(screen);
  if (it == published->timestamps.end()) return fail(Code::not_found, {{"what", "playlist"}});
  FZ_TRY(const auto envelope, trust::read_envelope(it->second->bytes));
  FZ_TRY(const auto timestamp, trust::parse_timestamp(envelope.payload));
  FZ_TRY(const auto snapshot_file, served(*published, std::to_string(timestamp.snapshot.version) + ".snapshot.json"));
  FZ_TRY(const auto snapshot, trust::parse_snapshot(snapshot_file.payload));
  FZ_TRY(const auto targets_file, served(*published, std::to_string(snapshot.targets.version) + ".targets.json"));
  FZ_TRY(const auto targets, trust::parse_targets(targets_file.payload));
  FZ_TRY(const auto text, app.blobs.read(targets.playlist, schedule::kMaxPlaylistBytes));
  ScreenList out;
  FZ_TRY(out.playlist, schedule::parse_playlist(text));
  out.zone = timestamp.assignment.zone;
  return out;
}

Result<json::object> slot_json(const store::Tx& tx, const schedule::Slot& slot, Titles& titles) {
  json::object out{{"campaign", slot.campaign}, {"name", slot.campaign}};
  FZ_TRY(const auto campaign, tx.campaigns().campaign(slot.campaign));
  if (campaign) out["name"] = campaign->name;
  json::array approvals;
  for (const auto& item : slot.items) {
    FZ_CHECK(titles.add_approval(item.approval));
    approvals.emplace_back(item.approval);
  }
  out["approvals"] = std::move(approvals);
  return out;
}

}  // namespace

Result<net::Response> get_schedule(Call& call) {
  FZ_TRY(const auto at, call.query_time("at"));
  const UtcTime when = at.value_or(call.now);
  return call.app.store.read([&](const store::Tx& tx) -> Result<net::Response> {
    FZ_TRY(const auto screen, screens::get_screen(tx.screens(), tx.accounts(), call.actor, call.arg(0)));
    FZ_TRY(const auto list, list_of(call.app, screen.id));
    FZ_TRY(const auto zone, schedule::TimeZone::find(list.zone));
    const auto found = schedule::resolve(list.playlist, zone, when);
    Titles titles(tx);
    json::array playing, others;
    for (const auto& p : found.playing) {
      FZ_TRY(auto one, slot_json(tx, list.playlist.slots[p.slot], titles));
      one["share_permille"] = p.share_permille;
      playing.emplace_back(std::move(one));
    }
    for (const auto& o : found.others) {
      FZ_TRY(auto one, slot_json(tx, list.playlist.slots[o.slot], titles));
      one["zh"] = o.zh;
      one["en"] = o.en;
      others.emplace_back(std::move(one));
    }
    json::object out{{"at", format_time(when)},       {"zone", list.zone},           {"local", zone.format(when)},
                     {"playing", std::move(playing)}, {"others", std::move(others)}, {"approvals", titles.approvals()}};
    if (found.next_change) out["next_change"] = format_time(*found.next_change);
    return reply(out);
  });
}

}  // namespace fz::http
