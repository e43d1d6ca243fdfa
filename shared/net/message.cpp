#include "shared/net/message.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "shared/base/bytes.hpp"

namespace fz::net {
namespace {

constexpr std::array<std::pair<Method, std::string_view>, 7> kMethods{{{Method::get, "GET"},
                                                                       {Method::head, "HEAD"},
                                                                       {Method::post, "POST"},
                                                                       {Method::put, "PUT"},
                                                                       {Method::patch, "PATCH"},
                                                                       {Method::del, "DELETE"},
                                                                       {Method::options, "OPTIONS"}}};

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  c = lower(c);
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

Result<std::string> decode(std::string_view text, bool plus_is_space) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+' && plus_is_space) {
      out += ' ';
    } else if (text[i] != '%') {
      out += text[i];
    } else {
      const int hi = i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
      const int lo = i + 2 < text.size() ? hex_digit(text[i + 2]) : -1;
      if (hi < 0 || lo < 0) return fail(Code::bad_request, {{"what", "percent escape"}});
      out += static_cast<char>(hi * 16 + lo);
      i += 2;
    }
    if (out.back() == '\0') return fail(Code::bad_request, {{"what", "NUL in address"}});
  }
  if (!is_utf8(out)) return fail(Code::bad_request, {{"what", "address is not UTF-8"}});
  return out;
}

}  // namespace

std::string_view method_name(Method m) {
  for (const auto& [method, name] : kMethods)
    if (method == m) return name;
  return "OTHER";
}

Method method_from_name(std::string_view name) {
  for (const auto& [method, text] : kMethods)
    if (text == name) return method;
  return Method::other;
}

bool iequals(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return lower(x) == lower(y); });
}

std::string_view Headers::get(std::string_view name) const {
  for (const auto& [n, v] : fields_)
    if (iequals(n, name)) return v;
  return {};
}

bool Headers::has(std::string_view name) const {
  return std::any_of(fields_.begin(), fields_.end(), [&](const auto& f) { return iequals(f.first, name); });
}

void Headers::set(std::string_view name, std::string value) {
  std::erase_if(fields_, [&](const auto& f) { return iequals(f.first, name); });
  fields_.emplace_back(name, std::move(value));
}

Result<std::string> percent_decode(std::string_view text) {
  return decode(text, false);
}

std::string percent_encode(std::string_view text) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const bool plain = (lower(c) >= 'a' && lower(c) <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' || c == '~';
    if (plain) {
      out += c;
    } else {
      const auto u = static_cast<unsigned char>(c);
      out += '%';
      out += kHex[u >> 4];
      out += kHex[u & 15];
    }
  }
  return out;
}

Result<std::vector<std::pair<std::string, std::string>>> parse_query(std::string_view query) {
  std::vector<std::pair<std::string, std::string>> out;
  while (!query.empty()) {
    const auto amp = query.find('&');
    const auto part = query.substr(0, amp);
    query = amp == std::string_view::npos ? std::string_view{} : query.substr(amp + 1);
    if (part.empty()) continue;
    if (out.size() == 64) return fail(Code::bad_request, {{"what", "more than 64 query parameters"}});
    const auto eq = part.find('=');
    FZ_TRY(auto name, decode(part.substr(0, eq), true));
    FZ_TRY(auto value, decode(eq == std::string_view::npos ? std::string_view{} : part.substr(eq + 1), true));
    out.emplace_back(std::move(name), std::move(value));
  }
  return out;
}

std::string Url::host_header() const {
  std::string out = host.find(':') != std::string::npos ? "[" + host + "]" : host;
  if (port != (tls ? 443 : 80)) out += ":" + std::to_string(port);
  return out;
}

Result<Url> parse_url(std::string_view url) {
  const auto bad = [](std::string_view what) { return fail(Code::bad_request, {{"what", "address: " + std::string(what)}}); };
  for (const char c : url)
    if (static_cast<unsigned char>(c) <= 0x20 || c == 0x7f) return bad("space or control character");
  Url out;
  const auto sep = url.find("://");
  if (sep == std::string_view::npos) return bad("no scheme");
  const auto scheme = url.substr(0, sep);
  out.tls = iequals(scheme, "https") || iequals(scheme, "wss");
  if (!out.tls && !iequals(scheme, "http") && !iequals(scheme, "ws")) return bad("scheme is not http or https");
  url.remove_prefix(sep + 3);
  const auto slash = url.find_first_of("/?#");
  auto authority = url.substr(0, slash);
  out.target = slash == std::string_view::npos ? "/" : std::string(url.substr(slash));
  if (out.target[0] == '?') out.target.insert(0, "/");
  if (out.target.find('#') != std::string::npos) return bad("fragment");
  if (authority.find('@') != std::string_view::npos) return bad("user information");
  std::string_view port;
  if (authority.starts_with('[')) {
    const auto end = authority.find(']');
    if (end == std::string_view::npos) return bad("IPv6 address");
    out.host = authority.substr(1, end - 1);
    authority.remove_prefix(end + 1);
    if (!authority.empty() && authority[0] != ':') return bad("port");
    if (!authority.empty()) port = authority.substr(1);
  } else {
    const auto colon = authority.find(':');
    out.host = authority.substr(0, colon);
    if (colon != std::string_view::npos) port = authority.substr(colon + 1);
  }
  if (out.host.empty() || out.host.size() > 255) return bad("host");
  out.port = out.tls ? 443 : 80;
  if (!port.empty()) {
    const auto [end, ec] = std::from_chars(port.data(), port.data() + port.size(), out.port);
    if (ec != std::errc{} || end != port.data() + port.size() || out.port == 0) return bad("port");
  }
  return out;
}

Response make_response(unsigned status, std::string_view type, std::string body) {
  Response r;
  r.status = status;
  r.headers.add("Content-Type", std::string(type));
  r.body = std::make_shared<const std::string>(std::move(body));
  return r;
}

}  // namespace fz::net
