// Media that should never arrive, all the way: sent by tus, looked at by the real fz-decode, refused with its reason.
#include <thread>

#include "server/app/media_tools.hpp"
#include "tests/integration/http/fixture.hpp"
#include "tests/support/media/media.hpp"

namespace fz::test {
namespace {

class BadMedia : public ServerTest {
 protected:
  void change(app::Config& c) override {
    c.quota.max_file = 64 << 20;
    c.quota.max_unit = 256 << 20;
    c.decoder = (bin_dir() / "fz-decode").string();
  }
  app::Server::MakeTools tools() override { return app::media_tools; }

  /// The item's id, or the code with which it was refused.
  static std::string upload(Client& c, const std::string& name, const std::string& bytes) {
    const auto b64 = [](std::string_view s) { return to_base64(as_bytes(s)); };
    const auto created = c.call(net::Method::post, "/v1/uploads", {},
                                {{"Tus-Resumable", "1.0.0"},
                                 {"Upload-Length", std::to_string(bytes.size())},
                                 {"Upload-Metadata", "filename " + b64(name) + ",title " + b64(name) + ",fraud_kind " + b64("fake_orders") +
                                                         ",exposes " + b64("method")}});
    if (created.status != 201) return code_of(created);
    const auto sent = c.call(net::Method::patch, std::string(created.headers.get("Location")), bytes,
                             {{"Tus-Resumable", "1.0.0"}, {"Upload-Offset", "0"}, {"Content-Type", "application/offset+octet-stream"}});
    EXPECT_EQ(sent.status, 204u) << sent.body;
    return std::string(sent.headers.get("Upload-Item"));
  }
  json::object settled(Client& c, const std::string& item) {
    for (int i = 0; i < 1200; ++i) {
      auto detail = c.expect(200, c.get("/v1/items/" + item));
      if (text_of(detail.at("item").as_object(), "processing") != "pending") return detail;
      std::this_thread::sleep_for(Millis{100});
      clock.advance(Millis{100});  // refills the ration of requests
    }
    ADD_FAILURE() << item << " is still being processed";
    return c.expect(200, c.get("/v1/items/" + item));
  }
};

TEST_F(BadMedia, EachIsRefusedWithItsReasonAndLeavesNothingBehind) {
  auto writer = person("writer", {"contributor"});
  EXPECT_EQ(upload(writer, "bad_empty.mp4", ""), "upload_empty");
  const std::vector<std::pair<const char*, const char*>> cases = {{"bad_cut.mp4", "media_truncated"},
                                                                  {"bad_random.mp4", "media_not_media"},
                                                                  {"bad_bits.mp4", "media_corrupt"},
                                                                  {"bad_name.png", "media_mislabelled"},
                                                                  {"bad_zero.mp4", "media_zero_duration"},
                                                                  {"bad_huge.png", "media_picture_too_large"},
                                                                  {"bad_slides.pptx", "media_office"},
                                                                  {"bad_locked.pdf", "media_encrypted"},
                                                                  {"bad_zip.zip", "media_archive"},
                                                                  {"bad_program.mp4", "media_program"},
                                                                  {"bad_page.html", "media_web_page"},
                                                                  {"bad_part.mp4.crdownload", "media_unfinished"},
                                                                  {"bad_small.png", "media_picture_too_small"},
                                                                  {"bad_pages.pdf", "media_pdf_pages"}};
  std::vector<std::string> items;
  for (const auto& [file, code] : cases) items.push_back(upload(writer, file, *read_file(media(file), 64 << 20)));
  const auto good = upload(writer, "poster.png", *read_file(media("poster.png"), 64 << 20));
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const auto detail = settled(writer, items[i]);
    const auto& item = detail.at("item").as_object();
    ASSERT_EQ(text_of(item, "processing"), "failed") << cases[i].first;
    const auto& failure = item.at("failure").as_object();
    EXPECT_EQ(text_of(failure, "code"), cases[i].second) << cases[i].first;
    EXPECT_FALSE(text_of(failure, "zh").empty() || text_of(failure, "en").empty());
    EXPECT_TRUE(detail.at("renditions").as_array().empty());
    // It cannot go further, and says so.
    EXPECT_EQ(code_of(writer.post("/v1/items/" + items[i] + "/submit",
                                  {{"group", "district"}, {"regions", json::array{"500119"}}, {"offline_days", 60}})),
              "item_not_ready");
  }
  EXPECT_EQ(text_of(settled(writer, good).at("item").as_object(), "processing"), "ready");
  std::error_code ec;
  EXPECT_TRUE(!fs::exists(folder / "scratch") || fs::is_empty(folder / "scratch", ec));
  EXPECT_TRUE(fs::is_empty(folder / "blobs" / "parts", ec));
  EXPECT_TRUE(fs::is_empty(folder / "blobs" / "tmp", ec));
}

}  // namespace
}  // namespace fz::test
