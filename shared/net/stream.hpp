// Internal: one accepted connection as bytes in and out, plain or TLS, on its event loop's thread.
#pragma once
#include <openssl/ssl.h>

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "shared/net/asio_types.hpp"
#include "shared/net/message.hpp"

namespace fz::net {

/// Buffers that all connections of one loop share: nobody keeps data in them across a suspension.
struct Scratch {
  static constexpr std::size_t kPlain = 128 * 1024;
  static constexpr std::size_t kCipher = kPlain + kPlain / 8 + 4096;
  std::unique_ptr<char[]> plain = std::make_unique<char[]>(kPlain);
  std::unique_ptr<char[]> cipher = std::make_unique<char[]>(kCipher);
  std::size_t cipher_used = 0;
};

/// Told how many bytes went out, for the rate and stall deadlines.
using Moved = std::function<void(std::size_t)>;

enum class Io { ok, end, error };

class Stream {
 public:
  virtual ~Stream() = default;
  /// TLS: the handshake. Plain: nothing.
  virtual Aw<Io> handshake() = 0;
  /// Waits until there is something, then appends up to 128 KB to `to`.
  virtual Aw<Io> read_some(std::string& to) = 0;
  /// Writes what the socket takes now and keeps a copy of the rest; `more` follows at once. False when the connection is dead.
  virtual bool write_now(std::string_view data, bool more = false) = 0;
  /// Sends `length` bytes of `fd`; nothing may be pending. `moved` is told about progress.
  virtual Aw<bool> send_file(int fd, std::uint64_t offset, std::uint64_t length, const Moved& moved) = 0;
  bool pending() const { return sent_ < rest_.size(); }
  std::size_t pending_bytes() const { return rest_.size() - sent_; }
  /// Waits until everything kept has been written.
  Aw<bool> drain(const Moved& moved = {});
  /// Says goodbye (TLS close_notify, FIN) without waiting.
  virtual void shutdown_write() = 0;
  Socket& socket() { return socket_; }

 protected:
  Stream(Socket socket, Scratch& scratch) : socket_(std::move(socket)), scratch_(scratch) {}
  bool send_or_keep(const char* data, std::size_t size, bool more = false);
  Socket socket_;
  Scratch& scratch_;
  std::string rest_;
  std::size_t sent_ = 0;
};

/// `ctx` null: plain.
std::unique_ptr<Stream> make_stream(Socket socket, SSL_CTX* ctx, Scratch& scratch);

}  // namespace fz::net
