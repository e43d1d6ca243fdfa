// The owned server: it has the database and the online key, sees every document that was ever signed, and may hand any
// bytes to the screen in any order. Whatever it does, the door opens only for approved, in-date, not withdrawn bytes.
#include <random>

#include "shared/base/json.hpp"
#include "tests/support/office.hpp"
#include "tests/unit/trust/refused.hpp"

using namespace fz;
using namespace fz::trust;
using fz::test::kOfficeNow;
using fz::test::Office;

namespace {

class OwnedServer {
 public:
  explicit OwnedServer(unsigned seed) : random_(seed) {
    collect(office_.root_bytes());
    collect(office_.reviewers_bytes());
    for (auto* id : {"good-1", "good-2", "gone", "bank"}) {
      auto a = office_.approval(id);
      if (a.approval_id == "bank") a.audience.venues = {"304"};
      collect(office_.approval_bytes(a));
    }
    auto unsigned_one = office_.approval("evil");
    collect(Office::bytes(kApprovalType, write_approval(unsigned_one), {&office_.online}));
    collect(Office::bytes(kApprovalType, write_approval(unsigned_one), {&office_.reviewer1, &office_.online}));  // one reviewer was fooled
    collect(Office::bytes(kApprovalType, write_approval(unsigned_one), {&office_.reviewer2, &office_.reviewer2b}));
    auto longer = office_.approval("good-1");
    longer.renditions = unsigned_one.renditions;
    longer.issued += Days{1};
    collect(Office::bytes(kApprovalType, write_approval(longer), {&office_.online, &office_.stranger}));
    collect(office_.withdrawals_bytes(office_.withdrawals(1, {})));
    withdrawn_ = office_.withdrawals_bytes(office_.withdrawals(2, {"gone"}));
    collect(office_.withdrawals_bytes(office_.withdrawals(3, {})));
    auto rogue = office_.reviewers;
    rogue.version = 9;
    rogue.keys[office_.online.id()] = {"nobody", office_.online.public_key(), {}};
    rogue.approve[0].keyids = {office_.online.id()};
    rogue.approve[0].threshold = 1;
    collect(Office::bytes(kReviewersType, write_reviewers(rogue), {&office_.online}));
    Staff staff;  // it would like to be rid of the reviewers, too
    staff.group = "district";
    staff.issued = kOfficeNow;
    staff.left = {{office_.reviewer1.id(), "reviewer-1", kOfficeNow - Days{30}}};
    collect(Office::bytes(kStaffType, write_staff(staff), {&office_.online}));
    collect(Office::bytes(kStaffType, write_staff(staff), {&office_.reviewer2, &office_.reviewer2b}));
    auto root = office_.root;
    root.version = 2;
    root.root = {{office_.online.id()}, 1};
    collect(Office::bytes(kTufType, write_root(root), {&office_.online}));
    collect(Office::bytes(kWithdrawalsType, write_withdrawals(office_.withdrawals(9, {"good-2"})), {&office_.online}));
    for (auto* id : {"good-1", "good-2", "gone", "evil"}) collect(office_.alert_bytes(office_.alert(std::string("al-") + id, id)));
  }

  /// A state whose owner received the withdrawal of "gone".
  TrustedState victim() {
    auto state = office_.screen({"good-1", "good-2", "gone"});
    state.update_withdrawals(withdrawn_, Source::pushed, kOfficeNow).value();
    return state;
  }
  void act(TrustedState& state) {
    auto bytes = any_document();
    if (pick(3) == 0) bytes = mutated(bytes);
    switch (pick(11)) {
      case 10:
        (void)state.update_staff(bytes);
        break;
      case 0:
        (void)state.update_root(bytes);
        break;
      case 1:
        (void)state.update_reviewers(bytes, kOfficeNow);
        break;
      case 2:
        (void)state.update_withdrawals(bytes, pick(2) == 0 ? Source::polled : Source::pushed, kOfficeNow);
        break;
      case 3:
      case 4:
        (void)state.add_approval(bytes, kOfficeNow);
        break;
      case 5:
        (void)state.update_timestamp(bytes, kOfficeNow);
        break;
      case 6: {  // a schedule that names the planted blob, properly signed with the online key
        auto media = Office::media("evil");
        auto s = office_.schedule("scr-1", kOfficeNow, {{"media/" + crypto::sha256_hex(media), {media.size(), crypto::sha256_hex(media)}}});
        (void)state.update_timestamp(s.timestamp, kOfficeNow);
        (void)state.update_snapshot(s.snapshot, kOfficeNow);
        (void)state.update_targets(s.targets, kOfficeNow);
        break;
      }
      case 7:
        state = TrustedState::load(state.save(), Office::identity()).value();
        break;
      case 9:
        (void)state.update_alert(bytes, pick(2) == 0 ? Source::polled : Source::pushed, kOfficeNow);
        break;
      case 8:
        state.forget_approvals({"good-1"});
        break;
    }
  }
  bool door(const TrustedState& state, const std::string& approval, const std::string& media) {
    return static_cast<bool>(may_show({approval, crypto::sha256_hex(Office::media(media)), true}, state, Office::at(kOfficeNow)));
  }
  unsigned pick(unsigned n) { return static_cast<unsigned>(random_() % n); }

 private:
  void collect(std::string bytes) { documents_.push_back(std::move(bytes)); }
  std::string any_document() { return documents_[pick(static_cast<unsigned>(documents_.size()))]; }
  /// Signatures of one document on the payload of another, a type exchanged, or one bit.
  std::string mutated(const std::string& bytes) {
    auto a = read_envelope(bytes).value(), b = read_envelope(any_document()).value();
    switch (pick(4)) {
      case 0:
        a.payload = b.payload;
        break;
      case 1:
        a.payload_type = b.payload_type;
        break;
      case 2:
        for (auto& s : b.signatures)
          if (a.signatures.size() < kMaxSignatures) a.signatures.push_back(s);
        break;
      case 3: {
        auto at = pick(static_cast<unsigned>(a.payload.size()));
        a.payload[at] = static_cast<char>(a.payload[at] ^ (1 << pick(8)));
        break;
      }
    }
    return write_envelope(a);
  }
  std::mt19937 random_;
  Office office_;
  std::vector<std::string> documents_;
  std::string withdrawn_;
};
}  // namespace

TEST(OwnedServer, NothingUnapprovedEverPassesTheDoor) {
  const std::vector<std::string> names = {"good-1", "good-2", "gone", "bank", "evil"};
  int opened = 0, both = 0;
  for (unsigned seed = 0; seed < 12; ++seed) {
    OwnedServer server(seed);
    auto state = server.victim();
    for (int step = 0; step < 120; ++step) {
      server.act(state);
      for (const auto& [id, alert] : state.alerts())
        for (auto& approval : names)
          ASSERT_FALSE(may_alert(alert, approval, state, kOfficeNow)) << approval << " was never approved as an emergency";
      for (auto& approval : names) {
        for (auto& media : names) {
          ASSERT_TRUE(state.left().empty()) << "nobody left";
          bool open = server.door(state, approval, media);
          opened += open;
          both += open && approval == "good-2";
          ASSERT_FALSE(open && approval != media) << "seed " << seed << " step " << step << ": " << media << " under " << approval;
          ASSERT_FALSE(open && approval != "good-1" && approval != "good-2") << "seed " << seed << " step " << step << ": " << approval;
        }
      }
    }
  }
  EXPECT_GT(opened, 200) << "the test must also see the door open";
  EXPECT_GT(both, 50);
}
