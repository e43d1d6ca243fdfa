#include "player/agent/library.hpp"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <sys/stat.h>

#include <ctime>
#include <fstream>
#include <thread>

#include "shared/base/process.hpp"
#include "tests/support/temp_dir.hpp"
#include "tests/unit/agent/raw_server.hpp"

namespace fz::agent {
namespace {

using test::RawServer;
using test::TempDir;

std::string film(std::size_t size) {
  std::string s(size, 0);
  std::uint32_t x = 12345;
  for (auto& c : s) c = static_cast<char>((x = x * 1664525 + 1013904223) >> 24);
  return s;
}
std::uint64_t from_of(const std::string& head) {
  const auto at = head.find("Range: bytes=");
  return at == std::string::npos ? 0 : std::stoull(head.substr(at + 13));
}
std::uint64_t to_of(const std::string& head, std::uint64_t size) {
  const auto at = head.find("Range: bytes=");
  const auto dash = head.find('-', at + 13);
  if (at == std::string::npos || !std::isdigit(static_cast<unsigned char>(head[dash + 1]))) return size - 1;
  return std::stoull(head.substr(dash + 1));
}
std::string range_head(const std::string& sha, std::uint64_t from, std::uint64_t to, std::uint64_t size) {
  const std::string etag = "\r\nETag: \"" + sha + "\"";
  if (from == 0 && to == size - 1) return "HTTP/1.1 200 OK" + etag + "\r\nContent-Length: " + std::to_string(size) + "\r\n\r\n";
  return "HTTP/1.1 206 Partial Content" + etag + "\r\nContent-Range: bytes " + std::to_string(from) + "-" + std::to_string(to) + "/" +
         std::to_string(size) + "\r\nContent-Length: " + std::to_string(to - from + 1) + "\r\n\r\n";
}

class LibraryTest : public testing::Test {
 protected:
  LibraryTest() : bytes(film((2 << 20) + 1000)) {
    crypto::ChunkedHasher hasher;
    hasher.update(as_bytes(bytes));
    const auto digest = hasher.finish();
    what = {1, digest.sha256, digest.length, digest.chunks, "t"};
    blob::Options options;
    options.min_free = 0;
    store = blob::Store::open(dir.path() / "blobs", options).value();
  }
  Result<void> fetch(RawServer& server) { return fetch_media(client, *store, server.url() + "/v1/blobs/" + what.sha256, what, cancel); }
  std::string stored() { return store->read(what.sha256, 16 << 20).value(); }
  /// Answers ranges well, through `change`.
  RawServer::Answer good(std::function<std::string(std::string part, std::uint64_t from)> change = {}) {
    return [this, change](const std::string& head, int socket) {
      const auto from = from_of(head), to = to_of(head, bytes.size());
      auto part = bytes.substr(from, to - from + 1);
      if (change) part = change(part, from);
      if (RawServer::put(socket, range_head(what.sha256, from, to, bytes.size()))) RawServer::put(socket, part);
    };
  }
  TempDir dir;
  std::string bytes;
  FetchMedia what;
  std::unique_ptr<blob::Store> store;
  net::Client client{net::ClientOptions{}};
  net::Cancel cancel;
};

TEST_F(LibraryTest, TwentyCutsSendLessThanOnePercentAgain) {
  std::uint64_t sent = 0;
  RawServer server([&](const std::string& head, int socket) {
    const auto from = from_of(head);
    const std::uint64_t part = std::min<std::uint64_t>(bytes.size() - from, bytes.size() / 20);
    RawServer::put(socket, range_head(what.sha256, from, bytes.size() - 1, bytes.size()));
    RawServer::put(socket, std::string_view(bytes).substr(from, part));
    sent += part;  // then the line is cut
  });
  int tries = 0;
  while (!fetch(server)) ASSERT_LT(++tries, 40);
  EXPECT_GE(tries, 19);
  EXPECT_EQ(stored(), bytes);
  EXPECT_LE(sent, bytes.size() * 101 / 100);
}

TEST_F(LibraryTest, ABadChunkIsFetchedAgainAlone) {
  int bad = 1;
  RawServer server(good([&](std::string part, std::uint64_t from) {
    if (bad-- > 0 && from == 0) part[(1 << 20) + 7] ^= 1;
    return part;
  }));
  ASSERT_TRUE(fetch(server));
  EXPECT_EQ(stored(), bytes);
  ASSERT_EQ(server.requests().size(), 2u);
  EXPECT_NE(server.requests()[1].find("bytes=1048576-2097151"), std::string::npos);
}

TEST_F(LibraryTest, WrongBytesAgainAndAgainAreRefusedAndNotKept) {
  RawServer server(good([](std::string part, std::uint64_t) {
    part[5] ^= 1;
    return part;
  }));
  const auto r = fetch(server);
  ASSERT_FALSE(r);
  EXPECT_EQ(r.error().code, Code::blob_mismatch);
  EXPECT_FALSE(store->has(what.sha256));
  EXPECT_EQ(store->part_length(what.sha256).value_or(0), 0u);
  RawServer honest(good());
  EXPECT_TRUE(fetch(honest));
}

TEST_F(LibraryTest, AnEndlessBodyIsCutOff) {
  std::uint64_t sent = 0;
  RawServer server([&](const std::string&, int socket) {
    RawServer::put(socket, "HTTP/1.1 200 OK\r\nContent-Type: video/mp4\r\n\r\n");
    const std::string block(65536, 'x');
    while (sent < (64u << 20) && RawServer::put(socket, block)) sent += block.size();
  });
  const auto r = fetch(server);
  ASSERT_FALSE(r);
  EXPECT_EQ(r.error().code, Code::too_large);
  EXPECT_LT(sent, 16u << 20);
}

TEST_F(LibraryTest, AWrongContentLengthIsAnErrorAndTheNextTryGoesOn) {
  RawServer liar([&](const std::string&, int socket) {
    RawServer::put(socket, "HTTP/1.1 200 OK\r\nETag: \"" + what.sha256 + "\"\r\nContent-Length: " + std::to_string(bytes.size() + 5000) +
                               "\r\n\r\n" + bytes);
  });
  EXPECT_FALSE(fetch(liar));
  RawServer shorter([&](const std::string&, int socket) {
    RawServer::put(socket, "HTTP/1.1 200 OK\r\nETag: \"" + what.sha256 + "\"\r\nContent-Length: 10\r\n\r\n0123456789");
  });
  EXPECT_FALSE(fetch(shorter));
  RawServer honest(good());
  ASSERT_TRUE(fetch(honest));
  EXPECT_EQ(stored(), bytes);
}

TEST_F(LibraryTest, OneByteASecondIsGivenUp) {
  RawServer* self = nullptr;
  RawServer server([&](const std::string&, int socket) {
    RawServer::put(socket, "HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n");
    for (int i = 0; i < 500 && !self->stopping() && RawServer::put(socket, "x"); ++i) std::this_thread::sleep_for(Millis{200});
  });
  self = &server;
  FetchDocument small{1, what.sha256, 500, "t"};
  const auto begin = std::chrono::steady_clock::now();
  const auto r = fetch_document(client, *store, server.url(), small, cancel);
  ASSERT_FALSE(r);
  EXPECT_EQ(r.error().code, Code::too_slow);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(40));
}

TEST_F(LibraryTest, ARedirectIsNotFollowed) {
  RawServer server([](const std::string&, int socket) {
    RawServer::put(socket, "HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd\r\nContent-Length: 0\r\n\r\n");
  });
  const auto r = fetch(server);
  ASSERT_FALSE(r);
  EXPECT_EQ(r.error().code, Code::http_status);
}

TEST_F(LibraryTest, ADamagedBlobIsMendedByItsBadChunk) {
  RawServer server(good());
  ASSERT_TRUE(fetch(server));
  const auto file = store->root() / what.sha256.substr(0, 2) / what.sha256;
  store.reset();
  {
    std::fstream f(file, std::ios::in | std::ios::out | std::ios::binary);
    f.seekp(12);
    f.put('!');
  }
  blob::Options options;
  options.min_free = 0;
  store = blob::Store::open(dir.path() / "blobs", options).value();
  ASSERT_TRUE(fetch(server));
  EXPECT_EQ(stored(), bytes);
  ASSERT_EQ(server.requests().size(), 2u);
  EXPECT_NE(server.requests()[1].find("bytes=0-1048575"), std::string::npos);
}

TEST_F(LibraryTest, CancelEndsARunningDownload) {
  RawServer* self = nullptr;
  RawServer server([&](const std::string&, int socket) {
    RawServer::put(socket, range_head(what.sha256, 0, bytes.size() - 1, bytes.size()));
    RawServer::put(socket, std::string_view(bytes).substr(0, 100000));
    while (!self->stopping()) std::this_thread::sleep_for(Millis{10});
  });
  self = &server;
  std::thread later([&] {
    std::this_thread::sleep_for(Millis{300});
    cancel.cancel();
  });
  const auto r = fetch(server);
  later.join();
  ASSERT_FALSE(r);
  EXPECT_EQ(r.error().code, Code::cancelled);
}

TEST_F(LibraryTest, TheProbesReasonIsHandedOn) {
  const auto script = [&](const std::string& text) {
    const auto path = dir / "probe.sh";
    write_atomic(path, "#!/bin/sh\n" + text, 0755).value();
    return path;
  };
  const auto media = [&] {
    write_atomic(dir / "media", "x").value();
    return open_read(dir / "media").value();
  };
  EXPECT_TRUE(probe_media(script("echo '{\"kind\":\"video\"}'"), media(), "video/mp4"));
  auto r = probe_media(
      script("echo '{\"error\":\"media_mislabelled\",\"params\":{\"declared\":\"video/mp4\",\"actual\":\"png\"},\"zh\":\"\",\"en\":\"\"}'; "
             "exit 1"),
      media(), "video/mp4");
  ASSERT_FALSE(r);
  EXPECT_EQ(r.error().code, Code::media_mislabelled);
  EXPECT_NE(message(r.error(), Lang::en).find("png"), std::string::npos);
  r = probe_media(script("kill -9 $$"), media(), "video/mp4");
  ASSERT_FALSE(r);
  EXPECT_EQ(r.error().code, Code::media_decoder_died);
}

TEST(Keep, NothingGoesBeforeTheSetIsKnown) {
  TempDir dir;
  blob::Options options;
  options.min_free = 0;
  auto store = blob::Store::open(dir.path() / "blobs", options).value();
  const auto kept = store->put("kept").value().sha256, spare = store->put("spare").value().sha256;
  Keep keep;
  EXPECT_TRUE(keep.removable(*store).empty());
  keep.set({kept});
  EXPECT_EQ(keep.removable(*store), std::vector<std::string>{spare});
}

// ---- room ---------------------------------------------------------------------------------------------------------------

class RoomTest : public testing::Test {
 protected:
  RoomTest() {
    blob::Options options;
    options.min_free = 0;
    options.max_total = 10 << 20;
    options.evict = [this](std::uint64_t) { return keep.removable(*store); };
    store = blob::Store::open(dir.path() / "blobs", options).value();
  }
  std::string put(char fill, std::size_t megabytes, int days_ago) {
    const std::string bytes(megabytes << 20, fill);
    const auto sha = store->put(bytes).value().sha256;
    const timespec then{std::time(nullptr) - days_ago * 86400, 0};
    const timespec both[] = {then, then};
    EXPECT_EQ(::utimensat(AT_FDCWD, (dir.path() / "blobs" / sha.substr(0, 2) / sha).c_str(), both, 0), 0);
    return sha;
  }
  static FetchMedia film_of(std::uint64_t length) { return {1, std::string(64, 'a'), length, {}, "t"}; }
  TempDir dir;
  Keep keep;
  std::unique_ptr<blob::Store> store;
};

TEST_F(RoomTest, WhatNoSetWantedForLongestGoesFirstAndNothingThatASetNames) {
  const auto current = put('c', 2, 90), old_small = put('s', 1, 30), old_large = put('l', 2, 30), fresh = put('f', 3, 1);
  EXPECT_TRUE(keep.removable(*store).empty()) << "before it is known what stays";
  keep.set({current});
  EXPECT_EQ(keep.removable(*store), (std::vector{old_large, old_small, fresh}));
  ASSERT_TRUE(part_for(*store, film_of(4 << 20)));  // 8 of 10 MB are used
  EXPECT_TRUE(store->has(current));
  EXPECT_FALSE(store->has(old_large));
  EXPECT_TRUE(store->has(old_small));
  EXPECT_TRUE(store->has(fresh));
  // What leaves the sets today is as young as today.
  EXPECT_EQ(keep.set({fresh}), (std::set<std::string, std::less<>>{current}));
  ASSERT_TRUE(store->keep(current));
  EXPECT_EQ(keep.removable(*store), (std::vector{old_small, current}));
}

TEST_F(RoomTest, WithoutRoomNothingIsFetchedAndTheSetStays) {
  const auto current = put('c', 6, 0), other = put('o', 1, 0);
  keep.set({current});
  RawServer server([](const std::string&, int) {});
  net::Client client{net::ClientOptions{}};
  const net::Cancel cancel;
  const auto r = fetch_media(client, *store, server.url() + "/x", film_of(5 << 20), cancel);
  ASSERT_FALSE(r);
  EXPECT_EQ(r.error().code, Code::store_full);
  const Params expected{{"what", std::string(12, 'a')}, {"need", "5242880 B"}, {"room", "4194304 B"}};
  EXPECT_EQ(r.error().params, expected);
  EXPECT_TRUE(server.requests().empty());
  EXPECT_TRUE(store->has(current));
  EXPECT_TRUE(store->has(other)) << "nothing goes for a film that cannot come";
  EXPECT_FALSE(store->part_length(std::string(64, 'a')));
}

}  // namespace
}  // namespace fz::agent
