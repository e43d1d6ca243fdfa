#include "player/agent/site.hpp"

#include <algorithm>

#include "shared/base/log.hpp"
#include "shared/crypto/hash.hpp"
#include "shared/net/client.hpp"
#include "shared/trust/envelope.hpp"

namespace fz::agent {
namespace {

constexpr std::size_t kMaxSticks = 16;

Result<trust::SitePackage> fetch_root(const trust::SiteCode& code, const NetworkOptions& network) {
  net::ClientOptions options;
  options.pin_sha256 = code.pin;
  options.ca_file = network.ca;
  options.proxy = network.proxy;
  net::Client client(options);
  net::ClientRequest request;
  request.url = code.server + "/v1/metadata/1.root.json";
  request.max_response = trust::kMaxDocument;
  FZ_TRY(auto answer, client.send(request));
  if (answer.status != 200) return fail(Code::http_status, {{"status", std::to_string(answer.status)}, {"url", request.url}});
  if (crypto::sha256_hex(answer.body) != code.root_sha256) return fail(Code::blob_mismatch, {{"what", "1.root.json"}});
  return trust::SitePackage{code.server, code.pin, std::move(answer.body)};
}

Result<trust::SitePackage> read_site(const fs::path& file, const NetworkOptions& network) {
  FZ_TRY(const auto text, read_file(file, trust::kMaxSite));
  if (file.extension() == ".json") return trust::parse_site_package(text);
  FZ_TRY(const auto code, trust::parse_site_code(text));
  return fetch_root(code, network);
}

// Files that may hold a package, in a fixed order: the place itself, then one folder down.
std::vector<fs::path> candidates(const fs::path& place) {
  std::error_code ignored;
  if (fs::is_regular_file(place, ignored)) return {place};
  std::vector<fs::path> folders{place};
  for (fs::directory_iterator i(place, ignored), end; !ignored && i != end && folders.size() <= kMaxSticks; i.increment(ignored))
    if (i->is_directory(ignored)) folders.push_back(i->path());
  std::sort(folders.begin() + 1, folders.end());
  std::vector<fs::path> files;
  for (const auto& folder : folders)
    for (const auto name : {trust::kSiteFile, trust::kSiteCodeFile})
      if (fs::is_regular_file(folder / name, ignored)) files.push_back(folder / name);
  return files;
}

}  // namespace

fs::path site_root(const fs::path& data) {
  return data / "root.json";
}

Result<trust::SitePackage> obtain_site(const fs::path& data, const std::vector<fs::path>& where, const NetworkOptions& network) {
  const auto kept = data / "site.json";
  auto text = read_file(kept, trust::kMaxSite);
  if (text) return trust::parse_site_package(*text);
  if (text.error().code != Code::not_found) return text.error();
  Error last = fail(Code::not_found, {{"what", std::string(trust::kSiteFile)}});
  for (const auto& place : where) {
    for (const auto& file : candidates(place)) {
      auto site = read_site(file, network);
      if (!site) {
        last = site.error();
        log::warn("{}: {}", file.string(), to_log(last));
        continue;
      }
      FZ_CHECK(make_dirs(data, 0700));
      FZ_CHECK(write_atomic(site_root(data), site->root, 0600));
      FZ_CHECK(write_atomic(kept, trust::write_site_package(*site), 0600));
      log::info("this screen belongs to {}, by {}", site->server, file.string());
      return site;
    }
  }
  return last;
}

}  // namespace fz::agent
