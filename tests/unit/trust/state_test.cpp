#include "shared/trust/state.hpp"

#include "tests/support/office.hpp"
#include "tests/unit/trust/refused.hpp"

using namespace fz;
using namespace fz::trust;
using fz::test::kOfficeNow;
using fz::test::Office;

namespace {
struct StateTest : testing::Test {
  Office o;
  TrustedState state = o.screen({"ap-1"});
  Root next_root() const {
    auto root = o.root;
    root.version = state.root().value.version + 1;
    return root;
  }
  static std::string signed_root(const Root& root, std::initializer_list<const crypto::PrivateKey*> keys) {
    return Office::bytes(kTufType, write_root(root), keys);
  }
  std::string changed_timestamp(const std::function<void(Timestamp&)>& edit) {
    auto t = state.timestamp()->value;
    t.version += 1000;
    edit(t);
    return Office::bytes(kTufType, write_timestamp(t), {&o.online});
  }
};
}  // namespace

TEST_F(StateTest, RootMovesOneVersionAtATime) {
  auto root = next_root();
  auto good = signed_root(root, {&o.root1, &o.root2});
  root.version += 1;
  EXPECT_REFUSED(state.update_root(signed_root(root, {&o.root1, &o.root2})), version);
  EXPECT_REFUSED(state.update_root(o.root_bytes()), version) << "replayed";
  EXPECT_OK(state.update_root(good));
  EXPECT_REFUSED(state.update_root(good), version);
  EXPECT_OK(state.update_root(signed_root(root, {&o.root1, &o.root3})));
}

TEST_F(StateTest, RootNeedsBothThresholds) {
  auto root = next_root();
  auto k1 = crypto::PrivateKey::generate(), k2 = crypto::PrivateKey::generate();
  for (auto* k : {&k1, &k2}) root.keys.emplace(k->id(), k->public_key());
  root.root.keyids = {k1.id(), k2.id()};
  EXPECT_REFUSED(state.update_root(signed_root(root, {&o.root1, &o.root2})), signature);
  EXPECT_REFUSED(state.update_root(signed_root(root, {&k1, &k2})), signature);
  EXPECT_REFUSED(state.update_root(signed_root(root, {&o.root1, &k1})), signature);
  EXPECT_REFUSED(state.update_root(signed_root(root, {&o.root1, &o.root2, &k1})), signature);
  EXPECT_OK(state.update_root(signed_root(root, {&o.root1, &o.root2, &k1, &k2})));
}

TEST_F(StateTest, RootEnds) {
  EXPECT_OK(state.check_root(o.root.expires - Millis{1}));
  EXPECT_REFUSED(state.check_root(o.root.expires), expired);
}

TEST_F(StateTest, FirstRootMustCarryItsOwnThreshold) {
  EXPECT_REFUSED(TrustedState::init(signed_root(o.root, {&o.root1, &o.stranger}), Office::identity()), signature);
  EXPECT_REFUSED(TrustedState::init(o.reviewers_bytes(), Office::identity()), type);
  EXPECT_REFUSED(TrustedState::init("{}", Office::identity()), format);
}

TEST_F(StateTest, DemoKeysOnlyWhereTheBuildTakesThem) {
  o.root.demo = true;
  auto made = TrustedState::init(o.root_bytes(), Office::identity());
#ifdef FZ_DEMO_KEYS
  ASSERT_TRUE(made);
  EXPECT_TRUE(made->root().value.demo);
#else
  EXPECT_REFUSED(made, demo);
#endif
}

TEST_F(StateTest, TimestampIsOursAndNeverOlder) {
  auto again = o.schedule("scr-1", kOfficeNow);
  EXPECT_TRUE(state.update_timestamp(again.timestamp, kOfficeNow).value());
  EXPECT_FALSE(state.update_timestamp(again.timestamp, kOfficeNow).value()) << "the same again";
  EXPECT_REFUSED(state.update_timestamp(changed_timestamp([](auto& t) { t.version -= 1001; }), kOfficeNow), version);
  EXPECT_REFUSED(state.update_timestamp(changed_timestamp([](auto& t) { t.version -= 1000, t.expires -= Seconds{1}; }), kOfficeNow),
                 version);
  EXPECT_REFUSED(state.update_timestamp(changed_timestamp([](auto& t) { t.snapshot.version -= 1; }), kOfficeNow), version);
  EXPECT_REFUSED(state.update_timestamp(changed_timestamp([](auto& t) { t.screen = "scr-2"; }), kOfficeNow), screen);
  EXPECT_REFUSED(state.update_timestamp(changed_timestamp([](auto& t) { t.screen = ""; }), kOfficeNow), screen);
  EXPECT_REFUSED(state.update_timestamp(changed_timestamp([](auto& t) { t.expires += Days{1}; }), kOfficeNow), policy);
  EXPECT_REFUSED(state.update_timestamp(changed_timestamp([](auto&) {}), kOfficeNow + Days{1}), expired);
  EXPECT_REFUSED(state.update_timestamp(again.snapshot, kOfficeNow), format) << "another TUF document in this slot";
}

