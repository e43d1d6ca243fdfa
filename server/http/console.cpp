#include "server/http/console.hpp"

#include "shared/crypto/hash.hpp"

namespace fz::http {
namespace {

constexpr std::size_t kMaxFile = 16u << 20;
// Scripts, styles and workers from this server alone, nothing inline, nothing evaluated; pictures also from memory (blob:).
constexpr std::string_view kPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; connect-src 'self'; "
    "font-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

std::string_view type_of(std::string_view name) {
  constexpr std::pair<std::string_view, std::string_view> known[] = {
      {".html", "text/html; charset=utf-8"},
      {".js", "text/javascript; charset=utf-8"},
      {".css", "text/css; charset=utf-8"},
      {".svg", "image/svg+xml"},
      {".json", "application/json"},
      {".png", "image/png"},
      {".woff2", "font/woff2"},
      {".ico", "image/x-icon"},
      {".txt", "text/plain; charset=utf-8"},
  };
  for (const auto& [end, type] : known)
    if (name.ends_with(end)) return type;
  return "application/octet-stream";
}

// "br;q=0" means no; any other mention means yes (RFC 9110, 12.5.3).
bool accepts(std::string_view header, std::string_view coding) {
  while (!header.empty()) {
    const auto comma = header.find(',');
    auto one = header.substr(0, comma);
    header = comma == std::string_view::npos ? std::string_view{} : header.substr(comma + 1);
    while (one.starts_with(' ')) one.remove_prefix(1);
    const auto semicolon = one.find(';');
    auto name = one.substr(0, semicolon);
    while (name.ends_with(' ')) name.remove_suffix(1);
    if (!net::iequals(name, coding)) continue;
    const auto rest = semicolon == std::string_view::npos ? std::string_view{} : one.substr(semicolon);
    const auto q = rest.find("q=");
    return q == std::string_view::npos || rest.substr(q + 2).find_first_of("123456789") != std::string_view::npos;
  }
  return false;
}

}  // namespace

Result<Console> Console::read(const fs::path& folder) {
  Console out;
  std::error_code ec;
  if (!fs::is_directory(folder, ec)) return out;
  for (auto it = fs::recursive_directory_iterator(folder, ec); !ec && it != fs::recursive_directory_iterator(); it.increment(ec)) {
    if (!it->is_regular_file(ec)) continue;
    FZ_TRY(auto bytes, read_file(it->path(), kMaxFile));
    std::string name = "/" + fs::relative(it->path(), folder, ec).generic_string();
    const std::string_view whole = name;
    const auto shared = std::make_shared<const std::string>(std::move(bytes));
    if (whole.ends_with(".br")) {
      out.files_[name.substr(0, name.size() - 3)].brotli = shared;
    } else if (whole.ends_with(".gz")) {
      out.files_[name.substr(0, name.size() - 3)].gzip = shared;
    } else {
      File& file = out.files_[name];
      file.plain = shared;
      file.type = type_of(name);
      file.etag = crypto::sha256_hex(*shared).substr(0, 24);
    }
  }
  if (ec) return disk_error(ec.value(), folder);
  std::erase_if(out.files_, [](const auto& f) { return !f.second.plain; });
  return out;
}

std::optional<net::Response> Console::answer(const net::Request& request) const {
  if (request.method != net::Method::get && request.method != net::Method::head) return std::nullopt;
  const auto it = files_.find(request.path == "/" ? std::string_view("/index.html") : std::string_view(request.path));
  if (it == files_.end()) return std::nullopt;
  const File& file = it->second;
  const auto accept = request.headers.get("Accept-Encoding");
  const bool br = file.brotli && accepts(accept, "br");
  const bool gz = !br && file.gzip && accepts(accept, "gzip");
  const std::string etag = "\"" + file.etag + (br ? "-br" : gz ? "-gz" : "") + "\"";
  net::Response r;
  r.headers.add("ETag", etag);
  r.headers.add("Vary", "Accept-Encoding");
  r.headers.add("Cache-Control", it->first.starts_with("/assets/") ? "public, max-age=31536000, immutable" : "no-cache");
  r.headers.add("Content-Security-Policy", std::string(kPolicy));
  if (request.headers.has("If-None-Match") && net::etag_matches(request.headers.get("If-None-Match"), etag)) {
    r.status = 304;
    return r;
  }
  r.headers.add("Content-Type", file.type);
  if (br || gz) r.headers.add("Content-Encoding", br ? "br" : "gzip");
  r.body = br ? file.brotli : gz ? file.gzip : file.plain;
  return r;
}

}  // namespace fz::http
