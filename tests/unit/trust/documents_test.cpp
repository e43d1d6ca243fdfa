#include "shared/trust/documents.hpp"

#include <functional>

#include "shared/base/id.hpp"
#include "shared/base/json.hpp"
#include "tests/support/office.hpp"
#include "tests/unit/trust/refused.hpp"

using namespace fz;
using namespace fz::trust;
using fz::test::kOfficeNow;
using fz::test::Office;

namespace {
/// The payload after `edit` changed one thing in it.
std::string edited(const std::string& payload, const std::function<void(json::object&)>& edit) {
  auto v = json::parse(payload).value();
  edit(v.as_object());
  return json::write(v);
}
std::string replaced(std::string text, std::string_view from, std::string_view to) {
  auto at = text.find(from);
  if (at == std::string::npos) throw std::logic_error("nothing to replace");
  return text.replace(at, from.size(), to);
}
}  // namespace

TEST(Documents, VersionsEndAtTwoToTheFiftyThree) {
  Office o;
  auto s = o.schedule("scr-1", kOfficeNow);
  auto payload = [](const std::string& bytes) { return read_envelope(bytes).value().payload; };
  auto with = [](std::string text, const char* value) {
    auto at = text.find("\"version\":", text.find("\"spec_version\"") == text.npos ? 0 : text.rfind("\"version\":"));
    auto end = text.find_first_of(",}", at);
    return text.replace(at, end - at, std::string("\"version\":") + value);
  };
  const char* most = "9007199254740991";
  for (auto* bad : {"9007199254740992", "9007199254740993", "18446744073709551617", "-1", "0", "1.0", "1e3", "\"1\"", "null"}) {
    EXPECT_REFUSED(parse_root(with(payload(o.root_bytes()), bad)), format);
    EXPECT_REFUSED(parse_timestamp(with(payload(s.timestamp), bad)), format);
    EXPECT_REFUSED(parse_snapshot(with(payload(s.snapshot), bad)), format);
    EXPECT_REFUSED(parse_targets(with(payload(s.targets), bad)), format);
    EXPECT_REFUSED(parse_reviewers(with(payload(o.reviewers_bytes()), bad)), format);
    EXPECT_REFUSED(parse_withdrawals(with(write_withdrawals(o.withdrawals(1, {})), bad)), format);
  }
  EXPECT_OK(parse_root(with(payload(o.root_bytes()), most)));
  EXPECT_OK(parse_timestamp(with(payload(s.timestamp), most)));
  EXPECT_OK(parse_withdrawals(with(write_withdrawals(o.withdrawals(1, {})), most)));
}

TEST(Documents, KeyUnderAnIdThatIsNotItsOwn) {
  Office o;
  auto root = o.root;
  root.keys[std::string(64, 'a')] = o.root1.public_key();  // one key under two ids
  EXPECT_REFUSED(parse_root(write_root(root)), format);
  auto reviewers = o.reviewers;
  reviewers.keys[std::string(64, 'b')] = reviewers.keys[o.reviewer1.id()];
  EXPECT_REFUSED(parse_reviewers(write_reviewers(reviewers)), format);
}

TEST(Documents, RolesNameDistinctKnownKeysAndAReachableThreshold) {
  Office o;
  auto refused = [&](auto edit) {
    auto root = o.root;
    edit(root.root);
    EXPECT_REFUSED(parse_root(write_root(root)), format);
    auto reviewers = o.reviewers;
    edit(reviewers.withdraw);
    EXPECT_REFUSED(parse_reviewers(write_reviewers(reviewers)), format);
  };
  refused([](Role& r) { r.keyids.push_back(r.keyids[0]); });
  refused([](Role& r) { r.keyids.push_back(std::string(64, 'a')); });
  refused([](Role& r) { r.threshold = 0; });
  refused([](Role& r) { r.threshold = 4; });
}

