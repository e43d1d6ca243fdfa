#include "shared/net/ws_frame.hpp"

#include <openssl/evp.h>

#include <array>

#include "shared/base/bytes.hpp"
#include "shared/base/id.hpp"
#include "shared/net/server.hpp"

namespace fz::net {

std::string encode_frame(WsOp op, std::string_view payload, bool masked) {
  std::string out;
  out.reserve(payload.size() + 14);
  out += static_cast<char>(0x80 | static_cast<int>(op));
  const char mask_bit = static_cast<char>(masked ? 0x80 : 0);
  const std::uint64_t n = payload.size();
  if (n < 126) {
    out += static_cast<char>(mask_bit | static_cast<char>(n));
  } else {
    const int bytes = n < 65536 ? 2 : 8;
    out += static_cast<char>(mask_bit | (bytes == 2 ? 126 : 127));
    for (int i = bytes - 1; i >= 0; --i) out += static_cast<char>(n >> (8 * i));
  }
  if (!masked) return out.append(payload);
  const Bytes key = random_bytes(4);
  out.append(as_text(key));
  for (std::size_t i = 0; i < payload.size(); ++i) out += static_cast<char>(static_cast<std::uint8_t>(payload[i]) ^ key[i & 3]);
  return out;
}

std::string encode_close(std::uint16_t code, std::string_view reason, bool masked) {
  std::string payload{static_cast<char>(code >> 8), static_cast<char>(code & 255)};
  payload.append(reason.substr(0, 120));
  return encode_frame(WsOp::close, payload, masked);
}

std::string ws_accept(std::string_view key) {
  const std::string text = std::string(key) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  std::array<std::uint8_t, 20> digest{};
  unsigned n = 0;
  EVP_Digest(text.data(), text.size(), digest.data(), &n, EVP_sha1(), nullptr);
  return to_base64(digest);
}

Frame text_frame(std::string_view text) {
  return std::make_shared<const std::string>(encode_frame(WsOp::text, text, false));
}

void WsDecoder::feed(std::string_view bytes) {
  buffer_.erase(0, used_);  // once a read, not once a frame: 20,000 tiny frames must not move 128 KB each
  used_ = 0;
  if (buffer_.empty() && buffer_.capacity() > 4096) buffer_.shrink_to_fit();
  buffer_.append(bytes);
}

std::optional<WsDecoder::Event> WsDecoder::control(WsOp op, std::string payload) {
  Event e{op, std::move(payload), 1005};
  if (op != WsOp::close) return e;
  if (e.payload.size() == 1) return fail(1002);
  if (e.payload.size() >= 2) {
    const auto code = static_cast<std::uint16_t>((static_cast<std::uint8_t>(e.payload[0]) << 8) | static_cast<std::uint8_t>(e.payload[1]));
    const bool known = (code >= 1000 && code <= 1014 && code != 1004 && code != 1005 && code != 1006) || (code >= 3000 && code <= 4999);
    if (!known) return fail(1002);
    e.close_code = code;
    e.payload.erase(0, 2);
    if (!is_utf8(e.payload)) return fail(1007);
  }
  return e;
}

std::optional<WsDecoder::Event> WsDecoder::next() {
  while (!violation_) {
    const auto at = [this](std::size_t i) { return static_cast<std::uint8_t>(buffer_[used_ + i]); };
    const std::size_t have = buffer_.size() - used_;
    if (have < 2) return std::nullopt;
    const bool fin = at(0) & 0x80;
    const auto op = static_cast<WsOp>(at(0) & 0x0f);
    const bool is_control = at(0) & 0x08;
    if ((at(0) & 0x70) || ((at(1) & 0x80) != 0) != expect_mask_) return fail(1002);
    std::uint64_t length = at(1) & 0x7f;
    std::size_t header = 2;
    if (is_control && (length > 125 || !fin)) return fail(1002);
    if (length >= 126) {
      const std::size_t bytes = length == 126 ? 2 : 8;
      if (have < 2 + bytes) return std::nullopt;
      length = 0;
      for (std::size_t i = 0; i < bytes; ++i) length = (length << 8) | at(2 + i);
      header += bytes;
    }
    if (length > max_message_ || message_.size() + (is_control ? 0 : length) > max_message_) return fail(1009);
    if (op == WsOp::binary) return fail(1003);
    if (is_control ? op > WsOp::pong : (op != WsOp::text && op != WsOp::continuation)) return fail(1002);
    if (!is_control && (op == WsOp::continuation) != in_message_) return fail(1002);
    const std::size_t mask_at = header;
    if (expect_mask_) header += 4;
    if (have < header + length) return std::nullopt;
    std::string payload = buffer_.substr(used_ + header, static_cast<std::size_t>(length));
    if (expect_mask_)
      for (std::size_t i = 0; i < payload.size(); ++i)
        payload[i] = static_cast<char>(static_cast<std::uint8_t>(payload[i]) ^ at(mask_at + (i & 3)));
    used_ += header + static_cast<std::size_t>(length);
    if (is_control) return control(op, std::move(payload));
    message_ += payload;
    in_message_ = !fin;
    if (!fin) continue;
    if (!is_utf8(message_)) return fail(1007);
    Event e{WsOp::text, std::move(message_), 1005};
    message_.clear();
    return e;
  }
  return std::nullopt;
}

}  // namespace fz::net
