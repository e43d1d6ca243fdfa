// Private to store/sqlite: the reading half of the plays' store.
#pragma once
#include "server/plays/plays.hpp"
#include "shared/db/db.hpp"

namespace fz::store::sqlite {

/// How a play ended, as it stands in the table. REQUIRES: one of the four words (parse_play_batch has checked).
int outcome_number(std::string_view end);

class PlaysReader : public plays::Store {
 public:
  explicit PlaysReader(db::Database& database) : db_(database) {}
  Result<plays::PlayPage> plays(const plays::PlayFilter& filter) const override;
  Result<std::vector<plays::Rollup>> rollups(const plays::RollupFilter& filter) const override;
  Result<std::optional<plays::DeviceState>> device(std::string_view keyid) const override;
  Result<std::vector<std::string>> evidence(std::string_view keyid, std::int64_t counter) const override;
  Result<plays::Totals> totals() const override;

 private:
  db::Database& db_;
};

}  // namespace fz::store::sqlite