TEST_F(StateTest, TimestampFromTheFutureIsCreditedNoLongerThanPolicy) {
  auto forged = changed_timestamp([](auto& t) { t.issued = kOfficeNow + Days{3650}, t.expires = kOfficeNow + Days{3651}; });
  ASSERT_TRUE(state.update_timestamp(forged, kOfficeNow));
  EXPECT_EQ(state.timestamp_until(), kOfficeNow + Days{1});
  EXPECT_EQ(state.freshness(Office::at(kOfficeNow + Days{1})), Freshness::stale1);
}

TEST_F(StateTest, SnapshotAndTargetsAreTheOnesNamed) {
  auto a = o.schedule("scr-1", kOfficeNow), b = o.schedule("scr-1", kOfficeNow);
  ASSERT_TRUE(state.update_timestamp(b.timestamp, kOfficeNow).value());
  ASSERT_TRUE(state.wanted_snapshot());
  EXPECT_FALSE(state.wanted_targets()) << "not before the snapshot";
  EXPECT_REFUSED(state.update_snapshot(a.snapshot, kOfficeNow), hash);
  EXPECT_REFUSED(state.update_snapshot(b.snapshot + " ", kOfficeNow), hash);
  EXPECT_OK(state.update_snapshot(b.snapshot, kOfficeNow));
  EXPECT_FALSE(state.wanted_snapshot());
  auto held = state.targets()->value.version;
  EXPECT_REFUSED(state.update_targets(a.targets, kOfficeNow), hash);
  EXPECT_EQ(state.targets()->value.version, held) << "a failed update keeps the old set";
  EXPECT_OK(state.update_targets(b.targets, kOfficeNow));
  EXPECT_FALSE(state.wanted_targets());
}

TEST_F(StateTest, SnapshotNeverNamesOlderTargets) {
  Snapshot s = state.snapshot()->value;
  s.version += 1000;
  s.targets.version -= 1;
  auto snapshot = Office::bytes(kTufType, write_snapshot(s), {&o.online});
  ASSERT_TRUE(state.update_timestamp(changed_timestamp([&](auto& t) {
                                       t.snapshot = {s.version, snapshot.size(), crypto::sha256_hex(snapshot)};
                                     }),
                                     kOfficeNow));
  EXPECT_REFUSED(state.update_snapshot(snapshot, kOfficeNow), version);
}

TEST_F(StateTest, ScreensWantHashesPlainTufMayLackThem) {
  auto without = changed_timestamp([](auto& t) { t.snapshot.sha256.clear(), t.snapshot.length.reset(), t.snapshot.version += 1000; });
  ASSERT_TRUE(state.update_timestamp(without, kOfficeNow));
  EXPECT_REFUSED(state.update_snapshot(state.snapshot()->envelope, kOfficeNow), format);
}

TEST_F(StateTest, ReviewersOnlyByRootAndNeverOlder) {
  auto v2 = o.reviewers;
  v2.version = 2;
  auto signed_by = [&](std::initializer_list<const crypto::PrivateKey*> keys) {
    return Office::bytes(kReviewersType, write_reviewers(v2), keys);
  };
  EXPECT_REFUSED(state.update_reviewers(signed_by({&o.online}), kOfficeNow), signature);
  EXPECT_REFUSED(state.update_reviewers(signed_by({&o.root1}), kOfficeNow), signature);
  EXPECT_REFUSED(state.update_reviewers(signed_by({&o.root1, &o.reviewer1}), kOfficeNow), signature);
  auto good = signed_by({&o.root2, &o.root3});
  EXPECT_REFUSED(state.update_reviewers(good, v2.expires), expired);
  EXPECT_OK(state.update_reviewers(good, kOfficeNow));
  EXPECT_REFUSED(state.update_reviewers(o.reviewers_bytes(), kOfficeNow), version);
  v2.policy.max_approval_days = 4000;
  EXPECT_REFUSED(state.update_reviewers(signed_by({&o.root2, &o.root3}), kOfficeNow), version) << "other bytes under the same number";
}

