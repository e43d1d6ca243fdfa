// Who this screen is to the server: enrolment by a code, then short-lived tokens, then attested time. Sans-I/O.
// Protocol: server/screens/README.md.
#pragma once
#include <functional>
#include <optional>
#include <string>

#include "player/agent/core/action.hpp"
#include "player/agent/core/backoff.hpp"
#include "player/agent/core/event.hpp"
#include "shared/base/version.hpp"
#include "shared/crypto/key.hpp"
#include "shared/trust/state.hpp"

namespace fz::agent {

/// What was provisioned at enrolment, confirmed by people in front of the screen; identity.json.
struct Provision {
  std::string screen, site, site_name, venue, region, zone;
  bool air_gapped = false;
  trust::Identity identity() const { return {screen, site, venue, region, air_gapped}; }
};
std::string write_provision(const Provision& p);
/// Errors: bad_json, missing_field, bad_field.
Result<Provision> read_provision(std::string_view text);

/// What a screen asks to be enrolled with: the body of POST /v1/enrol.
std::string enrolment_request(const crypto::PrivateKey& key, std::string_view model, std::string_view version);

/// The problem+json (RFC 9457) of an answer: its code's name, and one of its parameters.
std::string problem_code(std::string_view body);
std::string problem_param(std::string_view body, std::string_view name);

class Session {
 public:
  struct Config {
    std::string model = "fanzha", version = fz::version();
    std::string boot;                                    ///< 32 hex digits, new at each start of the agent
    std::function<std::string(std::size_t)> random_hex;  ///< of so many bytes, from the kernel's generator
    Millis retry_most{60000};                            ///< between two tries to reach the server
  };
  /// `key` must outlive the session.
  Session(const crypto::PrivateKey& key, Config config)
      : key_(&key), config_(std::move(config)), retry_(Millis{1000}, config_.retry_most) {}

  void load(std::optional<Provision> provision) { provision_ = std::move(provision); }
  void advance(const Now& now, Chance& chance, Actions& out);
  void answered(const Answered& e, const Now& now, Chance& chance, Actions& out);
  /// Enrolled by a stick's ticket, for a screen without a network. REQUIRES: no provision yet.
  void provide(Provision provision, Actions& out);
  /// A call was answered 401.
  void unauthorised(const Now& now);
  /// Asks for the time soon (the clock is not what it should be).
  void want_time(const Now& now) { time_due_ = std::min(time_due_, now.boot); }

  const std::optional<Provision>& provision() const { return provision_; }
  /// Usable token: empty until the time was asked for once, so that the first cycle runs on attested time.
  std::string token() const { return time_asked_ ? token_ : std::string{}; }
  const std::string& code() const { return code_; }
  const std::string& device() const { return key_->id(); }
  bool take_enrolled() { return std::exchange(enrolled_, false); }

  /// The server's signed time, to be verified against `nonce`.
  struct TimeReply {
    std::string envelope, nonce;
    Millis took{};
  };
  std::optional<TimeReply> take_time() { return std::exchange(time_reply_, {}); }
  Millis wake_at() const;
  static constexpr std::uint64_t kCalls = std::uint64_t{1} << 20, kTimeCalls = std::uint64_t{2} << 20;

 private:
  enum class At { rest, enrol, enrol_state, challenge, token };
  void call(At at, bool post, std::string path, std::string body, Actions& out);
  void ask_time(const Now& now, Chance& chance, Actions& out);
  void failed(const Answered& e, const Now& now, Chance& chance, Actions& out);
  void got_enrol(const Answered& e, const Now& now, Chance& chance, Actions& out);
  void got_enrol_state(const Answered& e, const Now& now, Chance& chance, Actions& out);
  void got_challenge(const Answered& e, const Now& now, Chance& chance, Actions& out);
  void got_token(const Answered& e, const Now& now, Chance& chance, Actions& out);
  std::string proof(std::string_view text) const;

  const crypto::PrivateKey* key_;
  Config config_;
  std::optional<Provision> provision_;
  At at_ = At::rest;
  std::uint64_t call_ = 0, time_call_ = 0;
  std::string code_, token_, nonce_;
  bool enrolled_ = false, time_asked_ = false, renewing_ = false;
  std::optional<TimeReply> time_reply_;
  Millis due_{}, time_due_{}, token_until_{};
  bool time_running_ = false;
  Backoff retry_;
  Backoff time_retry_{Millis{5000}, Millis{600000}};
};

}  // namespace fz::agent
