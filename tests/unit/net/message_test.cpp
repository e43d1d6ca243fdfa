#include "shared/net/message.hpp"

#include <gtest/gtest.h>

namespace fz::net {
namespace {

Request with(Headers headers, Method method = Method::get) {
  Request r;
  r.method = method;
  r.headers = std::move(headers);
  return r;
}
Response serve(const Request& r, std::uint64_t size = 100) {
  return serve_file(r, std::make_shared<const Fd>(), size, {"\"abc\"", "video/mp4", "public, max-age=31536000, immutable"});
}

TEST(Headers, CompareWithoutCase) {
  Headers h{{"Content-Type", "a"}, {"X", "1"}};
  EXPECT_EQ(h.get("content-type"), "a");
  EXPECT_FALSE(h.has("content"));
  h.set("x", "2");
  h.add("X", "3");
  EXPECT_EQ(h.get("X"), "2");
  EXPECT_EQ(h.all().size(), 3u);
}

TEST(Percent, DecodesStrictly) {
  EXPECT_EQ(*percent_decode("/a%20b%E5%8F%8D"), "/a b反");
  EXPECT_FALSE(percent_decode("%"));
  EXPECT_FALSE(percent_decode("%2"));
  EXPECT_FALSE(percent_decode("%zz"));
  EXPECT_FALSE(percent_decode("%00"));
  EXPECT_FALSE(percent_decode("%ff"));
  EXPECT_EQ(percent_encode("反 /"), "%E5%8F%8D%20%2F");
}

TEST(Query, SplitsAndLimits) {
  const auto q = parse_query("a=1&b=x+y%2B&&c");
  ASSERT_TRUE(q);
  ASSERT_EQ(q->size(), 3u);
  EXPECT_EQ((*q)[1].second, "x y+");
  EXPECT_EQ((*q)[2].second, "");
  std::string many;
  for (int i = 0; i < 65; ++i) many += "a&";
  EXPECT_FALSE(parse_query(many));
  EXPECT_FALSE(parse_query("a=%f"));
}

TEST(Url, ParsesAndRefuses) {
  const auto u = parse_url("https://example.org:8443/a?b=1");
  ASSERT_TRUE(u);
  EXPECT_TRUE(u->tls);
  EXPECT_EQ(u->port, 8443);
  EXPECT_EQ(u->target, "/a?b=1");
  EXPECT_EQ(u->host_header(), "example.org:8443");
  EXPECT_EQ(parse_url("http://[::1]:80")->host_header(), "[::1]");
  EXPECT_EQ(parse_url("wss://h?x")->target, "/?x");
  for (const char* bad : {"file:///etc/passwd", "http://", "http://u:p@h/", "http://h:0/", "http://h:99999/", "http://h:8x/",
                          "http://h/a b", "http://h/\r\nX: y", "http://h/#f", "h/a", "ftp://h/"})
    EXPECT_FALSE(parse_url(bad)) << bad;
}

TEST(ServeFile, WholeAndRanges) {
  EXPECT_EQ(serve(with({})).status, 200u);
  EXPECT_EQ(serve(with({})).file->length, 100u);
  struct Case {
    const char* range;
    unsigned status;
    std::uint64_t offset, length;
  };
  for (const Case& c :
       {Case{"bytes=0-0", 206, 0, 1}, Case{"bytes=10-", 206, 10, 90}, Case{"bytes=-5", 206, 95, 5}, Case{"bytes=-500", 206, 0, 100},
        Case{"bytes=50-1000", 206, 50, 50}, Case{"bytes=5-2", 200, 0, 100}, Case{"bytes=a-", 200, 0, 100}, Case{"items=0-1", 200, 0, 100},
        Case{"bytes=0-1,5-6", 200, 0, 100}, Case{"bytes=-", 200, 0, 100}}) {
    const auto r = serve(with({{"Range", c.range}}));
    EXPECT_EQ(r.status, c.status) << c.range;
    EXPECT_EQ(r.file->offset, c.offset) << c.range;
    EXPECT_EQ(r.file->length, c.length) << c.range;
  }
  EXPECT_EQ(serve(with({{"Range", "bytes=10-19"}})).headers.get("Content-Range"), "bytes 10-19/100");
}

TEST(ServeFile, Unsatisfiable) {
  for (const char* range : {"bytes=100-", "bytes=100-200", "bytes=-0"}) {
    const auto r = serve(with({{"Range", range}}));
    EXPECT_EQ(r.status, 416u) << range;
    EXPECT_EQ(r.headers.get("Content-Range"), "bytes */100");
    EXPECT_FALSE(r.file);
  }
  EXPECT_EQ(serve(with({{"Range", "bytes=-1"}}), 0).status, 416u);
}

TEST(ServeFile, Conditions) {
  EXPECT_EQ(serve(with({{"Range", "bytes=1-"}, {"If-Range", "\"abc\""}})).status, 206u);
  EXPECT_EQ(serve(with({{"Range", "bytes=1-"}, {"If-Range", "\"old\""}})).status, 200u);
  EXPECT_EQ(serve(with({{"If-None-Match", "\"x\", W/\"abc\""}})).status, 304u);
  EXPECT_EQ(serve(with({{"If-None-Match", "abc"}})).status, 304u);  // some players send it unquoted
  EXPECT_EQ(serve(with({{"If-None-Match", "*"}})).status, 304u);
  EXPECT_EQ(serve(with({{"If-None-Match", "\"ab\""}})).status, 200u);
  EXPECT_EQ(serve(with({{"Range", "bytes=1-"}}, Method::head)).status, 200u);
}

TEST(Methods, RoundTrip) {
  for (const auto m : {Method::get, Method::head, Method::post, Method::put, Method::patch, Method::del, Method::options})
    EXPECT_EQ(method_from_name(method_name(m)), m);
  EXPECT_EQ(method_from_name("get"), Method::other);
}

}  // namespace
}  // namespace fz::net
