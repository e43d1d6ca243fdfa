#include "server/campaigns/campaigns.hpp"

#include <gtest/gtest.h>

#include "tests/support/town_hall.hpp"

namespace fz::campaigns {
namespace {

constexpr std::string_view kDraft =
    R"({"name":"一季度反诈普法季","class":"campaign","layer":"main","weight":3,"from":"2026-01-01","until":"2026-12-31","dayparts":[{"days":[1,5],"from":"22:00","to":"06:00"}],"items":[{"item":"i1","ms":15000}],"max_per_hour":12,"min_spacing_s":120,"target":{"unit":"500119","venues":["1001"],"audiences":[],"tags":["hall"]}})";

class CampaignsTest : public ::testing::Test {
 protected:
  CampaignsTest() {
    library::Item item;
    item.id = "i1";
    item.unit = "500119";
    item.owner = item.author = "a-clerk";
    item.title = "冒充客服退款";
    item.state = library::State::draft;
    put(item);
  }
  void put(const library::Item& item) {
    item_ = item;
    hall_.write([&](store::Tx& tx) { return tx.library().put_item(item); }).value();
  }
  Campaign draft() { return from_json(json::parse(kDraft).value()).value(); }
  Result<Campaign> make(const Actor& who, const Campaign& d) {
    return hall_.write([&](store::Tx& tx) { return create(tx.campaigning(), tx.context(who, hall_.now()), d); });
  }
  Result<Campaign> state(const std::string& id, State s) {
    return hall_.write([&](store::Tx& tx) { return set_state(tx.campaigning(), tx.context(hall_.publisher, hall_.now()), id, s); });
  }
  test::TownHall hall_;
  library::Item item_;
};

TEST_F(CampaignsTest, JsonGoesBothWays) {
  auto c = draft();
  auto text = json::write(to_json(c));
  EXPECT_EQ(json::write(to_json(from_json(json::parse(text).value()).value())), text);
  EXPECT_EQ(c.dayparts[0].days, 0b0010001);
  EXPECT_EQ(c.dayparts[0].from, 22 * 60);
}

TEST_F(CampaignsTest, JsonIsStrict) {
  auto with = [&](std::string_view from, std::string_view to) {
    std::string text(kDraft);
    text.replace(text.find(from), from.size(), to);
    auto v = json::parse(text);
    return v ? from_json(*v).has_value() : false;
  };
  EXPECT_TRUE(with("\"weight\":3", "\"weight\":4"));
  EXPECT_FALSE(with("\"weight\":3", "\"weight\":0"));
  EXPECT_FALSE(with("\"weight\":3", "\"wieght\":3"));
  EXPECT_FALSE(with("2026-12-31", "2026-02-30"));
  EXPECT_FALSE(with("22:00", "24:00"));
  EXPECT_FALSE(with("[1,5]", "[0]"));
  EXPECT_FALSE(with("\"class\":\"campaign\"", "\"class\":\"urgent\""));
  EXPECT_FALSE(with("15000", "10"));
}

TEST_F(CampaignsTest, ALayoutIsALayoutAndMustBeApprovedToo) {
  auto approved = item_;
  approved.state = library::State::approved;
  put(approved);
  auto d = draft();
  d.layout = "i1";
  EXPECT_EQ(make(hall_.publisher, d).error().code, Code::wrong_item_kind) << "a poster is none";
  library::Item layout = approved;
  layout.id = "l1";
  layout.kind = library::Kind::layout;
  layout.source_mime = "application/vnd.fz.layout+json";
  layout.state = library::State::draft;
  put(layout);
  d.layout = "l1";
  EXPECT_EQ(from_json(to_json(d))->layout, "l1");
  auto c = make(hall_.publisher, d);
  ASSERT_TRUE(c) << to_log(c.error());
  EXPECT_EQ(state(c->id, State::active).error().code, Code::campaign_unapproved);
  layout.state = library::State::approved;
  put(layout);
  EXPECT_TRUE(state(c->id, State::active));
  d.facts = "l1";
  EXPECT_EQ(make(hall_.publisher, d).error().code, Code::wrong_item_kind) << "a layout is no table of facts";
}

TEST_F(CampaignsTest, IsMadeByAPublisherForItsBranch) {
  auto c = make(hall_.publisher, draft());
  ASSERT_TRUE(c) << to_log(c.error());
  EXPECT_EQ(c->unit, "500119");
  EXPECT_EQ(make(hall_.contributor, draft()).error().code, Code::forbidden_role);
  EXPECT_EQ(make(hall_.neighbour_admin, draft()).error().code, Code::not_found);
  auto d = draft();
  d.items[0].item = "nowhere";
  EXPECT_EQ(make(hall_.publisher, d).error().code, Code::not_found);
  d = draft();
  d.target.unit = "500000";
  EXPECT_EQ(make(hall_.publisher, d).error().code, Code::not_found);
  d = draft();
  d.until = d.from - std::chrono::months{1};
  EXPECT_EQ(make(hall_.publisher, d).error().code, Code::bad_field);
  auto got = hall_.read([&](const store::Tx& tx) { return get(tx.campaigns(), tx.accounts(), hall_.neighbour_admin, c->id); });
  EXPECT_EQ(got.error().code, Code::not_found);
}

TEST_F(CampaignsTest, BecomesActiveOnlyWithApprovedItems) {
  auto c = make(hall_.publisher, draft()).value();
  auto refused = state(c.id, State::active);
  EXPECT_EQ(refused.error().code, Code::campaign_unapproved);
  EXPECT_NE(message(refused.error(), Lang::zh).find("冒充客服退款"), std::string::npos);
  item_.state = library::State::approved;
  put(item_);
  EXPECT_EQ(state(c.id, State::active)->state, State::active);
  auto active = hall_.read([](const store::Tx& tx) { return tx.campaigns().active(); }).value();
  ASSERT_EQ(active.size(), 1u);
  EXPECT_EQ(json::write(to_json(active[0])), json::write(to_json(draft())));
  EXPECT_TRUE(state(c.id, State::stopped));
  EXPECT_TRUE(hall_.read([](const store::Tx& tx) { return tx.campaigns().active(); })->empty());
}

TEST_F(CampaignsTest, TwoPeopleAtOnceAreTold) {
  auto c = make(hall_.publisher, draft()).value();
  auto edit = [&](std::int64_t revision) {
    auto d = draft();
    d.weight = 9;
    return hall_.write(
        [&](store::Tx& tx) { return change(tx.campaigning(), tx.context(hall_.publisher, hall_.now()), c.id, d, revision); });
  };
  EXPECT_EQ(edit(c.revision)->weight, 9);
  EXPECT_EQ(edit(c.revision).error().code, Code::conflict);
  EXPECT_TRUE(edit(0));
}

TEST_F(CampaignsTest, ListsNewestFirstWithinTheBranch) {
  auto a = make(hall_.publisher, draft()).value();
  hall_.clock().advance(Seconds{1});
  auto b = make(hall_.publisher, draft()).value();
  auto list = hall_.read([](const store::Tx& tx) { return tx.campaigns().campaigns("500000/500119/", "", 10); }).value();
  ASSERT_EQ(list.size(), 2u);
  EXPECT_EQ(list[0].id, b.id);
  auto older = hall_.read([&](const store::Tx& tx) { return tx.campaigns().campaigns("500000/500119/", b.id, 10); }).value();
  ASSERT_EQ(older.size(), 1u);
  EXPECT_EQ(older[0].id, a.id);
  EXPECT_TRUE(hall_.read([](const store::Tx& tx) { return tx.campaigns().campaigns("500000/500118/", "", 10); })->empty());
}

}  // namespace
}  // namespace fz::campaigns