TEST(Documents, RootHasExactlyTheFourRoles) {
  Office o;
  auto good = write_root(o.root);
  EXPECT_REFUSED(parse_root(edited(good, [](auto& r) { r["roles"].as_object().erase("snapshot"); })), format);
  EXPECT_REFUSED(parse_root(edited(good, [](auto& r) { r["roles"].as_object()["mirrors"] = r["roles"].at("root"); })), format);
  EXPECT_REFUSED(parse_root(edited(good, [](auto& r) { r["consistent_snapshot"] = false; })), format);
  EXPECT_REFUSED(parse_root(edited(good, [](auto& r) { r["_type"] = "Root"; })), format);
  EXPECT_REFUSED(parse_root(edited(good, [](auto& r) { r["spec_version"] = "2.0.0"; })), format);
  EXPECT_REFUSED(parse_root(edited(good, [](auto& r) { r["expires"] = "2026-11-22 08:00:00"; })), format);
  EXPECT_OK(parse_root(edited(good, [](auto& r) { r["x-later"] = "documents grow"; })));
}

TEST(Documents, TargetsNeverLeaveTheirFolderOrDelegate) {
  Targets t;
  t.expires = kOfficeNow;
  for (auto* name : {"../x", "/etc/passwd", "a/../b", "a//b", ".", "a/", "", "a\\b"}) {
    t.targets = {{name, {1, std::string(64, 'a')}}};
    EXPECT_REFUSED(parse_targets(write_targets(t)), format);
  }
  t.targets = {{"trust/approvals/ap-1.json", {1, std::string(64, 'a')}}};
  EXPECT_OK(parse_targets(write_targets(t)));
  EXPECT_REFUSED(parse_targets(edited(write_targets(t), [](auto& o) { o["delegations"] = json::object{}; })), delegations);
  t.targets.clear();
  for (std::size_t i = 0; i <= kMaxTargetEntries; ++i) t.targets["media/" + std::to_string(i)] = {1, std::string(64, 'a')};
  EXPECT_REFUSED(parse_targets(write_targets(t)), format);
}

