// Resumable upload: tus 1.0 core, creation, expiration, termination, checksum (tus.io/protocols/resumable-upload).
// The bytes grow in a blob part whose length is the offset, so what arrived before a cut is there after it.

#include <charconv>
#include <ctime>

#include "server/http/routes.hpp"
#include "server/http/upload_metadata.hpp"
#include "shared/base/log.hpp"
#include "shared/crypto/checksum.hpp"

namespace fz::http {
namespace {

constexpr std::string_view kTus = "1.0.0";

std::string http_time(UtcTime t) {
  const auto seconds = static_cast<std::time_t>(to_unix_ms(t) / 1000);
  std::tm tm{};
  gmtime_r(&seconds, &tm);
  char text[40];
  return {text, std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &tm)};
}

Result<std::uint64_t> number_header(const net::Request& request, std::string_view name) {
  const auto text = request.headers.get(name);
  std::uint64_t n = 0;
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), n);
  if (text.empty() || ec != std::errc{} || end != text.data() + text.size() || n > (UINT64_C(1) << 53))
    return fail(Code::bad_field, {{"field", std::string(name)}, {"what", std::string(text.substr(0, 40))}});
  return n;
}

Result<void> check_version(const net::Request& request) {
  if (request.headers.get("Tus-Resumable") != kTus) return fail(Code::tus_version);
  return {};
}

net::Response progress_answer(const library::Upload& upload, std::uint64_t offset, unsigned status) {
  net::Response r;
  r.status = status;
  r.headers.add("Upload-Offset", std::to_string(offset));
  r.headers.add("Upload-Length", std::to_string(upload.length));
  r.headers.add("Upload-Expires", http_time(upload.expires));
  r.headers.add("Cache-Control", "no-store");
  if (!upload.item.empty() && upload.state == library::UploadState::done) r.headers.add("Upload-Item", upload.item);
  return r;
}

// All bytes are there: blob, then item and probe job in one transaction, then the part goes. A crash in between is
// mended by the next HEAD or PATCH, or at the next start.
Result<library::Upload> complete(App& app, const accounts::Actor& who, const std::string& id, blob::Part& part) {
  FZ_TRY(const auto digest, part.commit());
  FZ_TRY(auto finished, app.store.write([&](store::Tx& tx) {
    return library::finish_upload(tx.library(), tx.context(who, app.clock.wall()), id, digest);
  }));
  if (const auto gone = part.discard(); !gone) log::warn("upload {}: {}", id, to_log(gone.error()));
  app.metrics.add("fz_uploads_finished_total");
  app.jobs_wanted();
  return finished.upload;
}

class UploadSink final : public net::BodySink {
 public:
  UploadSink(Call& call, library::Upload upload, blob::Part part, std::unique_ptr<crypto::Checksum> checksum)
      : app_(call.app),
        who_(call.actor),
        id_(call.id),
        lang_(language_of(call.request)),
        upload_(std::move(upload)),
        part_(std::move(part)),
        start_(part_.length()),
        checksum_(std::move(checksum)) {}
  ~UploadSink() override { app_.uploads.end(upload_.id); }

  Result<void> write(ByteView chunk) override {
    if (part_.length() + chunk.size() > upload_.length) return fail(Code::too_large, {{"limit", std::to_string(upload_.length) + " B"}});
    if (checksum_) checksum_->update(chunk);
    return part_.append(chunk);
  }

  net::Response finish() override {
    auto done = store_all();
    auto r = done ? progress_answer(upload_, *done, 204) : problem(done.error(), id_, lang_);
    r.headers.add("Tus-Resumable", std::string(kTus));
    return r;
  }

  void cut() override {
    // A piece with a checksum counts whole or not at all; anything else is kept as far as it came.
    const auto kept = checksum_ ? part_.truncate(start_) : part_.sync();
    if (!kept) log::warn("upload {}: {}", upload_.id, to_log(kept.error()));
    if (const auto touched = touch(); !touched) log::warn("upload {}: {}", upload_.id, to_log(touched.error()));
  }

 private:
  Result<void> touch() {
    FZ_TRY(upload_, app_.store.write([&](store::Tx& tx) {
      return library::touch_upload(tx.library(), tx.context(who_, app_.clock.wall()), upload_.id, app_.settings.quota);
    }));
    return {};
  }
  Result<std::uint64_t> store_all() {
    if (checksum_ && !checksum_->matches()) {
      FZ_CHECK(part_.truncate(start_));
      return fail(Code::upload_checksum);
    }
    FZ_CHECK(part_.sync());
    const std::uint64_t offset = part_.length();
    if (offset < upload_.length) {
      FZ_CHECK(touch());
    } else {
      FZ_TRY(upload_, complete(app_, who_, upload_.id, part_));
    }
    return offset;
  }

  App& app_;
  const accounts::Actor who_;
  const std::string id_;
  const Lang lang_;
  library::Upload upload_;
  blob::Part part_;
  const std::uint64_t start_;
  std::unique_ptr<crypto::Checksum> checksum_;
};

