#include "shared/net/parser.hpp"

#include <gtest/gtest.h>

namespace fz::net {
namespace {

// Feeds `text` in pieces of `step` bytes; false on an error.
bool parse(Parser& p, std::string_view text, std::string& body, std::size_t step, Error* error = nullptr) {
  std::string pending;
  while (true) {
    auto used = p.feed(pending, body);
    if (!used) {
      if (error) *error = used.error();
      return false;
    }
    pending.erase(0, *used);
    if (p.done() || (*used == 0 && text.empty())) return true;
    if (*used > 0 && !pending.empty()) continue;
    pending += text.substr(0, step);
    text.remove_prefix(std::min(step, text.size()));
  }
}

TEST(Parser, RequestInPiecesOfAnySize) {
  const std::string text = "POST /a?b HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello";
  for (std::size_t step : {1u, 2u, 7u, 1000u}) {
    Parser p(Parser::Kind::request, 16384);
    std::string body;
    ASSERT_TRUE(parse(p, text, body, step)) << step;
    EXPECT_TRUE(p.done());
    EXPECT_EQ(p.head().target, "/a?b");
    EXPECT_EQ(p.head().content_length, 5u);
    EXPECT_TRUE(p.head().keep_alive);
    EXPECT_EQ(body, "hello");
  }
}

TEST(Parser, ChunkedBody) {
  Parser p(Parser::Kind::request, 16384);
  std::string body;
  ASSERT_TRUE(parse(p, "PATCH / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n", body, 3));
  EXPECT_TRUE(p.done());
  EXPECT_EQ(body, "abcde");
  EXPECT_FALSE(p.head().content_length);
}

TEST(Parser, PipelinedRequestIsLeft) {
  Parser p(Parser::Kind::request, 16384);
  std::string body;
  const std::string text = "GET / HTTP/1.1\r\n\r\nGET /2 HTTP/1.1\r\n\r\n";
  const auto used = p.feed(text, body);
  ASSERT_TRUE(used);
  EXPECT_TRUE(p.done());
  EXPECT_EQ(text.substr(*used, 6), "GET /2");
}

TEST(Parser, Refuses) {
  for (const char* bad :
       {"GET\r\n\r\n", "GET / HTTP/3.0\r\n\r\n", "\x16\x03\x01\x02hello there, this is not http\r\n\r\n", "GET / HTTP/1.1\r\nA b\r\n\r\n",
        "GET / HTTP/1.1\r\nContent-Length: x\r\n\r\n", "GET / HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n",
        "GET / HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", "GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        "PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc"}) {
    Parser p(Parser::Kind::request, 16384);
    std::string body;
    Error e;
    EXPECT_FALSE(parse(p, bad, body, 1000, &e)) << bad;
    EXPECT_EQ(e.code, Code::bad_request) << bad;
  }
}

TEST(Parser, HeaderLimit) {
  Parser p(Parser::Kind::request, 1024);
  std::string body;
  Error e;
  EXPECT_FALSE(parse(p, "GET / HTTP/1.1\r\nX: " + std::string(2000, 'a') + "\r\n\r\n", body, 5000, &e));
  EXPECT_EQ(e.code, Code::header_too_large);
  std::string many = "GET / HTTP/1.1\r\n";
  for (int i = 0; i < 120; ++i) many += "A: b\r\n";
  Parser q(Parser::Kind::request, 16384);
  EXPECT_FALSE(parse(q, many + "\r\n", body, 5000, &e));
  EXPECT_EQ(e.code, Code::header_too_large);
}

TEST(Parser, ResponseUntilClose) {
  Parser p(Parser::Kind::response, 16384);
  std::string body;
  ASSERT_TRUE(parse(p, "HTTP/1.1 200 OK\r\n\r\nabc", body, 100));
  EXPECT_FALSE(p.done());
  EXPECT_TRUE(p.end_of_stream());
  EXPECT_EQ(body, "abc");
}

TEST(Parser, CutResponseIsAnError) {
  Parser p(Parser::Kind::response, 16384);
  std::string body;
  ASSERT_TRUE(parse(p, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc", body, 100));
  EXPECT_FALSE(p.end_of_stream());
}

TEST(Parser, AnswerToHeadHasNoBody) {
  Parser p(Parser::Kind::response_to_head, 16384);
  std::string body;
  ASSERT_TRUE(parse(p, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n", body, 100));
  EXPECT_TRUE(p.done());
}

TEST(ResponseHead, DropsLineBreaks) {
  Response r;
  r.headers.add("Location", "/a\r\nSet-Cookie: x=1");
  const auto head = response_head(r, 0, true, "D", true);
  EXPECT_EQ(head.find("\r\nSet-Cookie"), std::string::npos);
  EXPECT_NE(head.find("Content-Length: 0\r\n"), std::string::npos);
}

}  // namespace
}  // namespace fz::net
