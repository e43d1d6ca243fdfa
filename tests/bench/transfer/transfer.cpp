// A film over a line that breaks again and again, by the agent's own code: how much is sent more than once.
#include <fmt/format.h>
#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <CLI/CLI.hpp>

#include "player/agent/library.hpp"
#include "shared/base/json.hpp"
#include "tests/support/temp_dir.hpp"
#include "tests/unit/agent/raw_server.hpp"

namespace {

using namespace fz;

struct Options {
  std::uint64_t megabytes = 1024;
  int cuts = 20;
  std::string folder;  // of the store; the film itself is made up on the fly
  std::uint64_t seed = 1;
};

// Any stretch of the film, the same every time: each 8 bytes are a hash of their place (splitmix64).
void film(std::uint64_t from, std::string& out) {
  for (std::size_t i = 0; i < out.size(); i += 8) {
    std::uint64_t z = (from + i) * 0x9e3779b97f4a7c15ULL + 1;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    z ^= z >> 31;
    for (std::size_t k = 0; k < 8 && i + k < out.size(); ++k) out[i + k] = static_cast<char>(z >> (8 * k));
  }
}

std::uint64_t from_of(const std::string& head) {
  const auto at = head.find("Range: bytes=");
  return at == std::string::npos ? 0 : std::stoull(head.substr(at + 13));
}

int run(const Options& o) {
  const std::uint64_t length = o.megabytes << 20;
  constexpr std::size_t kStep = 64 * 1024;
  std::string step(kStep, 0);
  crypto::ChunkedHasher hasher;
  for (std::uint64_t at = 0; at < length; at += kStep) {
    film(at, step);
    hasher.update(as_bytes(step));
  }
  const auto digest = hasher.finish();
  const agent::FetchMedia what{1, digest.sha256, length, digest.chunks, "t"};

  agent::Chance chance(o.seed);
  std::atomic<std::uint64_t> sent{0};
  std::atomic<int> cuts{0};
  test::RawServer server([&](const std::string& head, int socket) {
    const auto from = from_of(head);
    const std::string etag = fmt::format("\r\nETag: \"{}\"", digest.sha256);
    const auto first = from == 0
                           ? fmt::format("HTTP/1.1 200 OK{}\r\nContent-Length: {}\r\n\r\n", etag, length)
                           : fmt::format("HTTP/1.1 206 Partial Content{}\r\nContent-Range: bytes {}-{}/{}\r\nContent-Length: {}\r\n\r\n",
                                         etag, from, length - 1, length, length - from);
    if (!test::RawServer::put(socket, first)) return;
    // Where the line breaks: anywhere in what an even share of the cuts leaves.
    const bool cut = cuts < o.cuts;
    const std::uint64_t share = 2 * (length - from) / static_cast<std::uint64_t>(o.cuts - cuts + 1);
    const std::uint64_t until = cut ? std::min(length, from + 1 + chance.next() % std::max<std::uint64_t>(1, share)) : length;
    std::string part;
    for (std::uint64_t at = from; at < until && !server.stopping();) {
      film(at / kStep * kStep, step);
      part.assign(step, at % kStep, static_cast<std::size_t>(std::min<std::uint64_t>(until - at, kStep - at % kStep)));
      if (!test::RawServer::put(socket, part)) return;
      sent += part.size();
      at += part.size();
    }
    if (until == length) return;
    ++cuts;
    int waiting = 0;  // in this machine's own queue: it has not been on the line, so it is sent for the first time later
    if (::ioctl(socket, SIOCOUTQNSD, &waiting) == 0) sent -= static_cast<std::uint64_t>(waiting);
    const linger now{1, 0};  // a reset: what is still in the buffers is lost
    ::setsockopt(socket, SOL_SOCKET, SO_LINGER, &now, sizeof now);
  });

  test::TempDir temporary;
  blob::Options options;
  options.min_free = 0;
  const auto store = blob::Store::open(o.folder.empty() ? temporary.path() / "blobs" : fs::path(o.folder), options);
  if (!store) return fmt::print(stderr, "{}\n", to_log(store.error())), 2;
  net::Client client{net::ClientOptions{}};
  const net::Cancel cancel;
  int tries = 0;
  for (;; ++tries) {
    const auto done = agent::fetch_media(client, **store, server.url() + "/film", what, cancel);
    if (done) break;
    if (tries > 3 * o.cuts + 10) return fmt::print(stderr, "{}\n", to_log(done.error())), 2;
  }
  fmt::print(
      "{}\n",
      json::write(json::object{
          {"bytes", length}, {"cuts", cuts.load()}, {"sent", sent.load()}, {"tries", tries + 1}, {"whole", (*store)->has(what.sha256)}}));
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  Options o;
  CLI::App app{"fz-transfer: a film over a line that breaks"};
  app.add_option("--megabytes", o.megabytes)->capture_default_str();
  app.add_option("--cuts", o.cuts)->capture_default_str()->check(CLI::PositiveNumber);
  app.add_option("--folder", o.folder, "of the store; default: temporary");
  app.add_option("--seed", o.seed)->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  return run(o);
}
