// Internal: incremental HTTP/1.x parser, bytes in, head and body out; no I/O. Beast's grammar behind a plain face.
#pragma once
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "shared/net/message.hpp"

namespace fz::net {

struct Head {
  std::string method_text;  ///< requests
  std::string target;       ///< requests
  unsigned status = 0;      ///< responses
  int version = 11;
  Headers headers;
  std::optional<std::uint64_t> content_length;
  bool keep_alive = false;
  bool upgrade = false;
};

class Parser {
 public:
  enum class Kind { request, response, response_to_head };
  Parser(Kind kind, std::size_t max_header);
  ~Parser();
  Parser(Parser&&) noexcept;
  Parser& operator=(Parser&&) noexcept;

  /// Takes bytes and appends the body bytes among them to `body`. Stops once after the header, then when the message is
  /// complete or `in` is used up. Returns how many bytes were used; keep the rest for the next call.
  /// Errors: header_too_large{limit}, bad_request{what}.
  Result<std::size_t> feed(std::string_view in, std::string& body);
  /// End of the stream: completes a response without a length; bad_request if the message was cut.
  Result<void> end_of_stream();
  bool header_done() const;
  bool done() const;
  const Head& head() const;  ///< REQUIRES header_done()
  Head take_head();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Status line and fields of a response, or the request line, ready for the wire. Line breaks in values are dropped.
std::string response_head(const Response& r, std::uint64_t length, bool keep_alive, std::string_view date, bool with_length);

}  // namespace fz::net
