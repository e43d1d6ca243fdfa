#include "server/app/config.hpp"

#include <toml++/toml.h>
#include <charconv>
#include <set>
#include <sstream>

#include "shared/base/file.hpp"

namespace fz::app {
namespace {

// Reads known keys and remembers what it has seen; finish() refuses the rest.
class Table {
 public:
  Table(const toml::table& table, std::string name) : table_(table), name_(std::move(name)) {}

  template <class T>
  void read(const char* key, T& out) {
    seen_.insert(key);
    const auto node = table_[key];
    if (!node) return;
    if (const auto v = node.value_exact<T>())
      out = *v;
    else
      reject(key);
  }
  void read_number(const char* key, std::int64_t min, std::int64_t max, auto apply) {
    seen_.insert(key);
    const auto node = table_[key];
    if (!node) return;
    const auto v = node.value_exact<std::int64_t>();
    if (v && *v >= min && *v <= max)
      apply(*v);
    else
      reject(key);
  }
  void read_list(const char* key, std::vector<std::string>& out) {
    seen_.insert(key);
    const auto node = table_[key];
    if (!node) return;
    const auto* list = node.as_array();
    out.clear();
    if (list)
      for (const auto& one : *list)
        if (const auto v = one.value_exact<std::string>()) out.push_back(*v);
    if (!list || out.size() != list->size()) reject(key);
  }
  void allow(const char* key) { seen_.insert(key); }

  Result<void> finish() {
    for (const auto& [key, value] : table_)
      if (!seen_.contains(std::string(key.str()))) return fail(Code::unknown_field, {{"field", name_ + std::string(key.str())}});
    if (!bad_.empty()) return fail(Code::bad_field, {{"field", bad_}, {"what", "TOML"}});
    return {};
  }

 private:
  void reject(const char* key) {
    if (bad_.empty()) bad_ = name_ + key;
  }
  const toml::table& table_;
  std::string name_, bad_;
  std::set<std::string> seen_;
};

const toml::table& section(const toml::table& root, const char* name) {
  static const toml::table none;
  const auto* t = root[name].as_table();
  return t ? *t : none;
}

}  // namespace

Result<void> read_config(const std::filesystem::path& file, Config& c) {
  FZ_TRY(const auto text, read_file(file, 256 * 1024));
  toml::table root;
  try {
    root = toml::parse(text, file.string());
  } catch (const toml::parse_error& e) {
    std::ostringstream where;
    where << file.string() << ":" << e.source().begin.line << ": " << e.description();
    return fail(Code::bad_request, {{"what", where.str()}});
  }
  Table top(root, "");
  for (const char* name : {"server", "quota", "media", "organisation", "accounts"}) top.allow(name);
  FZ_CHECK(top.finish());

  Table server(section(root, "server"), "server.");
  std::string data = c.data.string();
  server.read("data", data);
  c.data = data;
  std::string console = c.console.string();
  server.read("console", console);
  c.console = console;
  server.read("listen", c.listen);
  server.read_list("names", c.names);
  server.read("tls", c.tls);
  server.read("open_metrics", c.open_metrics);
  server.read("behind_proxy", c.behind_proxy);
  server.read("log_level", c.log_level);
  server.read_number("machines_per_address", 1, 10'000, [&](std::int64_t n) { c.machines_per_address = static_cast<int>(n); });
  server.read_number("threads", 1, 64, [&](std::int64_t n) { c.threads = static_cast<unsigned>(n); });
  server.read_number("workers", 2, 256, [&](std::int64_t n) { c.workers = static_cast<unsigned>(n); });
  FZ_CHECK(server.finish());

  Table quota(section(root, "quota"), "quota.");
  quota.read_number("max_file_mb", 1, 1 << 20, [&](std::int64_t n) { c.quota.max_file = static_cast<std::uint64_t>(n) << 20; });
  quota.read_number("max_unit_gb", 1, 1 << 20, [&](std::int64_t n) { c.quota.max_unit = static_cast<std::uint64_t>(n) << 30; });
  quota.read_number("max_open", 1, 1000, [&](std::int64_t n) { c.quota.max_open = static_cast<int>(n); });
  quota.read_number("upload_hours", 1, 24 * 30, [&](std::int64_t n) { c.quota.life = std::chrono::hours(n); });
  FZ_CHECK(quota.finish());

  Table media(section(root, "media"), "media.");
  media.read("decoder", c.decoder);
  media.read_number("jobs", 1, 32, [&](std::int64_t n) { c.media_jobs = static_cast<unsigned>(n); });
  FZ_CHECK(media.finish());

  Table accounts(section(root, "accounts"), "accounts.");
  accounts.read("second_factor", c.second_factor);
  accounts.read("three_administrators", c.three_administrators);
  accounts.read_number("session_idle_minutes", 5, 24 * 60, [&](std::int64_t n) { c.sessions.idle = std::chrono::minutes(n); });
  accounts.read_number("session_hours", 1, 7 * 24, [&](std::int64_t n) { c.sessions.life = std::chrono::hours(n); });
  FZ_CHECK(accounts.finish());

  Table organisation(section(root, "organisation"), "organisation.");
  organisation.read("code", c.region);
  organisation.read("name", c.unit_name);
  return organisation.finish();
}

Result<std::pair<std::string, std::uint16_t>> parse_listen(const std::string& text) {
  const auto bad = [&] { return fail(Code::bad_field, {{"field", "listen"}, {"what", text + " (127.0.0.1:8443, [::]:8443)"}}); };
  const auto colon = text.rfind(':');
  if (colon == std::string::npos || colon == 0) return bad();
  std::string address = text.substr(0, colon);
  if (address.starts_with('[') && address.ends_with(']')) address = address.substr(1, address.size() - 2);
  std::uint16_t port = 0;
  const char* begin = text.data() + colon + 1;
  const char* end = text.data() + text.size();
  const auto [at, ec] = std::from_chars(begin, end, port);
  if (begin == end || ec != std::errc{} || at != end) return bad();
  return std::pair{address, port};
}

}  // namespace fz::app
