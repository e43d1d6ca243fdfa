#include "tests/golden/trust_vectors.hpp"

#include <cstdlib>

#include "shared/base/json.hpp"

namespace fz::test {
using namespace trust;

fs::path vectors_dir() {
  return fs::path(std::getenv("FZ_SOURCE_DIR")) / "tests/golden/trust";
}
std::string vector_file(const std::string& name) {
  return read_file(vectors_dir() / name, 4 << 20).value();
}

std::vector<VectorCase> vector_cases() {
  auto index = json::parse(vector_file("index.json")).value();
  std::vector<VectorCase> out;
  for (auto& v : index.at("cases").as_array()) {
    json::Reader r(v, "case");
    VectorCase c;
    c.file = r.string("file");
    c.slot = r.string("slot");
    c.expect = r.string("expect");
    c.why = r.string("why");
    c.now = parse_time(r.string("now")).value();
    c.trusted = r.string_or("trusted", "root/1.root.json");
    c.reviewers = r.string_or("reviewers", "");
    c.stored = r.string_or("stored", "");
    c.venue = r.string_or("venue", "1001");
    c.screen = r.string_or("screen", "scr-1");
    c.stored_version = r.integer_or("stored_version", 0, 0, 1'000'000);
    c.still_withdrawn = r.strings("still_withdrawn", 10, 100, false);
    r.finish().value();
    out.push_back(std::move(c));
  }
  return out;
}

TrustedState state_before(const VectorCase& c) {
  auto state = TrustedState::init(vector_file(c.trusted), {c.screen, "site-1", c.venue, "500119", false}).value();
  if (!c.reviewers.empty()) state.update_reviewers(vector_file(c.reviewers), c.now).value();
  if (!c.stored.empty() && c.slot == "staff") state.update_staff(vector_file(c.stored)).value();
  if (!c.stored.empty() && c.slot != "staff") state.update_withdrawals(vector_file(c.stored), Source::polled, c.now).value();
  if (c.stored_version > 0 && c.slot == "reviewers") {
    state.update_reviewers(vector_file("reviewers/reviewers.json"), c.now).value();
    if (state.reviewers()->value.version != c.stored_version) throw std::logic_error("stored_version");
  }
  if (c.stored_version > 0 && c.slot == "timestamp") {
    state.update_timestamp(vector_file("schedule/timestamp.json"), c.now).value();
    if (state.timestamp()->value.version != c.stored_version) throw std::logic_error("stored_version");
  }
  return state;
}

namespace {
Result<void> follow_timestamp(TrustedState& state, UtcTime now) {
  if (auto meta = state.wanted_snapshot())
    FZ_CHECK(state.update_snapshot(vector_file("schedule/" + std::to_string(meta->version) + ".snapshot.json"), now));
  if (auto meta = state.wanted_targets())
    FZ_CHECK(state.update_targets(vector_file("schedule/" + std::to_string(meta->version) + ".targets.json"), now));
  return {};
}
Result<void> hand_over(const VectorCase& c, TrustedState& state, std::string_view bytes, bool follow) {
  if (c.slot == "root") return state.update_root(bytes);
  if (c.slot == "reviewers") return state.update_reviewers(bytes, c.now);
  if (c.slot == "staff") {
    FZ_CHECK(state.update_staff(bytes));
    return {};
  }
  if (c.slot == "withdrawals") {
    FZ_CHECK(state.update_withdrawals(bytes, Source::polled, c.now));
    return {};
  }
  if (c.slot == "timestamp") {
    FZ_CHECK(state.update_timestamp(bytes, c.now));
    return follow ? follow_timestamp(state, c.now) : Result<void>{};
  }
  return fail(Code::unsupported, {{"what", c.slot}});
}
}  // namespace

std::string judge(const VectorCase& c, const TrustedState& before, std::string_view bytes, bool follow, TrustedState* after) {
  if (c.slot == "approval") {  // the hot path of the flip test: no copy
    auto& reviewers = before.reviewers()->value;
    auto record = read_approval(bytes, reviewers);
    auto done = record ? check_approval(*record, reviewers, c.venue, c.now) : Result<void>(record.error());
    return done ? "ok" : std::string(check_name(check_of(done.error()).value()));
  }
  TrustedState state = before;
  auto done = hand_over(c, state, bytes, follow);
  if (after) *after = state;
  if (!done) {
    auto check = check_of(done.error());
    return check ? std::string(check_name(*check)) : to_log(done.error());
  }
  return c.still_withdrawn.empty() ? "ok" : "ok_kept";
}
}  // namespace fz::test
