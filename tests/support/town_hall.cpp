#include "tests/support/town_hall.hpp"

#include "shared/base/id.hpp"

namespace fz::test {

TownHall::TownHall() : folder_(fs::temp_directory_path() / ("fz-office-" + random_code(8))), clock_(*parse_time("2026-11-22T08:00:00Z")) {
  using accounts::Role;
  fs::create_directories(folder_);
  store_ = store::open_sqlite(folder_).value();
  admin = actor("a-admin", "500119", "500000/500119/", {Role::administrator});
  neighbour_admin = actor("a-neighbour", "500118", "500000/500118/", {Role::administrator, Role::publisher});
  publisher = actor("a-publisher", "500119", "500000/500119/", {Role::publisher});
  contributor = actor("a-clerk", "500119", "500000/500119/", {Role::contributor});
  write([&](store::Tx& tx) -> Result<void> {
    FZ_CHECK(tx.accounts().put_unit({"500000", "", "500000", "重庆市", "500000/", 2}));
    FZ_CHECK(tx.accounts().put_unit({"500119", "500000", "500119", "南川区", "500000/500119/", 2}));
    return tx.accounts().put_unit({"500118", "500000", "500118", "永川区", "500000/500118/", 2});
  }).value();
}
TownHall::~TownHall() {
  store_.reset();
  fs::remove_all(folder_);
}
accounts::Actor TownHall::actor(std::string id, std::string unit, std::string path, accounts::Roles roles) {
  accounts::Actor a;
  a.account = a.name = std::move(id);
  a.unit = std::move(unit);
  a.unit_path = std::move(path);
  a.roles = std::move(roles);
  return a;
}

}  // namespace fz::test
