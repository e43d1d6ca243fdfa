// Private to shared/trust: members that several documents share, read and written one way.
#pragma once
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "shared/base/json.hpp"
#include "shared/trust/check.hpp"
#include "shared/trust/documents.hpp"

namespace fz::trust::fields {

inline constexpr std::int64_t kMaxVersion = (std::int64_t{1} << 53) - 1;
inline constexpr std::size_t kMaxKeys = 1000;
inline constexpr std::size_t kMaxName = 128;                     ///< ids, holders, groups, codes
inline constexpr std::size_t kMaxLength = 64;                    ///< codes in a scope or audience list are this many times this
inline constexpr std::int64_t kMaxFile = std::int64_t{1} << 42;  ///< 4 TiB

/// The payload as JSON with its exact "_type". `what` names the document in refusals.
Result<json::value> document(std::string_view payload, std::string_view type, std::string_view what);
/// Wraps a reader's failure into Check::format.
Result<void> finish(json::Reader& r, std::string_view what);
Error bad(std::string_view what, std::string_view field);

UtcTime time(json::Reader& r, std::string_view name);
std::optional<UtcTime> optional_time(json::Reader& r, std::string_view name);
std::string sha256(json::Reader& r, std::string_view name);
std::string name(json::Reader& r, std::string_view name);
/// An array of 1 to 5000 codes.
std::vector<std::string> codes(json::Reader& r, std::string_view name);
/// {"keyids":[...],"threshold":n}: ids distinct and known, threshold reachable.
template <class Map>
Role role(const json::value& v, const Map& keys, json::Reader& parent, std::string_view where);

json::array strings(std::span<const std::string> list);
json::object role(const Role& role);

template <class Map>
Role role(const json::value& v, const Map& keys, json::Reader& parent, std::string_view where) {
  json::Reader r(v, std::string(where));
  Role out;
  out.keyids = r.strings("keyids", kMaxKeys, 64);
  out.threshold = static_cast<int>(r.integer("threshold", 1, static_cast<std::int64_t>(kMaxKeys)));
  if (auto done = r.finish(true); !done) {
    parent.reject(done.error());
    return out;
  }
  std::set<std::string> distinct(out.keyids.begin(), out.keyids.end());
  bool known = true;
  for (auto& id : out.keyids) known = known && keys.contains(id);
  if (!known || distinct.size() != out.keyids.size() || static_cast<std::size_t>(out.threshold) > distinct.size())
    parent.reject(bad(where, "keyids / threshold"));
  return out;
}

}  // namespace fz::trust::fields
