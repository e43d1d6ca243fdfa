#include "shared/net/client.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "shared/net/channel.hpp"
#include "shared/net/parser.hpp"

namespace fz::net {

using std::chrono::steady_clock;

struct Client::Impl {
  ClientOptions options;
  SslCtx tls;
  std::unique_ptr<Channel> channel;  // the kept connection
  std::string origin;                // whose it is
  SessionPtr session;                // for resumption
  std::string session_origin;
  std::string fingerprint;
  std::string buffer = std::string(64 * 1024, '\0');

  Result<std::unique_ptr<Channel>> connect(const Url& url, const std::string& to, SteadyTime until, const Cancel* cancel);
};

namespace {

std::string origin_of(const Url& url) {
  return std::string(url.tls ? "https://" : "http://") + url.host + ":" + std::to_string(url.port);
}

// The earliest of the call's end, a stall and the minimum rate decides how long the next step may take.
struct Pace {
  const ClientRequest& request;
  const Cancel* cancel;
  SteadyTime begin;
  SteadyTime end;
  std::uint64_t moved = 0;

  Pace(const ClientRequest& r, const Cancel* c) : request(r), cancel(c), begin(steady_clock::now()) {
    end = r.total.count() > 0 ? begin + r.total : SteadyTime::max();
  }
  Wait next() const {
    auto until = steady_clock::now() + request.stall;
    if (request.min_rate)
      until = std::min<SteadyTime>(until, begin + request.rate_grace + Millis{static_cast<std::int64_t>(moved * 1000 / request.min_rate)});
    return until < end ? Wait{until, cancel, true} : Wait{end, cancel, false};
  }
};

std::string request_head(const ClientRequest& r, const Url& url, const ClientOptions& options, std::uint64_t length) {
  std::string out = std::string(method_name(r.method)) + " " + url.target + " HTTP/1.1\r\nHost: " + url.host_header() +
                    "\r\nUser-Agent: " + options.user_agent + "\r\n";
  for (const auto& [name, value] : r.headers.all()) out.append(name).append(": ").append(value).append("\r\n");
  const bool has_body = r.method == Method::post || r.method == Method::put || r.method == Method::patch;
  if (has_body || length > 0) out += "Content-Length: " + std::to_string(length) + "\r\n";
  return out + "\r\n";
}

Result<void> check_headers(const ClientRequest& r) {
  for (const auto& [name, value] : r.headers.all())
    if ((name + value).find_first_of(std::string_view("\r\n\0", 3)) != std::string::npos)
      return fail(Code::bad_request, {{"what", "line break in header " + name.substr(0, 40)}});
  if (r.method == Method::other) return fail(Code::bad_request, {{"what", "method"}});
  return {};
}

// One request and its answer on one connection.
struct Exchange {
  Channel& channel;
  const ClientRequest& request;
  Pace pace;
  std::string& buffer;
  std::string host;
  std::string early = {};  // answer bytes that came while the body was being sent
  bool answered = false;   // any byte of an answer was seen
  bool sent_all = false;

  Result<bool> early_answer() {
    FZ_TRY(const auto n, channel.try_read(buffer.data(), buffer.size()));
    if (!n) return false;
    if (*n == 0) return fail(Code::connection_lost, {{"host", host}}, "closed while sending");
    early.assign(buffer.data(), *n);
    return answered = true;
  }

  Result<void> send_file(const FileBody& file) {
    std::string chunk(64 * 1024, '\0');
    for (std::uint64_t done = 0; done < file.length;) {
      FZ_TRY(const bool stop, early_answer());
      if (stop) return {};
      const auto want = std::min<std::uint64_t>(chunk.size(), file.length - done);
      const auto n = ::pread(file.fd->get(), chunk.data(), want, static_cast<off_t>(file.offset + done));
      if (n <= 0) return fail(Code::io, {{"path", "upload"}, {"what", n == 0 ? "file became shorter" : "read error"}});
      FZ_CHECK(channel.write(std::string_view(chunk.data(), static_cast<std::size_t>(n)), pace.next()));
      done += static_cast<std::uint64_t>(n);
      pace.moved += static_cast<std::uint64_t>(n);
      if (request.progress) request.progress(done, file.length);
    }
    sent_all = true;
    return {};
  }

  Result<void> send_text(std::string_view body) {
    while (!body.empty()) {
      const auto part = body.substr(0, 64 * 1024);
      FZ_CHECK(channel.write(part, pace.next()));
      pace.moved += part.size();
      body.remove_prefix(part.size());
      if (body.empty()) break;
      FZ_TRY(const bool stop, early_answer());
      if (stop) return {};
    }
    sent_all = true;
    return {};
  }

  Result<void> take_body(ClientResponse& response, std::string& part, std::uint64_t& got) {
    got += part.size();
    if (got > request.max_response) return fail(Code::too_large, {{"limit", std::to_string(request.max_response) + " B"}});
    if (request.on_body && response.status / 100 == 2) {
      if (!part.empty()) FZ_CHECK(request.on_body(as_bytes(part)));
    } else {
      response.body += part;
    }
    part.clear();
    return {};
  }

