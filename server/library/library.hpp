// Uploads, items, renditions and the jobs that make them.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/accounts/accounts.hpp"
#include "shared/crypto/hash.hpp"

namespace fz::library {

using accounts::Actor;
using accounts::Context;

enum class Kind : std::uint8_t { poster, video, bulletin, slogan, warning, facts, layout, audio };
/// The kinds that are text documents (shared/render, shared/layout): all but poster, video and audio.
bool is_text_kind(Kind kind);
std::string_view kind_name(Kind kind);
std::optional<Kind> kind_from_name(std::string_view name);

// ---- uploads (tus 1.0) -------------------------------------------------------------------------------------------
/// The bytes grow in blob part "upload-<id>"; its length on disk is the tus offset. The row says what they will be.
enum class UploadState : std::uint8_t { receiving, done, failed };
std::string_view upload_state_name(UploadState state);
struct Upload {
  std::string id;
  std::string owner, unit;  ///< account, unit
  std::uint64_t length = 0;
  std::string file_name;  ///< checked, see check_file_name
  std::string title;
  std::string fraud_kind;         ///< from the vocabulary of kinds
  std::string exposes;            ///< "method", "case" or empty
  std::vector<std::string> tags;  ///< beyond those two
  std::string item;               ///< empty until finished, or the item that gets a new version or a variant
  UploadState state = UploadState::receiving;
  std::string sha256;   ///< when done
  std::string failure;  ///< code name when failed
  UtcTime created, expires;
  std::string shape{};  ///< "portrait": a variant of `item`; empty: a picture of its own
};
std::string part_name(std::string_view upload_id);

struct Quota {
  std::uint64_t max_file = 4ull << 30;    ///< bytes of one upload
  std::uint64_t max_unit = 200ull << 30;  ///< bytes of all sources of a unit, running uploads included
  int max_open = 20;                      ///< running uploads of one account
  Millis life = std::chrono::hours(24);   ///< of an upload, renewed by each PATCH
};

// ---- items -------------------------------------------------------------------------------------------------------
enum class Processing : std::uint8_t { pending, ready, failed };
std::string_view processing_name(Processing p);
/// The review's state is the review's (server/review); here it is only kept. Names in README.md of server/review.
enum class State : std::uint8_t { draft, first, second, final, approved, withdrawn, expired };
std::string_view state_name(State state);
std::optional<State> state_from_name(std::string_view name);

struct Item {
  std::string id;
  std::string unit, owner;  ///< of the item
  std::string author;       ///< account that made this version: never decides on it
  Kind kind = Kind::poster;
  std::string title, fraud_kind, exposes;
  std::vector<std::string> tags;  ///< beyond those two, of the vocabulary (tags.hpp); set by put_tags, not by put_item
  int version = 1;                ///< of the bytes; a new one starts the review over
  std::string source;             ///< SHA-256 of what was uploaded
  std::uint64_t source_length = 0;
  std::string source_name, source_mime;
  Processing processing = Processing::pending;
  std::string failure;  ///< code name of why processing failed, with params as JSON in failure_params
  std::string failure_params;
  State state = State::draft;
  std::int64_t revision = 1;  ///< rises with every change of the row; for If-Match
  UtcTime created, updated;
};

struct Rendition {
  std::string item;
  int version = 1;
  std::string profile;  ///< "original", "1080p", "720p", "still-1080p", "page", "text", "audio"; a variant's: "portrait-1080p"
  std::string sha256;
  std::uint64_t length = 0;
  std::string mime;
  std::vector<std::string> chunks;
  int width = 0, height = 0;     ///< pixels; 0 for text
  std::int64_t duration_ms = 0;  ///< 0: a still or a text
};

/// Another picture of the same item, for screens of another shape: a poster's portrait form. Its renditions stand beside the
/// item's own and are named after the shape ("portrait-1080p"); screens choose by it (player/agent/core/catalogue.hpp).
struct Variant {
  std::string item;
  int version = 1;
  std::string shape;   ///< "landscape", "portrait", "strip" (shared/layout)
  std::string author;  ///< account that sent it: never decides on the item
  std::string source;  ///< SHA-256 of what was uploaded
  std::uint64_t source_length = 0;
  std::string source_name, source_mime;
  int width = 0, height = 0;  ///< pixels as displayed; 0 until examined
  UtcTime created;
};

// ---- jobs --------------------------------------------------------------------------------------------------------
enum class JobKind : std::uint8_t { probe, render, pack };
std::string_view job_kind_name(JobKind kind);
enum class JobState : std::uint8_t { queued, running, done, failed };
std::string_view job_state_name(JobState state);
struct Job {
  std::int64_t id = 0;
  std::string item;
  int version = 1;
  JobKind kind = JobKind::probe;
  std::string profile;  ///< of a render job; which pack; of a probe job: the variant's shape, empty for the item's own source
  JobState state = JobState::queued;
  int attempts = 0;
  int progress_permille = 0;
  std::string failure;         ///< code name
  std::string failure_params;  ///< JSON object of strings
  UtcTime created, updated;
  std::optional<UtcTime> not_before;  ///< after a failure: back-off
};
inline constexpr int kMaxAttempts = 3;

struct ItemFilter {
  std::optional<Kind> kind;
  std::optional<State> state;
  std::string unit_path;  ///< branch
  std::string text;       ///< part of the title
  std::string fraud_kind;
  std::vector<std::string> tags;       ///< all of them; an item's kind of fraud and what it exposes count, too
  std::string before;                  ///< item id: older than this one (ids are in order of time)
  std::vector<std::string> shared_to;  ///< instead of a branch: items that were shared with one of these units
  int limit = 50;                      ///< 1..200
};

// ---- between levels ----------------------------------------------------------------------------------------------
/// A lower level hands an item up: the level above may take it over.
enum class OfferState : std::uint8_t { waiting, accepted, declined };
std::string_view offer_state_name(OfferState state);
struct Offer {
  std::string id, item, from_unit, to_unit, note;
  OfferState state = OfferState::waiting;
  std::string offered_by;
  UtcTime offered;
  std::string decided_by;
  std::optional<UtcTime> decided;
  std::string answer;
};
/// An upper level lets a branch below it see an item and use it in campaigns.
struct Share {
  std::string item, unit, shared_by;
  UtcTime shared;
};

struct UnitBytes {
  std::string unit, name;
  std::int64_t bytes = 0;
};

/// What people take away of an approved item, made when it is first asked for (packs.hpp).
struct Pack {
  std::string item;
  int version = 1;
  std::string pack;  ///< "chat", "audio", "print-a4" ...
  std::string sha256;
  std::uint64_t length = 0;
  std::string mime;
  UtcTime made, used;  ///< `used`: fetched last, to the day
};
struct PackTotals {
  std::int64_t count = 0, bytes = 0;
};
inline constexpr std::int64_t kMaxPackBytes = INT64_C(20) << 30;  ///< of all packs; those not used for long go first
inline constexpr Days kPackLife{60};                              ///< without being used

class Store {
 public:
  virtual ~Store() = default;
  virtual Result<std::optional<Upload>> upload(std::string_view id) const = 0;
  virtual Result<std::vector<Upload>> uploads(std::optional<UploadState> state, std::string_view owner) const = 0;  ///< owner empty: all
  virtual Result<std::vector<Upload>> expired_uploads(UtcTime now) const = 0;
  virtual Result<void> put_upload(const Upload& upload) = 0;
  virtual Result<void> remove_upload(std::string_view id) = 0;
  virtual Result<std::uint64_t> bytes_of_unit(std::string_view unit) const = 0;  ///< sources plus running uploads
  /// The same of each unit of a branch that has any, the fullest first.
  virtual Result<std::vector<UnitBytes>> bytes_by_unit(std::string_view unit_path, int limit) const = 0;

