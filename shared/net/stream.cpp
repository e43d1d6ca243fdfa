#include "shared/net/stream.hpp"

#include <openssl/err.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "shared/net/tls_context.hpp"

namespace fz::net {

using asio::ip::tcp;

// True when the socket took all, or the rest was kept. The copy is what makes a queue of shared frames cheap: only the
// frame that is under way on a slow socket is ever copied.
bool Stream::send_or_keep(const char* data, std::size_t size, bool more) {
  std::size_t done = 0;
  while (!pending() && done < size) {
    const auto n = ::send(socket_.native_handle(), data + done, size - done, MSG_NOSIGNAL | MSG_DONTWAIT | (more ? MSG_MORE : 0));
    if (n > 0) {
      done += static_cast<std::size_t>(n);
    } else if (errno == EAGAIN) {
      break;
    } else if (errno != EINTR) {
      return false;
    }
  }
  if (done < size) rest_.append(data + done, size - done);
  return true;
}

Aw<bool> Stream::drain(const Moved& moved) {
  while (pending()) {
    const auto n = ::send(socket_.native_handle(), rest_.data() + sent_, rest_.size() - sent_, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n > 0) {
      sent_ += static_cast<std::size_t>(n);
      if (moved) moved(static_cast<std::size_t>(n));
      continue;
    }
    if (errno == EINTR) continue;
    if (errno != EAGAIN) co_return false;
    auto [ec] = co_await socket_.async_wait(tcp::socket::wait_write, kTok);
    if (ec) co_return false;
  }
  rest_.clear();
  if (rest_.capacity() > 4096) rest_.shrink_to_fit();
  sent_ = 0;
  co_return true;
}

namespace {

class PlainStream final : public Stream {
 public:
  PlainStream(Socket socket, Scratch& scratch) : Stream(std::move(socket), scratch) {}
  Aw<Io> handshake() override { co_return Io::ok; }

  Aw<Io> read_some(std::string& to) override {
    for (;;) {
      const auto n = ::recv(socket_.native_handle(), scratch_.plain.get(), Scratch::kPlain, MSG_DONTWAIT);
      if (n > 0) {
        to.append(scratch_.plain.get(), static_cast<std::size_t>(n));
        co_return Io::ok;
      }
      if (n == 0) co_return Io::end;
      if (errno == EINTR) continue;
      if (errno != EAGAIN) co_return Io::error;
      auto [ec] = co_await socket_.async_wait(tcp::socket::wait_read, kTok);
      if (ec) co_return Io::error;
    }
  }

  bool write_now(std::string_view data, bool more) override { return send_or_keep(data.data(), data.size(), more); }

  Aw<bool> send_file(int fd, std::uint64_t offset, std::uint64_t length, const Moved& moved) override {
    auto at = static_cast<off_t>(offset);
    while (length) {
      const auto n = ::sendfile(socket_.native_handle(), fd, &at, std::min<std::uint64_t>(length, 2 << 20));
      if (n > 0) {
        length -= static_cast<std::uint64_t>(n);
        moved(static_cast<std::size_t>(n));
        if (length) co_await asio::post(socket_.get_executor(), kTok);  // others get their turn
        continue;
      }
      if (n == 0) co_return false;  // the file became shorter: the promised length cannot be kept
      if (errno == EINTR) continue;
      if (errno != EAGAIN) co_return false;
      auto [ec] = co_await socket_.async_wait(tcp::socket::wait_write, kTok);
      if (ec) co_return false;
    }
    co_return true;
  }

  void shutdown_write() override { ::shutdown(socket_.native_handle(), SHUT_WR); }
};

// A BIO that collects ciphertext in the loop's scratch buffer, so that a turn is one send(2) of up to 128 KB.
int bio_write(BIO* bio, const char* data, std::size_t size, std::size_t* written) {
  auto& s = *static_cast<Scratch*>(BIO_get_data(bio));
  if (s.cipher_used + size > Scratch::kCipher) return 0;
  std::memcpy(s.cipher.get() + s.cipher_used, data, size);
  s.cipher_used += size;
  *written = size;
  return 1;
}
long bio_ctrl(BIO*, int cmd, long, void*) {
  return cmd == BIO_CTRL_FLUSH;
}

BIO_METHOD* scratch_bio_method() {
  static BIO_METHOD* const method = [] {
    BIO_METHOD* m = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "fz scratch");
    BIO_meth_set_write_ex(m, bio_write);
    BIO_meth_set_ctrl(m, bio_ctrl);
    return m;
  }();
  return method;
}

class TlsStream final : public Stream {
 public:
  TlsStream(Socket socket, SSL_CTX* ctx, Scratch& scratch) : Stream(std::move(socket), scratch), ssl_(SSL_new(ctx)) {
    BIO* out = BIO_new(scratch_bio_method());
    BIO_set_data(out, &scratch);
    BIO_set_init(out, 1);
    SSL_set_bio(ssl_.get(), BIO_new_socket(static_cast<int>(socket_.native_handle()), BIO_NOCLOSE), out);
    SSL_set_accept_state(ssl_.get());
  }

