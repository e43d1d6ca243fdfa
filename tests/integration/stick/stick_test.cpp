// A screen that never sees a network: enrolled, supplied, accounted for and told to take something off by a stick that is carried
// between it and the office. Real server, real fz, real fz-agent; the only thing that they share is a folder, one at a time.
#include "shared/stick/stick.hpp"
#include "player/agent/spool.hpp"
#include "shared/base/process.hpp"
#include "tests/integration/http/flow.hpp"
#include "tests/support/fake_server/fake_screen.hpp"
#include "tests/support/temp_dir.hpp"

namespace fz::test {
namespace {

fs::path bin_dir() {
  const char* dir = std::getenv("FZ_BIN_DIR");
  return dir ? fs::path(dir) : program_dir();
}

class Carried : public Flow {
 protected:
  static constexpr Millis kLong{60000};  // generous: the machine is busy

  void SetUp() override {
    clock.set_wall(system_clock().wall());  // the screen goes by its machine's clock
    Flow::SetUp();
    now = clock.wall();
    office.root.issued = now - Days{30};
    office.root.expires = office.reviewers.expires = now + Days{365};
    office.reviewers.issued = now - Days{20};
    const auto key = boss().expect(200, boss().get("/v1/trust/online-key"));
    const auto online = crypto::public_key_from_hex(text_of(key, "scheme"), text_of(key, "public")).value();
    office.root.keys.emplace(text_of(key, "keyid"), online);
    office.root.timestamp = office.root.snapshot = office.root.targets = {{text_of(key, "keyid")}, 1};
    put("/v1/trust/root", office.root_bytes(), 200);
    put("/v1/trust/reviewers", office.reviewers_bytes(), 200);
    send("/v1/withdrawals", office.withdrawals_bytes(office.withdrawals(1, {}, now)), 200);
    write_atomic(dir / "root.json", office.root_bytes()).value();
    write_atomic(dir / "profile.json", json::write(json::object{{"pin", ""}, {"server", base}, {"token", boss().token()}}), 0600).value();
    make_dirs(office_stick() / stick::kFolder).value();
    make_dirs(dir / "screen").value();
  }
  std::string day(int ahead) { return format_time(now + Days{ahead}).substr(0, 10); }
  void show(const std::string& item) {
    const json::object draft{{"name", "渡口"},
                             {"from", day(-1)},
                             {"until", day(60)},
                             {"items", json::array{json::object{{"item", item}, {"ms", 1000}}}},
                             {"target", {{"unit", root_unit}}}};
    auto& p = publisher[0];
    const auto made = p.expect(201, p.post("/v1/campaigns", draft));
    p.expect(200, p.call(net::Method::put, "/v1/campaigns/" + text_of(made, "id") + "/state", "{\"state\":\"active\"}"));
  }

  // One stick, which is either at the office or in the screen.
  fs::path office_stick() const { return dir.path() / "office"; }
  fs::path screen_stick() const { return dir.path() / "screen" / "stick"; }
  void to_the_screen() { fs::rename(office_stick(), screen_stick()); }
  void to_the_office() {
    fs::rename(screen_stick(), office_stick());
    std::this_thread::sleep_for(Millis{5000});  // a walk: the screen has looked twice
  }
  fs::path at_screen(const std::string& name) const { return screen_stick() / name; }

  json::value fz(std::vector<std::string> words) {
    SpawnOptions o;
    o.argv = {(bin_dir() / "fz").string(), "--profile", dir / "profile.json", "--json", "stick"};
    o.argv.insert(o.argv.end(), words.begin(), words.end());
    const auto out = run_command(o, kLong);
    EXPECT_TRUE(out) << to_log(out.error());
    return out ? json::parse(*out).value() : json::value(json::object{});
  }
  Process start_agent() {
    SpawnOptions o;
    o.argv = {(bin_dir() / "fz-agent").string(),
              "--server",
              "https://127.0.0.1:1",  // nobody
              "--root",
              dir / "root.json",
              "--data",
              dir / "data",
              "--screen-socket",
              dir / "screen.sock",
              "--decoder",
              "/bin/true",
              "--stick",
              dir / "screen"};
    return Process::spawn(o).value();
  }
  template <class F>
  static bool soon(F done) {
    const auto end = std::chrono::steady_clock::now() + kLong;
    while (!done()) {
      if (std::chrono::steady_clock::now() >= end) return done();
      std::this_thread::sleep_for(Millis{20});
    }
    return true;
  }
  std::vector<std::string> plays_at_the_server(const std::string& of) {
    std::vector<std::string> ids;
    const auto page = boss().expect(200, boss().get("/v1/plays?limit=1000&screen=" + of));
    for (const auto& p : page.at("plays").as_array()) ids.emplace_back(p.at("id").as_string());
    return ids;
  }