  virtual Result<std::optional<Item>> item(std::string_view id) const = 0;
  virtual Result<std::vector<Item>> items(const ItemFilter& filter) const = 0;  ///< newest first
  virtual Result<std::vector<Item>> items_by_source(std::string_view sha256, std::string_view unit) const = 0;
  virtual Result<void> put_item(const Item& item) = 0;
  virtual Result<void> put_tags(std::string_view item, const std::vector<std::string>& tags) = 0;  ///< instead of those it had
  virtual Result<std::vector<Rendition>> renditions(std::string_view item, int version) const = 0;
  virtual Result<void> put_rendition(const Rendition& rendition) = 0;
  virtual Result<std::vector<Variant>> variants(std::string_view item, int version) const = 0;  ///< by shape
  virtual Result<void> put_variant(const Variant& variant) = 0;
  /// With its renditions and jobs.
  virtual Result<void> remove_variant(std::string_view item, int version, std::string_view shape) = 0;
  virtual Result<bool> blob_is_used(std::string_view sha256) const = 0;  ///< by an item, a variant, a rendition or an approval

  virtual Result<std::vector<Pack>> packs(std::string_view item, int version) const = 0;
  virtual Result<void> put_pack(const Pack& pack) = 0;
  virtual Result<PackTotals> pack_totals() const = 0;
  /// Forgets packs that were not used since, and then those used longest ago until no more than `most` bytes are left; the sweep
  /// removes their blobs. Returns how many.
  virtual Result<std::int64_t> drop_packs(UtcTime unused_since, std::int64_t most) = 0;

