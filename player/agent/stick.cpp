#include "player/agent/stick.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>

#include "player/agent/library.hpp"
#include "shared/base/log.hpp"
#include "shared/crypto/sealed_box.hpp"
#include "shared/trust/state.hpp"

namespace fz::agent {
namespace {

constexpr std::size_t kStep = 256 * 1024;
constexpr int kMaxRoots = 1000;
constexpr std::string_view kMetadata = "/v1/metadata/";

Error unusable(std::string_view sha256) {
  return fail(Code::stick_unreadable, {{"what", std::string(sha256.substr(0, 12))}});
}

Result<void> read_exactly(int fd, std::uint64_t offset, std::span<std::uint8_t> into, std::string_view sha256) {
  std::size_t have = 0;
  while (have < into.size()) {
    const auto n = ::pread(fd, into.data() + have, into.size() - have, static_cast<off_t>(offset + have));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return unusable(sha256);
    have += static_cast<std::size_t>(n);
  }
  return {};
}

}  // namespace

Error StickMirror::seen_as(const Error& e) const {
  if (folder_ && folder_->there()) return e.code == Code::not_found ? fail(Code::stick_unreadable, {{"what", "fanzha"}}, to_log(e)) : e;
  return fail(Code::unavailable, {{"what", "U盘 stick"}});
}

Result<stick::Ticket> StickMirror::read_ticket(const stick::Folder& folder) const {
  FZ_TRY(const auto envelope, folder.read(stick::ticket_name(device_), stick::kMaxTicket));
  FZ_TRY(auto state, trust::TrustedState::init(site_root_, {}));
  for (int i = 0; i < kMaxRoots; ++i) {  // the roots since the site package, each signed by the one before
    const auto next = folder.read(stick::metadata_name(fmt::format("{}.root.json", state.root().value.version + 1)), trust::kMaxDocument);
    if (!next) break;
    FZ_CHECK(state.update_root(*next));
  }
  return stick::read_ticket(envelope, state.root().value, device_);
}

StickMirror::Seen StickMirror::look(Visit& visit) {
  if (folder_) {
    if (folder_->there()) return Seen::same;
    folder_.reset();
    return Seen::gone;
  }
  for (const auto& place : stick::find(places_)) {
    auto folder = stick::Folder::open(place);
    if (!folder) continue;
    auto ticket = read_ticket(*folder);
    if (ticket)
      visit.ticket = std::move(*ticket);
    else if (ticket.error().code != Code::not_found)
      log::warn("stick {}: {}", place.string(), to_log(ticket.error()));
    if (auto receipt = folder->read(stick::receipt_name(device_), stick::kMaxTicket)) visit.receipt = std::move(*receipt);
    folder_ = std::move(*folder);
    return Seen::came;
  }
  return Seen::nothing;
}

Answered StickMirror::call(const Call& c) const {
  Answered e;
  e.id = c.id;
  Result<std::string> text = fail(Code::not_found);
  const bool get = c.method == Call::Method::get;
  if (folder_ && get && c.path == "/v1/timestamp") text = folder_->read(stick::timestamp_name(device_), c.max_bytes);
  if (folder_ && get && c.path.starts_with(kMetadata))
    text = folder_->read(stick::metadata_name(c.path.substr(kMetadata.size())), c.max_bytes);
  if (text) {
    e.status = 200;
    e.body = std::move(*text);
  } else if (text.error().code == Code::not_found && folder_ && folder_->there()) {
    e.status = 404;
  } else {
    e.error = seen_as(text.error());
  }
  return e;
}

DocumentReady StickMirror::fetch(const FetchDocument& what) {
  DocumentReady e{what.cycle, what.sha256, {}, {}};
  const auto get = [&]() -> Result<std::string> {
    if (store_->has(what.sha256)) {
      if (auto bytes = store_->read(what.sha256, trust::kMaxTargets)) return bytes;
      FZ_CHECK(store_->remove(what.sha256));
    }
    if (!folder_) return fail(Code::not_found);
    FZ_TRY(auto bytes, folder_->read(stick::blob_name(what.sha256), trust::kMaxTargets));
    if (auto kept = store_->put(bytes, {what.length, what.sha256}); !kept)
      return kept.error().code == Code::blob_mismatch ? unusable(what.sha256) : kept.error();
    return bytes;
  };
  auto bytes = get();
  if (bytes)
    e.bytes = std::move(*bytes);
  else
    e.error = seen_as(bytes.error());
  return e;
}

MediaStored StickMirror::fetch(const FetchMedia& what, const std::atomic<bool>& cancelled) {
  MediaStored e{what.cycle, what.sha256, {}};
  const auto done = folder_ ? copy(what, cancelled) : Result<void>(fail(Code::not_found));
  if (!done) e.error = done.error().code == Code::cancelled ? done.error() : seen_as(done.error());
  return e;
}

Result<void> StickMirror::copy(const FetchMedia& what, const std::atomic<bool>& cancelled) {
  FZ_TRY(auto part, part_for(*store_, what));
  if (!part) return {};  // it is there and good
  std::uint64_t length = 0;
  FZ_TRY(const Fd file, folder_->open_file(stick::blob_name(what.sha256), length));
  if (length != what.length) return unusable(what.sha256);
  if (part->length() > length) FZ_CHECK(part->truncate(0));
  Bytes buffer(kStep);
  while (part->length() < length) {
    if (cancelled) return fail(Code::cancelled);
    const auto n = static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), length - part->length()));
    FZ_CHECK(read_exactly(file.get(), part->length(), std::span(buffer).first(n), what.sha256));
    FZ_CHECK(part->append(ByteView(buffer).first(n)));
  }
  auto done = part->commit({what.length, what.sha256});
  if (!done && done.error().code == Code::blob_mismatch && !what.chunks.empty()) {
    FZ_TRY(const auto bad, part->bad_chunks(what.chunks));
    Bytes chunk(crypto::kChunkSize);
    for (const auto index : bad) {
      const std::uint64_t from = index * crypto::kChunkSize;
      const auto n = static_cast<std::size_t>(std::min<std::uint64_t>(chunk.size(), length - from));
      FZ_CHECK(read_exactly(file.get(), from, std::span(chunk).first(n), what.sha256));
      FZ_CHECK(part->rewrite(from, ByteView(chunk).first(n)));
    }
    done = part->commit({what.length, what.sha256});
  }
  if (done) return part->discard();
  if (done.error().code != Code::blob_mismatch) return done.error();
  FZ_CHECK(part->truncate(0));
  return unusable(what.sha256);
}

