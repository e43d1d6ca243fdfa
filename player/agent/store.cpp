#include "player/agent/store.hpp"

#include "shared/base/json.hpp"
#include "shared/base/log.hpp"
#include "shared/base/process.hpp"

namespace fz::agent {
namespace {

constexpr std::size_t kMaxProbes = 10'000;
constexpr Millis kProbeLimit{30'000};
constexpr std::uint64_t kChunk = crypto::kChunkSize;
constexpr std::string_view kTemporary[] = {"process_failed", "timeout", "media_timeout", "media_decoder_died", "io", "internal"};

std::string part_name(const std::string& sha256) {
  return "fetch-" + sha256;
}
std::string quoted(const std::string& text) {
  return "\"" + text + "\"";
}

// The mime's first word decides which kind of content the probe must find.
bool kind_fits(std::string_view mime, std::string_view kind) {
  return mime.substr(0, mime.find('/')) == kind;
}

bool passing(std::string_view code) {
  for (auto t : kTemporary)
    if (t == code) return true;
  return false;
}

}  // namespace

ContentStore::ContentStore(StoreOptions options, std::unique_ptr<blob::Store> blobs)
    : options_(std::move(options)), blobs_(std::move(blobs)), client_(options_.client) {}

Result<std::unique_ptr<ContentStore>> ContentStore::open(StoreOptions options) {
  // The store asks through this pointer who may go; it is set before anything is stored.
  auto owner = std::make_shared<ContentStore*>(nullptr);
  blob::Options blob_options;
  blob_options.max_total = options.quota;
  blob_options.evict = [owner](std::uint64_t) {
    std::vector<std::string> out;
    if (!*owner) return out;
    auto& store = **owner;
    std::lock_guard lock(store.mutex_);
    for (auto& e : store.blobs_->list())
      if (!store.keep_.contains(e.sha256)) out.push_back(e.sha256);
    return out;
  };
  FZ_TRY(auto blobs, blob::Store::open(options.blobs, std::move(blob_options)));
  std::unique_ptr<ContentStore> store(new ContentStore(std::move(options), std::move(blobs)));
  *owner = store.get();
  store->load_probes();
  return store;
}

std::set<std::string, std::less<>> ContentStore::names() const {
  std::set<std::string, std::less<>> out;
  for (auto& e : blobs_->list()) out.insert(e.sha256);
  return out;
}
void ContentStore::keep(std::set<std::string, std::less<>> names) {
  std::lock_guard lock(mutex_);
  keep_ = std::move(names);
}

net::Headers ContentStore::authorised(const std::string& token) const {
  net::Headers h;
  if (!token.empty()) h.add("Authorization", "Bearer " + token);
  return h;
}

Result<std::string> ContentStore::document(const FetchDocument& a, const net::Cancel& cancel) {
  if (blobs_->has(a.sha256)) {
    auto text = blobs_->read(a.sha256, a.length);
    if (text) return text;
    FZ_CHECK(blobs_->remove(a.sha256));  // damaged: a small file is fetched whole
  }
  net::ClientRequest request;
  request.url = options_.server + "/v1/blobs/" + a.sha256;
  request.headers = authorised(a.token);
  request.max_response = a.length;
  FZ_TRY(auto answer, client_.send(request, &cancel));
  if (answer.status != 200) return fail(Code::http_status, {{"status", std::to_string(answer.status)}, {"url", "/v1/blobs"}});
  FZ_CHECK(blobs_->put(answer.body, {.length = a.length, .sha256 = a.sha256}));
  return std::move(answer.body);
}

// Appends what is missing. What arrived before an error stays in the part.
Result<void> ContentStore::fill(blob::Part& part, const FetchMedia& a, const net::Cancel& cancel) {
  if (part.length() > a.length) FZ_CHECK(part.truncate(0));
  if (part.length() == a.length) return {};
  net::DownloadRequest request;
  request.url = options_.server + "/v1/blobs/" + a.sha256;
  request.headers = authorised(a.token);
  request.have = part.length();
  request.etag = quoted(a.sha256);
  request.max_bytes = a.length;
  request.restart = [&] { return part.truncate(0); };
  request.write = [&](ByteView chunk) { return part.append(chunk); };
  auto got = net::download(client_, request, &cancel);
  if (auto synced = part.sync(); !got || !synced) return got ? synced.error() : got.error();
  if (part.length() != a.length) return fail(Code::blob_mismatch, {{"what", "length"}});
  return {};
}

// Fetches each chunk again whose hash is not the approved one.
Result<void> ContentStore::repair(blob::Part& part, const FetchMedia& a, const net::Cancel& cancel) {
  if (a.chunks.empty()) return {};
  FZ_TRY(auto bad, part.bad_chunks(a.chunks));
  for (auto index : bad) {
    const std::uint64_t from = index * kChunk, to = std::min(from + kChunk, a.length) - 1;
    net::ClientRequest request;
    request.url = options_.server + "/v1/blobs/" + a.sha256;
    request.headers = authorised(a.token);
    request.headers.set("Range", "bytes=" + std::to_string(from) + "-" + std::to_string(to));
    request.max_response = kChunk;
    FZ_TRY(auto answer, client_.send(request, &cancel));
    if (answer.status != 206) return fail(Code::http_status, {{"status", std::to_string(answer.status)}, {"url", "/v1/blobs"}});
    if (crypto::sha256_hex(answer.body) != a.chunks[index]) return fail(Code::blob_mismatch, {{"what", "chunk " + std::to_string(index)}});
    FZ_CHECK(part.rewrite(from, as_bytes(answer.body)));
    log::info("chunk {} of {} was mended", index, a.sha256.substr(0, 12));
  }
  return {};
}

Result<void> ContentStore::media(const FetchMedia& a, const net::Cancel& cancel) {
  if (blobs_->has(a.sha256)) {
    auto opened = blobs_->open_verified(a.sha256);
    if (opened) return {};
    if (opened.error().code != Code::blob_damaged) return opened.error();
    FZ_CHECK(blobs_->remove_part(part_name(a.sha256)));
    FZ_TRY(auto part, blobs_->mend(a.sha256, part_name(a.sha256)));
  }
  FZ_TRY(auto part, blobs_->part(part_name(a.sha256), a.length));
  FZ_CHECK(fill(part, a, cancel));
  auto done = part.commit({.length = a.length, .sha256 = a.sha256});
  if (!done && done.error().code == Code::blob_mismatch) {
    if (a.chunks.empty()) {
      FZ_CHECK(part.truncate(0));
      return done.error();
    }
    FZ_CHECK(repair(part, a, cancel));
    done = part.commit({.length = a.length, .sha256 = a.sha256});
  }
  if (!done) return done.error();
  return part.discard();
}

// ---- probes -------------------------------------------------------------------------------------------------------

void ContentStore::load_probes() {
  auto text = read_file(options_.probes, 4 << 20);
  if (!text) return;
  auto v = json::parse(*text, {.max_bytes = 4 << 20});
  if (!v || !v->is_object()) return;
  for (auto& m : v->get_object())
    if (auto* s = m.value().if_string()) probed_.emplace(std::string(m.key()), std::string(*s));
}
Result<void> ContentStore::save_probes() const {
  json::object out;
  for (auto& [sha, code] : probed_) out[sha] = code;
  return write_atomic(options_.probes, json::write(out), 0600);
}

Result<void> ContentStore::probe(const ProbeMedia& a) {
  auto known = probed_.find(a.sha256);
  if (known == probed_.end()) {
    FZ_TRY(auto opened, blobs_->open_verified(a.sha256));
    SpawnOptions spawn;
    auto program = options_.decoder.empty() ? program_dir() / "fz-decode" : options_.decoder;
    spawn.argv = {program.string(), "--probe", "--media-type", a.mime, "--limit-ms", std::to_string(kProbeLimit.count())};
    spawn.fds = {{opened.fd.get(), 3}};
    auto output = run_command(spawn, kProbeLimit + Seconds{5}, 1 << 20);
    std::string code;
    if (output) {
      auto v = json::parse(*output, {.max_bytes = 1 << 20});
      auto* kind = v && v->is_object() ? v->get_object().if_contains("kind") : nullptr;
      if (!kind || !kind->is_string() || !kind_fits(a.mime, std::string_view(kind->get_string().data(), kind->get_string().size())))
        code = "item_unplayable";
    } else {
      auto v = json::parse(output.error().detail);
      auto* named = v && v->is_object() ? v->get_object().if_contains("error") : nullptr;
      code = named && named->is_string() ? std::string(named->get_string()) : std::string(code_name(output.error().code));
      log::warn("probe of {}: {}", a.sha256.substr(0, 12), to_log(output.error()));
    }
    if (passing(code)) return fail(Code::item_unplayable, {{"item", a.sha256.substr(0, 12)}}, code);
    if (probed_.size() >= kMaxProbes) probed_.clear();
    known = probed_.emplace(a.sha256, code).first;
    FZ_CHECK(save_probes());
  }
  if (known->second.empty()) return {};
  return fail(Code::item_unplayable, {{"item", a.sha256.substr(0, 12)}}, known->second);
}

}  // namespace fz::agent
