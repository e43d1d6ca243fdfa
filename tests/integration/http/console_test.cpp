// What the web console stands on: its files, and the answers that only it asks for.
#include <fstream>

#include "tests/integration/http/flow.hpp"

namespace fz::test {
namespace {

class ConsoleFiles : public ServerTest {
 protected:
  void change(app::Config& c) override {
    const auto web = folder / "web";
    fs::create_directories(web / "assets");
    const auto put = [&](const char* name, const std::string& text) { std::ofstream(web / name) << text; };
    put("index.html", "<!doctype html>");
    put("index.html.br", "as brotli");
    put("assets/main-1a2b.js", "plain");
    put("assets/main-1a2b.js.gz", "as gzip");
    c.console = web;
  }
  net::ClientResponse get(const std::string& path, net::Headers headers = {}) {
    net::ClientRequest r;
    r.method = net::Method::get;
    r.url = base + path;
    r.headers = std::move(headers);
    return http_.send(r).value();
  }
  net::Client http_{net::ClientOptions{}};
};

TEST_F(ConsoleFiles, ComeCompressedTaggedAndUnderAStrictPolicy) {
  const auto page = get("/");
  EXPECT_EQ(page.status, 200u);
  EXPECT_EQ(page.body, "<!doctype html>");
  EXPECT_EQ(page.headers.get("Cache-Control"), "no-cache");
  EXPECT_EQ(page.headers.get("Vary"), "Accept-Encoding");
  const auto policy = page.headers.get("Content-Security-Policy");
  EXPECT_NE(policy.find("default-src 'none'"), std::string_view::npos);
  EXPECT_EQ(policy.find("unsafe"), std::string_view::npos);
  EXPECT_EQ(page.headers.get("X-Content-Type-Options"), "nosniff");

  const auto small = get("/index.html", {{"Accept-Encoding", "gzip, deflate, br;q=0.9"}});
  EXPECT_EQ(small.headers.get("Content-Encoding"), "br");
  EXPECT_EQ(small.body, "as brotli");
  EXPECT_NE(small.headers.get("ETag"), page.headers.get("ETag"));
  EXPECT_EQ(get("/", {{"Accept-Encoding", "br;q=0"}}).body, "<!doctype html>");
  EXPECT_EQ(get("/", {{"If-None-Match", std::string(page.headers.get("ETag"))}}).status, 304u);

  const auto script = get("/assets/main-1a2b.js", {{"Accept-Encoding", "br, gzip"}});
  EXPECT_EQ(script.body, "as gzip");
  EXPECT_EQ(script.headers.get("Content-Type"), "text/javascript; charset=utf-8");
  EXPECT_EQ(script.headers.get("Cache-Control"), "public, max-age=31536000, immutable");
}

TEST_F(ConsoleFiles, NothingElseIsServed) {
  for (const char* path : {"/assets/gone-1a2b.js", "/favicon.ico", "/assets", "/assets/", "/web/index.html", "/library"})
    EXPECT_EQ(get(path).status, 404u) << path;
  EXPECT_EQ(get("/..%2ffanzha.db").status, 400u);  // refused before anything looks for it
}

class Pictures : public Flow {};

TEST_F(Pictures, ATextIsPreviewedAsAScreenWouldShowIt) {
  auto& w = writer[0];
  const json::object document{{"schema", 1}, {"type", "slogan"}, {"text", "不轻信"}, {"fraud_kind", "general"}, {"exposes", "method"}};
  const auto page = w.post("/v1/preview", {{"document", document}, {"width", 320}, {"height", 180}});
  EXPECT_EQ(page.status, 200u);
  EXPECT_TRUE(page.body.starts_with("\x89PNG"));
  EXPECT_EQ(page.headers.get("Preview-Pages"), "1");
  EXPECT_EQ(w.post("/v1/preview", {{"document", document}, {"page", 1}}).status, 404u);
  EXPECT_EQ(w.post("/v1/preview", {{"document", document}, {"width", 10}}).status, 422u);
  EXPECT_EQ(w.post("/v1/preview", {{"document", {{"schema", 1}, {"type", "slogan"}}}}).status, 422u);
}

TEST_F(Pictures, WhatMustBeMaskedIsToldWhileItIsTyped) {
  auto& w = writer[0];
  const auto found = w.expect(200, w.post("/v1/privacy", {{"text", "受害人张伟，电话13812345678。受害人张伟随后拨打96110。"}}));
  const auto& all = found.at("findings").as_array();
  ASSERT_EQ(all.size(), 2u) << json::write(found);
  EXPECT_EQ(all[0].as_object(), (json::object{{"kind", "name"}, {"text", "张伟"}, {"masked", "张某"}}));
  EXPECT_EQ(all[1].as_object(), (json::object{{"kind", "phone"}, {"text", "13812345678"}, {"masked", "138****5678"}}));
  EXPECT_EQ(w.post("/v1/privacy", {{"text", std::string(70'000, 'a')}}).status, 422u);
  EXPECT_EQ(w.post("/v1/privacy", {{"words", "x"}}).status, 422u);
}

TEST_F(Pictures, AThumbnailIsMadeOnceAndTagged) {
  auto& w = writer[0];
  const auto id = slogan_in_draft("不轻信");
  const auto picture = w.get("/v1/items/" + id + "/thumbnail");
  EXPECT_EQ(picture.status, 200u);
  EXPECT_EQ(picture.headers.get("Content-Type"), "image/png");
  EXPECT_EQ(w.get("/v1/items/" + id + "/thumbnail").body, picture.body);
  EXPECT_EQ(w.get("/v1/items/" + id + "/thumbnail", {{"If-None-Match", std::string(picture.headers.get("ETag"))}}).status, 304u);
  const json::object facts{
      {"schema", 1}, {"type", "facts"}, {"title", "本地"}, {"rows", json::array{json::object{{"region", "*"}, {"phone", "110"}}}}};
  const auto table = w.expect(201, w.post("/v1/items", {{"title", "本地"}, {"document", facts}}));
  EXPECT_EQ(w.get("/v1/items/" + text_of(table, "id") + "/thumbnail").status, 404u);
}

TEST_F(Pictures, TheVeryBytesAreFoundBeforeTheyAreSentAgain) {
  auto& w = writer[0];
  const auto id = slogan_in_draft("不轻信");
  const auto detail = w.expect(200, w.get("/v1/items/" + id));
  const auto source = text_of(detail.at("item").as_object(), "source");
  EXPECT_EQ(w.expect(200, w.get("/v1/items?source=" + source)).at("items").as_array().size(), 1u);
  EXPECT_EQ(w.expect(200, w.get("/v1/items?source=" + std::string(64, '0'))).at("items").as_array().size(), 0u);
}

TEST_F(Pictures, AMonthIsASheetAndAText) {
  const auto sheet = boss().get("/v1/plays/report?month=2026-11&format=xlsx");
  EXPECT_EQ(sheet.status, 200u);
  EXPECT_TRUE(sheet.body.starts_with("PK"));
  const auto text = boss().get("/v1/plays/report?month=2026-11&format=csv");
  EXPECT_TRUE(text.body.starts_with("\xef\xbb\xbf\"内容 Item\""));
  for (const char* wrong : {"", "2026-13", "2026-1", "11-2026", "2026-11-1"})
    EXPECT_EQ(boss().get(std::string("/v1/plays/report?month=") + wrong).status, 422u) << wrong;
}

TEST_F(Pictures, WhatMayPlayAtATimeAndWhyNot) {
  ceremony();
  const auto item = slogan_in_final("不轻信");
  const auto approval = approve(item);
  campaign({item});
  enrol();
  publisher[0].expect(200, publisher[0].post("/v1/publish", json::object{}));
  const auto ask = [&](const std::string& at) { return boss().expect(200, boss().get("/v1/screens/" + screen_id + "/schedule?at=" + at)); };
  const auto now = ask("2026-11-22T08:00:00Z");
  ASSERT_EQ(now.at("playing").as_array().size(), 1u);
  const auto& slot = now.at("playing").as_array()[0].as_object();
  EXPECT_EQ(text_of(slot, "name"), "全民反诈");
  EXPECT_EQ(slot.at("share_permille").as_int64(), 1000);
  EXPECT_EQ(text_of(now.at("approvals").as_object().at(approval).as_object(), "title"), "不轻信");
  EXPECT_EQ(text_of(now, "local").substr(0, 16), "2026-11-22 16:00");
  const auto later = ask("2027-01-05T08:00:00Z");
  EXPECT_TRUE(later.at("playing").as_array().empty());
  EXPECT_FALSE(text_of(later.at("others").as_array().at(0).as_object(), "zh").empty());
  EXPECT_EQ(boss().get("/v1/screens/" + screen_id + "/schedule?at=noon").status, 422u);
  EXPECT_EQ(boss().get("/v1/screens/none/schedule").status, 404u);
}

}  // namespace
}  // namespace fz::test