Result<std::unique_ptr<net::BodySink>> open_sink(Call& call) {
  const auto& headers = call.request.headers;
  FZ_CHECK(check_version(call.request));
  if (headers.get("Content-Type") != "application/offset+octet-stream")
    return fail(Code::bad_request, {{"what", "Content-Type: application/offset+octet-stream"}});
  FZ_TRY(const auto offset, number_header(call.request, "Upload-Offset"));
  std::unique_ptr<crypto::Checksum> checksum;
  if (headers.has("Upload-Checksum")) {
    FZ_TRY(checksum, crypto::Checksum::parse(headers.get("Upload-Checksum")));
  }
  App& app = call.app;
  FZ_TRY(auto upload,
         app.store.read([&](const store::Tx& tx) { return library::open_upload(tx.library(), call.actor, call.arg(0), call.now); }));
  if (!app.uploads.begin(upload.id)) return fail(Code::upload_busy);
  struct Release {
    App& app;
    std::string name;
    ~Release() {
      if (!name.empty()) app.uploads.end(name);
    }
  } release{app, upload.id};
  FZ_TRY(auto part, app.blobs.part(library::part_name(upload.id), upload.length));
  if (part.length() != offset) return fail(Code::upload_offset, {{"expected", std::to_string(part.length())}});
  if (call.request.content_length.value_or(0) > upload.length - offset)
    return fail(Code::too_large, {{"limit", std::to_string(upload.length - offset) + " B"}});
  auto sink = std::make_unique<UploadSink>(call, std::move(upload), std::move(part), std::move(checksum));
  release.name.clear();  // the sink's from here on
  return std::unique_ptr<net::BodySink>(std::move(sink));
}

}  // namespace

std::variant<net::Response, std::unique_ptr<net::BodySink>> open_upload_sink(Call& call) {
  auto sink = open_sink(call);
  if (sink) return std::move(*sink);
  auto r = problem(sink.error(), call.id, language_of(call.request));
  r.headers.add("Tus-Resumable", std::string(kTus));
  for (const auto& [name, value] : sink.error().params)
    if (name == "expected") r.headers.add("Upload-Offset", value);
  return r;
}

Result<net::Response> describe_uploads(Call& call) {
  auto r = no_content();
  r.headers.add("Tus-Resumable", std::string(kTus));
  r.headers.add("Tus-Version", std::string(kTus));
  r.headers.add("Tus-Extension", "creation,expiration,termination,checksum");
  r.headers.add("Tus-Max-Size", std::to_string(call.app.settings.quota.max_file));
  r.headers.add("Tus-Checksum-Algorithm", "sha1,sha256");
  return r;
}

Result<net::Response> create_upload(Call& call) {
  FZ_CHECK(check_version(call.request));
  FZ_TRY(auto wanted, parse_upload_metadata(call.request.headers.get("Upload-Metadata")));
  FZ_TRY(wanted.length, number_header(call.request, "Upload-Length"));
  App& app = call.app;
  FZ_TRY(const auto upload, app.store.write([&](store::Tx& tx) {
    return library::create_upload(tx.library(), tx.context(call.actor, call.now), wanted, app.settings.quota);
  }));
  // Asks the disk now, not after an hour of sending.
  if (auto part = app.blobs.part(library::part_name(upload.id), upload.length); !part) {
    auto undone =
        app.store.write([&](store::Tx& tx) { return library::cancel_upload(tx.library(), tx.context(call.actor, call.now), upload.id); });
    if (!undone) log::warn("upload {}: {}", upload.id, to_log(undone.error()));
    return part.error();
  }
  net::Response r;
  r.status = 201;
  r.headers.add("Tus-Resumable", std::string(kTus));
  r.headers.add("Location", "/v1/uploads/" + upload.id);
  r.headers.add("Upload-Expires", http_time(upload.expires));
  return r;
}

Result<net::Response> upload_offset(Call& call) {
  FZ_CHECK(check_version(call.request));
  App& app = call.app;
  FZ_TRY(auto upload, app.store.read([&](const store::Tx& tx) -> Result<library::Upload> {
    FZ_TRY(const auto row, tx.library().upload(call.arg(0)));
    // One that is done still answers its owner, whose last answer may have been lost.
    if (row && row->owner == call.actor.account && row->state == library::UploadState::done) return *row;
    return library::open_upload(tx.library(), call.actor, call.arg(0), call.now);
  }));
  std::uint64_t offset = upload.length;
  if (upload.state != library::UploadState::done) {
    offset = app.blobs.part_length(library::part_name(upload.id)).value_or(0);
    if (offset == upload.length && app.uploads.begin(upload.id)) {
      auto part = app.blobs.part(library::part_name(upload.id), upload.length);
      auto finished = part ? complete(app, call.actor, upload.id, *part) : Result<library::Upload>(part.error());
      app.uploads.end(upload.id);
      if (!finished) return finished.error();
      upload = std::move(*finished);
    }
  }
  auto r = progress_answer(upload, offset, 200);
  r.headers.add("Tus-Resumable", std::string(kTus));
  return r;
}

Result<net::Response> cancel_upload(Call& call) {
  FZ_CHECK(check_version(call.request));
  App& app = call.app;
  const std::string id = call.arg(0);
  FZ_TRY(const auto upload,
         app.store.read([&](const store::Tx& tx) { return library::open_upload(tx.library(), call.actor, id, call.now); }));
  if (!app.uploads.begin(upload.id)) return fail(Code::upload_busy);
  auto done = app.store.write([&](store::Tx& tx) { return library::cancel_upload(tx.library(), tx.context(call.actor, call.now), id); });
  if (done) done = app.blobs.remove_part(library::part_name(id));
  app.uploads.end(upload.id);
  if (!done) return done.error();
  auto r = no_content();
  r.headers.add("Tus-Resumable", std::string(kTus));
  return r;
}

}  // namespace fz::http
