#include "player/agent/core/reporter.hpp"

#include <algorithm>
#include <charconv>

#include "player/agent/core/session.hpp"
#include "shared/crypto/hash.hpp"

namespace fz::agent {

void Reporter::advance(const Now& now, const std::string& token, std::int64_t last, Actions& out) {
  if (token.empty() || last <= acknowledged_) return;
  if (at_ == At::rest) {
    at_ = At::gathering;
    due_ = now.boot + gather_;
  }
  if (at_ != At::gathering || now.boot < due_) return;
  at_ = At::loading;
  out.emplace_back(LoadPlays{acknowledged_, kBatch});
}

void Reporter::plays_loaded(const PlaysLoaded& e, const Now& now, const std::string& screen, const std::string& token, Chance& chance,
                            Actions& out) {
  if (at_ != At::loading) return;
  if (e.plays.empty()) {  // not on the disk yet
    at_ = At::gathering;
    due_ = now.boot + retry_.fail(chance);
    return;
  }
  sent_.clear();
  for (const auto& p : e.plays) sent_.emplace_back(p.counter, trust::play_hash(p));
  const auto envelope = trust::sign(trust::kPlaysType, trust::write_play_batch({screen, e.plays}), {key_});
  payload_sha256_ = crypto::sha256_hex(std::string_view(envelope.payload));
  at_ = At::sending;
  Call c;
  c.id = call_ = call_ == 0 ? kCalls : call_ + 1;
  c.method = Call::Method::post;
  c.path = "/v1/plays";
  c.body = trust::write_envelope(envelope);
  c.token = token;
  c.max_bytes = 64 * 1024;
  out.emplace_back(std::move(c));
}

void Reporter::retry(const Error& why, const Now& now, Chance& chance, Actions& out) {
  out.emplace_back(Alarm{with_context(why, "play records")});
  at_ = At::gathering;
  due_ = now.boot + retry_.fail(chance);
}

void Reporter::answered(const Answered& e, const Now& now, const trust::TrustedState& state, Chance& chance, Actions& out) {
  if (e.id != call_ || at_ != At::sending) return;
  if (e.error) return retry(*e.error, now, chance, out);
  if (e.status == 409 && problem_code(e.body) == "plays_gap") {
    // A server restored from a backup asks for what it lost; acknowledged records are kept for that.
    const std::string expected = problem_param(e.body, "expected");
    std::int64_t from = 0;
    const auto [end, error] = std::from_chars(expected.data(), expected.data() + expected.size(), from);
    if (error != std::errc{} || from < 1 || from > sent_.front().first)
      return retry(fail(Code::plays_receipt, {{"what", "gap"}}), now, chance, out);
    acknowledged_ = from - 1;
    at_ = At::gathering;
    due_ = now.boot + retry_.fail(chance);
    return;
  }
  if (e.status == 401) unauthorised_ = true;
  if (e.status != 200 && e.status != 201)
    return retry(fail(Code::http_status, {{"status", std::to_string(e.status)}, {"url", "/v1/plays"}}, problem_code(e.body)), now, chance,
                 out);
  const auto receipt = state.read_receipt(e.body);
  if (!receipt) return retry(receipt.error(), now, chance, out);
  // A server that had these plays before may acknowledge more than was sent now; then only what was sent is settled.
  const std::int64_t through = std::min(receipt->through, sent_.back().first);
  const auto known = std::find_if(sent_.begin(), sent_.end(), [&](const auto& p) { return p.first == through; });
  const bool head_good = known != sent_.end() && (through != receipt->through || known->second == receipt->head);
  if (receipt->batch != payload_sha256_ || !head_good)
    return retry(fail(Code::plays_receipt, {{"what", std::to_string(receipt->through)}}), now, chance, out);
  retry_.reset();
  acknowledged_ = through;
  at_ = At::rest;
  out.emplace_back(PlaysAcknowledged{through, now.utc});
}

void Reporter::receipt(const StickReceipt& e, std::int64_t newest, const Now& now, const trust::TrustedState& state, Actions& out) {
  const auto receipt = state.read_receipt(e.envelope);
  if (!receipt) return out.emplace_back(Alarm{with_context(receipt.error(), "receipt on a stick")}), void();
  if (receipt->through == acknowledged_ || at_ == At::sending) return;
  const bool nothing = receipt->through == 0;
  const bool ours = e.last && e.last->counter == receipt->through && trust::play_hash(*e.last) == receipt->head;
  if (receipt->through > newest || (!nothing && !ours))
    return out.emplace_back(Alarm{fail(Code::plays_receipt, {{"what", std::to_string(receipt->through)}})}), void();
  const bool more = receipt->through > acknowledged_;
  acknowledged_ = receipt->through;
  if (more) out.emplace_back(PlaysAcknowledged{acknowledged_, now.utc});
}

}  // namespace fz::agent
