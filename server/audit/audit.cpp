#include "server/audit/audit.hpp"

#include "shared/crypto/hash.hpp"

namespace fz::audit {

std::string entry_hash(const Entry& e) {
  const json::object o{{"action", e.event.action},
                       {"actor", e.event.actor},
                       {"at", format_time(e.at)},
                       {"details", e.event.details},
                       {"object", e.event.object},
                       {"refused", e.event.refused},
                       {"seq", e.seq},
                       {"unit", e.event.unit}};
  return crypto::sha256_hex(e.prev + "\n" + json::write(o));
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
