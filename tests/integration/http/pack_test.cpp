// What people take away of approved items, with the real fz-decode; what ends with its date; what fills the disk.
#include <thread>

#include "server/app/media_tools.hpp"
#include "tests/integration/http/flow.hpp"
#include "tests/support/media/media.hpp"

namespace fz::test {
namespace {

class Taking : public Flow {
 protected:
  void change(app::Config& c) override {
    c.quota.max_file = 64 << 20;
    c.quota.max_unit = 256 << 20;
    c.decoder = (bin_dir() / "fz-decode").string();
  }
  app::Server::MakeTools tools() override { return app::media_tools; }

  json::object packs(const std::string& item) {
    json::object out;
    const auto list = writer[0].expect(200, writer[0].get("/v1/items/" + item + "/packs"));
    for (const auto& p : list.at("packs").as_array()) out[p.at("pack").as_string()] = p;
    return out;
  }
  /// Asks until it is there.
  net::ClientResponse take(const std::string& item, const std::string& pack) {
    for (int i = 0;; ++i) {
      auto answer = writer[0].get("/v1/items/" + item + "/packs/" + pack);
      if (code_of(answer) != "pack_not_ready" || i == 600) return answer;
      std::this_thread::sleep_for(Millis{100});
      clock.advance(Millis{100});  // the ration of requests
    }
  }
  std::string poster() {
    const auto bytes = *read_file(media("poster.png"), 64 << 20);
    const auto b64 = [](std::string_view s) { return to_base64(as_bytes(s)); };
    const auto created = writer[0].call(net::Method::post, "/v1/uploads", {},
                                        {{"Tus-Resumable", "1.0.0"},
                                         {"Upload-Length", std::to_string(bytes.size())},
                                         {"Upload-Metadata", "filename " + b64("海报.png") + ",title " + b64("三不一多") + ",fraud_kind " +
                                                                 b64("general") + ",exposes " + b64("method")}});
    EXPECT_EQ(created.status, 201u) << created.body;
    const auto sent =
        writer[0].call(net::Method::patch, std::string(created.headers.get("Location")), bytes,
                       {{"Tus-Resumable", "1.0.0"}, {"Upload-Offset", "0"}, {"Content-Type", "application/offset+octet-stream"}});
    const std::string id(sent.headers.get("Upload-Item"));
    EXPECT_TRUE(eventually([&] {
      std::this_thread::sleep_for(Millis{50});
      clock.advance(Millis{100});
      const auto item = writer[0].expect(200, writer[0].get("/v1/items/" + id)).at("item").as_object();
      return text_of(item, "processing") == "ready";
    }));
    return id;
  }
  void approve_poster(const std::string& id) {
    writer[0].expect(200, writer[0].post("/v1/items/" + id + "/submit",
                                         {{"group", "district"}, {"regions", json::array{"500119"}}, {"offline_days", 60}}));
    const json::array checked{"political", "legal", "facts", "privacy", "wording", "pictures"};
    reviewer[0].expect(200, reviewer[0].post("/v1/items/" + id + "/review", {{"act", "pass"}, {"checked", checked}}));
    approve(id);
  }
};

TEST_F(Taking, PacksOfAPosterOnceItIsApproved) {
  ceremony();
  const auto id = poster();
  EXPECT_EQ(packs(id).at("chat").at("state").as_string(), "unavailable");
  EXPECT_EQ(code_of(writer[0].get("/v1/items/" + id + "/packs/original")), "review_state");
  approve_poster(id);
  auto list = packs(id);
  EXPECT_EQ(list.at("original").at("state").as_string(), "ready");
  EXPECT_EQ(list.at("chat").at("state").as_string(), "offered");
  EXPECT_EQ(list.at("audio").at("state").as_string(), "unavailable");
  EXPECT_FALSE(list.at("audio").at("why").at("zh").as_string().empty());

  // Lists that a newer one has replaced: the housekeeper's, within the hour.
  const auto orphans = [&] { return boss().expect(200, boss().get("/v1/storage")).at("blobs").at("orphans").as_int64(); };
  const auto replaced = orphans();
  const auto original = take(id, "original");
  EXPECT_EQ(original.body, *read_file(media("poster.png"), 64 << 20));
  const auto chat = take(id, "chat");
  ASSERT_EQ(chat.status, 200u) << chat.body;
  EXPECT_TRUE(chat.body.starts_with("\xff\xd8\xff"));
  EXPECT_NE(chat.headers.get("Content-Disposition").find("filename*=UTF-8''%E4%B8%89"), std::string_view::npos)
      << chat.headers.get("Content-Disposition");
  EXPECT_EQ(packs(id).at("chat").at("state").as_string(), "ready");
  EXPECT_EQ(packs(id).at("chat").at("bytes").as_int64(), static_cast<std::int64_t>(chat.body.size()));
  for (const char* print : {"print-a4", "print-a3"}) {
    const auto pdf = take(id, print);
    ASSERT_EQ(pdf.status, 200u) << pdf.body.substr(0, 300);
    EXPECT_EQ(pdf.headers.get("Content-Type"), "application/pdf");
    EXPECT_TRUE(pdf.body.starts_with("%PDF-1."));
    EXPECT_NE(pdf.body.find("/DCTDecode"), std::string::npos) << "the picture's own JPEG, not decoded again";
  }
  EXPECT_EQ(writer[0].get("/v1/items/" + id + "/packs/text").body, "三不一多");
  EXPECT_EQ(writer[0].get("/v1/items/" + id + "/packs/audio").status, 404u);
  EXPECT_EQ(writer[0].get("/v1/items/" + id + "/packs/nonsense").status, 404u);

  const auto storage = boss().expect(200, boss().get("/v1/storage"));
  EXPECT_EQ(storage.at("packs").at("count").as_int64(), 3);
  EXPECT_EQ(orphans(), replaced) << "packs are somebody's";
  EXPECT_GT(storage.at("disk").at("total").as_int64(), 0);
  EXPECT_EQ(storage.at("units").as_array().at(0).at("unit").as_string(), root_unit);
  EXPECT_FALSE(storage.contains("backup"));
  ASSERT_TRUE(write_atomic(folder / "last-backup.json", R"({"at":"2026-11-21T00:00:00Z","bytes":5,"files":2})"));
  EXPECT_EQ(boss().expect(200, boss().get("/v1/storage")).at("backup").at("files").as_int64(), 2);
  EXPECT_EQ(code_of(writer[0].get("/v1/storage")), "forbidden_role");
}

TEST_F(Taking, EverythingThatEndsWithItsDate) {
  EXPECT_TRUE(boss().expect(200, boss().get("/v1/expiries")).at("expiries").as_array().empty());
  ceremony();
  const auto id = slogan_in_final("不轻信");
  approve(id);
  campaign({id});
  boss().expect(
      201, boss().post("/v1/session/tokens",
                       {{"name", "报表程序"}, {"roles", json::array{"administrator"}}, {"expires", format_time(clock.wall() + Days{10})}}));
  const auto list = [&](Client& who, int days) {
    std::map<std::string, json::object> out;
    UtcTime last{};
    const auto answer = who.expect(200, who.get("/v1/expiries?days=" + std::to_string(days)));
    for (const auto& e : answer.at("expiries").as_array()) {
      const auto& o = e.as_object();
      EXPECT_FALSE(o.at("remedy").at("zh").as_string().empty());
      const auto ends = *parse_time(text_of(o, "ends"));
      EXPECT_GE(ends, last) << "soonest first";
      last = ends;
      out[text_of(o, "what")] = o;
    }
    return out;
  };
  auto all = list(boss(), 366);
  for (const char* what : {"root", "reviewers", "withdrawals", "online_key", "campaign", "token"}) EXPECT_TRUE(all.contains(what)) << what;
  EXPECT_EQ(all["token"].at("days").as_int64(), 10);
  EXPECT_EQ(text_of(all["campaign"], "name"), "全民反诈");
  EXPECT_EQ(text_of(all["campaign"], "ends"), "2026-12-31T16:00:00Z") << "the end of that day in China";
  EXPECT_EQ(all["online_key"].at("ends"), all["root"].at("ends")) << "the root that names it";
  EXPECT_FALSE(list(boss(), 5).contains("token"));
  auto of_writer = list(writer[0], 366);
  EXPECT_TRUE(of_writer.contains("campaign"));
  for (const char* what : {"root", "reviewers", "token"}) EXPECT_FALSE(of_writer.contains(what)) << what;
}

}  // namespace
}  // namespace fz::test
