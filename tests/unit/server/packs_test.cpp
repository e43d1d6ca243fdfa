// What can be taken away of an item, and how long packs are kept.
#include "server/library/packs.hpp"

#include <map>

#include "server/speech/speech.hpp"
#include "tests/unit/server/fixture.hpp"

namespace fz::library {
namespace {

using Way = PackPlan::Way;

std::map<std::string, Way> ways(const Item& item, const std::vector<Rendition>& renditions) {
  std::map<std::string, Way> out;
  for (const auto& p : plan_packs(item, renditions)) {
    out[p.pack] = p.way;
    EXPECT_EQ(p.zh.empty(), p.way != Way::none) << p.pack << " says why when there is none";
    EXPECT_EQ(p.en.empty(), p.way != Way::none) << p.pack;
  }
  return out;
}
Rendition rendition(const std::string& profile, std::int64_t ms = 0, std::uint64_t length = 1000) {
  Rendition r;
  r.profile = profile;
  r.sha256 = profile;
  r.duration_ms = ms;
  r.length = length;
  return r;
}
Item item_of(Kind kind) {
  Item i;
  i.kind = kind;
  i.state = State::approved;
  i.title = "谨防刷单";
  return i;
}

TEST(PackPlans, OfEveryKind) {
  auto w = ways(item_of(Kind::video), {rendition("720p", 60'000), rendition("1080p", 60'000)});
  EXPECT_EQ(w["original"], Way::blob);
  EXPECT_EQ(w["screen"], Way::blob);
  EXPECT_EQ(w["chat"], Way::made);
  EXPECT_EQ(w["audio"], Way::made);
  EXPECT_EQ(w["print-a4"], Way::none);
  EXPECT_EQ(w["text"], Way::text);
  EXPECT_EQ(plan_packs(item_of(Kind::video), {rendition("720p"), rendition("1080p")})[1].sha256, "1080p");
  EXPECT_EQ(ways(item_of(Kind::video), {rendition("720p", kMaxChatMs + 1)})["chat"], Way::none);

  w = ways(item_of(Kind::poster), {rendition("original")});
  EXPECT_EQ(w["chat"], Way::made);
  EXPECT_EQ(w["print-a3"], Way::made);
  EXPECT_EQ(w["audio"], Way::none);

  w = ways(item_of(Kind::audio), {rendition("audio", 1000)});
  EXPECT_EQ(w["chat"], Way::blob);
  EXPECT_EQ(w["audio"], Way::blob);
  EXPECT_EQ(ways(item_of(Kind::audio), {rendition("audio", 1000, kMaxChatBytes + 1)})["chat"], Way::none);
  auto spoken = item_of(Kind::audio);
  spoken.source_mime = speech::kMime;
  EXPECT_EQ(ways(spoken, {rendition("audio")})["original"], Way::none) << "a text that the server speaks has no file";

  w = ways(item_of(Kind::bulletin), {rendition("text")});
  EXPECT_EQ(w["original"], Way::none);
  EXPECT_EQ(w["chat"], Way::made);
  EXPECT_EQ(w["print-a4"], Way::made);
  EXPECT_EQ(w["text"], Way::text);
  for (const auto& [pack, way] : ways(item_of(Kind::layout), {rendition("text")})) EXPECT_EQ(way, pack == "text" ? Way::text : Way::none);
  auto draft = item_of(Kind::poster);
  for (const State state : {State::draft, State::first, State::final, State::withdrawn, State::expired}) {
    draft.state = state;
    for (const auto& [pack, way] : ways(draft, {rendition("original")})) EXPECT_EQ(way, Way::none) << pack;
  }
}

TEST(PackPlans, NamesToSaveThemBy) {
  auto item = item_of(Kind::video);
  item.source_name = "原片.mov";
  EXPECT_EQ(pack_file_name(item, "original", "video/quicktime"), "原片.mov");
  EXPECT_EQ(pack_file_name(item, "chat", "video/mp4"), "谨防刷单-聊天群.mp4");
  EXPECT_EQ(pack_file_name(item, "print-a4", "application/pdf"), "谨防刷单-A4.pdf");
  EXPECT_EQ(pack_file_name(item, "text", "text/plain"), "谨防刷单-短文字.txt");
}

class PackTest : public ServerTest {
 protected:
  void put(const std::string& item, const std::string& pack, std::uint64_t length, UtcTime used) {
    write([&](store::Tx& tx) { return tx.library().put_pack({item, 1, pack, digest(pack).sha256, length, "x/y", now_, used}); });
  }
  std::vector<std::string> left(const std::string& item) {
    std::vector<std::string> out;
    for (const auto& p : *store_->read([&](const store::Tx& tx) { return tx.library().packs(item, 1); })) out.push_back(p.pack);
    return out;
  }
};

TEST_F(PackTest, OneJobAtATimeAndAFailedOneSaysNothingAgainstTheItem) {
  const auto item = *slogan("不转账", clerk_);
  const auto ask = [&](UtcTime at) {
    return *write([&](store::Tx& tx) { return ask_for_pack(tx.library(), tx.context(clerk_, at), item, "chat"); });
  };
  const auto first = ask(now_);
  EXPECT_EQ(ask(now_).id, first.id);
  EXPECT_EQ(first.kind, JobKind::pack);
  auto claimed = *write([&](store::Tx& tx) { return claim_job(tx.library(), now_); });
  ASSERT_TRUE(claimed);
  write([&](store::Tx& tx) { return fail_job(tx.library(), tx.context(clerk_, now_), claimed->id, fail(Code::media_corrupt), true); });
  const auto after = **store_->read([&](const store::Tx& tx) { return tx.library().item(item.id); });
  EXPECT_EQ(after.processing, Processing::ready);
  EXPECT_EQ(after.revision, item.revision);
  EXPECT_EQ(ask(now_ + Seconds{60}).id, first.id) << "a failure is not tried again at once";
  EXPECT_NE(ask(now_ + Seconds{700}).id, first.id);
  claimed = *write([&](store::Tx& tx) { return claim_job(tx.library(), now_); });
  ASSERT_TRUE(claimed);
  Pack pack;
  pack.sha256 = digest("bytes").sha256;
  pack.length = 5;
  write([&](store::Tx& tx) { return finish_pack(tx.library(), tx.context(clerk_, now_), claimed->id, pack); });
  EXPECT_EQ(left(item.id), std::vector<std::string>{"chat"});
  EXPECT_TRUE(*store_->read([&](const store::Tx& tx) { return tx.library().blob_is_used(pack.sha256); })) << "the sweep leaves it";
}

TEST_F(PackTest, PacksWaitForRenditions) {
  const auto item = *slogan("不转账", clerk_);
  write([&](store::Tx& tx) { return ask_for_pack(tx.library(), tx.context(clerk_, now_), item, "chat"); });
  Job render;
  render.item = item.id;
  render.kind = JobKind::render;
  render.profile = "720p";
  render.created = render.updated = now_;
  write([&](store::Tx& tx) { return tx.library().add_job(render); });
  EXPECT_EQ((*write([&](store::Tx& tx) { return claim_job(tx.library(), now_); }))->profile, "720p");
  EXPECT_EQ((*write([&](store::Tx& tx) { return claim_job(tx.library(), now_); }))->profile, "chat");
}

TEST_F(PackTest, WhatNobodyFetchesGoesAndSoDoesTheOldestOfTooMany) {
  const auto item = *slogan("不转账", clerk_);
  put(item.id, "a", 10, now_ - Days{90});
  put(item.id, "b", 10, now_ - Days{3});
  put(item.id, "c", 10, now_ - Days{2});
  put(item.id, "d", 10, now_ - Days{1});
  const auto drop = [&](std::int64_t most) {
    return *write([&](store::Tx& tx) { return tx.library().drop_packs(now_ - kPackLife, most); });
  };
  EXPECT_EQ(drop(1000), 1);
  EXPECT_EQ(left(item.id), (std::vector<std::string>{"b", "c", "d"}));
  EXPECT_EQ(drop(25), 1);
  EXPECT_EQ(left(item.id), (std::vector<std::string>{"c", "d"}));
  const auto totals = *store_->read([](const store::Tx& tx) { return tx.library().pack_totals(); });
  EXPECT_EQ(totals.count, 2);
  EXPECT_EQ(totals.bytes, 20);
}

}  // namespace
}  // namespace fz::library
