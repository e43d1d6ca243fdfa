#include "player/approve/server.hpp"

#include <chrono>
#include <thread>

#include "player/approve/package.hpp"
#include "shared/trust/staff.hpp"

namespace fz::approve {
namespace {

net::ClientOptions options_for(const Login& login) {
  net::ClientOptions o;
  o.pin_sha256 = login.pin;
  return o;
}

// The error that a problem+json answer stands for.
Error from_problem(const net::ClientResponse& answer) {
  if (auto v = json::parse(answer.body, {.max_bytes = 1 << 20}); v && v->is_object()) {
    json::Reader r(*v, "problem");
    bool found = false;
    Error e{code_from_name(r.string_or("code", ""), found), {}, {}};
    if (auto* params = r.object_member("params", false))
      for (auto& m : params->get_object())
        if (auto* s = m.value().if_string()) e.params.emplace_back(std::string(m.key()), printable(std::string_view(*s)));
    if (found) return e;
  }
  return fail(Code::bad_response, {{"host", "fz-server"}, {"what", "HTTP " + std::to_string(answer.status)}});
}

}  // namespace

Result<Login> read_profile(const fs::path& path) {
  FZ_TRY(auto text, read_file(path, 64 * 1024));
  FZ_TRY(auto v, json::parse(text));
  json::Reader r(v, "profile");
  Login login{r.string("server"), r.string_or("pin", ""), r.string_or("token", "")};
  FZ_CHECK(r.finish(true));
  return login;
}

Server::Server(Login login) : login_(std::move(login)), client_(options_for(login_)) {
  while (login_.server.ends_with('/')) login_.server.pop_back();
}

net::Headers Server::headers() const {
  net::Headers h;
  if (!login_.token.empty()) h.set("Authorization", "Bearer " + login_.token);
  return h;
}

Result<net::ClientResponse> Server::send(net::ClientRequest request) {
  request.url = login_.server + request.url;
  auto type = std::string(request.headers.get("Content-Type"));
  request.headers = headers();
  if (!type.empty()) request.headers.set("Content-Type", type);
  request.max_response = kMaxPackage;
  FZ_TRY(auto answer, client_.send(request));
  if (answer.status >= 300) return from_problem(answer);
  return answer;
}

Result<std::string> Server::package(const std::string& item) {
  net::ClientRequest request;
  request.url = "/v1/items/" + net::percent_encode(item) + "/package";
  FZ_TRY(auto answer, send(std::move(request)));
  return std::move(answer.body);
}

Result<void> Server::fetch_one(const std::string& item, const trust::Rendition& r, RenditionCopy& copy, const net::Progress& progress) {
  constexpr int kTries = 5;
  net::DownloadRequest request;
  request.url = login_.server + "/v1/items/" + net::percent_encode(item) + "/renditions/" + net::percent_encode(r.profile);
  request.headers = headers();
  request.max_bytes = r.length;
  request.restart = [&]() -> Result<void> {
    request.have = 0;
    return copy.restart();
  };
  request.write = [&](ByteView bytes) -> Result<void> {
    FZ_CHECK(copy.write(bytes));
    request.have += bytes.size();
    return {};
  };
  request.progress = progress;
  // Blobs never change: their hash is their entity tag, so a broken transfer goes on where it stopped.
  request.etag = "\"" + r.sha256 + "\"";
  for (int attempt = 1;; ++attempt) {
    auto done = net::download(client_, request);
    if (done) return copy.finish();
    auto code = done.error().code;
    bool again = code == Code::connection_lost || code == Code::timeout || code == Code::too_slow || code == Code::unreachable;
    if (!again || attempt == kTries) return done.error();
    client_.disconnect();
    std::this_thread::sleep_for(Millis{500} * attempt);
  }
}

Result<std::vector<fs::path>> Server::fetch(const std::string& item, const trust::Approval& approval, const fs::path& folder,
                                            const net::Progress& progress) {
  std::uint64_t total = 0, before = 0;
  for (auto& r : approval.renditions) total += r.length;
  std::vector<fs::path> files;
  for (auto& r : approval.renditions) {
    FZ_TRY(auto copy, RenditionCopy::begin(r, folder));
    auto part = [&](std::uint64_t done, std::uint64_t) {
      if (progress) progress(before + done, total);
    };
    FZ_CHECK(fetch_one(item, r, copy, part));
    before += r.length;
    files.push_back(copy.path());
  }
  return files;
}

namespace {
/// Retires whom the groups' own documents name, each as far as its signatures go.
Result<void> apply_staff_answer(trust::Reviewers& reviewers, std::string_view body) {
  FZ_TRY(const auto answer, json::parse(body));
  json::Reader r(answer, "staff");
  const auto* documents = r.list("documents", 500);
  FZ_CHECK(r.finish());
  trust::StaffLeft left;
  for (const auto& item : *documents) {
    json::Reader d(item, "documents");
    const auto* envelope = d.object_member("envelope");
    d.ignore("group");
    d.ignore("version");
    FZ_CHECK(d.finish());
    if (const auto staff = trust::read_staff(json::write(*envelope), reviewers)) trust::note_staff(left, *staff);
  }
  trust::apply_staff(reviewers, left);
  return {};
}
}  // namespace

Result<std::optional<trust::Reviewers>> Server::reviewers() {
  net::ClientRequest request;
  request.url = "/v1/trust/reviewers";
  auto answer = send(std::move(request));
  if (!answer && (answer.error().code == Code::not_found)) return std::optional<trust::Reviewers>{};
  if (!answer) return answer.error();
  FZ_TRY(auto envelope, trust::read_envelope(answer->body));
  FZ_TRY(auto parsed, trust::parse_reviewers(envelope.payload));
  net::ClientRequest staff;
  staff.url = "/v1/trust/staff";
  auto left = send(std::move(staff));
  if (left) FZ_CHECK(apply_staff_answer(parsed, left->body));
  // An older server knows no staff documents.
  if (!left && left.error().code != Code::not_found) return left.error();
  return std::optional<trust::Reviewers>(std::move(parsed));
}

Result<json::value> Server::post_approval(const trust::Envelope& envelope) {
  net::ClientRequest request;
  request.method = net::Method::post;
  request.url = "/v1/approvals";
  request.headers.set("Content-Type", "application/json");
  request.body = trust::write_envelope(envelope);
  FZ_TRY(auto answer, send(std::move(request)));
  return json::parse(answer.body, {.max_bytes = kMaxPackage});
}

}  // namespace fz::approve
