// One request on its way through a handler: who asks, what for, and the ways to answer.
#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "server/http/app.hpp"
#include "shared/base/json.hpp"
#include "shared/net/message.hpp"

namespace fz::http {

struct Route;

struct Call {
  App& app;
  const Route& route;
  net::Request& request;
  std::vector<std::string> args;  ///< values of {names} in the path, in order
  UtcTime now;
  std::string id;           ///< of the request; stands in the log and in problems
  accounts::Actor actor{};  ///< for Auth::person
  ScreenPtr screen{};       ///< for Auth::screen
  std::string token{};      ///< as it came; a secret

  const std::string& arg(std::size_t i) const { return args.at(i); }
  /// The body as strict JSON. Errors: bad_json, bad_request (another content type).
  Result<json::value> body() const;
  /// A query parameter, empty if absent. Errors: bad_request (a malformed query).
  Result<std::string> query(std::string_view name) const;
  /// Errors: bad_field{field}.
  Result<std::int64_t> query_number(std::string_view name, std::int64_t fallback, std::int64_t min, std::int64_t max) const;
  Result<std::optional<UtcTime>> query_time(std::string_view name) const;
};

/// Most answers.
net::Response reply(const json::value& body, unsigned status = 200);
/// JSON text that is ready, a signed envelope above all.
net::Response reply_text(std::string json_text, unsigned status = 200);
net::Response no_content();
/// problem+json (RFC 9457) in the catalogue's words.
net::Response problem(const Error& error, std::string_view id, Lang lang);
/// The problem's JSON without a response; also inside other answers (why an item failed).
json::object problem_json(const Error& error, std::string_view id, Lang lang);
/// English if Accept-Language prefers it, else Chinese.
Lang language_of(const net::Request& request);
/// A new id for a request.
std::string request_id();

}  // namespace fz::http
