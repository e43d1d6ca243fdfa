#include "server/publish/making.hpp"

namespace fz::publish {

Publisher::Publisher(crypto::PrivateKey online, blob::Store& blobs, Write write)
    : online_(std::move(online)), blobs_(blobs), write_(std::move(write)), current_(std::make_shared<const Published>()) {}

Publisher::~Publisher() = default;

Result<void> Publisher::load(const Tables& db, UtcTime) {
  const std::lock_guard lock(run_mutex_);
  FZ_TRY(auto state, State::read(db.publish, online_.id()));
  auto files = TrustFiles::read(db.review);
  if (!files && files.error().code != Code::root_missing) return files.error();
  FZ_TRY(const auto version, db.publish.current_version());
  current_.store(state.publish(version, files ? *files : TrustFiles{}));
  state_ = std::make_unique<const State>(std::move(state));
  return {};
}

Result<Delta> Publisher::run(UtcTime now) {
  return run(now, Mode::changes);
}

Result<Delta> Publisher::renew(UtcTime now) {
  return run(now, Mode::renewal);
}

Result<Delta> Publisher::sign_anew(UtcTime now) {
  return run(now, Mode::everything);
}

Result<State> Publisher::state_of(const Tables& db) const {
  if (state_) return *state_;
  return State::read(db.publish, online_.id());
}

Result<Preview> Publisher::preview(std::string_view unit_path, UtcTime now) {
  const std::lock_guard lock(run_mutex_);
  Preview out;
  // In a transaction like a publication's own: what is compared is one moment.
  FZ_CHECK(write_([&](const Tables& db) -> Result<Delta> {
    FZ_TRY(State state, state_of(db));
    Making making(db, std::move(state), online_, blobs_, now);
    FZ_TRY(out, making.preview(unit_path));
    return Delta{};
  }));
  return out;
}

Result<Delta> Publisher::run(UtcTime now, Mode mode) {
  const std::lock_guard lock(run_mutex_);
  std::unique_ptr<const State> next;
  auto delta = write_([&](const Tables& db) -> Result<Delta> {
    FZ_TRY(State state, state_of(db));
    if (mode == Mode::everything) state.distrust();
    Making making(db, std::move(state), online_, blobs_, now);
    FZ_TRY(auto made, making.run(mode == Mode::renewal));
    next = std::make_unique<const State>(making.take_state());
    return made;
  });
  if (!delta) return delta;
  // Only after the commit: what was signed in a transaction that failed was never seen, and its numbers are free again.
  state_ = std::move(next);
  current_.store(delta->published);
  return delta;
}

}  // namespace fz::publish