TEST_F(StateTest, NewReviewersMayMakeAnOldSignatureCount) {
  auto late = crypto::PrivateKey::generate();
  o.reviewers.approve[0].threshold = 3;
  o.reviewers.version = 2;
  auto three = Office::bytes(kApprovalType, write_approval(o.approval("ap-1")), {&o.reviewer1, &o.reviewer2, &late});
  ASSERT_TRUE(state.add_approval(three, kOfficeNow));
  ASSERT_TRUE(state.update_reviewers(o.reviewers_bytes(), kOfficeNow));
  EXPECT_REFUSED(may_show(Office::item("ap-1"), state, Office::at(kOfficeNow)), threshold);
  o.reviewers.version = 3;
  o.reviewers.keys[late.id()] = {"reviewer-9", late.public_key(), {}};
  o.reviewers.approve[0].keyids.push_back(late.id());
  ASSERT_TRUE(state.update_reviewers(o.reviewers_bytes(), kOfficeNow));
  EXPECT_OK(may_show(Office::item("ap-1"), state, Office::at(kOfficeNow)));
}

TEST_F(StateTest, OlderApprovalUnderTheSameIdDoesNotReplace) {
  auto older = o.approval("ap-1");
  older.issued -= Days{1};
  EXPECT_REFUSED(state.add_approval(o.approval_bytes(older), kOfficeNow), version);
  auto newer = o.approval("ap-1");
  newer.issued += Days{1};
  EXPECT_OK(state.add_approval(o.approval_bytes(newer), kOfficeNow));
}

TEST_F(StateTest, SavedStateComesBackWhole) {
  ASSERT_TRUE(state.update_withdrawals(o.withdrawals_bytes(o.withdrawals(2, {"ap-1", "ap-9"})), Source::polled, kOfficeNow).value());
  auto saved = state.save();
  auto back = TrustedState::load(saved, Office::identity());
  ASSERT_TRUE(back) << to_log(back.error());
  EXPECT_EQ(back->save(), saved);
  EXPECT_TRUE(back->is_withdrawn("ap-1", kOfficeNow));
  EXPECT_EQ(back->withdrawals_version(), 2);
  EXPECT_EQ(back->freshness(Office::at(kOfficeNow)), Freshness::fresh);
  EXPECT_REFUSED(back->update_timestamp(o.schedule("scr-1", kOfficeNow - Days{2}).timestamp, kOfficeNow), expired);
  auto other = Office::identity();
  other.screen = "scr-2";
  EXPECT_FALSE(TrustedState::load(saved, other)->timestamp()) << "a timestamp of another name is not ours";
}

TEST_F(StateTest, SavedStateIsVerifiedAgain) {
  auto saved = state.save();
  EXPECT_FALSE(TrustedState::load("", Office::identity()));
  EXPECT_FALSE(TrustedState::load(saved.substr(0, saved.size() / 2), Office::identity()));
  Office evil;  // somebody else's reviewers in our state
  auto text = state.save();
  auto find = [&](const std::string& what) { return text.find(what.substr(0, 40)); };
  auto mine = read_envelope(o.reviewers_bytes()).value().payload, theirs = read_envelope(evil.reviewers_bytes()).value().payload;
  auto from = to_base64(as_bytes(mine)), to = to_base64(as_bytes(theirs));
  ASSERT_NE(find(from), std::string::npos);
  text.replace(find(from), from.size(), to);
  EXPECT_REFUSED(TrustedState::load(text, Office::identity()), signature);
}

TEST_F(StateTest, TimeAndReceiptsAreTheOnlineKeys) {
  std::string nonce(32, 'a');
  auto answer = [&](const crypto::PrivateKey& key) { return Office::bytes(kTimeType, write_time_answer({nonce, kOfficeNow}), {&key}); };
  EXPECT_EQ(state.read_time_answer(answer(o.online), nonce).value(), kOfficeNow);
  EXPECT_REFUSED(state.read_time_answer(answer(o.online), std::string(32, 'b')), hash);
  EXPECT_REFUSED(state.read_time_answer(answer(o.stranger), nonce), signature);
  auto receipt = [&](const char* screen, const crypto::PrivateKey& key) {
    return Office::bytes(kReceiptType, write_receipt({screen, 7, std::string(64, 'a'), std::string(64, 'b'), kOfficeNow}), {&key});
  };
  EXPECT_EQ(state.read_receipt(receipt("scr-1", o.online)).value().through, 7);
  EXPECT_REFUSED(state.read_receipt(receipt("scr-2", o.online)), screen);
  EXPECT_REFUSED(state.read_receipt(receipt("scr-1", o.device)), signature);
  EXPECT_REFUSED(state.read_receipt(answer(o.online)), type);
}

TEST_F(StateTest, RevisionMovesWithEveryAcceptedChangeOnly) {
  auto before = state.revision();
  EXPECT_FALSE(state.update_root("x"));
  EXPECT_FALSE(state.update_timestamp(state.timestamp()->envelope, kOfficeNow).value());
  EXPECT_EQ(state.revision(), before);
  ASSERT_TRUE(state.update_timestamp(o.schedule("scr-1", kOfficeNow).timestamp, kOfficeNow));
  EXPECT_GT(state.revision(), before);
}
