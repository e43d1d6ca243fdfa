#include "player/agent/network.hpp"

#include <poll.h>

#include <ctime>

#include "shared/base/log.hpp"

namespace fz::agent {

Network::Network(NetworkOptions options, blob::Store& store, Mailbox& mail, std::function<void(Event)> deliver)
    : options_(std::move(options)),
      pace_(options_.pace),
      store_(&store),
      mail_(&mail),
      deliver_(std::move(deliver)),
      call_client_(std::make_unique<net::Client>(client_options())),
      fetch_client_(std::make_unique<net::Client>(client_options())) {}

Network::~Network() {
  stop_.cancel();
  fetch_cancel_->cancel();
  channel_.reset();
  calls_.stop(false);
  fetches_.stop(false);
}

net::ClientOptions Network::client_options() const {
  net::ClientOptions o;
  o.pin_sha256 = options_.pin;
  o.ca_file = options_.ca;
  o.proxy = options_.proxy;
  return o;
}

void Network::post(Event e) {
  mail_->post([this, e = std::move(e)] { deliver_(e); });
}

void Network::call(Call c) {
  calls_.post([this, c = std::move(c)] {
    net::ClientRequest r;
    r.method = c.method == Call::Method::post ? net::Method::post : c.method == Call::Method::put ? net::Method::put : net::Method::get;
    r.url = options_.server + c.path;
    if (!c.token.empty()) r.headers.add("Authorization", "Bearer " + c.token);
    if (!c.etag.empty()) r.headers.add("If-None-Match", c.etag);
    if (!c.body.empty()) r.headers.add("Content-Type", c.type);
    r.body = c.body;
    r.max_response = c.max_bytes;
    r.total = c.timeout;
    Answered e;
    e.id = c.id;
    const auto begin = system_clock().steady();
    auto answer = call_client_->send(r, &stop_);
    e.took = std::chrono::duration_cast<Millis>(system_clock().steady() - begin);
    if (answer) {
      e.status = answer->status;
      e.etag = answer->headers.get("ETag");
      e.body = std::move(answer->body);
    } else {
      e.error = answer.error();
    }
    post(std::move(e));
  });
}

template <class What, class Work>
void Network::post_fetch(What what, Work work) {
  fetches_.post([this, what = std::move(what), work = std::move(work), cancel = fetch_cancel_] {
    const std::string url = options_.server + "/v1/blobs/" + what.sha256;
    if (cancel->cancelled())
      work(what, url, *cancel, true);
    else
      work(what, url, *cancel, false);
  });
}

void Network::fetch(FetchDocument what) {
  post_fetch(std::move(what), [this](const FetchDocument& w, const std::string& url, const net::Cancel& cancel, bool cancelled) {
    DocumentReady e{w.cycle, w.sha256, {}, {}};
    auto bytes = cancelled ? Result<std::string>(fail(Code::cancelled)) : fetch_document(*fetch_client_, *store_, url, w, cancel);
    if (bytes)
      e.bytes = std::move(*bytes);
    else
      e.error = bytes.error();
    post(std::move(e));
  });
}

// Waits as long as the limit wants, a cancelled download not at all. Called in the fetching thread.
void Network::slow_down(std::uint64_t bytes, const net::Cancel& cancel) {
  const std::time_t t = std::time(nullptr);
  std::tm local{};
  ::localtime_r(&t, &local);
  const auto now = std::chrono::duration_cast<Millis>(system_clock().steady().time_since_epoch());
  const Millis wait = std::min(Millis{5000}, pace_.took(bytes, local.tm_hour * 60 + local.tm_min, now));
  pollfd p{cancel.fd(), POLLIN, 0};
  if (wait > Millis{0}) ::poll(&p, 1, static_cast<int>(wait.count()));
}

void Network::fetch(FetchMedia what) {
  post_fetch(std::move(what), [this](const FetchMedia& w, const std::string& url, const net::Cancel& cancel, bool cancelled) {
    MediaStored e{w.cycle, w.sha256, {}};
    const auto done = cancelled ? Result<void>(fail(Code::cancelled))
                                : fetch_media(*fetch_client_, *store_, url, w, cancel, 3, [&](std::uint64_t n) { slow_down(n, cancel); });
    if (!done) e.error = done.error();
    post(std::move(e));
  });
}

void Network::abort_fetches() {
  fetch_cancel_->cancel();  // those that were posted hold it; what is posted from now on gets the new one
  fetch_cancel_ = std::make_shared<net::Cancel>();
}

void Network::open_channel(const std::string& token) {
  channel_.reset();
  const std::uint64_t run = ++channel_run_;
  const auto here = [this, run](Event e) {
    mail_->post([this, run, e = std::move(e)] {
      if (run == channel_run_) deliver_(e);
    });
  };
  net::WsClientOptions o;
  o.client = client_options();
  o.url = options_.server + "/v1/channel";
  o.headers.add("Authorization", "Bearer " + token);
  channel_ = net::WsClient::connect(
      std::move(o), {[here] { here(ChannelOpen{}); }, [here](std::string_view text) { here(ChannelMessage{std::string(text)}); },
                     [here](const Error& e) { here(ChannelClosed{e}); }});
}

void Network::close_channel() {
  ++channel_run_;
  channel_.reset();
}

void Network::send_channel(const std::string& text) {
  if (channel_ && !channel_->send(text)) log::warn("the channel did not take a message");
}

}  // namespace fz::agent
