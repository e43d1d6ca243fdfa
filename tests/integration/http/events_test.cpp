// The live channel of the consoles: what changed on one's branch, soon, not too often, and nothing of anybody else's.
#include <condition_variable>
#include <mutex>

#include "server/http/events.hpp"
#include "shared/net/ws_client.hpp"
#include "tests/integration/http/flow.hpp"

namespace fz::test {
namespace {

/// A tab of a console that writes down what it hears.
class Tab {
 public:
  Tab(const std::string& base, const std::string& token, net::Headers headers = {}) {
    headers.set("Authorization", "Bearer " + token);
    net::WsClientOptions o;
    o.url = base + "/v1/events";
    o.headers = std::move(headers);
    client_ = net::WsClient::connect(std::move(o), {[] {},
                                                    [this](std::string_view text) {
                                                      const std::lock_guard lock(mutex_);
                                                      const auto v = json::parse(text);
                                                      if (v) heard_.push_back(v->as_object());
                                                      changed_.notify_all();
                                                    },
                                                    [this](const Error& e) {
                                                      const std::lock_guard lock(mutex_);
                                                      closed_ = e;
                                                      changed_.notify_all();
                                                    }});
  }
  ~Tab() { client_.reset(); }
  /// Waits until a message of this topic is there; its id, "-" if it has none, empty if it did not come.
  std::string wait(const std::string& topic, const std::string& id = {}) {
    std::unique_lock lock(mutex_);
    std::string seen;
    changed_.wait_for(lock, Seconds{10}, [&] {
      for (const auto& m : heard_)
        if (m.at("topic").as_string() == topic && (id.empty() || !m.contains("id") || m.at("id").as_string() == id)) {
          seen = m.contains("id") ? std::string(m.at("id").as_string()) : "-";
          return true;
        }
      return false;
    });
    return seen;
  }
  bool closes() {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, Seconds{10}, [&] { return closed_.has_value(); });
  }
  std::vector<json::object> all() {
    const std::lock_guard lock(mutex_);
    return heard_;
  }
  void forget() {
    const std::lock_guard lock(mutex_);
    heard_.clear();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<json::object> heard_;
  std::optional<Error> closed_;
  std::unique_ptr<net::WsClient> client_;
};

class EventsTest : public Flow {
 protected:
  Client of_unit(const std::string& login, const std::string& unit) {
    boss().expect(201, boss().post("/v1/accounts", {{"login", login},
                                                    {"name", login},
                                                    {"unit", unit},
                                                    {"roles", json::array{"contributor", "publisher"}},
                                                    {"password", kPassword},
                                                    {"must_change", false}}));
    Client c(base);
    c.set_token(text_of(c.expect(200, c.post("/v1/session", {{"login", login}, {"password", kPassword}})), "token"));
    return c;
  }
};

TEST_F(EventsTest, WhatChangedIsToldWithItsId) {
  ceremony();
  Tab tab(base, boss().token());
  EXPECT_EQ(tab.wait("resync"), "-");
  EXPECT_EQ(tab.wait("beat"), "-");
  const auto id = slogan_in_draft("不轻信");
  EXPECT_EQ(tab.wait("items", id), id);
  EXPECT_EQ(tab.wait("jobs", id), id);
  for (const auto& m : tab.all()) EXPECT_EQ(OpenApi::get().validate(OpenApi::get().at("/components/schemas/ConsoleEvent"), m, "$"), "");
  const auto second = slogan_in_final("不转账");
  EXPECT_FALSE(tab.wait("reviews", second).empty());
  approve(second);
  campaign({second});
  EXPECT_FALSE(tab.wait("campaigns").empty());
  tab.forget();
  enrol();
  EXPECT_FALSE(tab.wait("screens").empty());
  publisher[0].expect(200, publisher[0].post("/v1/publish", json::object{}));
  EXPECT_FALSE(tab.wait("publish").empty());
  tab.forget();
  // A status that says the same again is nothing to tell; another one is.
  const auto status = [&](const std::string& playing, int free_mb) {
    return screen[0].call(net::Method::put, "/v1/status", json::write(json::object{{"playing", playing}, {"free_mb", free_mb}})).status;
  };
  EXPECT_EQ(status("a1", 100), 204u);
  EXPECT_EQ(tab.wait("screens", screen_id), screen_id);
  const auto read = publisher[0].expect(200, publisher[0].get("/v1/screens/" + screen_id));
  EXPECT_EQ(read.at("status").at("playing").as_string(), "a1") << "told when it can be read";
  tab.forget();
  EXPECT_EQ(status("a1", 99), 204u);
  slogan_in_draft("不透露");
  EXPECT_FALSE(tab.wait("items").empty());
  for (const auto& m : tab.all()) EXPECT_NE(m.at("topic").as_string(), "screens");
}

TEST_F(EventsTest, AtMostTwoASecondOfATopic) {
  Tab tab(base, boss().token());
  EXPECT_EQ(tab.wait("resync"), "-");
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < 60; ++i) slogan_in_draft("口号" + std::to_string(i));
  const auto took = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  std::this_thread::sleep_for(Millis{700});
  double items = 0;
  bool many = false;
  for (const auto& m : tab.all()) {
    items += m.at("topic").as_string() == "items" ? 1 : 0;
    many = many || (m.at("topic").as_string() == "items" && !m.contains("id"));
  }
  EXPECT_GE(items, 1);
  EXPECT_LE(items, 2 * (took + 0.7) + 1);
  EXPECT_TRUE(many) << "several at once are told without an id";
}

TEST_F(EventsTest, NobodyHearsOfAnotherBranch) {
  const auto unit = [&](const char* name) {
    return text_of(boss().expect(201, boss().post("/v1/units", {{"parent", root_unit}, {"name", name}})), "id");
  };
  const auto mine = unit("甲街道"), theirs = unit("乙街道");
  auto owner = of_unit("owner", mine), stranger = of_unit("stranger", theirs);
  Tab owners(base, owner.token()), strangers(base, stranger.token()), above(base, boss().token());
  for (Tab* t : {&owners, &strangers, &above}) {
    EXPECT_EQ(t->wait("resync"), "-");
    EXPECT_EQ(t->wait("beat"), "-");
    t->forget();
  }
  const json::object document{{"schema", 1}, {"type", "slogan"}, {"text", "甲"}, {"fraud_kind", "fake_orders"}, {"exposes", "method"}};
  const auto id = text_of(owner.expect(201, owner.post("/v1/items", {{"title", "甲"}, {"document", document}})), "id");
  owner.expect(201, owner.post("/v1/campaigns", {{"name", "甲活动"},
                                                 {"from", "2026-11-01"},
                                                 {"until", "2026-12-31"},
                                                 {"items", json::array{json::object{{"item", id}, {"ms", 5000}}}},
                                                 {"target", {{"unit", mine}}}}));
  EXPECT_EQ(owners.wait("items", id), id);
  EXPECT_EQ(above.wait("items", id), id) << "who is above sees what is below";
  EXPECT_FALSE(owners.wait("campaigns").empty());
  // What happens on the stranger's own branch later reaches him, and only that.
  const auto own = text_of(stranger.expect(201, stranger.post("/v1/items", {{"title", "乙"}, {"document", document}})), "id");
  EXPECT_EQ(strangers.wait("items", own), own);
  for (const auto& m : strangers.all()) {
    const auto topic = m.at("topic").as_string();
    EXPECT_TRUE(topic == "items" || topic == "jobs" || topic == "beat") << json::write(m);
    if (m.contains("id")) {
      EXPECT_EQ(m.at("id").as_string(), own);
    }
  }
  // Moved to the other branch: hears what is there from then on, and of the old one no more.
  const auto account = boss().expect(200, boss().get("/v1/accounts"));
  std::string stranger_id;
  for (const auto& a : account.at("accounts").as_array())
    if (a.at("login").as_string() == "stranger") stranger_id = std::string(a.at("id").as_string());
  boss().expect(200, boss().call(net::Method::patch, "/v1/accounts/" + stranger_id, json::write(json::object{{"unit", mine}})));
  EXPECT_TRUE(strangers.closes()) << "being moved ends the sessions, and with them the channel";
}

TEST_F(EventsTest, WhoAnItemIsSharedWithHearsOfItUntilTheShareEnds) {
  const auto unit = [&](const std::string& parent, const char* name) {
    return text_of(boss().expect(201, boss().post("/v1/units", {{"parent", parent}, {"name", name}})), "id");
  };
  const auto street = unit(root_unit, "甲街道"), other = unit(root_unit, "乙街道");
  auto below = of_unit("below", unit(street, "一社区")), stranger = of_unit("stranger", other);
  Tab belows(base, below.token()), strangers(base, stranger.token());
  for (Tab* t : {&belows, &strangers}) {
    EXPECT_EQ(t->wait("beat"), "-");
    t->forget();
  }
  auto& w = writer[0];
  const json::object document{{"schema", 1}, {"type", "slogan"}, {"text", "甲"}, {"fraud_kind", "fake_orders"}, {"exposes", "method"}};
  const auto id = text_of(w.expect(201, w.post("/v1/items", {{"title", "甲"}, {"document", document}})), "id");
  const auto share = "/v1/items/" + id + "/shares/" + street;
  EXPECT_EQ(publisher[0].call(net::Method::put, share, {}).status, 204u);
  EXPECT_EQ(belows.wait("items", id), id) << "shared with the level above is shared with everybody below it";
  belows.forget();
  w.expect(200, w.call(net::Method::patch, "/v1/items/" + id, json::write(json::object{{"title", "乙"}})));
  EXPECT_EQ(belows.wait("items", id), id) << "later changes, too";
  belows.forget();
  EXPECT_EQ(publisher[0].call(net::Method::del, share).status, 204u);
  EXPECT_EQ(belows.wait("items", id), id) << "that it has gone is news";
  belows.forget();
  w.expect(200, w.call(net::Method::patch, "/v1/items/" + id, json::write(json::object{{"title", "丙"}})));
  const auto theirs = text_of(below.expect(201, below.post("/v1/items", {{"title", "丁"}, {"document", document}})), "id");
  EXPECT_EQ(belows.wait("items", theirs), theirs);
  for (const auto& m : belows.all())
    if (m.contains("id")) {
      EXPECT_NE(m.at("id").as_string(), id) << "no longer his";
    }
  for (const auto& m : strangers.all()) EXPECT_NE(m.at("topic").as_string(), "items") << json::write(m);
}

TEST_F(EventsTest, EndsWithItsSessionAndBeatsWhileItLasts) {
  auto someone = person("someone", {"contributor"});
  Tab tab(base, someone.token());
  EXPECT_EQ(tab.wait("beat"), "-");
  tab.forget();
  clock.advance(Seconds{21});
  EXPECT_EQ(tab.wait("beat"), "-");
  EXPECT_EQ(someone.call(net::Method::del, "/v1/session").status, 204u);
  EXPECT_TRUE(tab.closes());
}

TEST_F(EventsTest, OnlyForWhoIsLoggedInAndFromTheSameOrigin) {
  EXPECT_TRUE(Tab(base, "nonsense").closes());
  EXPECT_TRUE(Tab(base, boss().token(), {{"Origin", "https://evil.example"}}).closes());
  EXPECT_TRUE(Tab(base, boss().token(), {{"Sec-Fetch-Site", "cross-site"}}).closes());
  Tab good(base, boss().token(), {{"Origin", base}, {"Sec-Fetch-Site", "same-origin"}});
  EXPECT_EQ(good.wait("resync"), "-");
}

// ---- the part without sockets ------------------------------------------------------------------------------------
class Deaf final : public net::WsSession {
 public:
  bool send(net::Frame frame) override {
    frames.push_back(*frame);
    return true;
  }
  void close(std::uint16_t, std::string_view) override {}
  const std::string& remote() const override { return remote_; }
  std::vector<std::string> frames;

