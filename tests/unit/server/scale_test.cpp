// 20,000 items and 20,000 screens: lists stay quick because they use an index (asserted); the times are printed.
#include <algorithm>

#include "shared/db/db.hpp"
#include "tests/unit/server/fixture.hpp"

namespace fz::store {
namespace {

class ScaleTest : public ServerTest {
 protected:
  static constexpr int kCount = 20000;
  template <class F>
  void timed(const char* what, F&& f) {
    std::vector<double> ms;
    for (int i = 0; i < 40; ++i) {
      const auto start = std::chrono::steady_clock::now();
      f(i);
      ms.push_back(std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count());
    }
    std::sort(ms.begin(), ms.end());
    std::printf("{\"list\":\"%s\",\"rows\":%d,\"p50_ms\":%.2f,\"p95_ms\":%.2f}\n", what, kCount, ms[20], ms[37]);
  }
};

TEST_F(ScaleTest, ListsOfTwentyThousand) {
  write([&](Tx& tx) -> Result<void> {
    for (int i = 0; i < kCount; ++i) {
      library::Item item;
      item.id = uuid7(now_ + Seconds{i});
      item.unit = i % 100 == 0 ? "500118" : "500119";
      item.title = "条目 " + std::to_string(i);
      item.state = i % 50 == 0 ? library::State::approved : library::State::draft;
      FZ_CHECK(tx.library().put_item(item));
    }
    for (int s = 0; s < 200; ++s) {
      screens::Site site;
      site.id = "site-" + std::to_string(1000 + s);
      site.unit = s % 100 == 0 ? "500118" : "500119";
      FZ_CHECK(tx.screens().put_site(site));
    }
    for (int i = 0; i < kCount; ++i) {
      screens::Screen screen;
      screen.id = "scr-" + std::to_string(100000 + i);
      screen.site = "site-" + std::to_string(1000 + i % 200);
      screen.device = crypto::sha256_hex(screen.id);
      screen.seen = now_;
      screen.status = "{}";
      FZ_CHECK(tx.screens().put_screen(screen));
    }
    return {};
  });
  const auto items = [&](library::ItemFilter f, std::size_t least) {
    auto r = store_->read([&](const Tx& tx) { return tx.library().items(f); });
    ASSERT_TRUE(r) << to_log(r.error());
    EXPECT_GE(r->size(), least);
  };
  timed("items of the city", [&](int) {
    library::ItemFilter f;
    f.unit_path = "500000/";
    items(f, 50);
  });
  timed("items of a small branch", [&](int) {
    library::ItemFilter f;
    f.unit_path = "500000/500118/";
    items(f, 50);
  });
  timed("items, page after page", [&](int i) {
    library::ItemFilter f;
    f.unit_path = "500000/";
    f.before = uuid7(now_ + Seconds{kCount - i * 400});
    items(f, 50);
  });
  timed("approved items", [&](int) {
    library::ItemFilter f;
    f.unit_path = "500000/500119/";
    f.state = library::State::approved;
    items(f, 50);
  });
  timed("screens of the city", [&](int) {
    screens::ScreenFilter f;
    f.unit_path = "500000/";
    EXPECT_EQ(store_->read([&](const Tx& tx) { return tx.screens().screens(f); })->size(), 50u);
  });
  timed("screens of a small branch", [&](int) {
    screens::ScreenFilter f;
    f.unit_path = "500000/500118/";
    EXPECT_EQ(store_->read([&](const Tx& tx) { return tx.screens().screens(f); })->size(), 50u);
  });
}

TEST_F(ScaleTest, ThePlansUseIndices) {
  store_.reset();
  auto c = db::Connection::open(folder_ / "fanzha.db");
  const auto plan = [&](const std::string& sql) {
    std::string out;
    EXPECT_TRUE((*c)->each("EXPLAIN QUERY PLAN " + sql, {}, [&](const db::Row& r) {
      out += r.text(3) + "; ";
      return true;
    }));
    return out;
  };
  for (const char* sql : {"SELECT * FROM item i WHERE id < 'x' ORDER BY id DESC LIMIT 50",
                          "SELECT * FROM job WHERE state = 0 ORDER BY id LIMIT 1", "SELECT * FROM upload WHERE owner = 'x' AND state = 0",
                          "SELECT * FROM session WHERE token_hash = 'x'", "SELECT * FROM rendition WHERE sha256 = 'x'",
                          "SELECT * FROM item WHERE source = 'x'", "SELECT * FROM audit WHERE object = 'x' ORDER BY seq DESC LIMIT 5",
                          "SELECT * FROM approval WHERE complete = 1 AND withdrawn IS NULL AND valid_until > 5"}) {
    const std::string p = plan(sql);
    EXPECT_NE(p.find("SEARCH"), std::string::npos) << sql << ": " << p;
    EXPECT_EQ(p.find("SCAN"), std::string::npos) << sql << ": " << p;
    EXPECT_EQ(p.find("TEMP B-TREE"), std::string::npos) << sql << ": " << p;
  }
}

}  // namespace
}  // namespace fz::store
