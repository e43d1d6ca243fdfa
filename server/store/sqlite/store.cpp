// The store as a whole: one database of the nouns, one of the plays.
#include "server/store/store.hpp"

#include "server/store/sqlite/nouns.hpp"
#include "shared/base/log.hpp"

namespace fz::store {
namespace sqlite {
namespace {

/// Keeps what was appended, to be told once it is committed.
class Listening final : public audit::Trail {
 public:
  explicit Listening(std::unique_ptr<audit::Trail> trail) : trail_(std::move(trail)) {}
  Result<void> append(const audit::Event& event, UtcTime now) override {
    FZ_CHECK(trail_->append(event, now));
    appended.push_back(event);
    return {};
  }
  Result<std::vector<audit::Entry>> list(const audit::Filter& f) const override { return trail_->list(f); }
  Result<std::vector<audit::Entry>> read_from(std::int64_t seq, int limit) const override { return trail_->read_from(seq, limit); }
  Result<std::optional<audit::Entry>> head() const override { return trail_->head(); }
  Result<void> put_checkpoint(const audit::Checkpoint& c) override { return trail_->put_checkpoint(c); }
  Result<std::vector<audit::Checkpoint>> checkpoints(std::int64_t from, std::int64_t to) const override {
    return trail_->checkpoints(from, to);
  }
  Result<std::optional<audit::Checkpoint>> last_checkpoint() const override { return trail_->last_checkpoint(); }

  std::vector<audit::Event> appended;

 private:
  std::unique_ptr<audit::Trail> trail_;
};

class SqliteTx final : public Tx {
 public:
  SqliteTx(db::Connection& c, const crypto::SealKey& seal)
      : audit_(make_audit(c)),
        accounts_(make_accounts(c, seal)),
        library_(make_library(c)),
        review_(make_review(c)),
        campaigns_(make_campaigns(c)),
        screens_(make_screens(c)),
        publish_(make_publish(c)),
        alerts_(make_alerts(c)),
        finder_(make_finder(c)) {}
  using Tx::accounts, Tx::alerts, Tx::audit, Tx::campaigns, Tx::library, Tx::publish, Tx::review, Tx::screens;
  audit::Trail& audit() override { return audit_; }
  accounts::Store& accounts() override { return *accounts_; }
  library::Store& library() override { return *library_; }
  review::Store& review() override { return *review_; }
  campaigns::Store& campaigns() override { return *campaigns_; }
  screens::Store& screens() override { return *screens_; }
  publish::Store& publish() override { return *publish_; }
  alerts::Store& alerts() override { return *alerts_; }
  const finder::Store& finder() const override { return *finder_; }
  std::vector<audit::Event> appended() { return std::move(audit_.appended); }

 private:
  Listening audit_;
  std::unique_ptr<accounts::Store> accounts_;
  std::unique_ptr<library::Store> library_;
  std::unique_ptr<review::Store> review_;
  std::unique_ptr<campaigns::Store> campaigns_;
  std::unique_ptr<screens::Store> screens_;
  std::unique_ptr<publish::Store> publish_;
  std::unique_ptr<alerts::Store> alerts_;
  std::unique_ptr<finder::Store> finder_;
};

class SqliteStore final : public Store {
 public:
  SqliteStore(std::unique_ptr<db::Database> nouns, std::unique_ptr<plays::Store> plays, fs::path plays_file, crypto::SealKey seal)
      : seal_(std::move(seal)), nouns_(std::move(nouns)), plays_(std::move(plays)), plays_file_(std::move(plays_file)) {}

  plays::Store& plays() override { return *plays_; }
  Result<void> checkpoint() override {
    FZ_CHECK(nouns_->writer()->checkpoint(false));
    return plays_->checkpoint();
  }
  Result<void> backup(const fs::path& folder) override {
    FZ_CHECK(make_dirs(folder));
    {
      FZ_TRY(const auto reader, nouns_->reader());
      FZ_CHECK(reader->backup(folder / "fanzha.db"));
    }
    // A connection of its own: the plays' writer goes on meanwhile.
    FZ_TRY(const auto connection, db::Connection::open(plays_file_));
    return connection->backup(folder / "plays.db");
  }

 private:
  Result<void> do_write(const std::function<Result<void>(Tx&)>& f) override {
    std::vector<audit::Event> appended;
    auto done = nouns_->write([&](db::Connection& c) -> Result<void> {
      SqliteTx tx(c, seal_);
      FZ_CHECK(f(tx));
      appended = tx.appended();
      return {};
    });
    if (!done) return done;
    if (heard_ && !appended.empty()) heard_(appended);
    return {};
  }
  Result<void> do_read(const std::function<Result<void>(const Tx&)>& f) const override {
    return nouns_->read([&](db::Connection& c) {
      const SqliteTx tx(c, seal_);
      return f(tx);
    });
  }
  const crypto::SealKey seal_;
  std::unique_ptr<db::Database> nouns_;
  std::unique_ptr<plays::Store> plays_;
  fs::path plays_file_;
};

}  // namespace
}  // namespace sqlite

void Store::record_refusal(const accounts::Actor& who, std::string_view action, std::string_view object, const Error& why, UtcTime now) {
  audit::Event e;
  e.actor = who.account.empty() ? "?" : who.account;
  e.unit = who.unit;
  e.action = action;
  e.object = object;
  e.refused = true;
  e.details = {{"code", code_name(why.code)}};
  auto done = do_write([&](Tx& tx) { return tx.audit().append(e, now); });
  if (!done) log::error("a refusal could not be recorded: {}", to_log(done.error()));
}

std::vector<db::Migration> sqlite::migrations() {
  // In this order: later tables refer to earlier ones.
  static const std::string first = [] {
    std::string all;
    for (const std::string_view schema :
         {kAccountsSchema, kAuditSchema, kLibrarySchema, kReviewSchema, kCampaignsSchema, kScreensSchema, kPublishSchema})
      all += schema;
    return all;
  }();
  const std::pair<std::string_view, std::string_view> steps[] = {
      {"first release", first},
      {"output rules of sites", kSiteOutputSchema},
      {"alerts", kAlertsSchema},
      {"people, reviews, trail", kPeopleSchema},
      {"variants of items", kVariantSchema},
      {"tags and packs", kConsoleSchema},
  };
  std::vector<db::Migration> out;  // numbered by their place
  for (const auto& [name, sql] : steps) out.push_back({static_cast<int>(out.size()) + 1, name, sql});
  return out;
}

Result<std::unique_ptr<Store>> open_sqlite(const fs::path& folder) {
  const auto steps = sqlite::migrations();
  FZ_CHECK(make_dirs(folder, 0700));
  FZ_TRY(auto nouns, db::Database::open(folder / "fanzha.db", steps));
  FZ_TRY(auto seal, crypto::SealKey::load_or_make(folder / sqlite::kSealFile));
  FZ_CHECK(nouns->write([&](db::Connection& c) { return sqlite::seal_second_factors(c, seal); }));
  FZ_TRY(auto plays, sqlite::open_plays(folder / "plays.db"));
  return std::unique_ptr<Store>(
      std::make_unique<sqlite::SqliteStore>(std::move(nouns), std::move(plays), folder / "plays.db", std::move(seal)));
}

}  // namespace fz::store
