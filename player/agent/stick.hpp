// A stick as one more mirror: the calls of a cycle answered from it, its files copied into the store, play records left on it.
// Layout and rules: shared/stick/README.md.
#pragma once
#include <atomic>
#include <optional>
#include <string>
#include <vector>

#include "player/agent/core/action.hpp"
#include "player/agent/core/event.hpp"
#include "shared/blob/blob.hpp"
#include "shared/stick/stick.hpp"

namespace fz::agent {

/// Used by one thread, which may wait for a slow stick.
class StickMirror {
 public:
  /// `site_root`: the site package's root document, from which the ticket's signature is followed. `store` must outlive the mirror.
  StickMirror(std::vector<fs::path> places, std::string device, std::string site_root, blob::Store& store)
      : places_(std::move(places)), device_(std::move(device)), site_root_(std::move(site_root)), store_(&store) {}

  /// What was found on a stick that has come.
  struct Visit {
    std::optional<stick::Ticket> ticket;  ///< verified, for this device
    std::string receipt;                  ///< as it lies there; empty: none
  };
  enum class Seen { nothing, same, came, gone };
  /// Looks at the places. With `came` the visit is filled; a stick without anything for this device is one too (it may ask to be enrolled).
  Seen look(Visit& visit);
  bool here() const { return folder_.has_value(); }

  /// GET of metadata and of the screen's timestamp; everything else is answered 404. Error unavailable once the stick is gone.
  Answered call(const Call& c) const;
  /// Copied while it is hashed, and only the copy counts. Errors of the event: unavailable (the stick is gone), stick_unreadable (missing
  /// or not these bytes), store_full, disk_full, io.
  DocumentReady fetch(const FetchDocument& what);
  /// The same; goes on where an earlier copy or download stopped, and mends a damaged file by its bad chunks. `cancelled`: give up.
  MediaStored fetch(const FetchMedia& what, const std::atomic<bool>& cancelled);

  /// Leaves the request to be enrolled. Errors: stick_full, stick_unreadable.
  Result<void> leave_request(std::string_view body) const;
  /// Seals and leaves the plays of the block that begins with counter `first`. Errors: key_invalid, too_large, as above.
  Result<void> leave_plays(std::int64_t first, const stick::Plays& plays, const std::string& key) const;
  /// Removes the blocks that end at or before `through`: the server has them.
  void drop_plays(std::int64_t through) const;

 private:
  Result<void> copy(const FetchMedia& what, const std::atomic<bool>& cancelled);
  Result<stick::Ticket> read_ticket(const stick::Folder& folder) const;
  /// A failure that is really the stick's absence says so.
  Error seen_as(const Error& e) const;

  std::vector<fs::path> places_;
  std::string device_, site_root_;
  blob::Store* store_;
  std::optional<stick::Folder> folder_;
};

/// Batches of stick::kBatch plays each, signed by the device key.
stick::Plays pack_plays(const crypto::PrivateKey& key, const std::string& screen, const std::vector<trust::Play>& plays);

}  // namespace fz::agent
