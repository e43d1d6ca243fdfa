// Spoken slogans and the output rules of a site, through the API.
#include "tests/integration/http/fixture.hpp"

namespace fz::test {
namespace {

class Sound : public ServerTest {
 protected:
  Client& boss() { return admin[0]; }
};

TEST_F(Sound, ATextToBeSpokenIsAnItemWithAJob) {
  auto writer = person("writer", {"contributor"});
  const auto item =
      writer.expect(201, writer.post("/v1/items", {{"title", "早间广播"},
                                                   {"speech", {{"text", "反诈热线96110"}, {"voice", "cmn-f"}, {"speed", 140}}},
                                                   {"fraud_kind", "general"},
                                                   {"exposes", "method"}}));
  EXPECT_EQ(text_of(item, "kind"), "audio");
  EXPECT_EQ(text_of(item, "processing"), "pending");
  const auto detail = writer.expect(200, writer.get("/v1/items/" + text_of(item, "id")));
  const auto& job = detail.at("jobs").as_array().at(0).as_object();
  EXPECT_EQ(text_of(job, "kind"), "render");
  EXPECT_EQ(text_of(job, "profile"), "audio");
  EXPECT_NE(writer.get("/v1/items/" + text_of(item, "id") + "/renditions/source").body.find("反诈热线96110"), std::string::npos);
  EXPECT_EQ(writer.get("/v1/items?kind=audio").status, 200u);
  const auto status = [&](const json::object& speech) { return writer.post("/v1/items", {{"title", "x"}, {"speech", speech}}).status; };
  EXPECT_EQ(status({{"text", ""}}), 422u);
  EXPECT_EQ(status({{"text", "一"}, {"voice", "en"}}), 422u);
  EXPECT_EQ(status({{"text", "一"}, {"speed", 1000}}), 422u);
  EXPECT_EQ(status({{"text", "一"}, {"loud", true}}), 422u);
}

TEST_F(Sound, OutputRulesOfASiteAreCheckedKeptAndTheAdministratorsAlone) {
  const auto site = text_of(
      boss().expect(201, boss().post("/v1/sites", {{"unit", root_unit}, {"name", "村口"}, {"region", "500119"}, {"venue", "1001"}})), "id");
  const auto path = "/v1/sites/" + site + "/output";
  EXPECT_EQ(boss().get(path).body, "{}");
  const std::string rules =
      R"({"output":[{"days":[1,2,3,4,5,6,7],"from":"22:00","to":"06:00","on":false}],"silent":[{"days":[6,7],"from":"12:00","to":"14:00"}]})";
  boss().expect(200, boss().call(net::Method::put, path, rules));
  const auto kept = boss().expect(200, boss().get(path));
  EXPECT_EQ(kept.at("output").as_array().size(), 1u);
  EXPECT_EQ(kept.at("silent").as_array().size(), 1u);
  EXPECT_EQ(code_of(boss().call(net::Method::put, path, R"({"output":[{"days":[8],"from":"22:00","to":"06:00"}]})")), "bad_field");
  EXPECT_EQ(boss().get("/v1/sites/none/output").status, 404u);
  auto writer = person("writer", {"contributor"});
  EXPECT_EQ(code_of(writer.call(net::Method::put, path, "{}")), "forbidden_role");
  boss().expect(200, boss().call(net::Method::put, path, "{}"));
  EXPECT_EQ(boss().get(path).body, "{}");
}

}  // namespace
}  // namespace fz::test
