#include "shared/net/ws_client.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <deque>
#include <mutex>
#include <thread>

#include "shared/base/id.hpp"
#include "shared/net/channel.hpp"
#include "shared/net/parser.hpp"
#include "shared/net/ws_frame.hpp"

namespace fz::net {
namespace {

using std::chrono::steady_clock;

class WsClientImpl final : public WsClient {
 public:
  WsClientImpl(WsClientOptions options, WsClientCallbacks callbacks)
      : options_(std::move(options)), callbacks_(std::move(callbacks)), wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    thread_ = std::thread([this] {
      pthread_setname_np(pthread_self(), "ws-client");
      const Error why = run();
      open_ = false;
      if (callbacks_.on_close) callbacks_.on_close(why);
    });
  }
  ~WsClientImpl() override {
    close();
    thread_.join();
  }

  bool send(std::string_view text) override {
    if (!open_) return false;
    {
      const std::lock_guard lock(mutex_);
      if (queue_bytes_ + text.size() > options_.max_queue_bytes) return false;
      queue_bytes_ += text.size();
      queue_.emplace_back(text);
    }
    wake();
    return true;
  }

  void close() override { cancel_.cancel(); }

 private:
  void wake() {
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto n = ::write(wake_.get(), &one, sizeof one);
  }
  Wait wait() const { return Wait{steady_clock::now() + options_.ping_interval, &cancel_, false}; }

  Error run() {
    auto url = parse_url(options_.url);
    if (!url) return url.error();
    host_ = url->host_header();
    SslCtx ctx;
    if (url->tls) {
      auto made = client_context(options_.client);
      if (!made) return made.error();
      ctx = std::move(*made);
    }
    const Wait connect{steady_clock::now() + options_.client.connect_timeout, &cancel_, false};
    auto opened = Channel::open(*url, options_.client, ctx.get(), nullptr, connect);
    if (!opened) return opened.error();
    channel_ = std::move(*opened);
    WsDecoder decoder(false, options_.max_message);
    if (auto ok = upgrade(*url, connect, decoder); !ok) return ok.error();
    open_ = true;
    if (callbacks_.on_open) callbacks_.on_open();
    const Error why = loop(decoder);
    channel_.reset();
    return why;
  }

  Result<void> upgrade(const Url& url, const Wait& wait, WsDecoder& decoder) {
    const std::string key = to_base64(random_bytes(16));
    std::string head = "GET " + url.target + " HTTP/1.1\r\nHost: " + host_ +
                       "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: " + key +
                       "\r\nUser-Agent: " + options_.client.user_agent + "\r\n";
    for (const auto& [name, value] : options_.headers.all()) {
      if ((name + value).find_first_of("\r\n") != std::string::npos) return fail(Code::bad_request, {{"what", "line break in header"}});
      head += name + ": " + value + "\r\n";
    }
    FZ_CHECK(channel_->write(head + "\r\n", wait));
    Parser parser(Parser::Kind::response_to_head, 16 * 1024);
    std::string in, none;
    std::array<char, 4096> buffer{};
    while (!parser.header_done()) {
      FZ_TRY(const auto n, channel_->read(buffer.data(), buffer.size(), wait));
      if (n == 0) return fail(Code::connection_lost, {{"host", host_}}, "closed during upgrade");
      in.append(buffer.data(), n);
      auto used = parser.feed(in, none);
      if (!used || in.size() > 32 * 1024) return fail(Code::bad_response, {{"host", host_}, {"what", "WebSocket upgrade"}});
      in.erase(0, *used);
    }
    const Head& answer = parser.head();
    if (answer.status != 101) return fail(Code::http_status, {{"status", std::to_string(answer.status)}, {"url", options_.url}});
    if (!iequals(answer.headers.get("Upgrade"), "websocket") || answer.headers.get("Sec-WebSocket-Accept") != ws_accept(key))
      return fail(Code::bad_response, {{"host", host_}, {"what", "WebSocket upgrade"}});
    decoder.feed(in);
    return {};
  }

