// A stranger with every role, from the neighbouring branch, on every route of the description: he gets nothing and changes nothing.
#include <set>

#include "tests/integration/http/flow.hpp"

namespace fz::test {
namespace {

class Branch : public Flow {
 protected:
  // Whatever belongs to the branch: ids by the name that paths and bodies call them by, and words that only it knows.
  std::map<std::string, std::string> ids;
  const std::vector<std::string> words{"甲街道",      "甲标题", "甲活动", "甲点位", "甲负责人",
                                       "13900001111", "甲姓名", "甲屏",   "甲附言", "甲文件"};
  std::vector<Client> owner, stranger;
  std::string stranger_account;

  json::object account(const std::string& login, const std::string& name, const std::string& unit) {
    return {{"login", login},
            {"name", name},
            {"unit", unit},
            {"roles", json::array{"contributor", "reviewer", "publisher", "administrator", "duty", "operate", "inspect"}},
            {"password", kPassword},
            {"must_change", false}};
  }
  Client log_in(const std::string& login) {
    Client c(base);
    c.set_token(text_of(c.expect(200, c.post("/v1/session", {{"login", login}, {"password", kPassword}})), "token"));
    return c;
  }
  void settle() {
    ceremony();
    auto& b = boss();
    ids["unit"] = text_of(b.expect(201, b.post("/v1/units", {{"parent", root_unit}, {"name", "甲街道"}})), "id");
    const auto other = text_of(b.expect(201, b.post("/v1/units", {{"parent", root_unit}, {"name", "乙街道"}})), "id");
    ids["account"] = text_of(b.expect(201, b.post("/v1/accounts", account("owner", "甲姓名", ids["unit"]))), "id");
    stranger_account = text_of(b.expect(201, b.post("/v1/accounts", account("stranger", "乙姓名", other))), "id");
    owner.push_back(log_in("owner"));
    stranger.push_back(log_in("stranger"));
    auto& o = owner[0];
    const auto sessions = o.expect(200, o.get("/v1/session/sessions"));
    ids["session"] = std::string(sessions.at("sessions").as_array().at(0).at("id").as_string());
    ids["token"] = text_of(
        o.expect(201, o.post("/v1/session/tokens",
                             {{"name", "n"}, {"roles", json::array{"contributor"}}, {"expires", format_time(clock.wall() + Days{1})}})),
        "id");
    const json::object document{
        {"schema", 1}, {"type", "slogan"}, {"text", "甲标题"}, {"fraud_kind", "fake_orders"}, {"exposes", "method"}};
    ids["item"] = text_of(o.expect(201, o.post("/v1/items", {{"title", "甲标题"}, {"document", document}})), "id");
    ids["offer"] = text_of(o.expect(201, o.post("/v1/items/" + ids["item"] + "/offers", {{"unit", root_unit}, {"note", "甲附言"}})), "id");
    ids["campaign"] =
        text_of(o.expect(201, o.post("/v1/campaigns", {{"name", "甲活动"},
                                                       {"from", "2026-11-01"},
                                                       {"until", "2026-12-31"},
                                                       {"items", json::array{json::object{{"item", ids["item"]}, {"ms", 5000}}}},
                                                       {"target", {{"unit", ids["unit"]}}}})),
                "id");
    ids["site"] = text_of(o.expect(201, o.post("/v1/sites", {{"unit", ids["unit"]},
                                                             {"name", "甲点位"},
                                                             {"region", "500119"},
                                                             {"venue", "1001"},
                                                             {"keeper", "甲负责人"},
                                                             {"keeper_phone", "13900001111"}})),
                          "id");
    enrol_at(ids["site"]);
    ids["screen"] = screen_id;
    const auto upload =
        o.call(net::Method::post, "/v1/uploads", {},
               {{"Tus-Resumable", "1.0.0"}, {"Upload-Length", "100"}, {"Upload-Metadata", "filename 55Sy5paH5Lu2LnBuZw=="}});
    ASSERT_EQ(upload.status, 201u) << upload.body;
    const std::string location(upload.headers.get("Location"));
    ids["upload"] = location.substr(location.rfind('/') + 1);
    // An approval that is known here: of an item in its final step.
    const auto second = text_of(o.expect(201, o.post("/v1/items", {{"title", "甲标题二"}, {"document", document}})), "id");
    o.expect(200,
             o.post("/v1/items/" + second + "/submit", {{"group", "district"}, {"regions", json::array{"500119"}}, {"offline_days", 60}}));
    reviewer[0].expect(200, reviewer[0].post("/v1/items/" + second + "/review", {{"act", "pass"}, {"checked", kChecked}}));
    send("/v1/approvals", signed_statement(second, office.reviewer1), 200);
    ids["approval"] = text_of(b.expect(200, b.get("/v1/items/" + second)), "approval_id");
    ids["second item"] = second;
    const auto card = text_of(o.expect(201, o.post("/v1/items", {{"title", "甲标题三"}, {"document", document}})), "id");
    o.expect(200, o.post("/v1/items/" + card + "/submit",
                         {{"group", "district"}, {"kind", "emergency"}, {"regions", json::array{"500119"}}, {"offline_days", 60}}));
    reviewer[0].expect(200, reviewer[0].post("/v1/items/" + card + "/review", {{"act", "pass"}, {"checked", kChecked}}));
    approve(card);
    ids["alert"] = text_of(o.expect(201, o.post("/v1/alerts", {{"item", card}, {"minutes", 30}})), "id");
  }
  void enrol_at(const std::string& site) {
    Client anybody(base);
    const auto sign_hex = [&](const std::string& text) { return to_hex(office.device.sign(as_bytes(text))); };
    const auto asked = anybody.expect(200, anybody.post("/v1/enrol", {{"scheme", "ed25519"},
                                                                      {"public", office.device.public_key().hex()},
                                                                      {"proof", sign_hex("fz-enrol-v1\n" + office.device.id())}}));
    screen_id =
        text_of(owner[0].expect(201, owner[0].post("/v1/enrolments/" + text_of(asked, "code"), {{"site", site}, {"name", "甲屏"}})), "id");
  }

