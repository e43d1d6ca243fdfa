// The review package: what a reviewer is asked to sign. Format: README.md beside this file. Pure functions.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shared/trust/documents.hpp"

namespace fz::approve {

inline constexpr std::size_t kMaxPackage = 1 << 20;

struct Package {
  std::string item, item_title;             ///< how the server's list calls it; not signed
  std::string payload;                      ///< the statement's very bytes
  trust::Approval approval;                 ///< what they say, all of it
  std::optional<trust::Envelope> envelope;  ///< signatures so far, over the same bytes
};

/// True for an id that may stand in an address or a file name.
bool is_safe_id(std::string_view id);

/// Reads a package; the statement must be exactly what shared/trust writes for what it reads, so that nothing is signed
/// that cannot be shown. Errors: too_large, bad_json, approve_package, approve_statement, approval_other_bytes.
Result<Package> read_package(std::string_view json_text);

/// Takes the signatures of an envelope file over. Errors: trust_*, approval_other_bytes.
Result<void> adopt_envelope(Package& package, std::string_view envelope);

/// Everything that will be signed, for a person, Chinese with English names; control characters made visible.
std::string describe(const Package& package);
/// `text` without control and direction characters, for a terminal.
std::string printable(std::string_view text);

/// One of the pictures that an approval holds: the item's own, or a variant for another shape of screen. What is of one picture
/// is compared with the rendition of it that the reviewer watches.
struct Picture {
  std::string shape;                 ///< "portrait" and the like (shared/layout); empty: the item's own
  std::size_t watched = 0;           ///< which rendition is watched: "original" ("portrait-original"), else the first of this picture
  std::vector<std::size_t> members;  ///< all of this picture's renditions, the watched one among them
};
/// Every rendition is in exactly one of them, in the order of the approval. REQUIRES: a read package (never empty).
std::vector<Picture> pictures(const trust::Approval& approval);
/// For people: "竖屏版本 portrait"; the item's own: "主画面 main".
std::string picture_name(const Picture& picture);
/// True for documents: bulletins, slogans, warnings, local facts.
bool is_text(const trust::Rendition& rendition);

}  // namespace fz::approve
