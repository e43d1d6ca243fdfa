// A stick between a server and screens that have no network. Layout, formats and rules: README.md.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shared/base/clock.hpp"
#include "shared/base/file.hpp"
#include "shared/trust/documents.hpp"
#include "shared/trust/envelope.hpp"

namespace fz::stick {

inline constexpr std::string_view kFolder = "fanzha";  ///< of everything that is ours
inline constexpr std::string_view kTicketType = "application/vnd.fz.stick.v1+json";
/// Tag of a screen without a network: its timestamps live as long as the policy allows such screens (server/publish).
inline constexpr std::string_view kAirGapped = "air_gapped";
inline constexpr std::string_view kSealPurpose = "fz-stick-plays-v1";
inline constexpr std::size_t kMaxSealed = 1536 * 1024;  ///< bytes of one sealed file of plays
inline constexpr std::int64_t kBlock = 1000;            ///< plays of one file: counters 1..1000, 1001..2000 ...
inline constexpr std::size_t kBatch = 200;              ///< plays of one batch in it
inline constexpr std::size_t kMaxTicket = 16 * 1024;

// ---- names, below the stick's root ---------------------------------------------------------------------------------------
std::string metadata_name(std::string_view file);     ///< "fanzha/metadata/1.root.json"
std::string blob_name(std::string_view sha256);       ///< "fanzha/blobs/<sha256>"
std::string timestamp_name(std::string_view device);  ///< "fanzha/screens/<device>/timestamp.json"
std::string ticket_name(std::string_view device);     ///< "fanzha/screens/<device>/ticket.json"
std::string receipt_name(std::string_view device);    ///< "fanzha/receipts/<device>.json"
std::string request_name(std::string_view device);    ///< "fanzha/enrol/<device>.json"
std::string plays_folder(std::string_view device);    ///< "fanzha/plays/<device>"
std::string plays_file(std::int64_t first);           ///< "000000001001.sealed": the block that begins with this counter
inline std::int64_t block_of(std::int64_t counter) {
  return (counter - 1) / kBlock * kBlock + 1;
}

// ---- documents -----------------------------------------------------------------------------------------------------------
/// The server's word to one device: who it is, and for whom its plays are sealed. Signed by the online key.
struct Ticket {
  std::string device;  ///< keyid
  std::string screen, site, site_name, venue, region, zone;
  std::string plays_key;  ///< X25519, 64 hexadecimal digits
  UtcTime issued;
};
/// Deterministic payload.
std::string write_ticket(const Ticket& t);
/// Envelope, type, signatures by the root's timestamp role, format, and that it is for `device`.
/// Errors: trust_*, stick_unreadable (another device's, or not in its format).
Result<Ticket> read_ticket(std::string_view envelope, const trust::Root& root, std::string_view device);

/// What is inside a sealed file: batches as a screen sends them to POST /v1/plays, in order.
struct Plays {
  std::string device;
  std::vector<std::string> batches;  ///< envelopes
};
std::string write_plays(const Plays& p);
/// Errors: stick_sealed.
Result<Plays> parse_plays(std::string_view text);

// ---- the folder ----------------------------------------------------------------------------------------------------------
/// The root of a stick, held open. Nothing outside of it is ever touched: no symbolic link is followed, no ".." and no mount
/// crossed (openat2, RESOLVE_BENEATH and RESOLVE_NO_SYMLINKS and RESOLVE_NO_XDEV). One thread at a time.
class Folder {
 public:
  /// Errors: stick_unreadable.
  static Result<Folder> open(const fs::path& root);
  /// A regular file. Errors: not_found, stick_unreadable (no regular file, a link, the stick itself), too_large.
  Result<Fd> open_file(std::string_view name, std::uint64_t& length) const;
  Result<std::string> read(std::string_view name, std::size_t max_bytes) const;
  /// Makes `folder` below the root and replaces `file` in it atomically. Errors: stick_full, stick_unreadable.
  Result<void> write(std::string_view folder, std::string_view file, std::string_view bytes) const;
  /// Names of the regular files in a folder, sorted, at most 10,000; none where there is no such folder.
  std::vector<std::string> list(std::string_view folder) const;
  /// Names of the folders in a folder, sorted, at most 10,000.
  std::vector<std::string> folders(std::string_view folder) const;
  void remove(std::string_view name) const;
  /// False once it was pulled out.
  bool there() const;
  /// Tells one mounting from another.
  std::string identity() const { return identity_; }

 private:
  Result<Fd> folder(std::string_view name, bool make) const;
  std::vector<std::string> entries(std::string_view folder, unsigned char type) const;
  Fd root_;
  fs::path path_;
  std::string identity_;
};
/// Sticks at these places: the place itself, else folders just below it (at most 16), that have a folder "fanzha". In order.
std::vector<fs::path> find(const std::vector<fs::path>& places);

}  // namespace fz::stick
