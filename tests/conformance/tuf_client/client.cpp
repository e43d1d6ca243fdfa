#include "tests/conformance/tuf_client/client.hpp"

#include <fcntl.h>

#include "shared/crypto/hash.hpp"

namespace fz::conformance {
namespace {
constexpr int kMaxRoots = 256;
constexpr std::size_t kMaxState = std::size_t{16} << 20;

std::string with_slash(std::string url) {
  if (!url.empty() && url.back() != '/') url += '/';
  return url;
}
/// Every part of a target's path percent-encoded, "<hash>." before the last one (consistent snapshots).
std::string target_path(std::string_view name, const std::string& hash) {
  std::string out;
  while (true) {
    auto slash = name.find('/');
    if (slash == std::string_view::npos) return out + hash + "." + net::percent_encode(name);
    out += net::percent_encode(name.substr(0, slash)) + "/";
    name.remove_prefix(slash + 1);
  }
}
Result<bool> holds(const fs::path& file, const trust::TargetFile& target) {
  auto fd = open_read(file);
  if (!fd) return false;
  crypto::Sha256 hash;
  Bytes buffer(1 << 16);
  std::uint64_t total = 0;
  for (ssize_t n; (n = ::read(fd->get(), buffer.data(), buffer.size())) != 0;) {
    if (n < 0) return disk_error(errno, file);
    total += static_cast<std::uint64_t>(n);
    hash.update(ByteView(buffer).first(static_cast<std::size_t>(n)));
  }
  return total == target.length && hash.finish_hex() == target.sha256;
}
}  // namespace

TufClient::TufClient(fs::path dir, std::string metadata_url)
    : dir_(std::move(dir)), url_(with_slash(std::move(metadata_url))), http_(net::ClientOptions{}) {}

Result<void> TufClient::init(const fs::path& dir, const fs::path& trusted_root) {
  FZ_TRY(auto root, read_file(trusted_root, trust::kMaxDocument));
  FZ_CHECK(trust::TrustedState::init(root, {}));
  FZ_CHECK(make_dirs(dir));
  return write_atomic(dir / "root.json", root);
}

Result<void> TufClient::open() {
  if (auto saved = read_file(dir_ / "state.json", kMaxState)) {
    FZ_TRY(state_, trust::TrustedState::load(*saved, {}));
    return {};
  }
  FZ_TRY(auto root, read_file(dir_ / "root.json", trust::kMaxDocument));
  FZ_TRY(state_, trust::TrustedState::init(root, {}));
  return {};
}
Result<void> TufClient::keep() {
  auto put = [&](const char* name, const auto& document) -> Result<void> {
    return document ? write_atomic(dir_ / name, document->envelope) : remove_file(dir_ / name);
  };
  FZ_CHECK(write_atomic(dir_ / "root.json", state_->root().envelope));
  FZ_CHECK(put("timestamp.json", state_->timestamp()));
  FZ_CHECK(put("snapshot.json", state_->snapshot()));
  FZ_CHECK(put("targets.json", state_->targets()));
  return write_atomic(dir_ / "state.json", state_->save());
}

Result<std::optional<std::string>> TufClient::fetch(const std::string& name, std::size_t max_bytes) {
  net::ClientRequest request;
  request.url = url_ + name;
  request.max_response = max_bytes;
  FZ_TRY(auto answer, http_.send(request));
  if (answer.status == 403 || answer.status == 404) return std::optional<std::string>{};
  if (answer.status != 200) return fail(Code::unavailable, {{"what", name + ": " + std::to_string(answer.status)}});
  return std::optional<std::string>(std::move(answer.body));
}
Result<std::string> TufClient::fetch_existing(const std::string& name, std::size_t max_bytes) {
  FZ_TRY(auto body, fetch(name, max_bytes));
  if (!body) return fail(Code::not_found, {{"what", name}});
  return *std::move(body);
}

Result<void> TufClient::update_roots(UtcTime now) {
  for (int i = 0; i < kMaxRoots; ++i) {
    FZ_TRY(auto next, fetch(std::to_string(state_->root().value.version + 1) + ".root.json", trust::kMaxDocument));
    if (!next) break;
    FZ_CHECK(state_->update_root(*next));
    FZ_CHECK(keep());
  }
  return state_->check_root(now);
}
Result<void> TufClient::refresh(UtcTime now) {
  FZ_CHECK(open());
  FZ_CHECK(update_roots(now));
  FZ_TRY(auto timestamp, fetch_existing("timestamp.json", trust::kMaxDocument));
  FZ_CHECK(state_->update_timestamp(timestamp, now));
  FZ_CHECK(keep());
  if (auto meta = state_->wanted_snapshot()) {
    FZ_TRY(auto snapshot, fetch_existing(std::to_string(meta->version) + ".snapshot.json", meta->length.value_or(trust::kMaxDocument)));
    FZ_CHECK(state_->update_snapshot(snapshot, now));
    FZ_CHECK(keep());
  }
  FZ_CHECK(state_->check_snapshot(now));
  if (auto meta = state_->wanted_targets()) {
    FZ_TRY(auto targets, fetch_existing(std::to_string(meta->version) + ".targets.json", meta->length.value_or(trust::kMaxTargets)));
    FZ_CHECK(state_->update_targets(targets, now));
    FZ_CHECK(keep());
  }
  return state_->check_targets(now);
}

Result<void> TufClient::download(const std::string& name, const std::string& base_url, const fs::path& dir) {
  auto& list = state_->targets()->value.targets;
  auto found = list.find(name);
  if (found == list.end()) return fail(Code::not_found, {{"what", name}});
  auto& target = found->second;
  auto file = dir / net::percent_encode(name), partial = dir / ("." + net::percent_encode(name) + ".part");
  FZ_TRY(bool there, holds(file, target));
  if (there) return {};
  Fd out(::open(partial.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
  if (!out) return disk_error(errno, partial);
  crypto::Sha256 hash;
  std::uint64_t total = 0;
  net::ClientRequest request;
  request.url = with_slash(base_url) + target_path(name, target.sha256);
  request.on_body = [&](ByteView part) -> Result<void> {
    total += part.size();
    if (total > target.length) return trust::refuse(trust::Check::hash, name + ", length");
    hash.update(part);
    return write_all(out.get(), part, partial);
  };
  request.max_response = target.length;
  auto answer = http_.send(request);
  auto refused = [&](Error e) {
    (void)remove_file(partial);
    return e;
  };
  if (!answer) return refused(answer.error());
  if (answer->status != 200) return refused(fail(Code::not_found, {{"what", name}}));
  if (total != target.length || hash.finish_hex() != target.sha256) return refused(trust::refuse(trust::Check::hash, name));
  FZ_CHECK(sync_file(out.get(), partial));
  FZ_CHECK(rename_file(partial, file));
  return sync_dir(dir);
}
}  // namespace fz::conformance
