// Reading request bodies: whole for handlers, chunk by chunk for sinks; size, stall and rate limits for both.
#include "shared/base/log.hpp"
#include "shared/net/connection.hpp"

namespace fz::net {

using std::chrono::steady_clock;

namespace {
std::string size_text(std::uint64_t bytes) {
  if (bytes >= (1 << 20) && bytes % (1 << 20) == 0) return std::to_string(bytes >> 20) + " MB";
  if (bytes >= 1024 && bytes % 1024 == 0) return std::to_string(bytes >> 10) + " KB";
  return std::to_string(bytes) + " B";
}
Error too_large(std::uint64_t limit) {
  return fail(Code::too_large, {{"limit", size_text(limit)}});
}
}  // namespace

Aw<Connection::Part> Connection::read_part(Parser& parser, std::string& out, Rate& rate) {
  out.clear();
  for (;;) {
    if (!in_.empty() && !parser.done()) {
      auto used = parser.feed(in_, out);
      if (!used) {
        problem_ = used.error();
        co_return Part::bad;
      }
      in_.erase(0, *used);
      rate.bytes += out.size();
    }
    if (parser.done()) co_return Part::done;
    if (!out.empty()) co_return Part::more;
    arm_rate(rate);
    const Io io = co_await stream_->read_some(in_);
    if (io != Io::ok) co_return expired_ ? Part::slow : Part::cut;
  }
}

// RFC 9110 10.1.1: says "go on" to a client that waits for it, once somebody wants the body.
Aw<bool> Connection::allow_body(const Request& request, const Head& head, const Parser& parser) {
  if (parser.done() || !in_.empty() || head.version < 11 || !iequals(request.headers.get("Expect"), "100-continue")) co_return true;
  if (!stream_->write_now("HTTP/1.1 100 Continue\r\n\r\n")) co_return false;
  arm(options().stall_deadline);
  co_return co_await stream_->drain();
}

Aw<bool> Connection::serve_whole(Request& request, Parser& parser, const Head& head, const Plan& plan) {
  const bool wants_body = plan.max_body > 0 || plan.kind == Plan::Kind::pooled;
  if (wants_body && !parser.done()) {
    if (head.content_length.value_or(0) > plan.max_body || plan.max_body == 0)
      co_return co_await refuse(&request, too_large(plan.max_body));
    if (!co_await allow_body(request, head, parser)) co_return false;
    Rate rate{steady_clock::now(), 0};
    std::string part;
    for (Part p = Part::more; p != Part::done;) {
      p = co_await read_part(parser, part, rate);
      if (p == Part::cut) co_return false;
      if (p == Part::slow) co_return co_await refuse(&request, fail(Code::request_timeout));
      if (p == Part::bad) co_return co_await refuse(&request, problem_);
      if (request.body.size() + part.size() > plan.max_body) co_return co_await refuse(&request, too_large(plan.max_body));
      request.body += part;
    }
  }
  const bool complete = parser.done();
  std::optional<Response> response;
  if (plan.kind == Plan::Kind::inline_) {
    response = plan.handler(request);
  } else {
    const Ran ran = co_await hop([&] { response = plan.handler(request); });
    if (ran != Ran::ok) co_return co_await refuse(&request, hop_error(ran));
  }
  const bool keep = co_await respond(request, std::move(*response), head.keep_alive && complete);
  if (!complete) co_await linger();
  co_return keep;
}

Aw<bool> Connection::serve_sink(Request& request, Parser& parser, const Head& head, const Plan& plan) {
  const std::uint64_t limit = plan.max_body ? plan.max_body : (1ULL << 62);
  if (head.content_length.value_or(0) > limit) co_return co_await refuse(&request, too_large(limit));
  std::variant<Response, std::unique_ptr<BodySink>> opened;
  const Ran asked = co_await hop([&] { opened = plan.open_sink(request); });
  if (asked != Ran::ok) co_return co_await refuse(&request, hop_error(asked));
  if (auto* early = std::get_if<Response>(&opened)) {
    const bool complete = parser.done();
    const bool keep = co_await respond(request, std::move(*early), head.keep_alive && complete);
    if (!complete) co_await linger();
    co_return keep;
  }
  auto sink = std::move(std::get<1>(opened));
  if (!co_await allow_body(request, head, parser)) {
    co_await hop([&] { sink->cut(); }, true);
    co_return false;
  }
  Rate rate{steady_clock::now(), 0};
  std::string part;
  Result<void> written;
  std::optional<Response> response;
  for (Part p = Part::more; p != Part::done;) {
    p = co_await read_part(parser, part, rate);
    const bool over = rate.bytes > limit;
    const bool last = p != Part::more;
    // One trip to the pool per part; the last part and the end share it.
    const Ran ran = co_await hop(
        [&] {
          if (!part.empty() && !over) written = sink->write(as_bytes(part));
          if (p == Part::done && written && !over)
            response = sink->finish();
          else if (last || over || !written)
            sink->cut();
          if (last || over || !written) sink.reset();  // closes files on the pool, not on the loop
        },
        true);
    if (ran != Ran::ok) co_return co_await refuse(&request, hop_error(ran));
    if (!written) co_return co_await refuse(&request, written.error());
    if (over) co_return co_await refuse(&request, too_large(limit));
    if (p == Part::cut) co_return false;
    if (p == Part::slow) co_return co_await refuse(&request, fail(Code::request_timeout));
    if (p == Part::bad) co_return co_await refuse(&request, problem_);
  }
  co_return co_await respond(request, std::move(*response), head.keep_alive);
}

}  // namespace fz::net