  static const json::value& resolved(const json::value& v) {
    const auto* ref = v.is_object() ? v.get_object().if_contains("$ref") : nullptr;
    return ref ? resolved(OpenApi::get().at(std::string_view(ref->as_string()).substr(1))) : v;
  }
  /// A value that fits the schema and names what is not the stranger's wherever a name of something is asked for.
  json::value value_for(const json::value& schema_or_ref, const std::string& name, bool everything) {
    const auto& schema = resolved(schema_or_ref).as_object();
    if (const auto it = ids.find(name); it != ids.end()) return json::value(it->second);
    if (name == "parent") return json::value(ids["unit"]);
    if (name == "replaces") return json::value(ids["screen"]);
    if (const auto* values = schema.if_contains("enum")) return values->as_array().at(0);
    if (const auto* value = schema.if_contains("const")) return *value;
    const auto* type = schema.if_contains("type");
    const std::string kind = type ? std::string(type->as_string()) : "string";
    if (kind == "integer") return schema.contains("minimum") ? schema.at("minimum") : json::value(1);
    if (kind == "boolean") return json::value(true);
    if (kind == "array") return schema.contains("items") ? json::array{value_for(schema.at("items"), "", everything)} : json::array{};
    if (kind == "object") return object_for(schema, everything);
    const auto* format = schema.if_contains("format");
    if (format && format->as_string() == "date") return json::value("2026-11-25");
    if (format && format->as_string() == "date-time") return json::value(format_time(clock.wall() + Days{1}));
    return json::value("500119");
  }
  json::object object_for(const json::object& schema, bool everything) {
    json::object out;
    std::set<std::string> required;
    if (const auto* list = schema.if_contains("required"))
      for (const auto& r : list->as_array()) required.insert(std::string(r.as_string()));
    if (const auto* properties = schema.if_contains("properties"))
      for (const auto& [name, property] : properties->as_object())
        if (everything || required.contains(std::string(name))) out[name] = value_for(property, std::string(name), everything);
    return out;
  }

