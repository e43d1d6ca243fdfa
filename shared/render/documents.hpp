// Text that is media: bulletins, slogans, warnings and local facts, as the strict JSON documents that reviewers sign.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "shared/base/clock.hpp"
#include "shared/render/facts.hpp"

namespace fz::render {

inline constexpr std::string_view kBulletinMime = "application/vnd.fz.bulletin+json";
inline constexpr std::string_view kSloganMime = "application/vnd.fz.slogan+json";
inline constexpr std::string_view kWarningMime = "application/vnd.fz.warning+json";
inline constexpr std::size_t kMaxDocumentBytes = 128 * 1024;
inline constexpr std::size_t kMaxBulletinChars = 8000;  ///< code points of all texts together
inline constexpr std::size_t kMaxSloganChars = 200;

/// Whether a document shows a method (手法) or a case (案例): the mix rule counts them.
enum class Exposes { method, case_ };

struct Law {
  std::string name, article, text;
  bool operator==(const Law&) const = default;
};

/// A QR code that stands beside the hotline, approved with the document.
struct QrLink {
  std::string text;     ///< its content, 1..200 bytes
  std::string caption;  ///< what it opens, 1..12 characters
  bool operator==(const QrLink&) const = default;
};

/// {"schema":1,"type":"bulletin",...}: see README.md.
struct Bulletin {
  std::string title;       ///< 1..60 characters
  std::string fraud_kind;  ///< id of the vocabulary of kinds ("fake_orders"), 1..32 characters
  Exposes exposes = Exposes::method;
  std::vector<std::string> how;     ///< how it works, step by step; 1..20
  std::vector<std::string> signs;   ///< what gives it away; 0..20
  std::optional<std::string> loss;  ///< what was lost; null for a method
  std::vector<std::string> advice;  ///< what to do; 1..20
  std::optional<Law> law;
  std::string source;             ///< who says so, 1..100 characters
  std::string hotline = "96110";  ///< always 96110
  std::optional<QrLink> qr;       ///< left out of the JSON when there is none
  bool operator==(const Bulletin&) const = default;
};

/// {"schema":1,"type":"slogan","text","fraud_kind","exposes"}
struct Slogan {
  std::string text;  ///< 1..200 characters; a line feed is a wished break
  std::string fraud_kind;
  Exposes exposes = Exposes::method;
  bool operator==(const Slogan&) const = default;
};

/// {"schema":1,"type":"warning",...}: an urgent warning, drawn as one card at once.
struct Warning {
  std::string title;                ///< 1..40 characters
  std::string fraud_kind;           ///< as a bulletin's
  std::string place;                ///< where it applies, 1..30 characters
  std::vector<std::string> text;    ///< what happens; 1..6
  std::vector<std::string> advice;  ///< what to do; 1..6
  UtcTime until;                    ///< shown in China's time (UTC+8)
  std::string source;               ///< who warns, 1..40 characters
  std::string hotline = "96110";    ///< always 96110
  std::optional<QrLink> qr;
  bool operator==(const Warning&) const = default;
};

using Document = std::variant<Bulletin, Slogan, Warning, Facts>;

/// Reads one document strictly. Control characters (but U+000A in a slogan's text), unpaired direction marks and empty
/// strings are refused. Errors: too_large, bad_json, missing_field, unknown_field, bad_field, document_type, document_hotline,
/// document_too_long, facts_place, facts_duplicate.
Result<Document> parse_document(std::string_view json_text);
/// Deterministic bytes; parse_document(write_document(d)) == d.
std::string write_document(const Document& d);
/// "bulletin", "slogan", "warning", "facts": the member `type`.
std::string_view document_type(const Document& d);
std::string_view document_mime(const Document& d);
/// True for the MIME types of these documents.
bool is_document_mime(std::string_view mime);
std::string_view document_kind_of_fraud(const Document& d);  ///< facts: "general"
Exposes document_exposes(const Document& d);                 ///< warnings and facts: method
/// All texts in reading order, one a line: what a reviewer is shown before signing, and what the glyph check reads.
std::string document_text(const Document& d);
/// The few characters that stand for a kind of fraud on a screen: "fake_orders" -> "刷单返利". Chinese words that are not in
/// the vocabulary are returned as they are, unknown ids as "防范诈骗".
std::string fraud_kind_label(std::string_view kind);
/// "11月25日20:00" in China's time (UTC+8).
std::string china_time(UtcTime t);

}  // namespace fz::render