  Aw<Io> handshake() override {
    for (;;) {
      ERR_clear_error();
      const int r = SSL_do_handshake(ssl_.get());
      const int e = r > 0 ? SSL_ERROR_NONE : SSL_get_error(ssl_.get(), r);
      if (!push()) co_return Io::error;
      if (pending() && !co_await drain()) co_return Io::error;
      if (r > 0) co_return Io::ok;
      if (e != SSL_ERROR_WANT_READ) co_return Io::error;
      auto [ec] = co_await socket_.async_wait(tcp::socket::wait_read, kTok);
      if (ec) co_return Io::error;
    }
  }

  Aw<Io> read_some(std::string& to) override {
    for (;;) {
      std::size_t total = 0, n = 0;
      int error = SSL_ERROR_NONE;
      while (total < Scratch::kPlain) {
        ERR_clear_error();
        if (SSL_read_ex(ssl_.get(), scratch_.plain.get() + total, Scratch::kPlain - total, &n) == 1) {
          total += n;
          continue;
        }
        error = SSL_get_error(ssl_.get(), 0);
        break;
      }
      if (!push()) co_return Io::error;  // answers to key updates
      if (total) {
        to.append(scratch_.plain.get(), total);
        co_return Io::ok;
      }
      if (error == SSL_ERROR_ZERO_RETURN) co_return Io::end;
      if (error != SSL_ERROR_WANT_READ) co_return Io::error;
      auto [ec] = co_await socket_.async_wait(tcp::socket::wait_read, kTok);
      if (ec) co_return Io::error;
    }
  }

  bool write_now(std::string_view data, bool) override {
    while (!data.empty()) {
      const auto part = data.substr(0, Scratch::kPlain);
      if (!encrypt(part.data(), part.size()) || !push()) return false;
      data.remove_prefix(part.size());
    }
    return true;
  }

  Aw<bool> send_file(int fd, std::uint64_t offset, std::uint64_t length, const Moved& moved) override {
    while (length) {
      const auto want = std::min<std::uint64_t>(length, Scratch::kPlain);
      const auto n = ::pread(fd, scratch_.plain.get(), want, static_cast<off_t>(offset));
      if (n <= 0) co_return false;
      offset += static_cast<std::uint64_t>(n);
      length -= static_cast<std::uint64_t>(n);
      if (!encrypt(scratch_.plain.get(), static_cast<std::size_t>(n)) || !push()) co_return false;
      moved(static_cast<std::size_t>(n));
      if (pending()) {
        if (!co_await drain(moved)) co_return false;
      } else if (length) {
        co_await asio::post(socket_.get_executor(), kTok);
      }
    }
    co_return true;
  }

  void shutdown_write() override {
    ERR_clear_error();
    if (SSL_is_init_finished(ssl_.get())) {
      SSL_shutdown(ssl_.get());
      push();
    }
    ::shutdown(socket_.native_handle(), SHUT_WR);
  }

 private:
  bool encrypt(const char* data, std::size_t size) {
    std::size_t done = 0, n = 0;
    while (done < size) {
      ERR_clear_error();
      if (SSL_write_ex(ssl_.get(), data + done, std::min<std::size_t>(size - done, 16384), &n) != 1) {
        scratch_.cipher_used = 0;
        return false;
      }
      done += n;
    }
    return true;
  }
  // Empties the scratch buffer; no suspension may lie between encrypting and this.
  bool push() {
    const bool ok = send_or_keep(scratch_.cipher.get(), scratch_.cipher_used);
    scratch_.cipher_used = 0;
    return ok;
  }
  SslPtr ssl_;
};

}  // namespace

std::unique_ptr<Stream> make_stream(Socket socket, SSL_CTX* ctx, Scratch& scratch) {
  if (ctx) return std::make_unique<TlsStream>(std::move(socket), ctx, scratch);
  return std::make_unique<PlainStream>(std::move(socket), scratch);
}

}  // namespace fz::net