Result<void> StickMirror::leave_request(std::string_view body) const {
  if (!folder_) return fail(Code::unavailable, {{"what", "U盘 stick"}});
  const auto name = stick::request_name(device_);
  if (const auto there = folder_->read(name, stick::kMaxTicket); there && *there == body) return {};
  const auto slash = name.rfind('/');
  return folder_->write(name.substr(0, slash), name.substr(slash + 1), body);
}

Result<void> StickMirror::leave_plays(std::int64_t first, const stick::Plays& plays, const std::string& key) const {
  if (!folder_) return fail(Code::unavailable, {{"what", "U盘 stick"}});
  FZ_TRY(const auto sealed, crypto::seal(stick::write_plays(plays), key));
  if (sealed.size() > stick::kMaxSealed) return fail(Code::too_large, {{"limit", fmt::format("{} B", stick::kMaxSealed)}});
  return folder_->write(stick::plays_folder(device_), stick::plays_file(first), sealed);
}

void StickMirror::drop_plays(std::int64_t through) const {
  if (!folder_) return;
  const auto folder = stick::plays_folder(device_);
  for (const auto& name : folder_->list(folder)) {
    std::int64_t first = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), first);
    if (error == std::errc{} && std::string_view(end) == ".sealed" && first + stick::kBlock - 1 <= through)
      folder_->remove(fmt::format("{}/{}", folder, name));
  }
}

stick::Plays pack_plays(const crypto::PrivateKey& key, const std::string& screen, const std::vector<trust::Play>& plays) {
  stick::Plays out{key.id(), {}};
  for (std::size_t at = 0; at < plays.size(); at += stick::kBatch) {
    const auto end = std::min(plays.size(), at + stick::kBatch);
    const trust::PlayBatch batch{screen,
                                 {plays.begin() + static_cast<std::ptrdiff_t>(at), plays.begin() + static_cast<std::ptrdiff_t>(end)}};
    out.batches.push_back(trust::write_envelope(trust::sign(trust::kPlaysType, trust::write_play_batch(batch), {&key})));
  }
  return out;
}

}  // namespace fz::agent