  TempDir dir;
  UtcTime now;
};

TEST_F(Carried, AScreenLivesOnAStickAndItsPlaysComeBackOnIt) {
  const auto item = slogan_in_final("不轻信");
  approve(item);
  show(item);
  const auto site = text_of(
      boss().expect(201, boss().post("/v1/sites", {{"unit", root_unit}, {"name", "渡口"}, {"region", "500119"}, {"venue", "1001"}})), "id");
  FakeScreen panel(dir / "screen.sock");
  auto agent = start_agent();

  // First walk: the screen asks to be enrolled.
  to_the_screen();
  const auto asks = [&] {
    std::error_code none;
    for (fs::directory_iterator i(at_screen("fanzha/enrol"), none), end; !none && i != end; i.increment(none))
      if (i->path().extension() == ".json") return true;
    return false;
  };
  ASSERT_TRUE(soon(asks));
  to_the_office();
  const auto waiting = fz({"import", office_stick().string()});
  ASSERT_EQ(waiting.at("waiting").as_array().size(), 1u);
  const std::string device(waiting.at("waiting").at(0).at("device").as_string());
  const auto made = fz({"enrol", office_stick().string(), "--device", device.substr(0, 8), "--site", site, "--name", "渡口屏"});
  const std::string id(made.at("id").as_string());
  const auto exported = fz({"export", office_stick().string(), "--screen", id});
  const auto until = parse_time(std::string(exported.at("screens").at(0).at("expires").as_string())).value();
  EXPECT_GT(until - now, Days{29}) << "a screen without a network gets a month";
  EXPECT_LE(until - now, Days{30});

  // Second walk: it shows what is on the stick, and goes on without it.
  to_the_screen();
  ASSERT_TRUE(soon([&] { return panel.on_air_text().find("不轻信") != std::string::npos; })) << panel.slate().message;
  EXPECT_EQ(panel.slate().site, "渡口");
  to_the_office();
  const auto so_far = panel.presented().size();
  ASSERT_TRUE(soon([&] { return panel.presented().size() >= so_far + 3; }));

  // Third walk: the plays go out, sealed.
  to_the_screen();
  const auto sealed = at_screen(stick::plays_folder(device)) / stick::plays_file(1);
  ASSERT_TRUE(soon([&] { return fs::exists(sealed); }));
  EXPECT_EQ(read_file(sealed, stick::kMaxSealed).value().find("completed"), std::string::npos);
  to_the_office();
  const auto came = fz({"import", office_stick().string()});
  ASSERT_EQ(came.at("plays").as_array().size(), 1u);
  const auto through = came.at("plays").at(0).at("through").as_int64();
  EXPECT_GE(through, 3);
  EXPECT_EQ(came.at("plays").at(0).at("added").as_int64(), through);
  EXPECT_EQ(fz({"import", office_stick().string()}).at("plays").at(0).at("added").as_int64(), 0) << "twice is once";
  auto ids = plays_at_the_server(id);
  EXPECT_EQ(static_cast<std::int64_t>(ids.size()), through);
  EXPECT_EQ(std::set<std::string>(ids.begin(), ids.end()).size(), ids.size());

  // Fourth walk: the receipt goes back, and a withdrawal with it.
  const auto approval = text_of(boss().expect(200, boss().get("/v1/items/" + item)), "approval_id");
  send("/v1/withdrawals", office.withdrawals_bytes(office.withdrawals(2, {approval}, now)), 200);
  fz({"export", office_stick().string(), "--screen", id});
  to_the_screen();
  ASSERT_TRUE(soon([&] { return panel.on_air().empty(); })) << "withdrawn by a stick";
  std::this_thread::sleep_for(Millis{2000});
  EXPECT_TRUE(panel.on_air().empty());
  EXPECT_EQ(agent.end(Millis{10000}), 0);
  const auto spool = agent::Spool::open(fs::path(dir / "data") / "plays.db").value();
  const auto kept = spool->load().value();
  EXPECT_EQ(kept.acknowledged, through);
  EXPECT_GE(kept.last_counter, through);

  // The rest comes with the next stick, and nothing is counted twice.
  const auto written = fs::last_write_time(sealed);
  agent = start_agent();
  if (kept.last_counter > through) {
    ASSERT_TRUE(soon([&] { return fs::last_write_time(sealed) > written; }));
  }
  to_the_office();
  EXPECT_EQ(agent.end(Millis{10000}), 0);
  // Somebody else's box is named, and holds up nothing.
  const std::string stranger(64, 'e');
  make_dirs(office_stick() / stick::plays_folder(stranger)).value();
  write_atomic(office_stick() / stick::plays_folder(stranger) / stick::plays_file(1), std::string(200, 'x')).value();
  const auto rest = fz({"import", office_stick().string()});
  EXPECT_EQ(rest.at("plays").at(0).at("through").as_int64(), kept.last_counter);
  ids = plays_at_the_server(id);
  EXPECT_EQ(static_cast<std::int64_t>(ids.size()), kept.last_counter);
  EXPECT_EQ(std::set<std::string>(ids.begin(), ids.end()).size(), ids.size());
  ASSERT_EQ(rest.at("refused").as_array().size(), 1u);
  EXPECT_EQ(rest.at("refused").at(0).at("code").as_string(), "stick_sealed");
}

}  // namespace
}  // namespace fz::test
