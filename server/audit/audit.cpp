#include "server/audit/audit.hpp"

#include "shared/base/log.hpp"
#include "shared/crypto/hash.hpp"

namespace fz::audit {

json::object entry_json(const Entry& e, bool with_hashes) {
  json::object o{{"action", e.event.action},
                 {"actor", e.event.actor},
                 {"at", format_time(e.at)},
                 {"details", e.event.details},
                 {"object", e.event.object},
                 {"refused", e.event.refused},
                 {"seq", e.seq},
                 {"unit", e.event.unit}};
  if (with_hashes) {
    o["hash"] = e.hash;
    o["prev"] = e.prev;
  }
  return o;
}

std::string entry_hash(const Entry& e) {
  return crypto::sha256_hex(e.prev + "\n" + json::write(entry_json(e, false)));
}

Result<void> TolerantTrail::append(const Event& event, UtcTime now) {
  if (auto done = trail_.append(event, now); !done) {
    log::error("not in the audit trail: {} {} by {}: {}", event.action, event.object, event.actor, to_log(done.error()));
    lost_.push_back(event);
  }
  return {};
}

Result<void> verify_chain(std::span<const Entry> entries, std::string_view prev, std::int64_t first_seq) {
  std::int64_t seq = first_seq;
  std::string expected(prev);
  for (const Entry& e : entries) {
    const auto broken = [&](std::string what) {
      return fail(Code::audit_broken, {{"seq", std::to_string(seq)}, {"what", std::move(what)}});
    };
    if (e.seq != seq) return broken("found " + std::to_string(e.seq));
    if (e.prev != expected) return broken("prev");
    if (entry_hash(e) != e.hash) return broken("hash");
    expected = e.hash;
    ++seq;
  }
  return {};
}

}  // namespace fz::audit
