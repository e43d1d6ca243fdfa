// An item as the server hands it to a reviewer.
#pragma once
#include <string>

#include "player/approve/package.hpp"
#include "shared/base/json.hpp"
#include "tests/support/office.hpp"

namespace fz::test {

inline trust::Rendition rendition(const std::string& profile, const std::string& mime, std::string_view bytes) {
  crypto::ChunkedHasher hasher;
  hasher.update(as_bytes(bytes));
  auto d = hasher.finish();
  return {d.sha256, d.length, mime, profile, d.chunks};
}
inline std::string package_text(const std::string& payload, json::value envelope = nullptr) {
  return json::write(json::object{{"schema", 1},
                                  {"item", "0193-item"},
                                  {"title", "标题"},
                                  {"more", 1},
                                  {"statement", to_base64(as_bytes(payload))},
                                  {"renditions", json::array{}},
                                  {"envelope", std::move(envelope)}});
}
inline approve::Package package(const trust::Approval& a) {
  return approve::read_package(package_text(trust::write_approval(a))).value();
}

}  // namespace fz::test
