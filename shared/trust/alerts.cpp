// Urgent take-over: the document, and how a screen keeps what it was told. Nothing that was cancelled comes back.
#include <algorithm>

#include "shared/trust/fields.hpp"
#include "shared/trust/state.hpp"

namespace fz::trust {
using namespace fields;
namespace {

constexpr std::size_t kMaxAlerts = 64;  // one stolen online key must not eat the memory of a screen
constexpr Millis kAhead = std::chrono::minutes{10};

Result<AlertPart> read_part(const json::value& v) {
  json::Reader r(v, "alert.then");
  AlertPart p;
  p.approval_id = name(r, "approval_id");
  p.duration = Millis{r.integer("ms", 1000, 14'400'000)};
  FZ_CHECK(finish(r, "alert.then"));
  return p;
}

}  // namespace

Result<Alert> parse_alert(std::string_view payload) {
  FZ_TRY(auto v, document(payload, "alert", "alert"));
  json::Reader r(v, "alert");
  Alert a;
  a.alert_id = name(r, "alert_id");
  a.version = r.integer("version", 1, kMaxVersion);
  const auto state = r.string("state", 16);
  a.approval_id = name(r, "approval_id");
  if (const auto* then = r.list("then", kMaxAlertParts, false)) {
    for (auto& item : *then) {
      FZ_TRY(auto part, read_part(item));
      a.then.push_back(std::move(part));
    }
  }
  a.regions = codes(r, "regions");
  a.venues = codes(r, "venues");
  a.screens = r.strings("screens", kMaxAlertScreens, kMaxName, false);
  a.issued = time(r, "issued");
  a.expires = time(r, "expires");
  a.drill = r.boolean_or("drill", false);
  FZ_CHECK(finish(r, "alert"));
  if (state != "active" && state != "cancelled") return bad("alert", "state");
  a.cancelled = state == "cancelled";
  if (a.expires <= a.issued) return bad("alert", "expires");
  return a;
}

std::string write_alert(const Alert& a) {
  json::object out{{"_type", "alert"},
                   {"alert_id", a.alert_id},
                   {"version", a.version},
                   {"state", a.cancelled ? "cancelled" : "active"},
                   {"approval_id", a.approval_id},
                   {"regions", strings(a.regions)},
                   {"venues", strings(a.venues)},
                   {"issued", format_time(a.issued)},
                   {"expires", format_time(a.expires)},
                   {"drill", a.drill}};
  if (!a.screens.empty()) out["screens"] = strings(a.screens);
  json::array then;
  for (const auto& part : a.then) then.push_back(json::object{{"approval_id", part.approval_id}, {"ms", part.duration.count()}});
  if (!then.empty()) out["then"] = std::move(then);
  return json::write(out);
}

Result<AlertRecord> TrustedState::read_alert(std::string_view bytes) const {
  FZ_TRY(auto envelope, open(bytes, kMaxDocument, kAlertType, root_.value.timestamp, "alert"));
  AlertRecord out;
  FZ_TRY(out.alert, parse_alert(envelope.payload));
  out.envelope = bytes;
  return out;
}

Result<bool> TrustedState::update_alert(std::string_view bytes, Source source, UtcTime now) {
  FZ_TRY(auto next, read_alert(bytes));
  const auto& a = next.alert;
  if (now >= a.expires) return refuse(Check::expired, "alert, " + a.alert_id + ", " + format_time(a.expires));
  if (a.issued > now + kAhead) return refuse(Check::not_yet, "alert, " + a.alert_id + ", " + format_time(a.issued));
  if (a.expires - a.issued > kMaxAlertLife) return refuse(Check::policy, "alert, " + a.alert_id + ", > 12 h");
  const bool listed = a.screens.empty() || std::find(a.screens.begin(), a.screens.end(), identity_.screen) != a.screens.end();
  if (!listed || !covers_venue(a.venues, identity_.venue) || !covers_region(a.regions, identity_.region))
    return refuse(Check::audience, "alert, " + a.alert_id);

  std::erase_if(alerts_, [&](const auto& entry) { return now >= entry.second.kept; });
  const auto held = alerts_.find(a.alert_id);
  if (held == alerts_.end() && alerts_.size() >= kMaxAlerts) return refuse(Check::policy, "alerts, > " + std::to_string(kMaxAlerts));
  next.until = std::min(a.expires, now + kMaxAlertLife);
  next.kept = a.expires;
  next.polled = source == Source::polled ? a.version : 0;
  if (held != alerts_.end()) {
    auto& old = held->second;
    const auto number = "alert, " + a.alert_id + ", " + std::to_string(a.version) + " / " + std::to_string(old.alert.version);
    if (a.version < old.alert.version) {
      if (source == Source::pushed || a.version < old.polled) return refuse(Check::version, number);
      return false;  // published before the newer one that was pushed
    }
    if (a.version == old.alert.version) {
      if (write_alert(a) != write_alert(old.alert)) return refuse(Check::version, number);
      old.polled = std::max(old.polled, next.polled);
      return false;
    }
    next.polled = std::max(next.polled, old.polled);
    next.kept = std::max(next.kept, old.kept);
  }
  alerts_.insert_or_assign(a.alert_id, std::move(next));
  ++revision_;
  return true;
}

}  // namespace fz::trust
