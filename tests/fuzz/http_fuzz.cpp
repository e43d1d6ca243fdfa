// Any bytes as an HTTP request or answer: what comes out does not depend on the pieces in which they arrive; and what
// stands in the request's target may be anything too.
#include <cstdio>
#include <cstdlib>

#include "shared/base/bytes.hpp"
#include "shared/net/parser.hpp"
#include "shared/net/ws_frame.hpp"

namespace {
using fz::net::Parser;

struct Outcome {
  bool failed = false, done = false;
  std::string target, body;
  bool operator==(const Outcome&) const = default;
};
Outcome run(Parser::Kind kind, std::string_view in, std::size_t piece) {
  Parser parser(kind, 8192);
  Outcome out;
  std::string pending;
  for (std::size_t at = 0; at < in.size() && !parser.done();) {
    const auto n = std::min(piece, in.size() - at);
    pending += in.substr(at, n);
    at += n;
    for (bool more = true; more && !pending.empty() && !parser.done();) {
      const auto used = parser.feed(pending, out.body);
      if (!used) {
        out.failed = true;
        return out;
      }
      if (*used > pending.size()) std::abort();
      pending.erase(0, *used);
      more = *used > 0;
    }
  }
  out.done = parser.done();
  if (parser.header_done()) out.target = parser.head().target;
  return out;
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = fz::as_text({data, size});
  for (const auto kind : {Parser::Kind::request, Parser::Kind::response}) {
    const auto whole = run(kind, text, text.size() + 1), pieces = run(kind, text, 7);
    // Where a message is wrong, how soon that is seen and how much of its body was handed out before is a matter of the pieces.
    if (whole.done != pieces.done || (whole.done && whole != pieces)) {
      std::fprintf(stderr, "failed %d %d, done %d %d, target '%s' '%s', body %zu %zu\n%.*s\n", whole.failed, pieces.failed, whole.done,
                   pieces.done, whole.target.c_str(), pieces.target.c_str(), whole.body.size(), pieces.body.size(),
                   static_cast<int>(text.size()), text.data());
      std::abort();
    }
    if (const auto query = whole.target.find('?'); query != std::string::npos) (void)fz::net::parse_query(whole.target.substr(query + 1));
    (void)fz::net::parse_url(whole.target);
  }
  (void)fz::net::parse_url(text);
  for (const bool server : {true, false}) {
    fz::net::WsDecoder decoder(server, 4096);
    decoder.feed(text);
    while (const auto event = decoder.next())
      if (event->payload.size() > 4096) std::abort();
  }
  return 0;
}
