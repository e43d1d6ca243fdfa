#include "server/tools/upload.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <charconv>
#include <thread>

#include "shared/crypto/hash.hpp"

namespace fz::tools {
namespace {

net::ClientRequest tus(net::Method method, std::string url) {
  net::ClientRequest r;
  r.method = method;
  r.url = std::move(url);
  r.headers.set("Tus-Resumable", "1.0.0");
  return r;
}
std::string metadata(const UploadRequest& r) {
  std::string out;
  auto add = [&](std::string_view name, const std::string& value) {
    if (value.empty()) return;
    if (!out.empty()) out += ",";
    out += std::string(name) + " " + to_base64(as_bytes(value));
  };
  add("filename", r.file.filename().string());
  add("title", r.title);
  add("fraud_kind", r.fraud_kind);
  add("exposes", r.exposes);
  add("item", r.item);
  add("variant_of", r.variant_of);
  add("shape", r.shape);
  return out;
}
Result<std::uint64_t> offset_of(const net::ClientResponse& answer) {
  auto text = answer.headers.get("Upload-Offset");
  std::uint64_t n = 0;
  auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), n);
  if (ec != std::errc() || end != text.data() + text.size())
    return fail(Code::bad_response, {{"host", "fz-server"}, {"what", "Upload-Offset"}});
  return n;
}
/// True for what a later try may mend.
bool passing(const Error& e) {
  switch (e.code) {
    case Code::unreachable:
    case Code::connection_lost:
    case Code::timeout:
    case Code::too_slow:
    case Code::unavailable:
    case Code::too_many_requests:
      return true;
    default:
      return false;
  }
}

// Uploads that were begun: key (file, size, time of change, server) -> address.
class Resume {
 public:
  explicit Resume(fs::path path) : path_(std::move(path)) {
    if (auto text = read_file(path_, 1 << 20))
      if (auto v = json::parse(*text); v && v->is_object()) entries_ = v->get_object();
  }
  std::string find(const std::string& key) const {
    auto it = entries_.find(key);
    return it != entries_.end() && it->value().is_string() ? std::string(it->value().get_string()) : "";
  }
  Result<void> put(const std::string& key, const std::string& address) {
    entries_[key] = address;
    return save();
  }
  Result<void> remove(const std::string& key) {
    entries_.erase(key);
    return save();
  }

 private:
  Result<void> save() {
    if (path_.has_parent_path()) FZ_CHECK(make_dirs(path_.parent_path(), 0700));
    return write_atomic(path_, json::write(entries_), 0600);
  }
  fs::path path_;
  json::object entries_;
};

}  // namespace

Result<std::string> upload(Api& api, const UploadRequest& request, const fs::path& resume_file, const net::Progress& progress) {
  struct stat st {};
  if (::stat(request.file.c_str(), &st) != 0) return disk_error(errno, request.file);
  auto size = static_cast<std::uint64_t>(st.st_size);
  auto fd = std::make_shared<Fd>();
  FZ_TRY(*fd, open_read(fs::canonical(request.file)));
  Resume resume(resume_file);
  auto key = api.profile().server + " " + fs::canonical(request.file).string() + " " + std::to_string(size) + " " +
             std::to_string(st.st_mtime) + " " + request.title + " " + request.item + request.variant_of + " " + request.shape;

  std::string address = resume.find(key);
  std::uint64_t offset = 0;
  if (!address.empty()) {
    auto answer = api.raw(tus(net::Method::head, address));
    if (answer) {
      FZ_TRY(offset, offset_of(*answer));
    } else {
      address.clear();  // it ended meanwhile: begin anew
    }
  }
  if (address.empty()) {
    auto create = tus(net::Method::post, "/v1/uploads");
    create.headers.set("Upload-Length", std::to_string(size));
    create.headers.set("Upload-Metadata", metadata(request));
    FZ_TRY(auto answer, api.raw(std::move(create)));
    address = std::string(answer.headers.get("Location"));
    if (auto scheme = address.find("://"); scheme != std::string::npos) address = address.substr(address.find('/', scheme + 3));
    if (!address.starts_with("/v1/uploads/")) return fail(Code::bad_response, {{"host", "fz-server"}, {"what", "Location"}}, address);
    FZ_CHECK(resume.put(key, address));
  }

  int failures = 0;
  for (;;) {
    if (progress) progress(offset, size);
    auto patch = tus(net::Method::patch, address);
    patch.headers.set("Upload-Offset", std::to_string(offset));
    patch.headers.set("Content-Type", "application/offset+octet-stream");
    patch.file = net::FileBody{fd, offset, std::min(request.chunk, size - offset)};
    patch.total = Millis{0};
    patch.progress = [&](std::uint64_t done, std::uint64_t) {
      if (progress) progress(offset + done, size);
    };
    auto answer = api.raw(std::move(patch));
    if (answer) {
      FZ_TRY(offset, offset_of(*answer));
      failures = 0;
      if (offset < size) continue;
      FZ_CHECK(resume.remove(key));
      auto item = std::string(answer->headers.get("Upload-Item"));
      if (item.empty()) return fail(Code::bad_response, {{"host", "fz-server"}, {"what", "Upload-Item"}});
      return item;
    }
    if (!passing(answer.error()) || ++failures > request.tries) {
      if (!passing(answer.error())) FZ_CHECK(resume.remove(key));
      return std::move(answer).error();
    }
    std::this_thread::sleep_for(Seconds{std::min(30, 1 << std::min(failures - 1, 5))});
    auto head = api.raw(tus(net::Method::head, address));
    if (head) {
      FZ_TRY(offset, offset_of(*head));
    } else if (!passing(head.error())) {
      return std::move(head).error();
    }
  }
}
}  // namespace fz::tools
