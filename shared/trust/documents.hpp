// The signed documents as values: parse_x() reads the payload of a verified envelope, write_x() gives the payload bytes
// (deterministic: sorted members, no white space). Formats: shared/trust/README.md. Pure functions, any thread.
// parse_x() never checks signatures, versions or times; it refuses with Check::format, and accepts unknown members
// (documents grow), except where the page says otherwise.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shared/base/clock.hpp"
#include "shared/trust/envelope.hpp"

namespace fz::trust {

// ---- TUF 1.0.34 --------------------------------------------------------------------------------------------------
struct Role {
  std::vector<std::string> keyids;  ///< distinct, each among the document's keys
  int threshold = 1;                ///< 1 ... keyids.size()
};
struct Root {
  std::int64_t version = 1;
  UtcTime expires;
  std::optional<UtcTime> issued;  ///< "x-issued"
  bool demo = false;              ///< "x-demo": everything below is a toy; refused by builds without FZ_DEMO_KEYS
  KeyMap keys;
  Role root, timestamp, snapshot, targets;  ///< exactly these four; consistent_snapshot is always true
};
/// What a document says of the one below it. TUF lets hash and length be absent; a screen does not (see ChainRules).
struct FileMeta {
  std::int64_t version = 1;
  std::optional<std::uint64_t> length;
  std::string sha256;  ///< hex, or empty
};
/// Where the server believes the screen is. The last door uses what was provisioned, not this; `zone` is the IANA zone.
struct Assignment {
  std::string site, venue, region, zone;
};
struct Timestamp {
  std::int64_t version = 1;  ///< from one server-wide counter; the same number is never used for different bytes
  UtcTime expires;
  std::optional<UtcTime> issued;  ///< "x-issued"
  std::string screen;             ///< "x-screen"; empty in plain TUF
  Assignment assignment;          ///< "x-assignment"
  FileMeta snapshot;
};
struct Snapshot {
  std::int64_t version = 1;
  UtcTime expires;
  FileMeta targets;
};
struct TargetFile {
  std::uint64_t length = 0;
  std::string sha256;
};
inline constexpr std::size_t kMaxTargetEntries = 5000;
struct Targets {
  std::int64_t version = 1;
  UtcTime expires;
  std::map<std::string, TargetFile> targets;  ///< "media/<sha256>", "trust/...", "playlist/<sha256>"
  std::string playlist;                       ///< "x-playlist": SHA-256 of the playlist; empty in plain TUF
};

Result<Root> parse_root(std::string_view payload);
Result<Timestamp> parse_timestamp(std::string_view payload);
Result<Snapshot> parse_snapshot(std::string_view payload);
/// Check::delegations if there are any.
Result<Targets> parse_targets(std::string_view payload);
std::string write_root(const Root& root);
std::string write_timestamp(const Timestamp& timestamp);
std::string write_snapshot(const Snapshot& snapshot);
std::string write_targets(const Targets& targets);

// ---- who may approve ---------------------------------------------------------------------------------------------
struct ReviewerKey {
  std::string holder;  ///< the person; thresholds count distinct holders
  crypto::PublicKey key;
  std::optional<UtcTime> retired;  ///< approvals issued before it still count; nothing else does. Removed = not listed
};
struct RaisedPeriod {
  UtcTime from, until;
  std::vector<std::string> venues;
  int threshold = 3;
};
struct ApproverGroup {
  std::string group;
  std::vector<std::string> keyids;
  int threshold = 2;
  std::vector<std::string> regions, venues, kinds;  ///< "*" = all; see covers()
  std::vector<RaisedPeriod> raised;
};
struct Policy {
  int withdrawals_days = 45;
  int max_approval_days = 400;
  int timestamp_days = 1;
  int airgapped_timestamp_days = 30;
};
struct Reviewers {
  std::int64_t version = 1;
  std::int64_t withdraw_epoch = 1;
  UtcTime issued, expires;
  std::map<std::string, ReviewerKey> keys;  ///< by keyid
  std::vector<ApproverGroup> approve;
  Role withdraw, renew;
  Policy policy;
};
Result<Reviewers> parse_reviewers(std::string_view payload);
std::string write_reviewers(const Reviewers& reviewers);

/// True if the scope list covers the code: "*", the code itself, or (regions only) a place above it in the division
/// codes: "500000" covers "500119" and "500119001".
bool covers_venue(const std::vector<std::string>& scope, std::string_view venue);
bool covers_region(const std::vector<std::string>& scope, std::string_view region);

// ---- what may be shown -------------------------------------------------------------------------------------------
enum class Kind { loop, bulletin, emergency, fallback };
std::string_view kind_name(Kind kind);
std::optional<Kind> kind_from_name(std::string_view name);

struct Rendition {
  std::string sha256;
  std::uint64_t length = 0;
  std::string mime;                 ///< "video/mp4", "image/png", "application/vnd.fz.bulletin+json" ...
  std::string profile;              ///< "1080p", "720p", "original", ...; distinct within an approval
  std::vector<std::string> chunks;  ///< SHA-256 of each 1 MiB
};
struct Audience {
  std::vector<std::string> venues, regions;
};
struct ReviewStep {
  std::string step, holder;
};
struct Approval {
  std::string approval_id;
  std::string group;  ///< the approver group whose scope and threshold apply
  std::string title;
  Kind kind = Kind::loop;
  std::string exposes;  ///< "method" or "case"; may be empty
  Audience audience;
  UtcTime issued, valid_from, valid_until;
  int offline_days = 45;
  std::vector<Rendition> renditions;  ///< the in-toto subjects are exactly these
  std::vector<ReviewStep> review;
};
inline constexpr std::string_view kApprovalPredicate = "https://fz.example/approval/v1";
inline constexpr std::size_t kMaxRenditions = 32;
Result<Approval> parse_approval(std::string_view payload);
std::string write_approval(const Approval& approval);

struct Withdrawal {
  std::string approval_id;
  UtcTime at, until;  ///< until = the approval's end
  std::string by, reason;
};
inline constexpr std::size_t kMaxWithdrawals = 5000;
struct Withdrawals {
  std::int64_t epoch = 1, version = 1;
  UtcTime issued, expires;
  std::vector<Withdrawal> items;
};
Result<Withdrawals> parse_withdrawals(std::string_view payload);
std::string write_withdrawals(const Withdrawals& withdrawals);

/// A later date around the last withdraw-signed envelope, embedded whole.
struct Renewal {
  UtcTime issued, expires;
  std::string withdrawals;  ///< bytes of the embedded envelope
};
Result<Renewal> parse_renewal(std::string_view payload);
std::string write_renewal(const Renewal& renewal);

/// "Show now, here", by the online key: the second lock of an urgent take-over. The first is the approval of kind emergency.
struct AlertPart {
  std::string approval_id;
  Millis duration{};  ///< 1 s .. 4 h
};
struct Alert {
  std::string alert_id;
  std::int64_t version = 1;  ///< rises per alert: a later one changes or cancels it
  bool cancelled = false;
  std::string approval_id;                   ///< of the card, a text that the screen draws itself
  std::vector<AlertPart> then;               ///< shown after the card, in turn with it; at most kMaxAlertParts
  std::vector<std::string> regions, venues;  ///< as in an approval's audience; both must cover the screen
  std::vector<std::string> screens;          ///< only these of them; empty: all
  UtcTime issued, expires;                   ///< at most kMaxAlertLife apart
  bool drill = false;                        ///< everything but the last step: verified and confirmed, not shown
};
inline constexpr Millis kMaxAlertLife = std::chrono::hours{12};
inline constexpr std::size_t kMaxAlertParts = 8, kMaxAlertScreens = 5000;
Result<Alert> parse_alert(std::string_view payload);
std::string write_alert(const Alert& alert);

// ---- the small ones ----------------------------------------------------------------------------------------------
/// Answer to a screen's nonce, by the online key.
struct TimeAnswer {
  std::string nonce;  ///< hex, 16 to 64 bytes
  UtcTime time;
};
Result<TimeAnswer> parse_time_answer(std::string_view payload);
std::string write_time_answer(const TimeAnswer& answer);

/// One showing of one item in one zone.
struct Play {
  std::string id;            ///< UUIDv7
  std::int64_t counter = 0;  ///< per device, gapless
  std::string approval_id, sha256, campaign, slot, zone;
  UtcTime started;
  std::optional<UtcTime> ended;  ///< absent: end unknown
  std::string end;               ///< "completed" "interrupted" "skipped" "unknown"
  std::string reason;            ///< for interrupted and skipped
  std::int64_t presented_ms = 0, frames = 0;
  std::string clock;     ///< clock_trust_name(): how far `started` can be believed
  std::string previous;  ///< play_hash() of counter - 1, or 64 zeros for the first
};
/// hex SHA-256 of the play's deterministic JSON: the next link of the chain.
std::string play_hash(const Play& play);
inline constexpr std::size_t kMaxPlays = 500;
/// Signed by the device key. REQUIRES of the writer, checked by the reader: counters rise by one, previous links match.
struct PlayBatch {
  std::string screen;
  std::vector<Play> plays;
};
Result<PlayBatch> parse_play_batch(std::string_view payload);
std::string write_play_batch(const PlayBatch& batch);

/// The server's word, by the online key, that all plays up to `through` are kept.
struct Receipt {
  std::string screen;
  std::int64_t through = 0;
  std::string head;   ///< play_hash() of that play
  std::string batch;  ///< hex SHA-256 of the batch's payload
  UtcTime received;
};
Result<Receipt> parse_receipt(std::string_view payload);
std::string write_receipt(const Receipt& receipt);

}  // namespace fz::trust
