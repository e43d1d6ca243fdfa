// Sends play records to the server: oldest first, in batches signed by the device key; marked sent only by a receipt that
// verifies. Sans-I/O. Protocol: server/plays/README.md.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "player/agent/core/action.hpp"
#include "player/agent/core/backoff.hpp"
#include "player/agent/core/event.hpp"
#include "shared/crypto/key.hpp"
#include "shared/trust/state.hpp"

namespace fz::agent {

class Reporter {
 public:
  explicit Reporter(const crypto::PrivateKey& key, Millis gather = Millis{2000}) : key_(&key), gather_(gather) {}
  void load(std::int64_t acknowledged) { acknowledged_ = acknowledged; }

  /// `last`: counter of the newest record.
  void advance(const Now& now, const std::string& token, std::int64_t last, Actions& out);
  void plays_loaded(const PlaysLoaded& e, const Now& now, const std::string& screen, const std::string& token, Chance& chance,
                    Actions& out);
  void answered(const Answered& e, const Now& now, const trust::TrustedState& state, Chance& chance, Actions& out);

  /// A receipt that came by a stick, and the play that it speaks of as it is kept here.  One of a server that
  /// has lost some makes the rest go out again.
  void receipt(const StickReceipt& e, std::int64_t newest, const Now& now, const trust::TrustedState& state, Actions& out);

  std::int64_t acknowledged() const { return acknowledged_; }
  bool take_unauthorised() { return std::exchange(unauthorised_, false); }
  Millis wake_at() const { return at_ == At::gathering ? due_ : Millis::max(); }
  static constexpr std::uint64_t kCalls = std::uint64_t{3} << 20;
  static constexpr std::size_t kBatch = 200;

 private:
  enum class At { rest, gathering, loading, sending };
  void retry(const Error& why, const Now& now, Chance& chance, Actions& out);

  const crypto::PrivateKey* key_;
  Millis gather_;
  At at_ = At::rest;
  std::int64_t acknowledged_ = 0;
  std::uint64_t call_ = 0;
  Millis due_{};
  std::vector<std::pair<std::int64_t, std::string>> sent_;  // counter and hash of what is on its way
  std::string payload_sha256_;
  bool unauthorised_ = false;
  Backoff retry_{Millis{5000}, Millis{300000}};
};

}  // namespace fz::agent