  // `keep` tells whether the connection can serve another request.
  Result<ClientResponse> receive(bool& keep) {
    const auto kind = request.method == Method::head ? Parser::Kind::response_to_head : Parser::Kind::response;
    ClientResponse response;
    std::optional<Parser> parser(std::in_place, kind, 32 * 1024);
    std::string in = std::move(early), part;
    std::uint64_t got = 0;
    bool have_head = false;
    for (;;) {
      bool progress = true;
      while (progress && !parser->done() && !in.empty()) {
        auto used = parser->feed(in, part);
        if (!used) return fail(Code::bad_response, {{"host", host}, {"what", message(used.error(), Lang::en)}});
        in.erase(0, *used);
        progress = *used > 0;
        if (parser->header_done() && !have_head) {
          if (parser->head().status / 100 == 1) {  // 100 Continue and friends: the answer is still to come
            parser.emplace(kind, 32 * 1024);
            continue;
          }
          have_head = true;
          response.status = parser->head().status;
          response.headers = parser->head().headers;
          if (request.method != Method::head && parser->head().content_length.value_or(0) > request.max_response)
            return fail(Code::too_large, {{"limit", std::to_string(request.max_response) + " B"}});
          if (request.on_head) FZ_CHECK(request.on_head(response));
        }
      }
      FZ_CHECK(take_body(response, part, got));
      if (parser->done()) break;
      FZ_TRY(const auto n, channel.read(buffer.data(), buffer.size(), pace.next()));
      if (n == 0) {
        if (have_head && parser->end_of_stream()) {
          keep = false;
          return response;
        }
        return fail(Code::connection_lost, {{"host", host}}, "answer cut off");
      }
      answered = true;
      pace.moved += n;
      in.append(buffer.data(), n);
    }
    keep = parser->head().keep_alive && in.empty() && sent_all;
    return response;
  }

  Result<ClientResponse> run(const std::string& head, bool& keep) {
    const std::uint64_t small = request.file ? 0 : request.body.size();
    Result<void> sent;
    if (!request.file && small <= 16 * 1024) {
      sent = channel.write(head + request.body, pace.next());
      sent_all = sent.has_value();
    } else {
      sent = channel.write(head, pace.next());
      if (sent) sent = request.file ? send_file(*request.file) : send_text(request.body);
    }
    // A server that refuses a body answers and closes: its answer says more than our broken pipe.
    if (!sent && sent.error().code != Code::connection_lost) return sent.error();
    auto response = receive(keep);
    if (!sent && !response) return sent.error();
    return response;
  }
};

}  // namespace

Client::Client(ClientOptions options) : impl_(std::make_unique<Impl>()) {
  impl_->options = std::move(options);
}
Client::~Client() = default;
Client::Client(Client&&) noexcept = default;
Client& Client::operator=(Client&&) noexcept = default;
void Client::disconnect() {
  impl_->channel.reset();
}
const std::string& Client::peer_fingerprint() const {
  return impl_->fingerprint;
}

Result<std::unique_ptr<Channel>> Client::Impl::connect(const Url& url, const std::string& to, SteadyTime until, const Cancel* cancel) {
  if (url.tls && !tls) {
    FZ_TRY(tls, client_context(options));
  }
  const auto limit = std::min<SteadyTime>(until, steady_clock::now() + options.connect_timeout);
  SSL_SESSION* resume = session_origin == to ? session.get() : nullptr;
  FZ_TRY(auto opened, Channel::open(url, options, url.tls ? tls.get() : nullptr, resume, Wait{limit, cancel, false}));
  if (url.tls) fingerprint = opened->fingerprint();
  return opened;
}

Result<ClientResponse> Client::send(const ClientRequest& request, const Cancel* cancel) {
  FZ_TRY(const auto url, parse_url(request.url));
  FZ_CHECK(check_headers(request));
  Impl& d = *impl_;
  const std::string to = origin_of(url);
  const bool repeatable = request.method != Method::post && request.method != Method::patch && !request.on_body;
  const std::uint64_t length = request.file ? request.file->length : request.body.size();
  const std::string head = request_head(request, url, d.options, length);
  Pace pace(request, cancel);
  for (int attempt = 0;; ++attempt) {
    std::unique_ptr<Channel> channel = std::move(d.channel);
    const bool kept = channel && d.origin == to && !channel->stale();
    if (!kept) {
      channel.reset();
      FZ_TRY(channel, d.connect(url, to, pace.end, cancel));
    }
    Exchange exchange{*channel, request, pace, d.buffer, url.host_header()};
    exchange.pace.begin = steady_clock::now();
    bool keep = false;
    auto response = exchange.run(head, keep);
    if (!response && kept && attempt == 0 && repeatable && !exchange.answered && response.error().code == Code::connection_lost) continue;
    if (!response) return response;
    if (url.tls) {
      if (auto session = channel->session()) {
        d.session = std::move(session);
        d.session_origin = to;
      }
    }
    if (keep) {
      d.channel = std::move(channel);
      d.origin = to;
    }
    return response;
  }
}

Result<ClientResponse> Client::get(const std::string& url, Headers headers, const Cancel* cancel) {
  ClientRequest r;
  r.url = url;
  r.headers = std::move(headers);
  return send(r, cancel);
}

Result<ClientResponse> Client::post(const std::string& url, std::string body, std::string_view type, Headers headers,
                                    const Cancel* cancel) {
  ClientRequest r;
  r.method = Method::post;
  r.url = url;
  r.headers = std::move(headers);
  r.headers.set("Content-Type", std::string(type));
  r.body = std::move(body);
  return send(r, cancel);
}

}  // namespace fz::net
