// A town hall in a temporary folder for tests of the server's nouns: a store, a root unit with two branches, people.
#pragma once
#include <string>

#include "server/store/store.hpp"
#include "shared/base/clock.hpp"

namespace fz::test {

class TownHall {
 public:
  TownHall();
  ~TownHall();
  store::Store& store() { return *store_; }
  UtcTime now() const { return clock_.wall(); }
  ManualClock& clock() { return clock_; }
  const fs::path& folder() const { return folder_; }

  /// Actors of the root unit "500000" and of its branches "500119" and "500118".
  accounts::Actor admin, neighbour_admin, publisher, contributor;

  /// `f(Tx&)` in one write transaction.
  template <class F>
  auto write(F&& f) {
    return store_->write(std::forward<F>(f));
  }
  template <class F>
  auto read(F&& f) const {
    return store_->read(std::forward<F>(f));
  }

 private:
  accounts::Actor actor(std::string id, std::string unit, std::string path, accounts::Roles roles);
  fs::path folder_;
  ManualClock clock_;
  std::unique_ptr<store::Store> store_;
};

}  // namespace fz::test