TEST(Documents, ReviewersKeyStates) {
  Office o;
  auto good = write_reviewers(o.reviewers);
  auto key = [&](json::object& r) -> json::object& { return r["keys"].as_object()[o.duty.id()].as_object(); };
  EXPECT_REFUSED(parse_reviewers(edited(good, [&](auto& r) { key(r)["state"] = "retired"; })), format);
  EXPECT_REFUSED(parse_reviewers(edited(good, [&](auto& r) { key(r)["state"] = "removed"; })), format);
  EXPECT_REFUSED(parse_reviewers(edited(good, [&](auto& r) { key(r)["retired"] = "2026-11-22T08:00:00Z"; })), format);
  EXPECT_REFUSED(parse_reviewers(edited(good, [&](auto& r) { key(r)["holder"] = ""; })), format);
  EXPECT_REFUSED(parse_reviewers(edited(good, [&](auto& r) { r["approve"].as_array().push_back(r["approve"].at(0)); })), format);
  EXPECT_REFUSED(parse_reviewers(edited(good, [&](auto& r) { r["policy"].as_object()["max_approval_days"] = 100'000; })), format);
  EXPECT_OK(parse_reviewers(edited(good, [&](auto& r) { key(r)["scheme"] = "ed25519"; })));
}

TEST(Documents, ApprovalSubjectsAreItsRenditions) {
  Office o;
  auto good = write_approval(o.approval("ap-1"));
  ASSERT_TRUE(parse_approval(good));
  auto predicate = [](json::object& a) -> json::object& { return a["predicate"].as_object(); };
  auto rendition = [&](json::object& a) -> json::object& { return predicate(a)["renditions"].as_array()[0].as_object(); };
  EXPECT_REFUSED(parse_approval(edited(good, [&](auto& a) { a["subject"].as_array().clear(); })), format);
  EXPECT_REFUSED(parse_approval(edited(good, [&](auto& a) { a["subject"].as_array().push_back(a["subject"].at(0)); })), format);
  EXPECT_REFUSED(parse_approval(edited(good, [&](auto& a) { predicate(a)["renditions"].as_array().clear(); })), format);
  EXPECT_REFUSED(parse_approval(edited(good, [&](auto& a) { rendition(a)["sha256"] = std::string(64, 'a'); })), format);
  EXPECT_REFUSED(parse_approval(edited(good, [&](auto& a) { rendition(a)["chunks"].as_array().clear(); })), format);
  EXPECT_REFUSED(parse_approval(edited(good, [&](auto& a) { rendition(a)["chunks"].as_array()[0] = std::string(64, 'a'); })), format);
  EXPECT_REFUSED(parse_approval(edited(good, [&](auto& a) { rendition(a)["length"] = 0; })), format);
  EXPECT_REFUSED(parse_approval(edited(good, [&](auto& a) { predicate(a)["kind"] = "advert"; })), format);
  EXPECT_REFUSED(parse_approval(edited(good, [&](auto& a) { predicate(a)["audience"].as_object()["venues"].as_array().clear(); })), format);
  EXPECT_REFUSED(parse_approval(edited(good, [&](auto& a) { predicate(a)["valid_until"] = predicate(a)["valid_from"]; })), format);
  EXPECT_REFUSED(parse_approval(edited(good, [&](auto& a) { a["predicateType"] = "https://slsa.dev/provenance/v1"; })), format);
}

TEST(Documents, RegionsFollowTheDivisionCodes) {
  auto covers = [](const char* scope, const char* code) { return covers_region({scope}, code); };
  EXPECT_TRUE(covers("*", "500119"));
  EXPECT_TRUE(covers("500119", "500119"));
  EXPECT_TRUE(covers("500000", "500119"));
  EXPECT_TRUE(covers("500100", "500119"));
  EXPECT_TRUE(covers("500119", "500119001"));
  EXPECT_TRUE(covers("500119", "500119001002"));
  EXPECT_TRUE(covers("500119001", "500119001002"));
  EXPECT_FALSE(covers("500119", "500118"));
  EXPECT_FALSE(covers("500119", "500100"));
  EXPECT_FALSE(covers("500119", "500000"));
  EXPECT_FALSE(covers("500119001", "500119"));
  EXPECT_FALSE(covers("500200", "500119"));
  EXPECT_FALSE(covers("500119", "*"));
  EXPECT_FALSE(covers("5", "500119"));
  EXPECT_FALSE(covers("", "500119"));
  EXPECT_FALSE(covers("000000", "500119"));
  EXPECT_FALSE(covers_venue({"304"}, "30401"));
  EXPECT_FALSE(covers_venue({"1001"}, "*"));
}

TEST(Documents, PlaysFormAChain) {
  PlayBatch batch{"scr-1", {}};
  std::string previous(64, '0');
  for (int i = 1; i <= 3; ++i) {
    Play p;
    p.id = uuid7(kOfficeNow + Seconds{i});
    p.counter = i;
    p.approval_id = "ap-1";
    p.sha256 = std::string(64, 'a');
    p.campaign = "c1";
    p.slot = "s1";
    p.zone = "main";
    p.started = kOfficeNow + Seconds{10 * i};
    p.ended = p.started + Seconds{10};
    p.end = "completed";
    p.presented_ms = 10'000;
    p.frames = 300;
    p.clock = "attested";
    p.previous = previous;
    previous = play_hash(p);
    batch.plays.push_back(p);
  }
  auto good = write_play_batch(batch);
  auto back = parse_play_batch(good).value();
  EXPECT_EQ(write_play_batch(back), good);
  EXPECT_EQ(play_hash(back.plays[2]), previous);
  for (auto& edit : std::vector<std::function<void(PlayBatch&)>>{
           [](auto& b) { b.plays[1].frames = 0; }, [](auto& b) { b.plays[2].counter = 4; },
           [](auto& b) { b.plays.erase(b.plays.begin() + 1); }, [](auto& b) { std::swap(b.plays[0], b.plays[1]); },
           [](auto& b) { b.plays[2].previous = std::string(64, '0'); }, [](auto& b) { b.plays.clear(); },
           [](auto& b) { b.plays[0].end = "played"; }, [](auto& b) { b.plays[2].end = "unknown"; }}) {
    auto bad = batch;
    edit(bad);
    EXPECT_REFUSED(parse_play_batch(write_play_batch(bad)), format);
  }
}

TEST(Documents, SmallOnes) {
  Receipt receipt{"scr-1", 7, std::string(64, 'a'), std::string(64, 'b'), kOfficeNow};
  EXPECT_EQ(write_receipt(parse_receipt(write_receipt(receipt)).value()), write_receipt(receipt));
  TimeAnswer answer{std::string(32, 'a'), kOfficeNow};
  EXPECT_EQ(write_time_answer(parse_time_answer(write_time_answer(answer)).value()), write_time_answer(answer));
  answer.nonce = "short";
  EXPECT_REFUSED(parse_time_answer(write_time_answer(answer)), format);
  EXPECT_REFUSED(parse_time_answer(replaced(write_receipt(receipt), "receipt", "time")), format);
}
