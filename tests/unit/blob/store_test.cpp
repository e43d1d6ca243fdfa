#include "shared/blob/blob.hpp"

#include <thread>

#include "tests/unit/blob/fixture.hpp"

namespace fz::blob {
namespace {

using StoreTest = BlobTest;

TEST_F(StoreTest, PutsUnderTheHashAndReadsBack) {
  auto store = open();
  const Bytes data = bytes((2u << 20) + 17);
  auto info = store->put(data);
  ASSERT_TRUE(info);
  EXPECT_EQ(info->sha256, crypto::sha256_hex(data));
  EXPECT_EQ(info->chunks.size(), 3u);
  EXPECT_EQ(info->length, data.size());
  EXPECT_EQ(*store->read(info->sha256, data.size()), as_text(data));
  EXPECT_EQ(store->read(info->sha256, 5).error().code, Code::too_large);
  EXPECT_EQ(store->total(), data.size());
  ASSERT_TRUE(store->put(data));
  EXPECT_EQ(store->total(), data.size());
  EXPECT_EQ(store->list().size(), 1u);
  EXPECT_EQ(leftovers(), 0u);
}

TEST_F(StoreTest, RefusesOtherBytesThanAnnounced) {
  auto store = open();
  const Bytes data = bytes(1000);
  EXPECT_EQ(store->put(data, {999, {}}).error().code, Code::blob_mismatch);
  EXPECT_EQ(store->put(data, {{}, std::string(64, 'a')}).error().code, Code::blob_mismatch);
  EXPECT_TRUE(store->list().empty());
}

TEST_F(StoreTest, NamesThatAreNoHashesAreNotFound) {
  auto store = open();
  for (const char* name : {"", "..", "../../etc/passwd", "AB", "zz"}) {
    EXPECT_EQ(store->open_verified(name).error().code, Code::not_found) << name;
    EXPECT_FALSE(store->has(name));
    EXPECT_TRUE(store->remove(name));
  }
  EXPECT_EQ(store->part("../x", 10).error().code, Code::bad_field);
  EXPECT_EQ(store->part(".x", 10).error().code, Code::bad_field);
}

TEST_F(StoreTest, HashesAtTheFirstOpenAfterAStartOnly) {
  std::string name;
  {
    auto store = open();
    name = store->put(bytes(5000))->sha256;
    EXPECT_TRUE(store->is_verified(name));
  }
  auto store = open();
  EXPECT_FALSE(store->is_verified(name));
  ASSERT_TRUE(store->open_verified(name));
  EXPECT_TRUE(store->is_verified(name));
}

TEST_F(StoreTest, NeverHandsOutDamagedBytes) {
  std::string name;
  {
    auto store = open();
    name = store->put(bytes(5000))->sha256;
    damage(name, 1234);  // while the program runs: the change is seen by the file's time
    EXPECT_EQ(store->open_verified(name).error().code, Code::blob_damaged);
  }
  auto store = open();
  EXPECT_EQ(store->open_verified(name).error().code, Code::blob_damaged);
  EXPECT_EQ(store->read(name, 10000).error().code, Code::blob_damaged);
  ASSERT_TRUE(store->put(bytes(5000)));  // the remedy that the message names
  EXPECT_TRUE(store->open_verified(name));
  EXPECT_EQ(store->total(), 5000u);
}

TEST_F(StoreTest, DoesNotFollowALinkInPlaceOfABlob) {
  auto store = open();
  const std::string name = store->put(bytes(10))->sha256;
  fs::rename(path_of(name), dir_ / "elsewhere");
  fs::create_symlink(dir_ / "elsewhere", path_of(name));
  EXPECT_FALSE(store->open_verified(name));
}

TEST_F(StoreTest, TakesOverAFinishedFile) {
  auto store = open();
  const Bytes data = bytes(3000, 7);
  ASSERT_TRUE(write_atomic(dir_ / "made", as_text(data)));
  EXPECT_EQ(store->adopt(dir_ / "made", {1, {}}).error().code, Code::blob_mismatch);
  ASSERT_TRUE(fs::exists(dir_ / "made"));
  auto info = store->adopt(dir_ / "made");
  ASSERT_TRUE(info) << to_log(info.error());
  EXPECT_FALSE(fs::exists(dir_ / "made"));
  EXPECT_EQ(*store->read(info->sha256, 3000), as_text(data));
}

TEST_F(StoreTest, OneProcessAtATime) {
  auto store = open();
  EXPECT_EQ(Store::open(dir_ / "media").error().code, Code::conflict);
}

TEST_F(StoreTest, QuotaRefusesOrEvicts) {
  Options options;
  options.max_total = 10000;
  auto store = open(options);
  const auto first = store->put(bytes(6000, 1));
  ASSERT_TRUE(first);
  EXPECT_EQ(store->put(bytes(6000, 2)).error().code, Code::disk_full);
  EXPECT_EQ(store->part("p", 5000).error().code, Code::disk_full);
  store.reset();
  options.evict = [&](std::uint64_t needed) {
    EXPECT_EQ(needed, 2000u);
    return std::vector<std::string>{std::string(64, 'f'), first->sha256, std::string(64, 'e')};
  };
  store = open(options);
  auto opened = store->open_verified(first->sha256);
  ASSERT_TRUE(store->put(bytes(6000, 2)));
  EXPECT_FALSE(store->has(first->sha256));
  EXPECT_EQ(store->total(), 6000u);
  char c = 0;  // who had it open still reads it
  EXPECT_EQ(::pread(opened->fd.get(), &c, 1, 0), 1);
}

TEST_F(StoreTest, KeepsTheReserveFree) {
  Options options;
  options.min_free = 1ull << 60;
  auto store = open(options);
  EXPECT_EQ(store->put(bytes(1)).error().code, Code::disk_full);
}

// Whichever step of the disk fails: an error, no blob under a wrong name, no rubbish, and the next try works.
TEST_F(StoreTest, EveryFailingStepLeavesNothingOrAll) {
  auto store = open();
  const Bytes data = bytes(3000, 3);
  const std::string name = crypto::sha256_hex(data);
  int seen = 0;
  for (int nth = 1;; ++nth) {
    int step = 0;
    set_disk_hook([&](std::string_view, const fs::path&) { return ++step == nth ? ENOSPC : 0; });
    auto r = store->put(data);
    set_disk_hook(nullptr);
    EXPECT_EQ(leftovers(), 0u);
    if (step < nth) {
      EXPECT_TRUE(r);
      break;
    }
    ++seen;
    EXPECT_EQ(r.error().code, Code::disk_full) << nth;
    EXPECT_TRUE(!store->has(name) || store->read(name, 3000)) << nth;
    ASSERT_TRUE(store->put(data));
    EXPECT_EQ(store->total(), 3000u);
    ASSERT_TRUE(store->remove(name));
  }
  EXPECT_GE(seen, 5);
}

TEST_F(StoreTest, ManyThreadsPutTheSameAndOthers) {
  auto store = open();
  std::vector<std::thread> threads;
  for (unsigned t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      for (unsigned i = 0; i < 20; ++i) {
        auto r = store->put(bytes(1000 + i, t % 2));
        ASSERT_TRUE(r);
        ASSERT_TRUE(store->open_verified(r->sha256));
      }
    });
  }
  for (auto& t : threads) t.join();
  EXPECT_EQ(store->list().size(), 40u);
  EXPECT_EQ(leftovers(), 0u);
  std::uint64_t sum = 0;
  for (const auto& e : store->list()) sum += e.length;
  EXPECT_EQ(store->total(), sum);
}

