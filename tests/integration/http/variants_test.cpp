// A poster with a portrait form and a PDF, through the API with the real fz-decode: sent, examined, signed, published.
#include "server/app/media_tools.hpp"
#include "tests/integration/http/flow.hpp"
#include "tests/support/media/media.hpp"

namespace fz::test {
namespace {

class Variants : public Flow {
 protected:
  void change(app::Config& c) override {
    c.quota.max_file = 64 << 20;
    c.quota.max_unit = 256 << 20;
    c.decoder = (bin_dir() / "fz-decode").string();
  }
  app::Server::MakeTools tools() override { return app::media_tools; }

  /// The item's id, or the code with which it was refused.
  std::string upload(const std::string& name, const std::string& metadata) {
    const auto b64 = [](std::string_view s) { return to_base64(as_bytes(s)); };
    const auto bytes = *read_file(media(name), 64 << 20);
    auto& c = writer[0];
    const auto created = c.call(net::Method::post, "/v1/uploads", {},
                                {{"Tus-Resumable", "1.0.0"},
                                 {"Upload-Length", std::to_string(bytes.size())},
                                 {"Upload-Metadata", "filename " + b64(name) + ",exposes " + b64("method") + metadata}});
    if (created.status != 201) return code_of(created);
    const auto sent = c.call(net::Method::patch, std::string(created.headers.get("Location")), bytes,
                             {{"Tus-Resumable", "1.0.0"}, {"Upload-Offset", "0"}, {"Content-Type", "application/offset+octet-stream"}});
    EXPECT_EQ(sent.status, 204u) << sent.body;
    return std::string(sent.headers.get("Upload-Item"));
  }
  std::string upload_variant(const std::string& item, const std::string& shape, const std::string& name) {
    const auto b64 = [](std::string_view s) { return to_base64(as_bytes(s)); };
    return upload(name, ",variant_of " + b64(item) + ",shape " + b64(shape));
  }
  json::object settled(const std::string& item) {
    json::object detail;
    EXPECT_TRUE(eventually([&] {
      std::this_thread::sleep_for(Millis{40});
      clock.advance(Millis{100});  // refills the ration of requests
      detail = writer[0].expect(200, writer[0].get("/v1/items/" + item));
      return text_of(detail.at("item").as_object(), "processing") != "pending";
    }));
    return detail;
  }
  static const json::object& variant(const json::object& detail, std::size_t n) {
    return detail.at("variants").as_array().at(n).as_object();
  }
  static std::string profiles(const json::object& detail) {
    std::string all;
    for (const auto& r : detail.at("renditions").as_array()) all += text_of(r.as_object(), "profile") + " ";
    return all;
  }
  void passed(const std::string& item) {
    writer[0].expect(200,
                     writer[0].post("/v1/items/" + item + "/submit",
                                    {{"group", "district"}, {"kind", "loop"}, {"regions", json::array{"500119"}}, {"offline_days", 60}}));
    auto points = kChecked;
    points.emplace_back("pictures");
    reviewer[0].expect(200, reviewer[0].post("/v1/items/" + item + "/review", {{"act", "pass"}, {"comment", "好"}, {"checked", points}}));
  }
};

TEST_F(Variants, APosterInTwoShapesIsSignedAndPublishedAsOneItem) {
  ceremony();
  const auto item = upload("poster.png", "");
  settled(item);
  ASSERT_EQ(upload_variant(item, "portrait", "tall.png"), item);
  auto detail = settled(item);
  ASSERT_EQ(text_of(detail.at("item").as_object(), "processing"), "ready") << json::write(detail);
  EXPECT_EQ(profiles(detail), "original portrait-original ");
  EXPECT_EQ(text_of(variant(detail, 0), "shape"), "portrait");
  EXPECT_EQ(text_of(variant(detail, 0), "processing"), "ready");
  EXPECT_EQ(variant(detail, 0).at("height").as_int64(), 1920);
  EXPECT_FALSE(variant(detail, 0).contains("warning")) << "no screen has told its shape yet";
  EXPECT_EQ(crypto::sha256_hex(writer[0].get("/v1/items/" + item + "/renditions/portrait-original").body),
            crypto::sha256_hex(*read_file(media("tall.png"), 64 << 20)));
  passed(item);
  EXPECT_EQ(code_of(writer[0].call(net::Method::del, "/v1/items/" + item + "/variants/portrait")), "item_locked");
  const auto package = reviewer[0].expect(200, reviewer[0].get("/v1/items/" + item + "/package"));
  EXPECT_EQ(package.at("renditions").as_array().size(), 2u);
  const auto approval = approve(item);
  enrol();
  campaign({item});
  publisher[0].expect(200, publisher[0].call(net::Method::post, "/v1/publish"));
  auto state = trust::TrustedState::init(office.root_bytes(), identity);
  ASSERT_TRUE(state) << to_log(state.error());
  const auto files = update(*state);
  for (const char* picture : {"poster.png", "tall.png"})
    EXPECT_TRUE(files.contains("media/" + crypto::sha256_hex(*read_file(media(picture), 64 << 20)))) << picture;
}

TEST_F(Variants, BadOnesAreNamedAndCanBeReplaced) {
  const auto item = upload("poster.png", "");
  settled(item);
  EXPECT_EQ(upload_variant(item, "square", "tall.png"), "variant_shape");
  EXPECT_EQ(upload_variant(item, "landscape", "tall.png"), "variant_exists");
  EXPECT_EQ(upload_variant("0", "portrait", "tall.png"), "not_found");
  for (const auto& [file, code] :
       {std::pair{"poster.jpg", "variant_aspect"}, {"bar7.mp4", "bad_field"}, {"bad_cut.png", "media_truncated"}}) {
    ASSERT_EQ(upload_variant(item, "portrait", file), item) << file;
    const auto detail = settled(item);
    EXPECT_EQ(text_of(detail.at("item").as_object(), "processing"), "failed") << file;
    EXPECT_EQ(text_of(variant(detail, 0), "processing"), "failed") << file;
    EXPECT_EQ(text_of(variant(detail, 0).at("failure").as_object(), "code"), code) << file;
    EXPECT_EQ(profiles(detail), "original ") << file;
    const auto mended = writer[0].expect(200, writer[0].call(net::Method::del, "/v1/items/" + item + "/variants/portrait"));
    EXPECT_EQ(text_of(mended, "processing"), "ready") << file;
    EXPECT_FALSE(mended.contains("failure"));
  }
  EXPECT_EQ(writer[0].call(net::Method::del, "/v1/items/" + item + "/variants/portrait").status, 404u);
  ASSERT_EQ(upload_variant(item, "portrait", "tall.png"), item);
  EXPECT_EQ(upload_variant(item, "portrait", "tall.png"), "variant_exists");
  const auto revision = settled(item).at("item").as_object().at("revision").as_int64();
  EXPECT_EQ(code_of(writer[0].call(net::Method::del, "/v1/items/" + item + "/variants/portrait?revision=" + std::to_string(revision - 1))),
            "conflict");
}

TEST_F(Variants, AShapeThatNoScreenOfTheBranchHasIsSaid) {
  ceremony();
  enrol();
  const auto tell = [&](const char* zones) {
    EXPECT_LT(screen[0].call(net::Method::put, "/v1/status", std::string(R"({"version":"1","zones":)") + zones + "}").status, 300u);
  };
  const auto item = upload("poster.png", "");
  settled(item);
  ASSERT_EQ(upload_variant(item, "portrait", "tall.png"), item);
  const auto warning = [&] {
    const auto detail = settled(item);
    const auto* found = variant(detail, 0).if_contains("warning");
    return found ? text_of(found->as_object(), "code") : "";
  };
  EXPECT_EQ(warning(), "");
  // What screens say is stored a little later, many at once.
  const auto becomes = [&](const char* code) { return eventually([&] { return warning() == code; }); };
  tell("[[1920,1080]]");
  EXPECT_TRUE(becomes("variant_unused"));
  tell("[[1920,1080],[420,600]]");
  EXPECT_TRUE(becomes("")) << "a side zone is portrait";
  // What a broken screen says breaks nothing, and counts for nothing.
  for (const char* bad : {"7", "[7]", "[[]]", "[[\"a\",2]]", "{\"a\":[1,2]}", "null"}) {
    tell("[[1920,1080]]");
    EXPECT_TRUE(becomes("variant_unused"));
    tell(bad);
    EXPECT_TRUE(becomes("")) << bad;
  }
}

TEST_F(Variants, TheSizesOfABranchsScreensAreListed) {
  ceremony();
  enrol();
  auto& w = writer[0];
  const auto shapes = [&] { return json::write(w.expect(200, w.get("/v1/shapes")).at("shapes")); };
  EXPECT_EQ(shapes(), "[]");
  EXPECT_LT(screen[0].call(net::Method::put, "/v1/status", R"({"version":"1","zones":[[1920,1080],[420,600],[0,7],[1920,1080]]})").status,
            300u);
  EXPECT_TRUE(eventually([&] { return shapes() != "[]"; }));
  const auto list = w.expect(200, w.get("/v1/shapes"));
  const auto& all = list.at("shapes").as_array();
  ASSERT_EQ(all.size(), 2u) << json::write(list);
  EXPECT_EQ(all[0].at("width"), 1920);
  EXPECT_EQ(all[0].at("screens"), 1) << "two zones of one size are one screen";
  EXPECT_EQ(all[0].at("shape"), "landscape");
  EXPECT_EQ(all[1].at("shape"), "portrait");
  EXPECT_FALSE(text_of(all[1].as_object(), "example").empty());
}

TEST_F(Variants, ALayoutWhoseZonesOverlapOrLeaveTheSurfaceIsRefusedAtImport) {
  const auto refused = [&](const char* second) {
    const std::string text = std::string(R"({"schema":1,"type":"layout","name":"n","variants":[{"shape":"any","zones":[)") +
                             R"({"id":"m","kind":"main","x":0,"y":0,"w":800,"h":900},)" + second + "]}]}";
    return code_of(writer[0].post("/v1/items", {{"title", "版面"}, {"document", json::parse(text).value()}}));
  };
  EXPECT_EQ(refused(R"({"id":"s","kind":"side","x":799,"y":0,"w":201,"h":900})"), "layout_overlap");
  EXPECT_EQ(refused(R"({"id":"s","kind":"side","x":800,"y":0,"w":201,"h":900})"), "layout_outside");
  EXPECT_EQ(refused(R"({"id":"s","kind":"side","x":800,"y":0,"w":200,"h":900})"), "") << "side by side";
}

TEST_F(Variants, ALayoutAndABroadcastPassReviewAndNobodyIsNamedInOne) {
  ceremony();
  const auto stage = [&](const std::string& id) {
    settled(id);
    writer[0].expect(200,
                     writer[0].post("/v1/items/" + id + "/submit",
                                    {{"group", "district"}, {"kind", "loop"}, {"regions", json::array{"500119"}}, {"offline_days", 60}}));
    const auto answer = reviewer[0].post("/v1/items/" + id + "/review", {{"act", "pass"}, {"comment", "好"}, {"checked", kChecked}});
    return answer.status == 200 ? "passed" : code_of(answer);
  };
  const auto layout = json::parse(R"({"schema":1,"type":"layout","name":"n","variants":[{"shape":"any","zones":[
      {"id":"m","kind":"main","x":0,"y":0,"w":1000,"h":1000}]}]})")
                          .value();
  const auto id_of = [&](const json::value& body) { return text_of(writer[0].expect(201, writer[0].post("/v1/items", body)), "id"); };
  EXPECT_EQ(stage(id_of({{"title", "版面"}, {"document", layout}})), "passed");
  EXPECT_EQ(stage(id_of({{"title", "早间广播"}, {"speech", {{"text", "反诈热线96110"}}}})), "passed");
  EXPECT_EQ(stage(id_of({{"title", "广播"}, {"speech", {{"text", "受害人王建国，电话13912345678"}}}})), "privacy_unmasked");
}

