// Range requests (RFC 9110 section 14) and conditional requests (section 13) on a file.
#include <algorithm>
#include <charconv>

#include "shared/net/message.hpp"

namespace fz::net {
namespace {

std::string_view trim(std::string_view s) {
  while (!s.empty() && (s.front() == ' ' || s.front() == '\t')) s.remove_prefix(1);
  while (!s.empty() && (s.back() == ' ' || s.back() == '\t')) s.remove_suffix(1);
  return s;
}

std::string_view opaque(std::string_view tag) {
  if (tag.starts_with("W/")) tag.remove_prefix(2);
  if (tag.size() >= 2 && tag.front() == '"' && tag.back() == '"') tag = tag.substr(1, tag.size() - 2);
  return tag;
}

bool number(std::string_view s, std::uint64_t& out) {
  const auto [end, ec] = std::from_chars(s.data(), s.data() + s.size(), out);
  return ec == std::errc{} && end == s.data() + s.size();
}

enum class RangeKind { none, part, unsatisfiable };
struct Range {
  RangeKind kind = RangeKind::none;
  std::uint64_t first = 0, last = 0;
};

// Anything malformed or with several ranges is ignored, as the RFC allows: the whole file follows.
Range parse_range(std::string_view header, std::uint64_t size) {
  if (!header.starts_with("bytes=") || header.find(',') != std::string_view::npos) return {};
  header = trim(header.substr(6));
  const auto dash = header.find('-');
  if (dash == std::string_view::npos) return {};
  const auto from = header.substr(0, dash), to = header.substr(dash + 1);
  Range r;
  if (from.empty()) {
    std::uint64_t suffix = 0;
    if (!number(to, suffix)) return {};
    if (suffix == 0 || size == 0) return {RangeKind::unsatisfiable, 0, 0};
    r.first = suffix >= size ? 0 : size - suffix;
    r.last = size - 1;
  } else {
    if (!number(from, r.first)) return {};
    r.last = size ? size - 1 : 0;
    if (!to.empty()) {
      std::uint64_t last = 0;
      if (!number(to, last) || last < r.first) return {};
      r.last = std::min(r.last, last);
    }
    if (r.first >= size) return {RangeKind::unsatisfiable, 0, 0};
  }
  r.kind = RangeKind::part;
  return r;
}

}  // namespace

bool etag_matches(std::string_view list, std::string_view etag) {
  while (!list.empty()) {
    const auto comma = list.find(',');
    const auto one = trim(list.substr(0, comma));
    if (one == "*" || (!one.empty() && opaque(one) == opaque(etag))) return true;
    if (comma == std::string_view::npos) break;
    list.remove_prefix(comma + 1);
  }
  return false;
}

Response serve_file(const Request& request, std::shared_ptr<const Fd> fd, std::uint64_t size, const FileInfo& info) {
  Response r;
  r.headers.add("ETag", info.etag);
  r.headers.add("Accept-Ranges", "bytes");
  if (!info.cache_control.empty()) r.headers.add("Cache-Control", info.cache_control);
  if (request.headers.has("If-None-Match") && etag_matches(request.headers.get("If-None-Match"), info.etag)) {
    r.status = 304;
    return r;
  }
  Range range;
  const auto if_range = request.headers.get("If-Range");
  if (request.method == Method::get && (if_range.empty() || if_range == info.etag)) range = parse_range(request.headers.get("Range"), size);
  if (range.kind == RangeKind::unsatisfiable) {
    r.status = 416;
    r.headers.add("Content-Range", "bytes */" + std::to_string(size));
    return r;
  }
  r.headers.add("Content-Type", info.content_type);
  r.file = FileBody{std::move(fd), 0, size};
  if (range.kind == RangeKind::part) {
    r.status = 206;
    r.file->offset = range.first;
    r.file->length = range.last - range.first + 1;
    r.headers.add("Content-Range", "bytes " + std::to_string(range.first) + "-" + std::to_string(range.last) + "/" + std::to_string(size));
  }
  return r;
}

}  // namespace fz::net
