// HTTP messages as plain data, shared by server and client (RFC 9110, RFC 9112). Pure, any thread.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "shared/base/error.hpp"
#include "shared/base/file.hpp"

namespace fz::net {

enum class Method { get, head, post, put, patch, del, options, other };
std::string_view method_name(Method m);
/// `other` for anything that is not in the enum (methods are case-sensitive).
Method method_from_name(std::string_view name);

/// Header fields in order; names compare without regard to case.
class Headers {
 public:
  Headers() = default;
  Headers(std::initializer_list<std::pair<std::string, std::string>> fields) : fields_(fields) {}
  /// The first value, empty when there is none.
  std::string_view get(std::string_view name) const;
  bool has(std::string_view name) const;
  void add(std::string name, std::string value) { fields_.emplace_back(std::move(name), std::move(value)); }
  /// Replaces all fields of that name.
  void set(std::string_view name, std::string value);
  const std::vector<std::pair<std::string, std::string>>& all() const { return fields_; }

 private:
  std::vector<std::pair<std::string, std::string>> fields_;
};

/// ASCII comparison without regard to case.
bool iequals(std::string_view a, std::string_view b);
/// Decodes %XX; '+' stays. bad_request for a bad escape, NUL, or a result that is not UTF-8.
Result<std::string> percent_decode(std::string_view text);
/// Everything but unreserved characters (RFC 3986) becomes %XX.
std::string percent_encode(std::string_view text);
/// "a=1&b=x%20y" -> pairs, decoded ('+' is a space); at most 64. bad_request when malformed.
Result<std::vector<std::pair<std::string, std::string>>> parse_query(std::string_view query);

/// An absolute http(s) or ws(s) address.
struct Url {
  bool tls = false;
  std::string host;  ///< without brackets
  std::uint16_t port = 0;
  std::string target;               ///< path and query, begins with '/'
  std::string host_header() const;  ///< host[:port], port left out when it is the scheme's own
};
/// Errors: bad_request (other schemes, user information, fragments, control characters).
Result<Url> parse_url(std::string_view url);

/// A request as the server's handlers see it.
struct Request {
  Method method = Method::get;
  std::string method_text;
  std::string target;  ///< as it arrived
  std::string path;    ///< decoded, begins with '/', no "." or ".." segments
  std::string query;   ///< raw, without '?'
  Headers headers;
  std::string remote;  ///< the peer's address without port
  bool tls = false;
  std::string body;                             ///< filled for `inline_` and `pooled` routes
  std::optional<std::uint64_t> content_length;  ///< nothing when chunked
};

/// Part of an open file as a response's body. The descriptor is shared so that a cache may keep it.
struct FileBody {
  std::shared_ptr<const Fd> fd;
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
};

struct Response {
  unsigned status = 200;
  Headers headers;                          ///< Content-Length, Date and Connection are the server's own
  std::shared_ptr<const std::string> body;  ///< may be shared between many responses
  std::optional<FileBody> file;             ///< instead of body
  bool close = false;                       ///< close the connection after this response
};
/// A response with text; `type` is the Content-Type.
Response make_response(unsigned status, std::string_view type, std::string body);
std::string_view reason_phrase(unsigned status);

/// What a file route says besides the bytes.
struct FileInfo {
  std::string etag;  ///< strong, with its quotes
  std::string content_type;
  std::string cache_control;  ///< left out when empty
};
/// Answers GET and HEAD with Range, If-Range (ETag only), If-None-Match, Accept-Ranges: 200, 206, 304 or 416. One range;
/// a request for several gets the whole file. `size` is the file's length in bytes.
Response serve_file(const Request& request, std::shared_ptr<const Fd> fd, std::uint64_t size, const FileInfo& info);
/// True if the If-None-Match list contains `etag` (weak comparison, unquoted values and "*" accepted).
bool etag_matches(std::string_view if_none_match, std::string_view etag);

}  // namespace fz::net