TEST_F(Variants, APdfIsThePictureOfItsFirstPage) {
  ceremony();
  const auto item = upload("sheet.pdf", "");
  const auto detail = settled(item);
  const auto& it = detail.at("item").as_object();
  ASSERT_EQ(text_of(it, "processing"), "ready") << json::write(detail);
  EXPECT_EQ(text_of(it, "kind"), "poster");
  EXPECT_EQ(text_of(it, "source_mime"), "application/pdf");
  EXPECT_EQ(profiles(detail), "page ");
  const auto page = writer[0].get("/v1/items/" + item + "/renditions/page");
  EXPECT_EQ(page.headers.get("Content-Type"), "image/png");
  EXPECT_TRUE(page.body.starts_with("\x89PNG"));
  const auto thumbnail = writer[0].get("/v1/items/" + item + "/thumbnail");
  EXPECT_EQ(thumbnail.status, 200u);
  // The document's own bytes are in no package and so on no screen.
  passed(item);
  const auto package = reviewer[0].expect(200, reviewer[0].get("/v1/items/" + item + "/package"));
  for (const auto& r : package.at("renditions").as_array()) EXPECT_EQ(text_of(r.as_object(), "mime"), "image/png");
  EXPECT_EQ(upload_variant(item, "landscape", "wide.pdf"), "item_locked");
}

}  // namespace
}  // namespace fz::test
