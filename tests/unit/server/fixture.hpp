// A server's store in a temporary folder with a tree, people and signed trust documents.
#pragma once
#include <gtest/gtest.h>

#include "server/store/store.hpp"
#include "shared/base/id.hpp"
#include "shared/crypto/hash.hpp"
#include "tests/support/office.hpp"

namespace fz {

class ServerTest : public ::testing::Test {
 protected:
  using Role = accounts::Role;
  ServerTest() : folder_(fs::temp_directory_path() / ("fz-server-" + random_code(8))) {
    fs::create_directories(folder_);
    open();
    write([&](store::Tx& tx) -> Result<void> {
      const auto system = accounts::system_actor();
      const auto ctx = tx.context(system, now_);
      FZ_TRY(city_, accounts::create_unit(tx.accounts(), ctx, {"", "500000", "重庆市", 2}));
      FZ_TRY(district_, accounts::create_unit(tx.accounts(), ctx, {"500000", "500119", "南川区", 2}));
      FZ_TRY(neighbour_, accounts::create_unit(tx.accounts(), ctx, {"500000", "500118", "永川区", 3}));
      return {};
    });
    admin_ = person("admin", "500000", {Role::administrator});
    clerk_ = person("clerk", "500119", {Role::contributor}, "reviewer-3");
    first_ = person("first", "500119", {Role::reviewer}, "reviewer-1");
    second_ = person("second", "500119", {Role::reviewer}, "reviewer-2");
    publisher_ = person("publisher", "500119", {Role::publisher});
    stranger_ = person("stranger", "500118", {Role::contributor, Role::reviewer, Role::publisher, Role::administrator});
  }
  ~ServerTest() override {
    store_.reset();
    fs::remove_all(folder_);
  }
  void open() {
    store_.reset();
    auto opened = store::open_sqlite(folder_);
    if (!opened) throw std::runtime_error(to_log(opened.error()));
    store_ = *std::move(opened);
  }

  template <class F>
  auto write(F&& f) -> std::invoke_result_t<F, store::Tx&> {
    auto r = store_->write(std::forward<F>(f));
    if (!r) ADD_FAILURE() << to_log(r.error());
    return r;
  }
  accounts::Actor person(const std::string& login, const std::string& unit, accounts::Roles roles, const std::string& holder = "") {
    accounts::Account made;
    write([&](store::Tx& tx) -> Result<void> {
      accounts::NewAccount n{login, login, unit, std::move(roles), holder, "hash", false};
      const auto system = accounts::system_actor();
      FZ_TRY(made, accounts::create_account(tx.accounts(), tx.context(system, now_), n));
      return {};
    });
    accounts::Actor a;
    a.account = made.id;
    a.name = made.name;
    a.unit = unit;
    a.unit_path = unit == "500000" ? "500000/" : "500000/" + unit + "/";
    a.holder = holder;
    a.roles = made.roles;
    return a;
  }
  static crypto::ChunkedDigest digest(std::string_view text) {
    crypto::ChunkedHasher h;
    h.update(as_bytes(text));
    return h.finish();
  }
  Result<library::Item> slogan(const std::string& text, const accounts::Actor& who) {
    return store_->write([&](store::Tx& tx) {
      library::NewText t;
      t.title = text;
      t.mime = "application/vnd.fz.slogan+json";
      t.exposes = "method";
      t.digest = digest(text);
      return library::create_text(tx.library(), tx.context(who, now_), t);
    });
  }
  /// Root and reviewers as fz-keys would make them.
  void import_trust() {
    write([&](store::Tx& tx) -> Result<void> {
      FZ_TRY(const auto root, review::import_root(tx.reviewing(), tx.context(admin_, now_), office_.root_bytes()));
      FZ_TRY(const auto list, review::import_reviewers(tx.reviewing(), tx.context(admin_, now_), office_.reviewers_bytes()));
      (void)root, (void)list;
      return {};
    });
  }
  review::Terms terms() const {
    review::Terms t;
    t.audience = {{"*"}, {"500119"}};
    t.group = "district";
    t.valid_from = now_;
    t.valid_until = now_ + Days{100};
    t.offline_days = 60;
    return t;
  }
  /// Every point of the checklist for a text, confirmed.
  static review::Verdict verdict(const std::string& comment = "") { return {comment, review::checklist(library::Kind::slogan), {}}; }
  /// The item, submitted and passed by `first_`: waits for signatures.
  library::Item in_final(const std::string& text) {
    auto item = slogan(text, clerk_);
    write([&](store::Tx& tx) { return review::submit(tx.reviewing(), tx.context(clerk_, now_), item->id, terms()); });
    auto passed = write([&](store::Tx& tx) { return review::pass(tx.reviewing(), tx.context(first_, now_), item->id, verdict("好")); });
    return *passed;
  }
  /// The payload that the package asks to be signed.
  std::string statement(const std::string& item) {
    auto text = store_->read([&](const store::Tx& tx) { return tx.review().statement(item, 1); });
    return text->value_or("");
  }
  using Key = crypto::PrivateKey;
  std::string sign(const std::string& item, std::initializer_list<const Key*> keys) {
    return test::Office::bytes(trust::kApprovalType, statement(item), keys);
  }
  Result<review::Imported> import(const std::string& envelope, const accounts::Actor& who) {
    return store_->write([&](store::Tx& tx) { return review::import_approval(tx.reviewing(), tx.context(who, now_), envelope); });
  }

  fs::path folder_;
  UtcTime now_ = test::kOfficeNow;
  std::unique_ptr<store::Store> store_;
  accounts::Unit city_, district_, neighbour_;
  accounts::Actor admin_, clerk_, first_, second_, publisher_, stranger_;
  test::Office office_;
};

}  // namespace fz
