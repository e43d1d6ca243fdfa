#include "shared/wire/channel.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace fz::wire {
namespace {
constexpr int kType = SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC;

Error io_error(const std::string& path) {
  return fail(Code::io, {{"path", path}, {"what", std::strerror(errno)}});
}
Error gone() {
  return fail(Code::unavailable, {{"what", "fz-screen / fz-agent"}}, "the peer closed the channel");
}
Result<sockaddr_un> address(const fs::path& path) {
  sockaddr_un a{};
  a.sun_family = AF_UNIX;
  auto text = path.string();
  if (text.empty() || text.size() >= sizeof a.sun_path) return fail(Code::bad_field, {{"field", "socket"}, {"what", "1...107 B"}});
  std::memcpy(a.sun_path, text.data(), text.size());
  return a;
}
// A packet must fit the buffer at once; the kernel doubles the value, so its usual limit is enough.
void enlarge(int fd) {
  int bytes = 2 * static_cast<int>(kMaxPacket);
  ::setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
}
Result<Fd> connect_fd(const fs::path& path) {
  FZ_TRY(auto a, address(path));
  Fd fd(::socket(AF_UNIX, kType, 0));
  if (!fd) return io_error(path.string());
  enlarge(fd.get());
  if (::connect(fd.get(), reinterpret_cast<sockaddr*>(&a), sizeof a) != 0) {
    if (errno == ECONNREFUSED || errno == ENOENT || errno == EAGAIN) return fail(Code::unavailable, {{"what", path.filename().string()}});
    return io_error(path.string());
  }
  return fd;
}
}  // namespace

Result<Channel> Channel::connect(const fs::path& socket) {
  FZ_TRY(auto fd, connect_fd(socket));
  return Channel(std::move(fd));
}
Result<std::pair<Channel, Channel>> Channel::pair() {
  int fds[2];
  if (::socketpair(AF_UNIX, kType, 0, fds) != 0) return io_error("socketpair");
  enlarge(fds[0]);
  enlarge(fds[1]);
  return std::pair(Channel(Fd(fds[0])), Channel(Fd(fds[1])));
}

Result<bool> Channel::send(std::string_view text, std::span<const int> fds) {
  if (text.size() > kMaxPacket || text.empty()) return fail(Code::too_large, {{"limit", "256 KiB"}});
  if (fds.size() > kMaxPacketFds) return fail(Code::too_large, {{"limit", "4 fd"}});
  iovec part{const_cast<char*>(text.data()), text.size()};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int) * kMaxPacketFds)] = {};
  msghdr m{};
  m.msg_iov = &part;
  m.msg_iovlen = 1;
  if (!fds.empty()) {
    m.msg_control = control;
    m.msg_controllen = CMSG_SPACE(fds.size_bytes());
    auto* c = CMSG_FIRSTHDR(&m);
    c->cmsg_level = SOL_SOCKET;
    c->cmsg_type = SCM_RIGHTS;
    c->cmsg_len = CMSG_LEN(fds.size_bytes());
    std::memcpy(CMSG_DATA(c), fds.data(), fds.size_bytes());
  }
  for (;;) {
    if (::sendmsg(fd_.get(), &m, MSG_NOSIGNAL) >= 0) return true;
    if (errno == EINTR) continue;
    if (errno == EAGAIN || errno == ENOBUFS) return false;
    if (errno == EPIPE || errno == ECONNRESET || errno == ENOTCONN) return gone();
    return io_error("socket");
  }
}

Result<std::optional<Packet>> Channel::receive() {
  Packet packet;
  packet.text.resize(kMaxPacket);
  iovec part{packet.text.data(), packet.text.size()};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int) * kMaxPacketFds)];
  msghdr m{};
  m.msg_iov = &part;
  m.msg_iovlen = 1;
  m.msg_control = control;
  m.msg_controllen = sizeof control;
  // ECONNRESET only says that the peer died with something unread; what it had sent is still to be had behind it.
  ssize_t n;
  int resets = 0;
  do n = ::recvmsg(fd_.get(), &m, MSG_CMSG_CLOEXEC);
  while (n < 0 && (errno == EINTR || (errno == ECONNRESET && ++resets < 3)));
  if (n < 0) {
    if (errno == EAGAIN) return std::optional<Packet>();
    if (errno == ECONNRESET || errno == ENOTCONN) return gone();
    return io_error("socket");
  }
  for (auto* c = CMSG_FIRSTHDR(&m); c; c = CMSG_NXTHDR(&m, c)) {
    if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS) continue;
    for (std::size_t k = 0; k < (c->cmsg_len - CMSG_LEN(0)) / sizeof(int); ++k) {
      int fd;
      std::memcpy(&fd, CMSG_DATA(c) + k * sizeof fd, sizeof fd);
      packet.fds.emplace_back(fd);
    }
  }
  if (n == 0) return gone();  // no empty packets are sent: this is the end
  if (m.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) return fail(Code::too_large, {{"limit", "256 KiB, 4 fd"}});
  packet.text.resize(static_cast<std::size_t>(n));
  packet.text.shrink_to_fit();
  return std::optional<Packet>(std::move(packet));
}

Result<Peer> Channel::peer() const {
  ucred who{};
  socklen_t size = sizeof who;
  if (::getsockopt(fd_.get(), SOL_SOCKET, SO_PEERCRED, &who, &size) != 0) return io_error("socket");
  return Peer{who.pid, who.uid};
}

Result<Listener> Listener::listen(const fs::path& socket, bool to_group) {
  FZ_TRY(auto a, address(socket));
  if (auto other = connect_fd(socket)) return fail(Code::conflict, {{"what", socket.string()}}, "another process listens there");
  ::unlink(socket.c_str());
  Fd fd(::socket(AF_UNIX, kType, 0));
  if (!fd) return io_error(socket.string());
  // On Linux the file's mode comes from the socket's: no moment at which others could connect.
  const mode_t mode = to_group ? 0660 : 0600;
  ::fchmod(fd.get(), mode);
  if (::bind(fd.get(), reinterpret_cast<sockaddr*>(&a), sizeof a) != 0) return io_error(socket.string());
  ::chmod(socket.c_str(), mode);
  if (::listen(fd.get(), 4) != 0) return io_error(socket.string());
  return Listener(std::move(fd), socket);
}
Listener& Listener::operator=(Listener&& o) noexcept {
  if (this != &o) {
    if (fd_) ::unlink(path_.c_str());
    fd_ = std::move(o.fd_);
    path_ = std::move(o.path_);
  }
  return *this;
}
Listener::~Listener() {
  if (fd_) ::unlink(path_.c_str());
}
Result<std::optional<Channel>> Listener::accept() {
  for (;;) {
    Fd fd(::accept4(fd_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (fd) {
      enlarge(fd.get());
      return std::optional<Channel>(Channel(std::move(fd)));
    }
    if (errno == EINTR || errno == ECONNABORTED) continue;
    if (errno == EAGAIN) return std::optional<Channel>();
    return io_error(path_.string());
  }
}

}  // namespace fz::wire
