#include "tests/unit/blob/fixture.hpp"

namespace fz::blob {
namespace {

using PartTest = BlobTest;

TEST_F(PartTest, GrowsOverRestartsAndBecomesABlob) {
  const Bytes data = bytes(2500000);
  const ByteView all(data);
  {
    auto store = open();
    auto part = store->part("upload-1", data.size());
    ASSERT_TRUE(part);
    ASSERT_TRUE(part->append(all.first(1000000)));
    ASSERT_TRUE(part->append(all.subspan(1000000, 500000)));
  }
  auto store = open();
  EXPECT_EQ(store->part_length("upload-1"), 1500000u);
  EXPECT_EQ(store->parts(), std::vector<std::string>{"upload-1"});
  auto part = store->part("upload-1", data.size());
  ASSERT_TRUE(part);
  EXPECT_EQ(part->length(), 1500000u);
  ASSERT_TRUE(part->append(all.subspan(1500000)));
  EXPECT_EQ(part->append(all.first(1)).error().code, Code::too_large);
  auto info = part->commit({data.size(), crypto::sha256_hex(data)});
  ASSERT_TRUE(info) << to_log(info.error());
  EXPECT_EQ(info->chunks.size(), 3u);
  EXPECT_TRUE(store->is_verified(info->sha256));
  EXPECT_EQ(store->part_length("upload-1"), data.size());  // until the caller's own record is written
  EXPECT_EQ(part->rewrite(0, all.first(1)).error().code, Code::conflict);
  ASSERT_TRUE(part->discard());
  EXPECT_FALSE(store->part_length("upload-1"));
  EXPECT_EQ(store->read(info->sha256, data.size())->size(), data.size());
}

TEST_F(PartTest, CommittedTwiceIsTheSameBlob) {
  auto store = open();
  std::string name;
  {
    auto part = store->part("p", 100);
    ASSERT_TRUE(part->append(bytes(100)));
    name = part->commit()->sha256;
  }  // the program dies before discard()
  store.reset();
  store = open();
  auto part = store->part("p", 100);
  ASSERT_TRUE(part);
  auto info = part->commit();
  ASSERT_TRUE(info) << to_log(info.error());
  EXPECT_EQ(info->sha256, name);
  ASSERT_TRUE(part->discard());
  EXPECT_EQ(store->total(), 100u);
  EXPECT_TRUE(store->read(name, 100));
}

TEST_F(PartTest, RefusesOtherBytesAndKeepsThePart) {
  auto store = open();
  auto part = store->part("p", 100);
  ASSERT_TRUE(part->append(bytes(100)));
  EXPECT_EQ(part->commit({{}, std::string(64, '0')}).error().code, Code::blob_mismatch);
  EXPECT_TRUE(store->list().empty());
  EXPECT_EQ(store->part_length("p"), 100u);
}

TEST_F(PartTest, OneBadChunkIsFoundAndMended) {
  const Bytes data = bytes((3u << 20) + 5);
  auto store = open();
  const Info good = *store->put(data);
  damage(good.sha256, (1u << 20) + 99);
  EXPECT_EQ(store->open_verified(good.sha256).error().code, Code::blob_damaged);
  auto part = store->mend(good.sha256, "mend-1");
  ASSERT_TRUE(part) << to_log(part.error());
  EXPECT_FALSE(store->has(good.sha256));
  EXPECT_EQ(*part->bad_chunks(good.chunks), std::vector<std::size_t>{1});
  ASSERT_TRUE(part->rewrite(1u << 20, ByteView(data).subspan(1u << 20, 1u << 20)));
  EXPECT_TRUE(part->bad_chunks(good.chunks)->empty());
  auto info = part->commit({good.length, good.sha256});
  ASSERT_TRUE(info);
  ASSERT_TRUE(part->discard());
  EXPECT_TRUE(store->open_verified(good.sha256));
}

TEST_F(PartTest, ShortPartHasMissingChunks) {
  const Bytes data = bytes((2u << 20) + 5);
  auto store = open();
  const Info good = *store->put(data);
  auto part = store->part("p", data.size());
  ASSERT_TRUE(part->append(ByteView(data).first(100)));
  EXPECT_EQ(*part->bad_chunks(good.chunks), (std::vector<std::size_t>{0, 1, 2}));
  ASSERT_TRUE(part->truncate(0));
  ASSERT_TRUE(part->append(data));
  EXPECT_EQ(part->commit()->sha256, good.sha256);
}

TEST_F(PartTest, FullDiskKeepsWhatArrived) {
  auto store = open();
  auto part = store->part("p", 1000);
  ASSERT_TRUE(part->append(bytes(400)));
  set_disk_hook([](std::string_view step, const fs::path&) { return step == "write" ? ENOSPC : 0; });
  EXPECT_EQ(part->append(bytes(600)).error().code, Code::disk_full);
  set_disk_hook(nullptr);
  EXPECT_EQ(part->length(), 400u);
  EXPECT_EQ(store->part_length("p"), 400u);
  Bytes rest = bytes(600, 9);
  ASSERT_TRUE(part->append(rest));
  Bytes whole = bytes(400);
  whole.insert(whole.end(), rest.begin(), rest.end());
  EXPECT_EQ(part->commit()->sha256, crypto::sha256_hex(whole));
}

TEST_F(PartTest, EveryFailingStepOfACommitCanBeRepeated) {
  auto store = open();
  int seen = 0;
  for (int nth = 1;; ++nth) {
    const Bytes data = bytes(2000, static_cast<unsigned>(nth));
    auto part = store->part("p", 2000);
    ASSERT_TRUE(part->append(data));
    int step = 0;
    set_disk_hook([&](std::string_view, const fs::path&) { return ++step == nth ? EIO : 0; });
    auto r = part->commit();
    set_disk_hook(nullptr);
    if (step >= nth) {
      ++seen;
      EXPECT_EQ(r.error().code, Code::io) << nth;
      r = part->commit();
    }
    ASSERT_TRUE(r) << nth << to_log(r.error());
    EXPECT_EQ(r->sha256, crypto::sha256_hex(data));
    EXPECT_TRUE(store->read(r->sha256, 2000));
    ASSERT_TRUE(part->discard());
    EXPECT_EQ(leftovers(), 0u);
    if (step < nth) break;
  }
  EXPECT_GE(seen, 4);
}

}  // namespace
}  // namespace fz::blob
