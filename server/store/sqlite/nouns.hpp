// One class per noun behind its interface, all on one connection of one transaction. Each noun's file holds its tables;
// store.cpp makes migration 1 of all of them in the order below; plays have a database of their own.
#pragma once
#include <memory>
#include <string_view>
#include <vector>

#include "server/store/store.hpp"
#include "shared/crypto/seal.hpp"
#include "shared/db/db.hpp"

namespace fz::store::sqlite {

/// The tables of a noun as of its first release: statements separated by semicolons.
extern const std::string_view kAccountsSchema, kAuditSchema, kLibrarySchema, kReviewSchema, kCampaignsSchema, kScreensSchema,
    kSiteOutputSchema, kPublishSchema, kAlertsSchema;
/// People, reviews and the trail: what came after the first release (people_schema.cpp).
extern const std::string_view kPeopleSchema;
/// Variants of items for other shapes of screens (library.cpp).
extern const std::string_view kVariantSchema;
/// Tags and packs (console_schema.cpp).
extern const std::string_view kConsoleSchema;

/// All steps of the main database, in order; store.cpp. The texts live as long as the program.
std::vector<db::Migration> migrations();

/// The key of the second factors, beside the databases.
inline constexpr std::string_view kSealFile = "seal.key";
/// Seals what an earlier release left as it was; says in the log what cannot be opened any more. Once at every start.
Result<void> seal_second_factors(db::Connection& c, const crypto::SealKey& seal);

/// Each borrows the connection, which must outlive it; used by one thread, within one transaction.
std::unique_ptr<accounts::Store> make_accounts(db::Connection& c, const crypto::SealKey& seal);
std::unique_ptr<audit::Trail> make_audit(db::Connection& c);
std::unique_ptr<library::Store> make_library(db::Connection& c);
std::unique_ptr<review::Store> make_review(db::Connection& c);
std::unique_ptr<campaigns::Store> make_campaigns(db::Connection& c);
std::unique_ptr<screens::Store> make_screens(db::Connection& c);
std::unique_ptr<publish::Store> make_publish(db::Connection& c);
std::unique_ptr<alerts::Store> make_alerts(db::Connection& c);
std::unique_ptr<finder::Store> make_finder(db::Connection& c);

/// The plays' own database in `file`. Errors: db_newer, db_damaged, io, disk_full.
Result<std::unique_ptr<plays::Store>> open_plays(const fs::path& file);

}  // namespace fz::store::sqlite
