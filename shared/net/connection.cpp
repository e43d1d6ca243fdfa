#include "shared/net/connection.hpp"

#include <ctime>

#include "shared/base/log.hpp"
#include "shared/net/ws_frame.hpp"
#include "shared/net/ws_session.hpp"

namespace fz::net {

using std::chrono::steady_clock;

Error simple_error(Code code, const char* what) {
  return fail(code, {{"what", what}});
}
Error header_limit_error(std::size_t limit) {
  return fail(Code::header_too_large, {{"limit", std::to_string(limit / 1024) + " KB"}});
}

const std::string& Loop::http_date() {
  const std::time_t now = std::time(nullptr);
  if (now != date_second) {
    date_second = now;
    std::tm tm{};
    gmtime_r(&now, &tm);
    char text[40];
    date.assign(text, std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &tm));
  }
  return date;
}

Connection::Connection(Loop& loop, Socket socket, std::string remote)
    : loop_(loop), stream_(make_stream(std::move(socket), loop.core.tls().get(), loop.scratch)), remote_(std::move(remote)) {}

void Connection::expire(SteadyTime now) {
  if (ws_) {
    ws_->on_deadline();
    return;
  }
  expired_ = true;
  deadline = now + Millis{200};  // again, in case no wait was pending at this moment
  boost::system::error_code ec;
  stream_->socket().cancel(ec);
}

void Connection::begin_drain() {
  if (ws_) {
    ws_->close(1001, "server stops");
  } else if (idle_) {
    abort();
  }
}

void Connection::abort() {
  expired_ = true;
  boost::system::error_code ec;
  stream_->socket().close(ec);
}

void Connection::arm_rate(const Rate& rate) {
  const auto by_rate = rate.start + options().rate_grace +
                       Millis{static_cast<std::int64_t>(rate.bytes * 1000 / std::max<std::uint64_t>(1, options().min_rate))};
  deadline = std::min<SteadyTime>(by_rate, steady_clock::now() + options().stall_deadline);
}

Error Connection::hop_error(Ran ran) {
  return ran == Ran::threw ? fail(Code::internal, {{"id", "handler"}}) : simple_error(Code::unavailable, "queue");
}

Aw<Connection::Ran> Connection::hop(std::function<void()> work, bool urgent) {
  // The handler must be invoked on this loop; `work` runs elsewhere meanwhile, and this coroutine's frame stays put.
  disarm();
  auto start = [this, urgent, &work](auto handler) {
    auto shared = std::make_shared<decltype(handler)>(std::move(handler));
    const Ex ex = loop_.io.get_executor();
    auto task = [work = std::move(work), shared, ex] {
      Ran ran = Ran::ok;
      try {
        work();
      } catch (const std::exception& e) {
        log::error("handler: {}", e.what());
        ran = Ran::threw;
      }
      asio::post(ex, [shared, ran] { (*shared)(ran); });
    };
    if (!loop_.core.pool->post(std::move(task), urgent)) asio::post(ex, [shared] { (*shared)(Ran::refused); });
  };
  constexpr asio::use_awaitable_t<Ex> token{};
  const Ran ran = co_await asio::async_initiate<const asio::use_awaitable_t<Ex>&, void(Ran)>(start, token);
  co_return ran;
}

Response Connection::error_response(const Error& error, const Request* request) const {
  Response r;
  if (loop_.core.error_page)
    r = loop_.core.error_page(error, request);
  else
    r = make_response(static_cast<unsigned>(http_status(error.code)), "text/plain; charset=utf-8",
                      message(error, Lang::zh) + "\n" + message(error, Lang::en) + "\n");
  if (r.status == 503) r.headers.set("Retry-After", "5");
  return r;
}

Aw<bool> Connection::refuse(const Request* request, Error error) {
  expired_ = false;
  Response r = error_response(error, request);
  Request nobody;
  const Request& asked = request ? *request : nobody;
  if (!request) request_start_ = steady_clock::now();
  co_await respond(asked, std::move(r), false);
  co_await linger();
  co_return false;
}

// A peer that is still sending when the socket closes would get RST instead of the answer: read on for a moment.
Aw<void> Connection::linger() {
  if (expired_) co_return;
  stream_->shutdown_write();
  arm(Millis{2000});
  for (std::size_t seen = 0; seen < (8u << 20);) {
    in_.clear();
    const Io io = co_await stream_->read_some(in_);
    if (io != Io::ok) break;
    seen += in_.size();
  }
  in_.clear();
}

Aw<bool> Connection::read_header(Parser& parser) {
  std::string no_body;
  for (;;) {
    if (!in_.empty()) {
      auto used = parser.feed(in_, no_body);
      if (!used) co_return co_await refuse(nullptr, used.error());
      in_.erase(0, *used);
      if (parser.header_done()) co_return true;
      if (in_.size() > options().max_header) co_return co_await refuse(nullptr, header_limit_error(options().max_header));
    }
    const Io io = co_await stream_->read_some(in_);
    if (io == Io::ok) continue;
    if (expired_ && stream_->socket().is_open()) co_return co_await refuse(nullptr, fail(Code::request_timeout));
    co_return false;
  }
}

namespace {

// Splits and decodes the target; refuses what could leave a folder or hide in a log.
Result<void> fill_target(Request& r) {
  const auto question = r.target.find('?');
  const std::string_view raw = std::string_view(r.target).substr(0, question);
  if (question != std::string::npos) r.query = r.target.substr(question + 1);
  if (raw.empty() || raw[0] != '/') return fail(Code::bad_request, {{"what", "address must begin with /"}});
  FZ_TRY(r.path, percent_decode(raw));
  for (std::size_t at = 0; at != std::string::npos; at = r.path.find('/', at + 1)) {
    const auto segment = std::string_view(r.path).substr(at + 1, r.path.find('/', at + 1) - at - 1);
    if (segment == "." || segment == "..") return fail(Code::bad_request, {{"what", "dot segment in address"}});
  }
  for (const char c : r.path)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f || c == '\\') return fail(Code::bad_request, {{"what", "character in address"}});
  return {};
}

}  // namespace

