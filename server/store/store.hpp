// One door to everything that is kept: a transaction over several nouns. Nothing here speaks SQL.
#pragma once
#include <filesystem>
#include <functional>
#include <memory>
#include <type_traits>

#include "server/accounts/accounts.hpp"
#include "server/alerts/alerts.hpp"
#include "server/audit/audit.hpp"
#include "server/campaigns/campaigns.hpp"
#include "server/finder/finder.hpp"
#include "server/library/library.hpp"
#include "server/plays/plays.hpp"
#include "server/publish/publish.hpp"
#include "server/review/review.hpp"
#include "server/screens/screens.hpp"

namespace fz::store {

/// The nouns inside one transaction. Valid only during the callback.
class Tx {
 public:
  virtual ~Tx() = default;
  virtual audit::Trail& audit() = 0;
  virtual accounts::Store& accounts() = 0;
  virtual library::Store& library() = 0;
  virtual review::Store& review() = 0;
  virtual campaigns::Store& campaigns() = 0;
  virtual screens::Store& screens() = 0;
  virtual publish::Store& publish() = 0;
  virtual alerts::Store& alerts() = 0;
  virtual const finder::Store& finder() const = 0;

  const audit::Trail& audit() const { return const_cast<Tx*>(this)->audit(); }
  const accounts::Store& accounts() const { return const_cast<Tx*>(this)->accounts(); }
  const library::Store& library() const { return const_cast<Tx*>(this)->library(); }
  const review::Store& review() const { return const_cast<Tx*>(this)->review(); }
  const campaigns::Store& campaigns() const { return const_cast<Tx*>(this)->campaigns(); }
  const screens::Store& screens() const { return const_cast<Tx*>(this)->screens(); }
  const publish::Store& publish() const { return const_cast<Tx*>(this)->publish(); }
  const alerts::Store& alerts() const { return const_cast<Tx*>(this)->alerts(); }

  review::Tables reviewing() { return {review(), library(), accounts()}; }
  review::Tables reviewing() const { return const_cast<Tx*>(this)->reviewing(); }
  campaigns::Tables campaigning() { return {campaigns(), library(), accounts()}; }
  publish::Tables publishing() { return {publish(), review(), campaigns(), screens(), accounts(), alerts()}; }
  alerts::Tables alerting() { return {alerts(), review(), library(), screens(), accounts()}; }
  accounts::Context context(const accounts::Actor& who, UtcTime now) { return {who, audit(), now}; }
};

/// Thread-safe. Writers queue; readers see a consistent snapshot and never wait for a writer.
class Store {
 public:
  virtual ~Store() = default;

  /// `f(Tx&) -> Result<T>`: one transaction, committed and on the disk if it returns a value, rolled back if it returns
  /// an error. Do no slow work (hashing, network, media) inside.
  template <class F>
  auto write(F&& f) -> std::invoke_result_t<F, Tx&> {
    std::invoke_result_t<F, Tx&> out = Error{};
    auto r = do_write([&](Tx& tx) -> Result<void> {
      out = f(tx);
      if (!out) return out.error();
      return {};
    });
    if (!r) return std::move(r).error();
    return out;
  }
  /// `f(const Tx&) -> Result<T>` on one snapshot.
  template <class F>
  auto read(F&& f) const -> std::invoke_result_t<F, const Tx&> {
    std::invoke_result_t<F, const Tx&> out = Error{};
    auto r = do_read([&](const Tx& tx) -> Result<void> {
      out = f(tx);
      if (!out) return out.error();
      return {};
    });
    if (!r) return std::move(r).error();
    return out;
  }
  /// A refusal has no change to stand in; it gets an entry of its own. Failure is logged, not returned.
  void record_refusal(const accounts::Actor& who, std::string_view action, std::string_view object, const Error& why, UtcTime now);

  /// `heard` is called with what a transaction wrote to the trail, once it is committed, on the writer's thread: it must be quick
  /// and must not come back here. Set before the first write of another thread, or while there is none.
  void on_recorded(std::function<void(const std::vector<audit::Event>&)> heard) { heard_ = std::move(heard); }

  /// The plays' own database.
  virtual plays::Store& plays() = 0;
  /// Moves the write-ahead logs into the files; call every few seconds when idle.
  virtual Result<void> checkpoint() = 0;
  /// A consistent copy of both databases into an empty folder, while running.
  virtual Result<void> backup(const std::filesystem::path& folder) = 0;

 protected:
  std::function<void(const std::vector<audit::Event>&)> heard_;

 private:
  virtual Result<void> do_write(const std::function<Result<void>(Tx&)>& f) = 0;
  virtual Result<void> do_read(const std::function<Result<void>(const Tx&)>& f) const = 0;
};

/// SQLite: folder/fanzha.db and folder/plays.db, made and migrated if need be; folder/seal.key seals the second factors.
/// Errors: db_newer, db_damaged, io, disk_full, key_exposed, key_invalid.
Result<std::unique_ptr<Store>> open_sqlite(const std::filesystem::path& folder);

}  // namespace fz::store
