// The zones of a layout as the agent's core sees them: what stands where, and the director of the side zone.
#include <gtest/gtest.h>

#include "player/agent/core/arrangement.hpp"

namespace fz::agent {
namespace {

struct ZonesTest : testing::Test {
  const std::string kAll = R"("dayparts":[{"days":[1,2,3,4,5,6,7],"from":"00:00","to":"24:00"}],"from":"2026-01-01","until":"2027-12-31")";
  schedule::Playlist playlist;
  schedule::TimeZone zone = schedule::TimeZone::find("Asia/Shanghai").value();
  Catalogue catalogue;
  std::set<std::string> refused;
  Programme programme;
  Now now{Millis{10'000}, parse_time("2026-11-25T04:00:00Z").value(), parse_time("2026-11-25T04:00:00Z").value()};
  Chance chance{5};
  Actions out;
  int minted = 0;

  void SetUp() override {
    programme.playlist = &playlist;
    programme.zone = &zone;
    programme.catalogue = &catalogue;
    programme.door = [this](const Item& item, bool, UtcTime) -> std::optional<Error> {
      return refused.contains(item.approval) ? std::optional(fail(Code::trust_withdrawn)) : std::nullopt;
    };
    programme.mint_play = [this](UtcTime) { return "play-" + std::to_string(++minted); };
    for (std::string id : {"ap-l", "ap-f", "ap-side", "ap-alarm"})
      catalogue[id] = {id, id, "sha-" + id, 10, "application/vnd.fz.layout+json", wire::CueKind::text};
  }
  std::string slot(const std::string& id, const std::string& cls, const std::string& layer, const std::string& approval) const {
    return R"({"id":")" + id + R"(","campaign":"c","class":")" + cls + R"(","zone":")" + layer + R"(","weight":1,)" + kAll +
           R"(,"items":[{"approval":")" + approval + R"(","ms":5000}]})";
  }
  void play(const std::string& slots, const std::string& more = "") {
    playlist = schedule::parse_playlist(R"({"schema":1,"slots":[)" + slots + "]" + more + "}").value();
  }
  template <class T>
  std::vector<T> all() const {
    std::vector<T> found;
    for (auto& a : out)
      if (auto* t = std::get_if<T>(&a)) found.push_back(*t);
    return found;
  }
  template <class M>
  std::vector<M> told() const {
    std::vector<M> found;
    for (auto& t : all<TellScreen>())
      if (auto* m = std::get_if<M>(&t.message)) found.push_back(*m);
    return found;
  }
};

TEST_F(ZonesTest, TheLayoutGoesToTheScreenOnceItsTextIsThere) {
  play("", R"(,"layout":"ap-l","facts":"ap-f")");
  Arrangement a;
  a.screen_ready({}, true, now);
  a.advance(now, programme, "500119", "site-1", "t", out);
  EXPECT_EQ(all<FetchDocument>().size(), 2u);
  EXPECT_TRUE(told<wire::Layout>().empty());
  EXPECT_TRUE(a.pending(now)) << "plays wait for it";
  EXPECT_FALSE(a.document("sha-other", "x"));
  EXPECT_TRUE(a.document("sha-ap-l", "layout text"));
  EXPECT_TRUE(a.document("sha-ap-f", "facts text"));
  a.advance(now, programme, "500119", "site-1", "t", out);
  auto layouts = told<wire::Layout>();
  ASSERT_EQ(layouts.size(), 1u);
  EXPECT_EQ(layouts[0].id, "sha-ap-l");
  EXPECT_EQ(layouts[0].layout, "layout text");
  EXPECT_EQ(layouts[0].facts, "facts text");
  EXPECT_EQ(layouts[0].region, "500119");
  EXPECT_TRUE(a.pending(now));
  wire::Ready ready;
  ready.layout = "sha-ap-l";
  a.screen_ready(ready, false, now);
  EXPECT_FALSE(a.pending(now));
  now.boot += Millis{5000};
  a.advance(now, programme, "500119", "site-1", "t", out);
  EXPECT_EQ(told<wire::Layout>().size(), 1u) << "said once";
}

TEST_F(ZonesTest, AWithdrawnLayoutGivesWayToTheBuiltInOneWithinASecond) {
  play("", R"(,"layout":"ap-l")");
  Arrangement a;
  a.screen_ready({}, true, now);
  a.advance(now, programme, "", "", "t", out);
  a.document("sha-ap-l", "text");
  a.advance(now, programme, "", "", "t", out);
  refused.insert("ap-l");
  now.boot += Millis{1000};
  a.advance(now, programme, "", "", "t", out);
  auto layouts = told<wire::Layout>();
  ASSERT_EQ(layouts.size(), 2u);
  EXPECT_TRUE(layouts[1].id.empty());
  EXPECT_TRUE(layouts[1].layout.empty());
}

TEST_F(ZonesTest, AScreenThatHasAnotherLayoutIsToldEvenTheBuiltInOne) {
  play("");
  Arrangement a;
  a.screen_ready({}, true, now);
  a.advance(now, programme, "", "", "t", out);
  EXPECT_TRUE(told<wire::Layout>().empty()) << "it has the built-in one already";
  wire::Ready left_over;
  left_over.layout = "sha-old";
  a.screen_ready(left_over, true, now);
  a.advance(now, programme, "", "", "t", out);
  EXPECT_EQ(told<wire::Layout>().size(), 1u);
}

TEST_F(ZonesTest, AScreenThatNeverAnswersIsNotWaitedForForEver) {
  play("", R"(,"layout":"ap-l")");
  Arrangement a;
  a.screen_ready({}, true, now);
  a.advance(now, programme, "", "", "t", out);
  EXPECT_TRUE(a.pending(now));
  now.boot += Millis{2000};
  EXPECT_FALSE(a.pending(now));
}

TEST_F(ZonesTest, TheSideZonePlaysItsOwnSlotsInItsOwnSize) {
  play(slot("m", "campaign", "main", "ap-f") + "," + slot("s", "campaign", "side", "ap-side"));
  Ledger ledger;
  Director side(ledger, kSideZone);
  side.screen_ready(now, {{384, 540}, "cover", "blur"}, out);
  side.advance(now, programme, chance, out);
  auto opened = all<OpenItem>();
  ASSERT_EQ(opened.size(), 2u) << "two ahead";
  for (auto& o : opened) {
    EXPECT_EQ(o.zone, "side");
    EXPECT_EQ(o.item.approval, "ap-side");
    EXPECT_EQ(o.place, (Place{{384, 540}, "cover", "blur"}));
  }
}

TEST_F(ZonesTest, BesideAnEmergencyNothingElseIsShown) {
  play(slot("s", "campaign", "side", "ap-side"));
  Ledger ledger;
  Director side(ledger, kSideZone);
  side.screen_ready(now, {{384, 540}, "contain", "plain"}, out);
  side.advance(now, programme, chance, out);
  const auto id = all<OpenItem>().front().play;
  side.opened(id, now);
  side.cued({id}, now);
  side.advance(now, programme, chance, out);
  ASSERT_EQ(all<StoreIntent>().size(), 1u);
  EXPECT_EQ(all<StoreIntent>()[0].intent.zone, "side");
  side.intent_stored(id);
  side.advance(now, programme, chance, out);
  side.started({id, 0, 0}, now, "attested", out);
  EXPECT_EQ(side.on_air(), "ap-side");
  out.clear();
  play(slot("s", "campaign", "side", "ap-side") + "," + slot("e", "emergency", "main", "ap-alarm"));
  side.set_changed(now, programme, chance, out);
  auto stops = told<wire::Stop>();
  EXPECT_TRUE(std::any_of(stops.begin(), stops.end(), [&](auto& s) { return s.play == id; })) << "off the surface";
  EXPECT_TRUE(all<OpenItem>().empty()) << "and nothing follows";
}

}  // namespace
}  // namespace fz::agent