  Result<void> write(const std::string& frame) { return channel_->write(frame, wait()); }

  Result<void> send_queued() {
    for (;;) {
      std::string text;
      {
        const std::lock_guard lock(mutex_);
        if (queue_.empty()) return {};
        text = std::move(queue_.front());
        queue_.pop_front();
        queue_bytes_ -= text.size();
      }
      FZ_CHECK(write(encode_frame(WsOp::text, text, true)));
    }
  }

  Result<void> handle(WsDecoder& decoder) {
    while (auto event = decoder.next()) {
      if (cancel_.cancelled()) return fail(Code::cancelled);
      if (event->op == WsOp::text && callbacks_.on_message) callbacks_.on_message(event->payload);
      if (event->op == WsOp::ping) FZ_CHECK(write(encode_frame(WsOp::pong, event->payload, true)));
      if (event->op == WsOp::close) {
        const auto code = event->close_code == 1005 ? std::uint16_t{1000} : event->close_code;
        (void)write(encode_close(code, "", true));  // the server has said goodbye already
        return fail(Code::connection_lost, {{"host", host_}}, "closed by the server, code " + std::to_string(event->close_code));
      }
    }
    if (decoder.violation()) {
      (void)write(encode_close(decoder.violation(), "", true));  // the error below is what counts
      return fail(Code::bad_response, {{"host", host_}, {"what", "WebSocket " + std::to_string(decoder.violation())}});
    }
    return {};
  }

  Error loop(WsDecoder& decoder) {
    std::string buffer(64 * 1024, '\0');
    auto heard = steady_clock::now();
    bool pinged = false;
    for (;;) {
      if (auto ok = handle(decoder); !ok) return ok.error();
      if (auto ok = send_queued(); !ok) return ok.error();
      auto got = channel_->try_read(buffer.data(), buffer.size());
      if (!got) return got.error();
      if (*got) {
        if (**got == 0) return fail(Code::connection_lost, {{"host", host_}}, "end of stream");
        decoder.feed(std::string_view(buffer.data(), **got));
        heard = steady_clock::now();
        pinged = false;
        continue;
      }
      const auto due = heard + options_.ping_interval * (pinged ? 2 : 1);
      const auto left = std::chrono::duration_cast<Millis>(due - steady_clock::now()).count();
      if (left <= 0) {
        if (pinged) return fail(Code::connection_lost, {{"host", host_}}, "silent");
        if (auto ok = write(encode_frame(WsOp::ping, {}, true)); !ok) return ok.error();
        pinged = true;
        continue;
      }
      std::array<pollfd, 3> p{{{channel_->fd(), POLLIN, 0}, {wake_.get(), POLLIN, 0}, {cancel_.fd(), POLLIN, 0}}};
      ::poll(p.data(), p.size(), static_cast<int>(std::min<std::int64_t>(left, 60000)) + 1);
      if (p[2].revents) {
        (void)send_queued();  // what was accepted before close() still goes out, if it can
        (void)channel_->write(encode_close(1000, "", true), Wait{steady_clock::now() + Millis{500}, nullptr, false});
        return fail(Code::cancelled);
      }
      if (p[1].revents) {
        std::uint64_t n = 0;
        [[maybe_unused]] const auto r = ::read(wake_.get(), &n, sizeof n);
      }
    }
  }

  const WsClientOptions options_;
  const WsClientCallbacks callbacks_;
  Fd wake_;
  Cancel cancel_;
  std::string host_;
  std::unique_ptr<Channel> channel_;
  std::atomic<bool> open_{false};
  std::mutex mutex_;
  std::deque<std::string> queue_;
  std::size_t queue_bytes_ = 0;
  std::thread thread_;  // last: it uses everything above
};

}  // namespace

std::unique_ptr<WsClient> WsClient::connect(WsClientOptions options, WsClientCallbacks callbacks) {
  return std::make_unique<WsClientImpl>(std::move(options), std::move(callbacks));
}

}  // namespace fz::net
