#include "player/agent/library.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <charconv>

#include "shared/base/json.hpp"
#include "shared/base/log.hpp"
#include "shared/base/process.hpp"

namespace fz::agent {
namespace {

constexpr std::size_t kChunk = crypto::kChunkSize;
constexpr Millis kProbeLimit{40000};  // fz-decode gives up after 30 s by itself

net::Headers authorised(const std::string& token) {
  net::Headers h;
  if (!token.empty()) h.add("Authorization", "Bearer " + token);
  return h;
}

using Arrived = std::function<void(std::uint64_t)>;

Result<void> download_rest(net::Client& client, blob::Part& part, const std::string& url, const FetchMedia& what, const net::Cancel& cancel,
                           const Arrived& arrived) {
  if (part.length() > what.length) FZ_CHECK(part.truncate(0));
  if (part.length() == what.length) return {};
  net::DownloadRequest d;
  d.url = url;
  d.headers = authorised(what.token);
  d.have = part.length();
  d.etag = "\"" + what.sha256 + "\"";  // blobs are immutable and named by their hash; a server that says otherwise sends all
  d.max_bytes = what.length;
  d.restart = [&] { return part.truncate(0); };
  d.write = [&](ByteView bytes) {
    if (arrived) arrived(bytes.size());
    return part.append(bytes);
  };
  FZ_CHECK(net::download(client, d, &cancel));
  return {};
}

Result<void> fetch_chunk(net::Client& client, blob::Part& part, const std::string& url, const FetchMedia& what, std::size_t index,
                         const net::Cancel& cancel) {
  const std::uint64_t from = index * kChunk, to = std::min<std::uint64_t>(from + kChunk, what.length);
  net::ClientRequest r;
  r.url = url;
  r.headers = authorised(what.token);
  r.headers.add("Range", "bytes=" + std::to_string(from) + "-" + std::to_string(to - 1));
  r.max_response = kChunk;
  FZ_TRY(const auto answer, client.send(r, &cancel));
  if (answer.status != 206) return fail(Code::http_status, {{"status", std::to_string(answer.status)}, {"url", url}});
  if (answer.body.size() != to - from) return fail(Code::bad_response, {{"host", url}, {"what", "range"}});
  return part.rewrite(from, as_bytes(answer.body));
}

// The bytes are all there and wrong somewhere: fetch the bad chunks, or begin anew where the chunks are not known.
Result<void> mend_chunks(net::Client& client, blob::Part& part, const std::string& url, const FetchMedia& what, const net::Cancel& cancel,
                         const Arrived& arrived) {
  if (what.chunks.empty()) {
    FZ_CHECK(part.truncate(0));
    return download_rest(client, part, url, what, cancel, arrived);
  }
  FZ_TRY(const auto bad, part.bad_chunks(what.chunks));
  log::warn("media {}: {} of {} chunks are bad and fetched again", what.sha256, bad.size(), what.chunks.size());
  for (const std::size_t index : bad) {
    FZ_CHECK(fetch_chunk(client, part, url, what, index, cancel));
    if (arrived) arrived(kChunk);
  }
  return {};
}

// The store says how many bytes it is short of after all that may go is gone.
Error no_room(const FetchMedia& what, const Error& e) {
  std::uint64_t lack = 0;
  std::from_chars(e.detail.data(), e.detail.data() + e.detail.size(), lack);
  const std::uint64_t room = what.length - std::min(what.length, lack);
  return fail(Code::store_full,
              {{"what", what.sha256.substr(0, 12)}, {"need", fmt::format("{} B", what.length)}, {"room", fmt::format("{} B", room)}},
              e.detail);
}

}  // namespace

Result<std::optional<blob::Part>> part_for(blob::Store& store, const FetchMedia& what) {
  if (!store.has(what.sha256)) {
    auto part = store.part(what.sha256, what.length);
    if (part) return std::optional<blob::Part>(std::move(*part));
    return part.error().code == Code::disk_full ? no_room(what, part.error()) : part.error();
  }
  const auto opened = store.open_verified(what.sha256);
  if (opened) return std::optional<blob::Part>{};
  if (opened.error().code != Code::blob_damaged) return opened.error();
  FZ_TRY(auto part, store.mend(what.sha256, what.sha256));
  return std::optional<blob::Part>(std::move(part));
}

Result<void> fetch_media(net::Client& client, blob::Store& store, const std::string& url, const FetchMedia& what, const net::Cancel& cancel,
                         int rounds, const Arrived& arrived) {
  FZ_TRY(auto part, part_for(store, what));
  if (!part) return {};
  FZ_CHECK(download_rest(client, *part, url, what, cancel, arrived));
  for (int round = 0;; ++round) {
    auto done = part->commit({what.length, what.sha256});
    if (done) return part->discard();
    if (done.error().code != Code::blob_mismatch) return done.error();
    if (round >= rounds) {
      FZ_CHECK(part->truncate(0));  // hopeless; the next try begins anew
      return done.error();
    }
    FZ_CHECK(mend_chunks(client, *part, url, what, cancel, arrived));
  }
}

Result<std::string> fetch_document(net::Client& client, blob::Store& store, const std::string& url, const FetchDocument& what,
                                   const net::Cancel& cancel) {
  if (store.has(what.sha256)) {
    auto bytes = store.read(what.sha256, trust::kMaxTargets);
    if (bytes) return bytes;
    FZ_CHECK(store.remove(what.sha256));
  }
  if (what.length > trust::kMaxTargets) return fail(Code::too_large, {{"limit", std::to_string(trust::kMaxTargets)}});
  net::ClientRequest r;
  r.url = url;
  r.headers = authorised(what.token);
  r.max_response = what.length;
  FZ_TRY(auto answer, client.send(r, &cancel));
  if (answer.status != 200) return fail(Code::http_status, {{"status", std::to_string(answer.status)}, {"url", url}});
  FZ_CHECK(store.put(answer.body, {what.length, what.sha256}));
  return std::move(answer.body);
}

// The bytes are those that the server and both reviewers have decoded to the end; what is asked here is whether this machine can.
Result<void> probe_media(const fs::path& program, Fd media, const std::string& mime) {
  SpawnOptions o;
  o.argv = {program.string(), "--probe", "--brief", "--declared", mime};
  o.fds = {{media.get(), 3}};
  const auto run = run_command(o, kProbeLimit, 64 * 1024);
  if (run) return {};
  if (run.error().code != Code::process_failed) return run.error();
  const auto line = json::parse(run.error().detail);  // what it said before it ended with 1
  if (!line || !line->is_object()) return fail(Code::media_decoder_died, {}, run.error().detail);
  const auto* name = line->as_object().if_contains("error");
  bool found = false;
  const Code code = name && name->is_string() ? code_from_name(name->as_string(), found) : Code::internal;
  if (!found) return fail(Code::media_decoder_died, {}, run.error().detail);
  Params params;
  if (const auto* p = line->as_object().if_contains("params"); p && p->is_object())
    for (const auto& [key, value] : p->as_object())
      if (value.is_string()) params.emplace_back(key, value.as_string());
  return fail(code, std::move(params));
}

std::vector<std::string> Keep::removable(const blob::Store& store) const {
  const std::lock_guard lock(mutex_);
  if (!known_) return {};
  struct Candidate {
    std::int64_t day;  // when it was stored or kept last
    blob::Entry blob;
  };
  std::vector<Candidate> all;
  for (auto& e : store.list()) {
    struct stat s {};
    if (names_.contains(e.sha256) || ::stat((store.root() / e.sha256.substr(0, 2) / e.sha256).c_str(), &s) != 0) continue;
    all.push_back({s.st_mtim.tv_sec / 86400, std::move(e)});
  }
  std::sort(all.begin(), all.end(),
            [](const auto& a, const auto& b) { return a.day != b.day ? a.day < b.day : a.blob.length > b.blob.length; });
  std::vector<std::string> names;
  for (auto& c : all) names.push_back(std::move(c.blob.sha256));
  return names;
}

}  // namespace fz::agent