TEST_F(StoreTest, RemovesOnlyWhatWasNotStoredLately) {
  auto store = open();
  const auto old = bytes(2000);
  const auto name = store->put(old)->sha256;
  const auto age = [&] { fs::last_write_time(path_of(name), fs::file_time_type::clock::now() - std::chrono::hours(3)); };
  const auto hour = std::chrono::hours(1);
  EXPECT_FALSE(*store->remove_unless_newer(name, hour));
  // Putting, keeping or committing the same bytes again counts as storing them.
  age();
  ASSERT_TRUE(store->put(old));
  EXPECT_FALSE(*store->remove_unless_newer(name, hour));
  age();
  EXPECT_TRUE(store->keep(name));
  EXPECT_FALSE(*store->remove_unless_newer(name, hour));
  // Keeping what is known to be good leaves it so.
  ASSERT_TRUE(store->put(old));
  ASSERT_TRUE(store->is_verified(name));
  EXPECT_TRUE(store->keep(name));
  EXPECT_TRUE(store->is_verified(name));
  {
    auto part = store->part("again", 2000);
    ASSERT_TRUE(part && part->append(old));
    age();
    fs::last_write_time(dir_ / "media/parts/again", fs::file_time_type::clock::now() - std::chrono::hours(3));
    ASSERT_TRUE(part->commit());
    EXPECT_FALSE(*store->remove_unless_newer(name, hour));
    ASSERT_TRUE(part->discard());
  }
  age();
  EXPECT_TRUE(*store->remove_unless_newer(name, hour));
  EXPECT_FALSE(*store->remove_unless_newer(name, hour));
  EXPECT_FALSE(store->keep(name));
  EXPECT_EQ(store->total(), 0u);
}

}  // namespace
}  // namespace fz::blob
