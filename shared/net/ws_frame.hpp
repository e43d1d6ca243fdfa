// Internal: WebSocket frames (RFC 6455 section 5), no I/O. One decoder for both sides, and the handshake's hash.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "shared/base/error.hpp"

namespace fz::net {

enum class WsOp : std::uint8_t { continuation = 0, text = 1, binary = 2, close = 8, ping = 9, pong = 10 };

/// A whole frame. `masked`: client to server, with a fresh random mask.
std::string encode_frame(WsOp op, std::string_view payload, bool masked);
std::string encode_close(std::uint16_t code, std::string_view reason, bool masked);
/// Sec-WebSocket-Accept for a key.
std::string ws_accept(std::string_view key);

/// Bytes in, messages out. Joins fragments, checks masks, reserved bits, lengths and UTF-8.
class WsDecoder {
 public:
  struct Event {
    WsOp op = WsOp::text;  ///< text, close, ping or pong
    std::string payload;
    std::uint16_t close_code = 1005;
  };
  /// `expect_mask`: this is the server's side.
  WsDecoder(bool expect_mask, std::size_t max_message) : expect_mask_(expect_mask), max_message_(max_message) {}
  void feed(std::string_view bytes);
  /// The next event, nothing when more bytes are needed. After a violation: no event, and violation() tells the close code.
  std::optional<Event> next();
  std::uint16_t violation() const { return violation_; }  ///< 0: none

 private:
  std::optional<Event> fail(std::uint16_t code) {
    violation_ = code;
    return std::nullopt;
  }
  std::optional<Event> control(WsOp op, std::string payload);
  bool expect_mask_;
  std::size_t max_message_;
  std::string buffer_;
  std::size_t used_ = 0;  ///< bytes at the buffer's front that were decoded
  std::string message_;
  bool in_message_ = false;
  std::uint16_t violation_ = 0;
};

}  // namespace fz::net