  /// What the owner sees of it all.
  std::string snapshot() {
    std::string out;
    for (const char* path : {"/v1/units", "/v1/accounts", "/v1/items", "/v1/campaigns", "/v1/sites", "/v1/offers", "/v1/session/tokens"})
      out += owner[0].get(path).body + "\n";
    for (const std::string& path : {"/v1/items/" + ids["item"], "/v1/items/" + ids["second item"], "/v1/items/" + ids["item"] + "/shares",
                                    "/v1/campaigns/" + ids["campaign"], "/v1/screens/" + ids["screen"]})
      out += owner[0].get(path).body + "\n";
    return out;
  }
};

TEST_F(Branch, AStrangerFromTheNeighbouringBranchGetsNothingOnAnyRoute) {
  settle();
  const auto before = snapshot();
  for (const auto& w : words)
    if (w != "甲姓名" && w != "甲文件") {
      EXPECT_NE((before + owner[0].get("/v1/sites").body).find(w), std::string::npos) << w;
    }
  int calls = 0, guarded = 0;
  for (const auto& [path_text, item] : OpenApi::get().paths()) {
    for (const auto& [method_text, operation] : item.as_object()) {
      if (method_text == "parameters") continue;
      const auto& o = operation.as_object();
      if (o.contains("security")) continue;  // for anybody, or for screens
      const std::string pattern(path_text), method(method_text);
      std::string path;
      bool names_something = false;
      for (std::size_t i = 0; i < pattern.size(); ++i) {
        if (pattern[i] != '{') {
          path += pattern[i];
          continue;
        }
        const auto end = pattern.find('}', i);
        const auto name = pattern.substr(i + 1, end - i - 1);
        i = end;
        static const std::map<std::string, std::string> kNobodys{
            {"document", "root"}, {"profile", "text"},   {"code", "ABCD2345"},  {"sha256", std::string(64, 'a')},
            {"pack", "original"}, {"shape", "portrait"}, {"file", "units.xlsx"}};
        if (const auto no_object = kNobodys.find(name); no_object != kNobodys.end()) {
          path += no_object->second;
          continue;
        }
        ASSERT_TRUE(ids.contains(name)) << "say what {" << name << "} of " << pattern << " is, so that the stranger can try it";
        path += ids[name];
        names_something = true;
      }
      for (const bool everything : {false, true}) {
        if (stranger[0].get("/v1/session").status != 200) stranger[0] = log_in("stranger");  // he may end his own session
        clock.advance(Seconds{10});
        net::Headers headers{
            {"Tus-Resumable", "1.0.0"}, {"Upload-Offset", "0"}, {"Upload-Length", "10"}, {"Upload-Metadata", "filename YS5wbmc="}};
        std::string body;
        if (const auto* asked = o.if_contains("requestBody")) {
          const auto& content = asked->at("content").as_object();
          if (content.contains("application/json")) {
            body = json::write(value_for(content.at("application/json").at("schema"), "", everything));
            headers.set("Content-Type", "application/json");
          } else if (content.contains("text/csv")) {
            body = everything ? "name,unit,login,roles\nx," + ids["unit"] + ",newcomer,reviewer\n" : "name,parent\nx," + ids["unit"] + "\n";
            headers.set("Content-Type", "text/csv");
          } else {
            body = "x";
            headers.set("Content-Type", std::string(content.begin()->key()));
          }
        }
        std::string upper = method;
        for (char& c : upper) c = static_cast<char>(std::toupper(c));
        const auto m = net::method_from_name(upper);
        const auto answer = stranger[0].call(m, path, body, headers);
        const std::string what =
            method + " " + pattern + " " + body + " -> " + std::to_string(answer.status) + " " + answer.body.substr(0, 300);
        ++calls;
        guarded += names_something ? 1 : 0;
        EXPECT_LT(answer.status, 500u) << what;
        if (names_something) {
          EXPECT_GE(answer.status, 400u) << what;
        }
        for (const auto& w : words) EXPECT_EQ(answer.body.find(w), std::string::npos) << w << " in " << what;
        std::string body_seen = answer.status < 400 ? answer.body : "";  // a refusal may repeat what he sent
        if (pattern == "/v1/audit") {                                    // so may the entries about himself
          body_seen.clear();
          const auto trail = stranger[0].expect(200, answer);
          for (const auto& e : trail.at("entries").as_array())
            if (e.at("actor") != json::value(stranger_account) && e.at("actor") != json::value("?")) body_seen += json::write(e);
        }
        for (const auto& [name, id] : ids) EXPECT_EQ(body_seen.find(id), std::string::npos) << name << " in " << what;
      }
    }
  }
  // By name: he finds none of it.
  for (const auto& w : words) {
    if (stranger[0].get("/v1/session").status != 200) stranger[0] = log_in("stranger");
    const auto found = stranger[0].expect(200, stranger[0].get("/v1/search?q=" + net::percent_encode(w)));
    EXPECT_TRUE(found.at("groups").as_array().empty()) << w << ": " << json::write(found);
  }
  EXPECT_GE(calls, 100);
  EXPECT_GE(guarded, 50);
  EXPECT_EQ(snapshot(), before);
  EXPECT_EQ(owner[0].get("/v1/session").status, 200u);
}

}  // namespace
}  // namespace fz::test
