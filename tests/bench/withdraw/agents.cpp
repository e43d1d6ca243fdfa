// Screens for the bench `withdraw` that are an agent's channel and nothing else: each has a device key of its own, enrols, keeps a
// WebSocket open, verifies every list of withdrawals that is pushed as an agent does, and answers that it is carried out.
//
//   bench_withdraw_agents SERVER PIN ROOT REVIEWERS COUNT
//
// Standard output, one JSON object a line: {"code":"ABCD2345"} (staff is to confirm it; a line on standard input says done),
// {"open":N} when N channels are open, {"agent":N,"approval":"ap-...","t_ms":...} for each new withdrawal. Ends with standard input.
#include <atomic>
#include <cstdio>
#include <iostream>
#include <mutex>
#include <thread>

#include "shared/base/file.hpp"
#include "shared/base/id.hpp"
#include "shared/base/json.hpp"
#include "shared/net/ws_client.hpp"
#include "shared/trust/state.hpp"

namespace {
using namespace fz;

struct Options {
  std::string server, pin, root, reviewers;
  int count = 0;
};

void say(const json::object& line) {
  static std::mutex mutex;
  const std::lock_guard lock(mutex);
  std::printf("%s\n", json::write(line).c_str());
  std::fflush(stdout);
}

class Agent {
 public:
  Agent(int number, const Options& options, std::atomic<int>& open) : number_(number), options_(options), open_(open) {}

  Result<void> enrol(net::Client& http) {
    FZ_TRY(state_, trust::TrustedState::init(options_.root, {}));
    FZ_CHECK(state_->update_reviewers(options_.reviewers, system_clock().wall()));
    const auto& key = key_.public_key();
    FZ_TRY(const auto asked,
           post(http, "/v1/enrol", {{"scheme", key.scheme}, {"public", key.hex()}, {"proof", sign("fz-enrol-v1\n" + key_.id())}}));
    say({{"code", asked.at("code")}});
    std::string done;
    if (!std::getline(std::cin, done)) return fail(Code::cancelled);
    return {};
  }

  Result<void> connect(net::Client& http) {
    FZ_TRY(const auto challenge, post(http, "/v1/challenge", {{"device", key_.id()}}));
    const std::string nonce(challenge.at("nonce").as_string()), boot = to_hex(random_bytes(16));
    FZ_TRY(const auto granted, post(http, "/v1/token",
                                    {{"device", key_.id()},
                                     {"nonce", nonce},
                                     {"boot", boot},
                                     {"signature", sign("fz-token-v1\n" + nonce + "\n" + boot + "\n" + key_.id())}}));
    net::WsClientOptions o;
    o.client.pin_sha256 = options_.pin;
    o.url = options_.server + "/v1/channel";
    o.headers.set("Authorization", "Bearer " + std::string(granted.at("token").as_string()));
    net::WsClientCallbacks callbacks;
    callbacks.on_open = [this] { say({{"open", ++open_}}); };
    callbacks.on_message = [this](std::string_view text) { hear(text); };
    callbacks.on_close = [this](const Error& e) { std::fprintf(stderr, "agent %d: %s\n", number_, to_log(e).c_str()); };
    const std::lock_guard lock(mutex_);  // the first list may come before connect() has returned
    channel_ = net::WsClient::connect(std::move(o), std::move(callbacks));
    return {};
  }

 private:
  std::string sign(const std::string& text) const { return to_hex(key_.sign(as_bytes(text))); }

  Result<json::object> post(net::Client& http, const std::string& path, const json::object& body) {
    FZ_TRY(auto answer, http.post(options_.server + path, json::write(body)));
    // 196 screens behind one address: the server's limit is told to wait for, as a screen does.
    for (int i = 0; answer.status == 429 && i < 240; ++i) {
      std::this_thread::sleep_for(Millis{500});
      FZ_TRY(answer, http.post(options_.server + path, json::write(body)));
    }
    FZ_TRY(const auto value, json::parse(answer.body));
    if (answer.status >= 300 || !value.is_object())
      return fail(Code::http_status, {{"url", path}, {"status", std::to_string(answer.status)}});
    return value.get_object();
  }

  void hear(std::string_view text) {
    const auto message = json::parse(text, {1 << 20, 16});
    const auto* envelope = message && message->is_object() ? message->get_object().if_contains("envelope") : nullptr;
    if (envelope == nullptr || message->at("m") != json::value("withdrawals")) return;
    const auto before = state_->withdrawals();
    const auto grew = state_->update_withdrawals(json::write(*envelope), trust::Source::pushed, system_clock().wall());
    if (!grew) std::fprintf(stderr, "agent %d: %s\n", number_, to_log(grew.error()).c_str());
    if (!grew || !*grew) return;
    json::array carried_out;
    for (const auto& [id, entry] : state_->withdrawals()) {
      if (before.contains(id)) continue;
      say({{"agent", number_}, {"approval", id}, {"t_ms", to_unix_ms(system_clock().wall())}});
      carried_out.emplace_back(id);
    }
    const std::lock_guard lock(mutex_);
    channel_->send(json::write(json::object{{"m", "withdrawn"}, {"approvals", std::move(carried_out)}}));
  }

  const int number_;
  const Options& options_;
  std::atomic<int>& open_;
  const crypto::PrivateKey key_ = crypto::PrivateKey::generate();
  std::optional<trust::TrustedState> state_;
  std::mutex mutex_;  // of channel_
  std::unique_ptr<net::WsClient> channel_;
};

Result<void> run(const Options& options) {
  std::atomic<int> open{0};
  std::vector<std::unique_ptr<Agent>> agents;
  net::ClientOptions o;
  o.pin_sha256 = options.pin;
  net::Client http(o);
  for (int i = 0; i < options.count; ++i) {
    agents.push_back(std::make_unique<Agent>(i, options, open));
    FZ_CHECK(agents.back()->enrol(http));
    FZ_CHECK(agents.back()->connect(http));
  }
  for (std::string line; std::getline(std::cin, line);) {
  }
  return {};
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 6) return 2;
  const auto root = read_file(argv[3], 1 << 20), reviewers = read_file(argv[4], 1 << 20);
  if (!root || !reviewers) return 2;
  const auto done = run({argv[1], argv[2], *root, *reviewers, std::atoi(argv[5])});
  if (!done) std::fprintf(stderr, "bench_withdraw_agents: %s\n", to_log(done.error()).c_str());
  return done ? 0 : 1;
}
