// What must work when other things do not: withdrawing without a trail or a database; a backup while everything is in use.
#include <SQLiteCpp/SQLiteCpp.h>
#include <sys/stat.h>

#include <atomic>

#include "server/app/backup.hpp"
#include "server/audit/export.hpp"
#include "shared/net/ws_client.hpp"
#include "tests/integration/http/flow.hpp"

namespace fz::test {
namespace {

class Trail : public Flow {
 protected:
  void sql(const std::string& text) {
    SQLite::Database db((folder / "fanzha.db").string(), SQLite::OPEN_READWRITE);
    db.setBusyTimeout(5000);
    db.exec(text);
  }
  /// A screen's channel that counts the lists of withdrawals that were pushed.
  std::unique_ptr<net::WsClient> listen(std::atomic<int>& pushed) {
    net::WsClientOptions o;
    o.url = base + "/v1/channel";
    o.headers.add("Authorization", "Bearer " + screen[0].token());
    net::WsClientCallbacks callbacks;
    callbacks.on_message = [&](std::string_view text) {
      if (text.find("\"m\":\"withdrawals\"") != std::string_view::npos) ++pushed;
    };
    auto channel = net::WsClient::connect(o, callbacks);
    EXPECT_TRUE(eventually([&] { return boss().expect(200, boss().get("/v1/screens/" + screen_id)).at("online").as_bool(); }));
    return channel;
  }
};

TEST_F(Trail, AWithdrawalGoesOutWithoutTheTrailAndWithoutTheDatabase) {
  ceremony();
  const auto item = slogan_in_final("不轻信");
  const auto approval = approve(item);
  campaign({item});
  enrol();
  std::atomic<int> pushed{0};
  const auto channel = listen(pushed);
  ASSERT_TRUE(eventually([&] { return pushed >= 1; }));  // the list in force, after opening
  // The trail takes nothing any more: changes are refused, taking down is not.
  sql("CREATE TRIGGER audit_full BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'no'); END");
  EXPECT_GE(boss().post("/v1/units", {{"parent", root_unit}, {"name", "街道"}}).status, 400u);
  int before = pushed;
  const auto done = send("/v1/withdrawals", office.withdrawals_bytes(office.withdrawals(2, {approval})), 200);
  EXPECT_EQ(done.at("items").as_array().size(), 1u);
  EXPECT_TRUE(eventually([&] { return pushed > before; }));
  EXPECT_EQ(text_of(writer[0].expect(200, writer[0].get("/v1/items/" + item)).at("item").as_object(), "state"), "withdrawn");
  // Nor does the database: the word goes out all the same, and can be sent again later.
  sql("CREATE TRIGGER withdrawal_full BEFORE INSERT ON withdrawal BEGIN SELECT RAISE(ABORT, 'no'); END");
  before = pushed;
  const auto envelope = office.withdrawals_bytes(office.withdrawals(3, {approval, "ap-another"}));
  EXPECT_TRUE(send("/v1/withdrawals", envelope, 200).at("approvals").as_array().empty());
  EXPECT_TRUE(eventually([&] { return pushed > before; }));
  // A forged one goes nowhere, database or not.
  before = pushed;
  const auto forged = Office::bytes(trust::kWithdrawalsType, trust::write_withdrawals(office.withdrawals(9, {"ap-x"})), {&office.stranger});
  EXPECT_EQ(boss().call(net::Method::post, "/v1/withdrawals", forged).status, 422u);
  sql("DROP TRIGGER audit_full; DROP TRIGGER withdrawal_full");
  EXPECT_EQ(send("/v1/withdrawals", envelope, 200).at("approvals").as_array().size(), 1u);
  EXPECT_EQ(pushed - before, 1);
}

TEST_F(Trail, WhoHasNotConfirmedComesWithTheKeepersPhone) {
  ceremony();
  enrol();
  const auto sites = boss().expect(200, boss().get("/v1/sites"));
  const auto site = std::string(sites.at("sites").as_array().at(0).at("id").as_string());
  json::object draft{{"unit", root_unit}, {"name", "大厅"},   {"region", "500119"},
                     {"venue", "1001"},   {"keeper", "老林"}, {"keeper_phone", "13900001111"}};
  put("/v1/sites/" + site, json::write(draft), 200);
  const auto waiting = boss().expect(200, boss().get("/v1/withdrawals/unconfirmed")).at("screens").as_array();
  ASSERT_EQ(waiting.size(), 1u);
  EXPECT_EQ(waiting[0].at("keeper_phone"), json::value("13900001111"));
  EXPECT_TRUE(boss().expect(200, boss().get("/v1/withdrawals/unconfirmed?confirmed=true")).at("screens").as_array().empty());
  EXPECT_EQ(screen[0].call(net::Method::put, "/v1/status", "{\"withdrawals\":1}").status, 204u);
  EXPECT_TRUE(eventually(
      [&] { return boss().expect(200, boss().get("/v1/withdrawals/unconfirmed?confirmed=true")).at("screens").as_array().size() == 1; }));
}

TEST_F(Trail, TheExportOfTheApiVerifies) {
  ceremony();
  slogan_in_final("不轻信");
  EXPECT_EQ(code_of(writer[0].get("/v1/audit/export")), "forbidden_role");
  boss().expect(200, boss().call(net::Method::post, "/v1/audit/checkpoints"));
  const auto page = boss().expect(200, boss().get("/v1/audit/export"));
  const auto key = boss().expect(200, boss().get("/v1/trust/online-key"));
  audit::Verifier verifier({*crypto::public_key_from_hex(text_of(key, "scheme"), text_of(key, "public"))});
  ASSERT_TRUE(verifier.line(text_of(page, "header")));
  for (const auto& line : page.at("lines").as_array()) {
    const auto ok = verifier.line(std::string_view(line.as_string()));
    ASSERT_TRUE(ok) << message(ok.error(), Lang::en) << line;
  }
  ASSERT_TRUE(verifier.line(audit::export_end(page.at("entries").as_int64(), page.at("last").as_int64(), text_of(page, "hash"))));
  const auto report = verifier.finish();
  ASSERT_TRUE(report) << message(report.error(), Lang::en);
  EXPECT_EQ(report->signed_until, report->last);
  EXPECT_GE(report->entries, 10);
}

class Backup : public Flow {
 protected:
  /// Everything people can see, by path.
  std::map<std::string, std::string> seen(const std::string& at) {
    std::map<std::string, std::string> out;
    Client c(at, admin[0].token());
    for (const char* path :
         {"/v1/units", "/v1/accounts", "/v1/items", "/v1/campaigns", "/v1/sites", "/v1/screens", "/v1/plays", "/v1/plays/rollups",
          "/v1/withdrawals", "/v1/trust/root", "/v1/trust/reviewers", "/v1/trust/online-key", "/v1/audit?limit=1000"})
      out[path] = c.get(path).body;
    const auto items = c.expect(200, c.get("/v1/items"));
    for (const auto& i : items.at("items").as_array()) {
      const std::string path = "/v1/items/" + std::string(i.at("id").as_string());
      out[path] = c.get(path).body;
      out[path + "/text"] = c.get(path + "/renditions/text").body;
    }
    return out;
  }
};

TEST_F(Backup, OneMadeInUseIsWholeAndANewMachineShowsTheSame) {
  ceremony();
  const auto item = slogan_in_final("不转账");
  approve(item);
  campaign({item});
  enrol();
  publisher[0].expect(200, publisher[0].call(net::Method::post, "/v1/publish"));
  const fs::path busy = folder.string() + ".busy", copy = folder.string() + ".copy";
  {
    std::atomic<bool> stop{false};
    std::thread writing([&] {
      for (int i = 0; !stop; ++i) slogan_in_draft("口号 " + std::to_string(i));
    });
    std::this_thread::sleep_for(Millis{100});
    const auto made = app::make_backup(folder, busy);
    stop = true;
    writing.join();
    ASSERT_TRUE(made) << to_log(made.error());
    EXPECT_EQ(app::make_backup(folder, busy).error().code, Code::file_exists);
    auto store = store::open_sqlite(busy);
    ASSERT_TRUE(store) << to_log(store.error());
    const auto trail = *(*store)->read([](const store::Tx& tx) { return tx.audit().read_from(1, 100000); });
    EXPECT_TRUE(audit::verify_chain(trail, audit::kChainStart, 1));
    auto blobs = blob::Store::open(busy / "blobs");
    ASSERT_TRUE(blobs);
    library::ItemFilter f;
    f.limit = 200;
    for (const auto& i : *(*store)->read([&](const store::Tx& tx) { return tx.library().items(f); }))
      EXPECT_TRUE((*blobs)->read(i.source, 1 << 20)) << "a row without its bytes: " << i.title;
  }
  ASSERT_TRUE(app::make_backup(folder, copy));
  struct stat key {};
  ASSERT_EQ(::stat((copy / "seal.key").c_str(), &key), 0) << "without it no second factor of the copy is worth anything";
  EXPECT_EQ(key.st_mode & 0777, 0600u);
  const auto here = seen(base);
  app::Config c;
  c.data = copy;
  c.listen = "127.0.0.1:0";
  c.tls = false;
  c.second_factor = false;
  c.restored = true;
  auto other = app::Server::start(c, clock, {});
  ASSERT_TRUE(other) << to_log(other.error());
  const auto there = seen("http://127.0.0.1:" + std::to_string((*other)->port()));
  ASSERT_EQ(here.size(), there.size());
  for (const auto& [path, body] : here) EXPECT_EQ(body, there.at(path)) << path;
  other->reset();
  fs::remove_all(busy);
  fs::remove_all(copy);
}

}  // namespace
}  // namespace fz::test
