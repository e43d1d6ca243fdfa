// Packets with descriptors over a Unix SOCK_SEQPACKET socket. Non-blocking: wait with poll on fd(). One thread per object.
#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "shared/base/error.hpp"
#include "shared/base/file.hpp"

namespace fz::wire {

inline constexpr std::size_t kMaxPacket = 256 * 1024;  ///< bytes of text in a packet
inline constexpr std::size_t kMaxPacketFds = 4;

struct Packet {
  std::string text;
  std::vector<Fd> fds;  ///< close-on-exec
};

/// The process at the other end when the connection was made.
struct Peer {
  pid_t pid = 0;
  uid_t uid = 0;
};

/// One end of a connection.
class Channel {
 public:
  /// Errors: unavailable (nobody listens), io.
  static Result<Channel> connect(const fs::path& socket);
  /// Two connected ends.
  static Result<std::pair<Channel, Channel>> pair();
  explicit Channel(Fd fd) : fd_(std::move(fd)) {}

  /// True: sent whole. False: the peer is slow, try again when fd() is writable. Descriptors stay the caller's.
  /// Errors: too_large, unavailable (the peer is gone), io.
  Result<bool> send(std::string_view text, std::span<const int> fds = {});
  /// A packet, or nothing now. What a peer sent before it died comes first. Errors: unavailable (the peer is gone), too_large (a packet
  /// over the limits; it is lost), io.
  Result<std::optional<Packet>> receive();
  int fd() const { return fd_.get(); }
  /// Errors: io.
  Result<Peer> peer() const;

 private:
  Fd fd_;
};

/// Listens; replaces a socket file left behind, removes it at the end.
class Listener {
 public:
  /// The file is made with mode 0600, or 0660 for other users of the process's group: then look at Channel::peer().
  /// Errors: io, bad_field (path over 107 bytes), conflict (another process listens there).
  static Result<Listener> listen(const fs::path& socket, bool to_group = false);
  Listener(Listener&&) noexcept = default;
  Listener& operator=(Listener&& o) noexcept;
  ~Listener();
  /// A new connection, or nothing now. Errors: io.
  Result<std::optional<Channel>> accept();
  int fd() const { return fd_.get(); }

 private:
  Listener(Fd fd, fs::path path) : fd_(std::move(fd)), path_(std::move(path)) {}
  Fd fd_;
  fs::path path_;
};

}  // namespace fz::wire
