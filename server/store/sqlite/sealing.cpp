// Secrets of second factors lie sealed in the database; the key is a file beside it.
#include "server/store/sqlite/nouns.hpp"
#include "shared/base/log.hpp"

namespace fz::store::sqlite {

Result<void> seal_second_factors(db::Connection& c, const crypto::SealKey& seal) {
  FZ_TRY(const auto rows,
         c.all("SELECT account, secret FROM second_factor", {}, [](const db::Row& r) { return std::pair(r.text(0), r.text(1)); }));
  FZ_CHECK(c.script("PRAGMA secure_delete = ON"));  // what stands there in the clear is overwritten
  int sealed = 0, lost = 0;
  for (const auto& [account, secret] : rows) {
    if (crypto::SealKey::is_sealed(secret)) {
      lost += seal.open(secret, account) ? 0 : 1;
      continue;
    }
    FZ_CHECK(c.run("UPDATE second_factor SET secret = ? WHERE account = ?", {seal.seal(secret, account), account}));
    ++sealed;
  }
  if (sealed > 0) log::info("{} second factors were sealed", sealed);
  // The server runs all the same: taking down must work, recovery codes do, and security resets the rest.
  if (lost > 0) log::error("{} second factors cannot be opened: {} is not the file that belongs to this database", lost, kSealFile);
  return {};
}

}  // namespace fz::store::sqlite
