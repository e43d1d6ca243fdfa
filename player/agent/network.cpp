#include "player/agent/network.hpp"

namespace fz::agent {
namespace {

net::Method method_of(Call::Method m) {
  switch (m) {
    case Call::Method::get: return net::Method::get;
    case Call::Method::post: return net::Method::post;
    case Call::Method::put: return net::Method::put;
  }
  return net::Method::get;
}

}  // namespace

Network::Network(std::string server, net::ClientOptions client, ContentStore& store, Mailbox& mailbox, std::function<void(Event)> deliver)
    : server_(std::move(server)),
      options_(std::move(client)),
      store_(store),
      mailbox_(mailbox),
      deliver_(std::move(deliver)),
      client_(options_) {}

Network::~Network() {
  stop_.cancel();
  round_->cancel();
  channel_.reset();
}

void Network::post(Event e) {
  mailbox_.post([this, e = std::move(e)]() mutable { deliver_(std::move(e)); });
}

void Network::call(Call c) {
  calls_.post([this, c = std::move(c)] { post(perform(c)); });
}

Answered Network::perform(const Call& c) {
  net::ClientRequest request;
  request.method = method_of(c.method);
  request.url = server_ + c.path;
  request.body = c.body;
  request.max_response = c.max_bytes;
  request.total = c.timeout;
  if (!c.token.empty()) request.headers.add("Authorization", "Bearer " + c.token);
  if (!c.etag.empty()) request.headers.add("If-None-Match", c.etag);
  if (!c.body.empty()) request.headers.add("Content-Type", "application/json");
  auto started = std::chrono::steady_clock::now();
  auto answer = client_.send(request, &stop_);
  Answered out;
  out.id = c.id;
  out.took = std::chrono::duration_cast<Millis>(std::chrono::steady_clock::now() - started);
  if (answer) {
    out.status = answer->status;
    out.etag = std::string(answer->headers.get("ETag"));
    out.body = std::move(answer->body);
  } else {
    out.error = std::move(answer).error();
  }
  return out;
}

void Network::fetch(FetchDocument a) {
  fetches_.post([this, a = std::move(a), round = round_] {
    auto text = round->cancelled() ? Result<std::string>(fail(Code::cancelled)) : store_.document(a, *round);
    DocumentReady done{a.cycle, a.sha256, std::nullopt, {}};
    if (text)
      done.bytes = *std::move(text);
    else
      done.error = std::move(text).error();
    post(std::move(done));
  });
}
void Network::fetch(FetchMedia a) {
  fetches_.post([this, a = std::move(a), round = round_] {
    auto done = round->cancelled() ? Result<void>(fail(Code::cancelled)) : store_.media(a, *round);
    post(MediaStored{a.cycle, a.sha256, done ? std::nullopt : std::optional<Error>(done.error())});
  });
}
void Network::abort_fetches() {
  round_->cancel();  // queued ones see it when their turn comes, and are answered
  round_ = std::make_shared<net::Cancel>();
}

// ---- channel ------------------------------------------------------------------------------------------------------

void Network::open_channel(const std::string& token) {
  close_channel();
  auto number = ++channel_number_;
  auto tell = [this, number](Event e) {
    mailbox_.post([this, number, e = std::move(e)]() mutable {
      if (number == channel_number_) deliver_(std::move(e));
    });
  };
  net::WsClientOptions o;
  o.client = options_;
  o.url = server_ + "/v1/channel";
  o.headers.add("Authorization", "Bearer " + token);
  net::WsClientCallbacks callbacks;
  callbacks.on_open = [tell] { tell(ChannelOpen{}); };
  callbacks.on_message = [tell](std::string_view text) { tell(ChannelMessage{std::string(text)}); };
  callbacks.on_close = [tell](const Error& e) { tell(ChannelClosed{e}); };
  channel_ = net::WsClient::connect(std::move(o), std::move(callbacks));
}
void Network::close_channel() {
  ++channel_number_;
  channel_.reset();
}
void Network::send_channel(const std::string& text) {
  if (channel_) channel_->send(text);
}

}  // namespace fz::agent