Aw<void> Connection::run() {
  arm(options().header_deadline);
  if (co_await stream_->handshake() != Io::ok) co_return;
  for (bool first = true;; first = false) {
    if (in_.empty()) {
      idle_ = true;
      if (!first) {
        in_.shrink_to_fit();
        arm(options().idle_deadline);
      }
      if (loop_.core.draining) co_return;
      const Io io = co_await stream_->read_some(in_);
      if (io != Io::ok) co_return;
    }
    idle_ = false;
    arm(options().header_deadline);
    Parser parser(Parser::Kind::request, options().max_header);
    if (!co_await read_header(parser)) co_return;
    disarm();
    request_start_ = steady_clock::now();
    loop_.core.requests.fetch_add(1, std::memory_order_relaxed);
    Head head = parser.take_head();
    Request request;
    request.method_text = std::move(head.method_text);
    request.method = method_from_name(request.method_text);
    request.target = std::move(head.target);
    request.headers = std::move(head.headers);
    request.content_length = head.content_length;
    request.remote = remote_;
    request.tls = loop_.core.options.tls.has_value();
    if (auto ok = fill_target(request); !ok) {
      co_await refuse(&request, ok.error());
      co_return;
    }
    if (!co_await serve(request, parser, head)) co_return;
  }
}

Aw<bool> Connection::serve(Request& request, Parser& parser, const Head& head) {
  const Plan plan = loop_.core.dispatch(request);
  switch (plan.kind) {
    case Plan::Kind::inline_:
    case Plan::Kind::pooled:
      co_return co_await serve_whole(request, parser, head, plan);
    case Plan::Kind::sink:
      co_return co_await serve_sink(request, parser, head, plan);
    case Plan::Kind::websocket:
      co_return co_await serve_websocket(request, head, plan);
  }
  co_return false;
}

Aw<bool> Connection::send_body(const Response& response, std::uint64_t length, const Moved& moved) {
  if (response.file) co_return co_await stream_->send_file(response.file->fd->get(), response.file->offset, length, moved);
  std::string_view rest = *response.body;
  while (!rest.empty()) {
    const auto part = rest.substr(0, 256 * 1024);
    if (!stream_->write_now(part)) co_return false;
    rest.remove_prefix(part.size());
    if (stream_->pending() && !co_await stream_->drain(moved)) co_return false;
  }
  co_return true;
}

Aw<bool> Connection::respond(const Request& request, Response response, bool keep_alive) {
  keep_alive = keep_alive && !response.close && !loop_.core.draining;
  const bool bodiless = response.status == 204 || response.status == 304 || response.status < 200;
  const std::uint64_t length = response.file ? response.file->length : response.body ? response.body->size() : 0;
  std::string head = response_head(response, length, keep_alive, loop_.http_date(), !bodiless);
  const bool body = length > 0 && !bodiless && request.method != Method::head;
  Rate rate{steady_clock::now(), 0};
  const Moved moved = [&](std::size_t n) {
    rate.bytes += n;
    arm_rate(rate);
  };
  arm_rate(rate);
  bool ok = true;
  if (body && response.body && length <= 16 * 1024) {
    head += *response.body;
    ok = stream_->write_now(head);
  } else {
    ok = stream_->write_now(head, body);
    if (ok && body) {
      if (stream_->pending()) ok = co_await stream_->drain(moved);
      if (ok) ok = co_await send_body(response, length, moved);
    }
  }
  if (ok && stream_->pending()) ok = co_await stream_->drain(moved);
  disarm();
  if (loop_.core.observer)
    loop_.core.observer(request, response.status, std::chrono::duration_cast<Millis>(steady_clock::now() - request_start_));
  if (ok && !keep_alive) stream_->shutdown_write();
  co_return ok&& keep_alive;
}

Aw<bool> Connection::serve_websocket(Request& request, const Head& head, const Plan& plan) {
  const std::string key(request.headers.get("Sec-WebSocket-Key"));
  const auto decoded = from_base64(key);
  if (request.method != Method::get || !head.upgrade || !iequals(request.headers.get("Upgrade"), "websocket") || !decoded ||
      decoded->size() != 16)
    co_return co_await refuse(&request, simple_error(Code::bad_request, "WebSocket upgrade expected"));
  if (request.headers.get("Sec-WebSocket-Version") != "13") {
    Response r = error_response(simple_error(Code::bad_request, "WebSocket version"), &request);
    r.status = 426;
    r.headers.add("Sec-WebSocket-Version", "13");
    co_return co_await respond(request, std::move(r), false);
  }
  std::variant<Response, std::shared_ptr<WsHandler>> opened;
  const Ran ran = co_await hop([&] { opened = plan.open_ws(request); });
  if (ran != Ran::ok) co_return co_await refuse(&request, hop_error(ran));
  if (auto* refused = std::get_if<Response>(&opened)) co_return co_await respond(request, std::move(*refused), head.keep_alive);
  const std::string answer =
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " + ws_accept(key) +
      "\r\n\r\n";
  if (!stream_->write_now(answer)) co_return false;
  arm(options().stall_deadline);
  if (!co_await stream_->drain()) co_return false;
  co_await run_websocket(shared_from_this(), std::move(std::get<1>(opened)));
  co_return false;
}

}  // namespace fz::net