  virtual Result<void> put_offer(const Offer& offer) = 0;
  virtual Result<std::optional<Offer>> offer(std::string_view id) const = 0;
  virtual Result<std::optional<Offer>> waiting_offer(std::string_view item) const = 0;
  /// Offers to units of the branch, and those from it; newest first, at most 200.
  virtual Result<std::vector<Offer>> offers(std::string_view unit_path, std::optional<OfferState> state) const = 0;
  virtual Result<void> put_share(const Share& share) = 0;
  virtual Result<bool> remove_share(std::string_view item, std::string_view unit) = 0;
  virtual Result<std::vector<Share>> shares(std::string_view item) const = 0;

  virtual Result<Job> add_job(const Job& job) = 0;
  virtual Result<std::optional<Job>> job(std::int64_t id) const = 0;
  virtual Result<std::optional<Job>> next_job(UtcTime now) const = 0;  ///< the oldest that is queued and due; packs after all others
  virtual Result<void> put_job(const Job& job) = 0;
  virtual Result<std::vector<Job>> jobs(std::string_view item, int version) const = 0;
  virtual Result<std::vector<Job>> jobs_in(JobState state) const = 0;
  virtual Result<void> remove_jobs(std::string_view item, int version) = 0;
  virtual Result<void> remove_job(std::int64_t id) = 0;
};

// ---- names and texts ---------------------------------------------------------------------------------------------
/// A file name as people have them: 1..200 bytes of UTF-8, no path parts, no control characters, not "." or "..".
/// Errors: name_path{name}, name_control, bad_field. Returns the name, trimmed of white space at its ends.
Result<std::string> check_file_name(std::string_view name);
/// A title: 1..120 characters, one line. Errors: bad_field, name_control.
Result<std::string> check_title(std::string_view title);
/// The ids of the vocabulary of kinds of fraud (tags.hpp), in the order people see them.
const std::vector<std::string>& fraud_kinds();

// ---- uploads -----------------------------------------------------------------------------------------------------
struct NewUpload {
  std::uint64_t length = 0;
  std::string file_name, title, fraud_kind, exposes;
  std::string item;          ///< id of an existing item for a new version, or empty
  std::string variant_of{};  ///< id of the item that gets this file as its variant of `shape`, or empty
  std::string shape{};
  std::vector<std::string> tags{};  ///< as people give them: the first kind of fraud is the item's where none is given (tags.hpp)
};
/// Errors: forbidden_role, bad_field, name_path, name_control, too_large, quota_exceeded{limit}, too_many_uploads{limit},
/// upload_empty (length 0), not_found{item}, item_locked; of a variant those of check_variant().
Result<Upload> create_upload(Store& db, const Context& ctx, const NewUpload& upload, const Quota& quota);
/// Errors: not_found, upload_gone (expired, done or failed), also for anybody but its owner.
Result<Upload> open_upload(const Store& db, const Actor& who, std::string_view id, UtcTime now);
/// After bytes arrived: renews the end.
Result<Upload> touch_upload(Store& db, const Context& ctx, std::string_view id, const Quota& quota);
struct Finished {
  Upload upload;
  Item item;
  std::vector<std::string> duplicates;  ///< ids of items of the same unit with the same bytes
};
/// All bytes are there and are the blob `digest`: makes the item (or its new version) and the probe job. Sending the same
/// upload twice answers the same item. The kind is only guessed here; the probe decides.
Result<Finished> finish_upload(Store& db, const Context& ctx, std::string_view id, const crypto::ChunkedDigest& digest);
Result<void> cancel_upload(Store& db, const Context& ctx, std::string_view id);

// ---- text items --------------------------------------------------------------------------------------------------
struct NewText {
  Kind kind = Kind::slogan;  ///< a text kind, or audio: a text that the server speaks
  std::string title, fraud_kind, exposes, mime;
  std::vector<std::string> tags;
  crypto::ChunkedDigest digest;  ///< of the document, which is already a blob
  std::string item;              ///< an existing item for a new version, or empty
};
/// Ready at once: the text is its only rendition, profile "text". A text to be spoken is ready when its sound is made
/// (job render, profile "audio"), which is then its only rendition.
Result<Item> create_text(Store& db, const Context& ctx, const NewText& text);

// ---- items -------------------------------------------------------------------------------------------------------
/// Errors: not_found{item}, for items outside the branch too.
Result<Item> get_item(const Store& db, const accounts::Store& units, const Actor& who, std::string_view id);
/// Also items of an upper level that are shared with the actor's unit or one above it: to look at and to use, not to change.
Result<Item> see_item(const Store& db, const accounts::Store& units, const Actor& who, std::string_view id);
/// The ids of the units from the root to the one with this path, itself included.
std::vector<std::string> units_on(std::string_view path);

/// Hands an item up to a unit above its own (contributor). One offer waits at a time. Errors: not_found, bad_field{unit}, conflict.
Result<Offer> offer_item(Store& db, const accounts::Store& units, const Context& ctx, std::string_view item, std::string_view to,
                         std::string_view note);
/// The level above (publisher) takes the item over: it is theirs from now on and shared back to where it came from; or declines
/// with an answer. Only while no review runs. Errors: not_found, offer_state, item_locked.
Result<Offer> decide_offer(Store& db, const accounts::Store& units, const Context& ctx, std::string_view offer, bool accept,
                           std::string_view answer);
/// Downward, to a unit of the branch of the item's own unit (publisher). Errors: not_found.
Result<void> share_item(Store& db, const accounts::Store& units, const Context& ctx, std::string_view item, std::string_view unit);
Result<void> unshare_item(Store& db, const accounts::Store& units, const Context& ctx, std::string_view item, std::string_view unit);

struct ItemChange {
  std::optional<std::string> title, fraud_kind, exposes;
  std::optional<std::int64_t> if_revision;
};
/// Only in draft; the title and what it exposes are part of what is signed. Errors: item_locked, conflict.
Result<Item> change_item(Store& db, const accounts::Store& units, const Context& ctx, std::string_view id, const ItemChange& change);

// ---- variants ----------------------------------------------------------------------------------------------------
/// May `who` send a variant of this shape? Only while the item is a draft, when its own picture has been examined, and one of a shape.
/// Errors: variant_shape{shape}, not_found{item}, item_locked, item_not_ready, variant_exists{item,shape}, bad_field (an item without a
/// picture).
Result<Item> check_variant(const Store& db, const Actor& who, std::string_view item, std::string_view shape);
/// Takes a variant and its renditions out of a draft. Errors: forbidden_role, not_found{item|shape}, item_locked, conflict.
Result<Item> remove_variant(Store& db, const accounts::Store& units, const Context& ctx, std::string_view item, std::string_view shape,
                            std::optional<std::int64_t> if_revision);
/// `item` as the tools see it that make a variant's renditions: the variant's file is its source.
Item with_source_of(Item item, const Variant& variant);
/// How far the work on one picture of an item is, from its jobs; `shape` empty: the item's own.
Processing processing_of(const std::vector<Job>& jobs, std::string_view shape);
/// The shape a job is for, empty for the item's own picture.
std::string_view shape_of_job(const Job& job);

// ---- jobs (a worker loop: claim, work outside the transaction, finish) -------------------------------------------
/// The next job, now running, attempts counted; nothing if there is none. A job of an older version is dropped.
Result<std::optional<Job>> claim_job(Store& db, UtcTime now);
Result<void> job_progress(Store& db, std::int64_t id, int permille, UtcTime now);
/// The probe's finding. `mime` and size decide the kind; `renders` are the profiles that are to be made next.
struct Probed {
  Kind kind = Kind::poster;
  std::string mime;
  std::optional<Rendition> original;  ///< if the source itself is fit to be shown (a still)
  std::vector<std::string> renders;
  int width = 0, height = 0;  ///< pixels as displayed; 0: sound alone
};
/// A variant must have the shape it was sent as and be of the item's kind; it is refused by an error that is the file's fault.
/// Errors: variant_aspect{shape,width,height}, bad_field{shape}.
Result<void> finish_probe(Store& db, const Context& ctx, std::int64_t id, const Probed& probed);
/// Adds the rendition (its blob is stored); the item is ready when the last job of its version is done.
Result<void> finish_render(Store& db, const Context& ctx, std::int64_t id, const Rendition& rendition);
/// Keeps the pack (its blob is stored); the item does not change.
Result<void> finish_pack(Store& db, const Context& ctx, std::int64_t id, const Pack& pack);
/// `final`: the file is bad, trying again is no use; else it is queued again with back-off until kMaxAttempts. Then the item has
/// failed, and what waits for the same picture is dropped; when the picture is a variant, removing it mends the item. A pack that
/// failed says nothing against its item.
Result<void> fail_job(Store& db, const Context& ctx, std::int64_t id, const Error& why, bool final);
/// At start: jobs that were running when the process died are queued again, or failed after kMaxAttempts (job_crashed).
Result<int> recover_jobs(Store& db, const Context& ctx);

}  // namespace fz::library
