// Tags and the search over everything, through the API.
#include "tests/integration/http/flow.hpp"

namespace fz::test {
namespace {

class Finding : public Flow {
 protected:
  static std::vector<std::string> tags(const json::object& item) {
    std::vector<std::string> out;
    for (const auto& t : item.at("tags").as_array()) out.emplace_back(t.as_string());
    return out;
  }
  json::object groups(Client& who, const std::string& q) { return who.expect(200, who.get("/v1/search?q=" + net::percent_encode(q))); }
  /// "items:标题,标题 screens:..." of what was found.
  std::string found(Client& who, const std::string& q) {
    std::string out;
    const auto answer = groups(who, q);
    for (const auto& g : answer.at("groups").as_array()) {
      out += (out.empty() ? "" : " ") + std::string(g.at("group").as_string()) + ":";
      for (const auto& hit : g.at("hits").as_array()) out += std::string(hit.at("title").as_string()) + ",";
    }
    return out;
  }
};

TEST_F(Finding, TagsFromTheVocabularyAtUploadAndLater) {
  auto& w = writer[0];
  const auto groups_json = w.expect(200, w.get("/v1/tags")).at("groups").as_array();
  ASSERT_EQ(groups_json.size(), 4u);
  EXPECT_EQ(groups_json[0].at("group").as_string(), "fraud");
  EXPECT_EQ(groups_json[0].at("tags").as_array().size(), 19u);

  const auto b64 = [](std::string_view s) { return to_base64(as_bytes(s)); };
  const auto create = [&](const std::string& ids) {
    return w.call(
        net::Method::post, "/v1/uploads", {},
        {{"Tus-Resumable", "1.0.0"}, {"Upload-Length", "3"}, {"Upload-Metadata", "filename " + b64("a.png") + ",tags " + b64(ids)}});
  };
  EXPECT_EQ(code_of(create("elderly,nonsense")), "tag_unknown");
  const auto made = create("dating, case,elderly");
  ASSERT_EQ(made.status, 201u) << made.body;
  const auto sent = w.call(net::Method::patch, std::string(made.headers.get("Location")), "abc",
                           {{"Tus-Resumable", "1.0.0"}, {"Upload-Offset", "0"}, {"Content-Type", "application/offset+octet-stream"}});
  const std::string id(sent.headers.get("Upload-Item"));
  auto item = w.expect(200, w.get("/v1/items/" + id)).at("item").as_object();
  EXPECT_EQ(text_of(item, "fraud_kind"), "dating");
  EXPECT_EQ(text_of(item, "exposes"), "case");
  EXPECT_EQ(tags(item), (std::vector<std::string>{"dating", "case", "elderly"}));

  item = w.expect(200, w.call(net::Method::put, "/v1/items/" + id + "/tags", R"({"tags":["law_criminal","fake_loan","students"]})"));
  EXPECT_EQ(tags(item), (std::vector<std::string>{"fake_loan", "case", "students", "law_criminal"})) << "what it exposes stays";
  EXPECT_EQ(code_of(w.call(net::Method::put, "/v1/items/" + id + "/tags", R"({"tags":["nonsense"]})")), "tag_unknown");

  const auto listed = [&](const std::string& tag) { return w.expect(200, w.get("/v1/items?tag=" + tag)).at("items").as_array().size(); };
  EXPECT_EQ(listed("students"), 1u);
  EXPECT_EQ(listed("students,fake_loan,case"), 1u);
  EXPECT_EQ(listed("students,dating"), 0u);
  EXPECT_EQ(code_of(w.get("/v1/items?tag=nonsense")), "tag_unknown");
}

TEST_F(Finding, TagsOfAnApprovedItemChangeAndItsSignaturesStand) {
  ceremony();
  const auto id = slogan_in_final("不转账");
  const auto approval = approve(id);
  const auto item = publisher[0].expect(200, publisher[0].call(net::Method::put, "/v1/items/" + id + "/tags", R"({"tags":["elderly"]})"));
  EXPECT_EQ(text_of(item, "state"), "approved");
  EXPECT_EQ(text_of(boss().expect(200, boss().get("/v1/items/" + id)), "approval_id"), approval);
  EXPECT_EQ(code_of(publisher[0].call(net::Method::put, "/v1/items/" + id + "/tags", R"({"tags":["case"]})")), "item_locked");
  EXPECT_EQ(code_of(reviewer[0].call(net::Method::put, "/v1/items/" + id + "/tags", R"({"tags":[]})")), "forbidden_role");
}

TEST_F(Finding, WordsOfTwoCharactersFindEverythingOfTheBranchAndNothingElse) {
  ceremony();
  const auto id = slogan_in_draft("谨防刷单返利");
  publisher[0].expect(201, publisher[0].post("/v1/campaigns", {{"name", "全民反诈"},
                                                               {"from", "2026-11-01"},
                                                               {"until", "2026-12-31"},
                                                               {"items", json::array{json::object{{"item", id}, {"ms", 5000}}}},
                                                               {"target", {{"unit", root_unit}}}}));
  enrol();
  EXPECT_EQ(found(boss(), "刷单"), "items:谨防刷单返利,");
  EXPECT_EQ(found(boss(), "大厅"), "screens:一号屏, sites:大厅,");
  EXPECT_EQ(found(boss(), "全民"), "campaigns:全民反诈,");
  EXPECT_EQ(found(boss(), "刷单　返利"), "items:谨防刷单返利,") << "two words, the wide blank between";
  EXPECT_EQ(found(boss(), "刷单 没有"), "");
  EXPECT_EQ(found(boss(), "刷"), "") << "one character says too little";
  EXPECT_EQ(found(boss(), id), "items:谨防刷单返利,");
  EXPECT_EQ(found(boss(), "WRITER"), "accounts:writer,") << "whatever the case of letters";
  EXPECT_EQ(found(writer[0], "writer"), "") << "accounts are for who keeps them";
  EXPECT_EQ(found(boss(), "%"), "");
  EXPECT_EQ(found(boss(), "  "), "");
  for (int i = 0; i < 10; ++i) slogan_in_draft("反诈口号" + std::to_string(i));
  const auto many = groups(boss(), "口号").at("groups").as_array();
  ASSERT_EQ(many.size(), 1u);
  EXPECT_EQ(many[0].at("hits").as_array().size(), 8u);
  EXPECT_TRUE(many[0].at("more").as_bool());
  EXPECT_EQ(many[0].at("hits").as_array()[0].at("note").as_string(), "slogan draft");

  // A neighbour finds his own, and what is shared with him.
  const auto one = text_of(boss().expect(201, boss().post("/v1/units", {{"parent", root_unit}, {"name", "乙街道"}})), "id");
  boss().expect(201, boss().post("/v1/accounts", {{"login", "neighbour"},
                                                  {"name", "邻居"},
                                                  {"unit", one},
                                                  {"roles", json::array{"administrator", "publisher"}},
                                                  {"password", kPassword},
                                                  {"must_change", false}}));
  Client neighbour(base);
  neighbour.set_token(
      text_of(neighbour.expect(200, neighbour.post("/v1/session", {{"login", "neighbour"}, {"password", kPassword}})), "token"));
  for (const char* word : {"刷单", "大厅", "全民", "一号", "writer"}) EXPECT_EQ(found(neighbour, word), "") << word;
  EXPECT_EQ(found(neighbour, id), "");
  EXPECT_EQ(found(neighbour, "街道"), "units:乙街道,");
  EXPECT_EQ(publisher[0].call(net::Method::put, "/v1/items/" + id + "/shares/" + one, {}).status, 204u);
  EXPECT_EQ(found(neighbour, "刷单"), "items:谨防刷单返利,");
}

}  // namespace
}  // namespace fz::test
