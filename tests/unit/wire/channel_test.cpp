#include "shared/wire/channel.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>

namespace fz::wire {
namespace {

struct Folder {
  Folder() {
    char name[] = "/tmp/fz-channel-XXXXXX";
    path = ::mkdtemp(name);
  }
  ~Folder() { fs::remove_all(path); }
  fs::path path;
};
std::size_t open_fds() {
  std::size_t n = 0;
  for ([[maybe_unused]] auto& e : fs::directory_iterator("/proc/self/fd")) ++n;
  return n;
}

TEST(Channel, PacketsKeepTheirBoundsAndBringDescriptors) {
  Folder f;
  auto listener = Listener::listen(f.path / "s");
  ASSERT_TRUE(listener) << to_log(listener.error());
  EXPECT_FALSE(*listener->accept());
  struct stat st {};
  ASSERT_EQ(::stat((f.path / "s").c_str(), &st), 0);
  EXPECT_EQ(st.st_mode & 0777, 0600u);
  const auto shared = Listener::listen(f.path / "group", true);
  ASSERT_TRUE(shared);
  ASSERT_EQ(::stat((f.path / "group").c_str(), &st), 0);
  EXPECT_EQ(st.st_mode & 0777, 0660u);
  auto client = Channel::connect(f.path / "s");
  ASSERT_TRUE(client);
  auto server = listener->accept();
  ASSERT_TRUE(server && *server);
  EXPECT_EQ((*server)->peer().value().uid, ::getuid());
  EXPECT_FALSE(*(*server)->receive());

  int pipes[2];
  ASSERT_EQ(::pipe(pipes), 0);
  Fd rd(pipes[0]), wr(pipes[1]);
  int give[] = {rd.get(), wr.get()};
  ASSERT_TRUE(*client->send("first", give));
  ASSERT_TRUE(*client->send(std::string(kMaxPacket, 'x')));
  auto first = (*server)->receive();
  ASSERT_TRUE(first && *first);
  EXPECT_EQ((*first)->text, "first");
  ASSERT_EQ((*first)->fds.size(), 2u);
  ASSERT_EQ(::write((*first)->fds[1].get(), "!", 1), 1);
  char c;
  ASSERT_EQ(::read(rd.get(), &c, 1), 1);
  EXPECT_EQ(c, '!');
  auto second = (*server)->receive();
  ASSERT_TRUE(second && *second);
  EXPECT_EQ((*second)->text.size(), kMaxPacket);
}

TEST(Channel, WhatWasSaidBeforeADeathIsHeard) {
  auto p = std::move(*Channel::pair());
  ASSERT_TRUE(*p.second.send("never read"));  // makes the kernel report a reset
  ASSERT_TRUE(*p.first.send("one"));
  ASSERT_TRUE(*p.first.send("two"));
  { Channel gone = std::move(p.first); }
  for (const char* text : {"one", "two"}) {
    auto heard = p.second.receive();
    ASSERT_TRUE(heard && *heard) << text;
    EXPECT_EQ((*heard)->text, text);
  }
  EXPECT_EQ(p.second.receive().error().code, Code::unavailable);
}

TEST(Channel, TellsThatThePeerIsGone) {
  auto p = std::move(*Channel::pair());
  ASSERT_TRUE(*p.first.send("last"));
  { Channel gone = std::move(p.first); }
  auto last = p.second.receive();
  ASSERT_TRUE(last && *last);
  EXPECT_EQ((*last)->text, "last");
  auto end = p.second.receive();
  ASSERT_FALSE(end);
  EXPECT_EQ(end.error().code, Code::unavailable);
  auto sent = p.second.send("x");
  ASSERT_FALSE(sent);
  EXPECT_EQ(sent.error().code, Code::unavailable);
}

TEST(Channel, SlowPeerIsNoError) {
  auto p = std::move(*Channel::pair());
  int sent = 0;
  for (; sent < 10000; ++sent) {
    auto r = p.first.send(std::string(1000, 'x'));
    ASSERT_TRUE(r);
    if (!*r) break;
  }
  EXPECT_LT(sent, 10000);
  ASSERT_TRUE(*p.second.receive());
}

TEST(Channel, RefusesWhatIsTooLargeAndLeaksNothing) {
  auto p = std::move(*Channel::pair());
  EXPECT_EQ(p.first.send(std::string(kMaxPacket + 1, 'x')).error().code, Code::too_large);
  EXPECT_EQ(p.first.send("").error().code, Code::too_large);
  int many[] = {0, 1, 2, 0, 1};
  EXPECT_EQ(p.first.send("x", many).error().code, Code::too_large);
  // A peer that does not keep the limits: more text than a packet may hold, more descriptors than are taken.
  auto before = open_fds();
  std::string text(kMaxPacket + 5, 'y');
  ASSERT_EQ(::send(p.first.fd(), text.data(), text.size(), 0), static_cast<ssize_t>(text.size()));
  EXPECT_EQ(p.second.receive().error().code, Code::too_large);
  int lots[20] = {};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof lots)] = {};
  iovec part{text.data(), 5};
  msghdr m{};
  m.msg_iov = &part;
  m.msg_iovlen = 1;
  m.msg_control = control;
  m.msg_controllen = sizeof control;
  auto* c = CMSG_FIRSTHDR(&m);
  c->cmsg_level = SOL_SOCKET;
  c->cmsg_type = SCM_RIGHTS;
  c->cmsg_len = CMSG_LEN(sizeof lots);
  ASSERT_EQ(::sendmsg(p.first.fd(), &m, 0), 5);
  EXPECT_EQ(p.second.receive().error().code, Code::too_large);
  EXPECT_EQ(open_fds(), before);
  ASSERT_TRUE(*p.first.send("still works"));
  EXPECT_EQ((*p.second.receive())->text, "still works");
}

TEST(Channel, ListenerReplacesALeftoverButNotALivingOne) {
  Folder f;
  auto path = f.path / "s";
  {
    Fd fd(::open(path.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
    ASSERT_TRUE(fd);
  }
  {
    auto first = Listener::listen(path);
    ASSERT_TRUE(first) << to_log(first.error());
    auto second = Listener::listen(path);
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, Code::conflict);
    EXPECT_TRUE(Channel::connect(path));
  }
  EXPECT_FALSE(fs::exists(path));
  EXPECT_EQ(Channel::connect(path).error().code, Code::unavailable);
  EXPECT_EQ(Listener::listen(f.path / std::string(200, 'x')).error().code, Code::bad_field);
}

}  // namespace
}  // namespace fz::wire
