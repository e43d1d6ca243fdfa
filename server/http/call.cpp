#include "server/http/call.hpp"

#include <charconv>

#include "shared/base/id.hpp"
#include "shared/base/log.hpp"

namespace fz::http {

Result<json::value> Call::body() const {
  const auto type = request.headers.get("Content-Type");
  if (!type.empty() && !type.starts_with("application/json")) return fail(Code::bad_request, {{"what", "Content-Type: application/json"}});
  return json::parse(request.body, {512 * 1024, 16});
}

Result<std::string> Call::query(std::string_view name) const {
  FZ_TRY(const auto pairs, net::parse_query(request.query));
  for (const auto& [n, v] : pairs)
    if (n == name) return v;
  return std::string{};
}

Result<std::int64_t> Call::query_number(std::string_view name, std::int64_t fallback, std::int64_t min, std::int64_t max) const {
  FZ_TRY(const auto text, query(name));
  if (text.empty()) return fallback;
  std::int64_t n = 0;
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), n);
  if (ec != std::errc{} || end != text.data() + text.size() || n < min || n > max)
    return fail(Code::bad_field, {{"field", std::string(name)}, {"what", std::to_string(min) + ".." + std::to_string(max)}});
  return n;
}

Result<std::optional<UtcTime>> Call::query_time(std::string_view name) const {
  FZ_TRY(const auto text, query(name));
  if (text.empty()) return std::optional<UtcTime>{};
  const auto t = parse_time(text);
  if (!t) return fail(Code::bad_field, {{"field", std::string(name)}, {"what", "2026-11-22T08:00:00Z"}});
  return std::optional<UtcTime>{*t};
}

net::Response reply(const json::value& body, unsigned status) {
  return reply_text(json::write(body), status);
}

net::Response reply_text(std::string json_text, unsigned status) {
  auto r = net::make_response(status, "application/json", std::move(json_text));
  r.headers.add("Cache-Control", "no-store");
  return r;
}

net::Response no_content() {
  net::Response r;
  r.status = 204;
  return r;
}

json::object problem_json(const Error& error, std::string_view id, Lang lang) {
  Error shown = error;
  if (shown.code == Code::internal) shown.params = {{"id", std::string(id)}};
  json::object params;
  for (const auto& [name, value] : shown.params) params[name] = value;
  json::object out;
  out["type"] = "/v1/errors#" + std::string(code_name(shown.code));
  out["title"] = message(shown, lang);
  out["status"] = http_status(shown.code);
  out["code"] = code_name(shown.code);
  out["params"] = std::move(params);
  out["zh"] = message(shown, Lang::zh);
  out["en"] = message(shown, Lang::en);
  if (!id.empty()) out["instance"] = id;
  return out;
}

net::Response problem(const Error& error, std::string_view id, Lang lang) {
  const int status = http_status(error.code);
  if (status >= 500) log::warn("{} {}", id, to_log(error));
  auto r = net::make_response(static_cast<unsigned>(status), "application/problem+json", json::write(problem_json(error, id, lang)));
  r.headers.add("Cache-Control", "no-store");
  if (status == 401) r.headers.add("WWW-Authenticate", "Bearer");
  for (const auto& [name, value] : error.params)
    if (name == "seconds" && status == 429) r.headers.add("Retry-After", value);
  return r;
}

Lang language_of(const net::Request& request) {
  const auto accept = request.headers.get("Accept-Language");
  const auto en = accept.find("en"), zh = accept.find("zh");
  return en != std::string_view::npos && (zh == std::string_view::npos || en < zh) ? Lang::en : Lang::zh;
}

std::string request_id() {
  return to_hex(random_bytes(8));
}

}  // namespace fz::http
