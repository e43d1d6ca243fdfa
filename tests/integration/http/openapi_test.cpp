// The table of routes and server/openapi/openapi.yaml say the same.
#include "tests/integration/http/openapi.hpp"

#include <set>

#include "server/http/routes.hpp"

namespace fz::test {
namespace {

TEST(OpenApi, EveryRouteIsDescribedAndEveryDescriptionIsARoute) {
  std::set<std::string> described, built;
  for (const auto& [path, item] : OpenApi::get().paths())
    for (const auto& [method, operation] : item.as_object())
      if (method != "parameters") described.insert(std::string(method) + " " + std::string(path));
  for (const auto& r : http::routes()) {
    std::string method;
    for (const char c : net::method_name(r.method)) method += static_cast<char>(std::tolower(c));
    EXPECT_TRUE(built.insert(method + " " + std::string(r.path)).second) << "twice: " << r.path;
  }
  for (const auto& d : described) EXPECT_TRUE(built.contains(d)) << "described, not built: " << d;
  for (const auto& b : built) EXPECT_TRUE(described.contains(b)) << "built, not described: " << b;
}

TEST(OpenApi, WhoMayAskIsTheSame) {
  for (const auto& r : http::routes()) {
    std::string method;
    for (const char c : net::method_name(r.method)) method += static_cast<char>(std::tolower(c));
    const auto& operation = OpenApi::get().paths().at(std::string(r.path)).as_object().at(method).as_object();
    const auto* security = operation.if_contains("security");
    std::string who = "person";
    if (security) who = security->as_array().empty() ? "nobody" : std::string(security->as_array()[0].as_object().begin()->key());
    const std::string expected = r.auth == http::Auth::person ? "person" : r.auth == http::Auth::screen ? "screen" : "nobody";
    EXPECT_EQ(who, expected) << method << " " << r.path;
    EXPECT_EQ(operation.contains("requestBody"), r.max_body > 0 || r.run == http::Run::upload) << method << " " << r.path;
  }
}

TEST(Routes, LiteralsWinAndMethodsAreToldApart) {
  using net::Method;
  EXPECT_EQ(http::find_route(Method::get, "/v1/trust/online-key").route->handle, &http::get_online_key);
  EXPECT_EQ(http::find_route(Method::get, "/v1/trust/root").route->handle, &http::get_trust_document);
  EXPECT_EQ(http::find_route(Method::get, "/v1/items/abc/package").args.at(0), "abc");
  EXPECT_EQ(http::find_route(Method::head, "/v1/timestamp").route->handle, &http::get_timestamp);
  EXPECT_EQ(http::find_route(Method::put, "/v1/trust/online-key").route, nullptr);
  EXPECT_NE(http::find_route(Method::del, "/v1/items").allowed.find("GET"), std::string::npos);
  for (const char* none : {"/", "/v1", "/v1/items/", "/v1/items//package", "/v1/items/a/b/c/d", "/V1/items", "/v1/itemsx"}) {
    const auto m = http::find_route(Method::get, none);
    EXPECT_EQ(m.route, nullptr) << none;
    EXPECT_TRUE(m.allowed.empty()) << none;
  }
}

}  // namespace
}  // namespace fz::test
