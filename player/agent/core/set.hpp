// The committed set: what the screen plays from, complete on disk. set.json names the blobs; README.md has the format.
#pragma once
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "player/agent/core/catalogue.hpp"
#include "shared/schedule/playlist.hpp"

namespace fz::agent {

struct PlaySet {
  std::int64_t targets_version = 0;  ///< 0: nothing committed
  std::string targets_sha256;        ///< of the targets envelope the set was made from
  std::string playlist_sha256;
  std::string playlist;                                       ///< its text once more: one damaged file must not take the whole list away
  std::map<std::string, std::string, std::less<>> approvals;  ///< approval id -> SHA-256 of its envelope
  Catalogue items;
};

/// Deterministic text of set.json. Items are written whole, so that a start needs nothing but this file and its blobs.
std::string write_set(const PlaySet& set);
/// Errors: bad_json, missing_field, bad_field, unknown_field.
Result<PlaySet> read_set(std::string_view text);
/// Names of the small documents of a set: its playlist and approvals.
std::vector<std::string> documents_of(const PlaySet& set);
/// Every blob of the set.
std::set<std::string, std::less<>> blobs_of(const PlaySet& set);

}  // namespace fz::agent