 private:
  std::string remote_;
};

TEST_F(EventsTest, TooManyChangesAreAResyncAndNotMemory) {
  http::Events events;
  const auto tab = std::make_shared<Deaf>();
  const auto store = store::open_sqlite(folder / "other");
  ASSERT_TRUE(store);
  for (std::size_t i = 0; i < 10; ++i) events.changed({http::Topic::plays, finder::Noun::screen, "before"});
  ASSERT_TRUE(events.open(tab, accounts::system_actor(), "t", clock.wall()));
  for (std::size_t i = 0; i < http::Events::kMostWaiting + 5; ++i)
    events.changed({http::Topic::plays, finder::Noun::screen, "s" + std::to_string(i)});
  tab->frames.clear();
  // The beat of the first pass finds that this session is none.
  EXPECT_TRUE(events.pass(**store, clock.wall(), clock.steady()));
  ASSERT_GE(tab->frames.size(), 1u);
  EXPECT_NE(tab->frames[0].find("resync"), std::string::npos);
  EXPECT_EQ(events.count(), 0u);
  std::vector<std::shared_ptr<Deaf>> tabs;
  for (std::size_t i = 0; i < http::Events::kMostTabs; ++i)
    EXPECT_TRUE(events.open(tabs.emplace_back(std::make_shared<Deaf>()), {}, "t", clock.wall()));
  EXPECT_FALSE(events.open(tabs.emplace_back(std::make_shared<Deaf>()), {}, "t", clock.wall())) << "one session has so many tabs";
  EXPECT_EQ(events.count(), http::Events::kMostTabs);
}

TEST(Changes, OfTheTrail) {
  const auto topics = [](const char* action, bool refused = false) {
    audit::Event e;
    e.action = action;
    e.object = "x";
    e.refused = refused;
    std::string out;
    for (const auto& c : http::changes_of(e)) out += std::string(http::topic_name(c.topic)) + " ";
    return out;
  };
  EXPECT_EQ(topics("item.change"), "items ");
  EXPECT_EQ(topics("item.ready"), "items jobs ");
  EXPECT_EQ(topics("review.pass"), "items reviews ");
  EXPECT_EQ(topics("review.pass", true), "");
  EXPECT_EQ(topics("campaign.state"), "campaigns ");
  EXPECT_EQ(topics("screen.enrol"), "screens ");
  EXPECT_EQ(topics("site.change"), "screens ");
  EXPECT_EQ(topics("alert.send"), "alerts ");
  EXPECT_EQ(topics("trust.root"), "publish ");
  EXPECT_EQ(topics("session.login"), "");
}

}  // namespace
}  // namespace fz::test
