#include "shared/net/ws_frame.hpp"

#include <gtest/gtest.h>

namespace fz::net {
namespace {

TEST(WsAccept, Rfc6455Example) {
  EXPECT_EQ(ws_accept("dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

TEST(WsFrame, RoundTripOfAllLengthForms) {
  for (const bool masked : {false, true})
    for (const std::size_t n : {0u, 1u, 125u, 126u, 65535u, 65536u, 200000u}) {
      const std::string text(n, 'x');
      const std::string frame = encode_frame(WsOp::text, text, masked);
      for (const std::size_t step : {std::size_t{1}, std::size_t{1000}, frame.size()}) {
        if (step == 1 && n > 1000) continue;
        WsDecoder d(masked, 1 << 20);
        std::optional<WsDecoder::Event> e;
        for (std::size_t at = 0; at < frame.size() && !e; at += step) {
          d.feed(std::string_view(frame).substr(at, step));
          e = d.next();
        }
        ASSERT_TRUE(e) << n;
        EXPECT_EQ(e->payload, text);
      }
    }
}

TEST(WsFrame, JoinsFragmentsAroundControlFrames) {
  std::string a = encode_frame(WsOp::text, "ab", false), b = encode_frame(WsOp::continuation, "cd", false);
  a[0] = 0x01;  // not final
  WsDecoder d(false, 100);
  d.feed(a + encode_frame(WsOp::ping, "p", false) + b);
  EXPECT_EQ(d.next()->op, WsOp::ping);
  EXPECT_EQ(d.next()->payload, "abcd");
  EXPECT_FALSE(d.next());
  EXPECT_EQ(d.violation(), 0);
}

TEST(WsFrame, Violations) {
  const auto code = [](std::string bytes, bool mask = false) {
    WsDecoder d(mask, 1000);
    d.feed(bytes);
    while (d.next()) {
    }
    return d.violation();
  };
  EXPECT_EQ(code(encode_frame(WsOp::text, "a", false), true), 1002);                   // a client must mask
  EXPECT_EQ(code(encode_frame(WsOp::text, "a", true)), 1002);                          // a server must not
  EXPECT_EQ(code(encode_frame(WsOp::text, std::string(1001, 'a'), false)), 1009);      // too big
  EXPECT_EQ(code(std::string("\x81\x7f\xff\xff\xff\xff\xff\xff\xff\xff", 10)), 1009);  // absurd length
  EXPECT_EQ(code(encode_frame(WsOp::text, "\xff", false)), 1007);                      // not UTF-8
  EXPECT_EQ(code(encode_frame(WsOp::binary, "a", false)), 1003);                       // we speak text
  EXPECT_EQ(code(encode_frame(WsOp::continuation, "a", false)), 1002);                 // of nothing
  EXPECT_EQ(code(std::string("\xc1\x01"
                             "a",
                             3)),
            1002);  // reserved bit
  EXPECT_EQ(code(std::string("\x09\x01"
                             "a",
                             3)),
            1002);                                    // fragmented ping
  EXPECT_EQ(code(std::string("\x83\x00", 2)), 1002);  // unknown opcode
  EXPECT_EQ(code(std::string("\x8b\x00", 2)), 1002);  // unknown control opcode
  EXPECT_EQ(code(std::string("\x88\x01"
                             "a",
                             3)),
            1002);                                       // half a close code
  EXPECT_EQ(code(encode_close(1005, "", false)), 1002);  // a code that must not be sent
  EXPECT_EQ(code(encode_close(1000, "ok", false)), 0);
  std::string part = encode_frame(WsOp::text, std::string(600, 'a'), false);
  part[0] = 0x01;
  std::string rest = encode_frame(WsOp::continuation, std::string(600, 'a'), false);
  EXPECT_EQ(code(part + rest), 1009);  // too big in sum
}

TEST(WsFrame, CloseCarriesCodeAndReason) {
  WsDecoder d(false, 1000);
  d.feed(encode_close(1001, "bye", false));
  const auto e = d.next();
  ASSERT_TRUE(e);
  EXPECT_EQ(e->op, WsOp::close);
  EXPECT_EQ(e->close_code, 1001);
  EXPECT_EQ(e->payload, "bye");
}

}  // namespace
}  // namespace fz::net
