#include "shared/stick/stick.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cerrno>

#include "shared/crypto/sealed_box.hpp"
#include "tests/support/office.hpp"
#include "tests/support/temp_dir.hpp"

namespace fz::stick {
namespace {

using test::Office;
using test::TempDir;

TEST(Seal, OpensForItsKeyAndForNobodyElse) {
  const auto online = crypto::PrivateKey::generate(), other = crypto::PrivateKey::generate();
  const auto key = crypto::SealedBoxKey::derive(online, kSealPurpose);
  EXPECT_EQ(key.public_hex(), crypto::SealedBoxKey::derive(online, kSealPurpose).public_hex());
  EXPECT_NE(key.public_hex(), crypto::SealedBoxKey::derive(online, "another").public_hex());
  const std::string text("plays\0of a week", 15);
  auto sealed = crypto::seal(text, key.public_hex()).value();
  EXPECT_EQ(sealed.size(), text.size() + crypto::kSealOverhead);
  EXPECT_EQ(sealed.find("plays"), std::string::npos);
  EXPECT_NE(crypto::seal(text, key.public_hex()).value(), sealed);  // another box each time
  EXPECT_EQ(key.open(sealed).value(), text);
  EXPECT_FALSE(crypto::SealedBoxKey::derive(other, kSealPurpose).open(sealed));
  for (const std::size_t at : {std::size_t{0}, sealed.size() / 2, sealed.size() - 1}) {
    auto bad = sealed;
    bad[at] = static_cast<char>(bad[at] ^ 1);
    EXPECT_FALSE(key.open(bad)) << at;
  }
  for (const char* none : {"", "xyz", "00", "0000000000000000000000000000000000000000000000000000000000000000"})
    EXPECT_FALSE(crypto::seal(text, none)) << none;
  EXPECT_FALSE(key.open("short"));
}

Ticket ticket_for(const std::string& device) {
  return {device, "scr-1", "site-1", "渡口", "1001", "500119", "Asia/Shanghai", std::string(64, 'a'), test::kOfficeNow};
}

TEST(Ticket, OnlyTheOnlineKeysAndOnlyForThisDevice) {
  Office office;
  const auto device = office.device.id();
  const auto sign = [&](const Ticket& t, const crypto::PrivateKey& key, std::string_view type = kTicketType) {
    return trust::write_envelope(trust::sign(type, write_ticket(t), {&key}));
  };
  const auto good = read_ticket(sign(ticket_for(device), office.online), office.root, device);
  ASSERT_TRUE(good) << to_log(good.error());
  EXPECT_EQ(good->screen, "scr-1");
  EXPECT_EQ(good->site_name, "渡口");
  EXPECT_EQ(good->issued, test::kOfficeNow);
  EXPECT_EQ(good->plays_key, std::string(64, 'a'));
  EXPECT_EQ(read_ticket(sign(ticket_for(device), office.stranger), office.root, device).error().code, Code::trust_signature);
  EXPECT_EQ(read_ticket(sign(ticket_for(device), office.root1), office.root, device).error().code, Code::trust_signature);
  EXPECT_FALSE(read_ticket(sign(ticket_for(device), office.online, trust::kTimeType), office.root, device));
  EXPECT_EQ(read_ticket(sign(ticket_for(std::string(64, 'b')), office.online), office.root, device).error().code, Code::stick_unreadable);
  auto bad = ticket_for(device);
  bad.plays_key = "no key";
  EXPECT_FALSE(read_ticket(sign(bad, office.online), office.root, device));
}

TEST(Plays, ReadAsTheyWereWrittenAndNothingElse) {
  const Plays plays{"device", {"{\"one\":1}", "two"}};
  const auto text = write_plays(plays);
  const auto read = parse_plays(text);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->device, "device");
  EXPECT_EQ(read->batches, plays.batches);
  for (const char* bad : {"", "{}", "{\"batches\":[1],\"device\":\"d\",\"schema\":1}", "{\"batches\":[],\"device\":\"d\",\"schema\":2}"})
    EXPECT_EQ(parse_plays(bad).error().code, Code::stick_sealed) << bad;
  EXPECT_EQ(block_of(1), 1);
  EXPECT_EQ(block_of(1000), 1);
  EXPECT_EQ(block_of(1001), 1001);
  EXPECT_EQ(plays_file(1001), "000000001001.sealed");
}

class FolderTest : public testing::Test {
 protected:
  FolderTest() {
    make_dirs(fs::path(dir / "stick") / kFolder / "blobs").value();
    write_atomic(dir / "secret", "secret").value();
  }
  Folder folder() { return Folder::open(dir / "stick").value(); }
  TempDir dir;
};

TEST_F(FolderTest, WritesAndReadsBelowItself) {
  const auto f = folder();
  ASSERT_TRUE(f.write("fanzha/plays/abc", "1.sealed", "bytes"));
  ASSERT_TRUE(f.write("fanzha/plays/abc", "1.sealed", "other bytes"));
  EXPECT_EQ(f.read("fanzha/plays/abc/1.sealed", 100).value(), "other bytes");
  EXPECT_EQ(f.read("fanzha/plays/abc/1.sealed", 5).error().code, Code::too_large);
  EXPECT_EQ(f.read("fanzha/plays/abc/2.sealed", 100).error().code, Code::not_found);
  EXPECT_EQ(f.list("fanzha/plays/abc"), std::vector<std::string>{"1.sealed"});
  EXPECT_EQ(f.folders("fanzha/plays"), std::vector<std::string>{"abc"});
  f.remove("fanzha/plays/abc/1.sealed");
  EXPECT_TRUE(f.list("fanzha/plays/abc").empty());
}

// A stick of a stranger: links, names that lead out, things that are no files.
TEST_F(FolderTest, FollowsNothingThatLeadsOut) {
  const auto f = folder();
  fs::create_symlink(dir / "secret", dir / "stick/fanzha/blobs/link");
  fs::create_directory_symlink(dir.path(), dir / "stick/fanzha/plays");
  ASSERT_EQ(::mkfifo((dir / "stick/fanzha/blobs/pipe").c_str(), 0644), 0);
  for (const char* name : {"fanzha/blobs/link", "../secret", "fanzha/../../secret", "/etc/hostname", "fanzha/blobs/pipe", "fanzha/blobs"})
    EXPECT_FALSE(f.read(name, 100)) << name;
  EXPECT_FALSE(f.read("fanzha/plays/secret", 100));
  EXPECT_EQ(f.write("fanzha/plays", "planted", "x").error().code, Code::stick_unreadable);
  EXPECT_FALSE(fs::exists(dir / "planted"));
  EXPECT_FALSE(f.write("../out", "planted", "x"));
  EXPECT_FALSE(fs::exists(dir / "out"));
  EXPECT_TRUE(f.list("fanzha/plays").empty());
  EXPECT_TRUE(f.folders("fanzha/plays").empty());
}

TEST_F(FolderTest, IsMissedWhenItIsPulledOut) {
  const auto f = folder();
  EXPECT_TRUE(f.there());
  fs::rename(dir / "stick", dir / "pocket");
  EXPECT_FALSE(f.there());
  make_dirs(fs::path(dir / "stick") / kFolder).value();
  EXPECT_FALSE(f.there()) << "another one in its place";
}

TEST_F(FolderTest, AFullStickSaysWhatItNeeds) {
  const auto f = folder();
  set_disk_hook([](std::string_view step, const fs::path&) { return step == "write" ? ENOSPC : 0; });
  const auto full = f.write("fanzha/plays/abc", "1.sealed", "bytes");
  set_disk_hook({});
  ASSERT_FALSE(full);
  EXPECT_EQ(full.error().code, Code::stick_full);
  EXPECT_TRUE(f.list("fanzha/plays/abc").empty()) << "nothing half";
}

TEST_F(FolderTest, IsFoundWhereItIsMountedOrBelow) {
  make_dirs(dir / "media/other").value();
  make_dirs(fs::path(dir / "media/b") / kFolder).value();
  make_dirs(fs::path(dir / "media/a") / kFolder).value();
  fs::create_directory_symlink(dir / "stick/fanzha", dir / "media/other/fanzha");
  const std::vector<fs::path> expected{dir / "stick", dir / "media/a", dir / "media/b"};
  EXPECT_EQ(find({dir / "stick", dir / "nowhere", dir / "media"}), expected);
}

}  // namespace
}  // namespace fz::stick
