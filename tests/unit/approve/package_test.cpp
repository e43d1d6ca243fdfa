#include "player/approve/package.hpp"

#include <gtest/gtest.h>

#include "tests/unit/approve/support.hpp"

namespace fz::approve {
namespace {
using test::Office;
using test::package_text;

const Office& office() {
  static const Office o;
  return o;
}
std::string payload() {
  return trust::write_approval(office().approval("ap-1"));
}

TEST(ApprovePackage, TakesTheStatementsVeryBytes) {
  auto p = read_package(package_text(payload()));
  ASSERT_TRUE(p) << to_log(p.error());
  EXPECT_EQ(p->payload, payload());
  EXPECT_EQ(p->approval.approval_id, "ap-1");
  EXPECT_EQ(p->item, "0193-item");
  EXPECT_FALSE(p->envelope);
  auto shown = describe(*p);
  for (auto& part :
       {std::string("ap-1"), p->approval.title, p->approval.group, p->approval.renditions[0].sha256, format_time(p->approval.valid_until)})
    EXPECT_NE(shown.find(part), shown.npos) << part;
}
TEST(ApprovePackage, NothingCanHideInTheStatement) {
  auto text = payload();
  auto hidden = text;
  hidden.insert(hidden.rfind('}'), R"(,"x-more":"unseen")");
  EXPECT_EQ(read_package(package_text(hidden)).error().code, Code::approve_statement);
  auto spaced = text;
  spaced.insert(1, " ");
  EXPECT_EQ(read_package(package_text(spaced)).error().code, Code::approve_statement);
  auto a = office().approval("ap-1");
  a.title = "反诈\x1b[2J";
  EXPECT_EQ(read_package(package_text(trust::write_approval(a))).error().code, Code::approve_statement);
  a.title = "反诈\u202e片";
  EXPECT_EQ(read_package(package_text(trust::write_approval(a))).error().code, Code::approve_statement);
}
TEST(ApprovePackage, RefusesWhatIsWrong) {
  auto bad = [](std::string text) { return read_package(text).error().code; };
  EXPECT_EQ(bad("{"), Code::bad_json);
  EXPECT_EQ(bad("[]"), Code::approve_package);
  EXPECT_EQ(bad(R"({"schema":2,"item":"a","statement":""})"), Code::approve_package);
  EXPECT_EQ(bad(R"({"schema":1,"item":"../a","statement":""})"), Code::approve_package);
  EXPECT_EQ(bad(R"({"schema":1,"item":"a","statement":"e30="})"), Code::approve_package);
  EXPECT_EQ(bad(R"({"schema":1,"item":"a","statement":"e30"})"), Code::approve_package);
  EXPECT_EQ(bad(std::string(kMaxPackage + 1, ' ')), Code::too_large);
  auto a = office().approval("ap-1");
  a.renditions[0].profile = "../../etc";
  EXPECT_EQ(bad(package_text(trust::write_approval(a))), Code::approve_package);
}
TEST(ApprovePackage, AnEnvelopeMustBeOverTheSameBytes) {
  auto same = *json::parse(trust::write_envelope(trust::sign(trust::kApprovalType, payload(), {&office().reviewer1})));
  auto p = read_package(package_text(payload(), same));
  ASSERT_TRUE(p) << to_log(p.error());
  EXPECT_EQ(p->envelope->signatures.size(), 1u);
  auto other = office().approval_bytes(office().approval("ap-2"));
  EXPECT_EQ(read_package(package_text(payload(), *json::parse(other))).error().code, Code::approval_other_bytes);
  auto plain = read_package(package_text(payload()));
  EXPECT_EQ(adopt_envelope(*plain, other).error().code, Code::approval_other_bytes);
  EXPECT_FALSE(adopt_envelope(*plain, "{}"));
}
TEST(ApprovePackage, PrintsNoControlCharacters) {
  EXPECT_EQ(printable("反诈\x1b[2J\n\x7f\u0085\u202e\u2066中心"), "反诈?[2J?????中心");
  EXPECT_TRUE(is_safe_id("ap-2026_1.0"));
  for (auto* bad : {"", "..", ".x", "a/b", "a b", "反"}) EXPECT_FALSE(is_safe_id(bad)) << bad;
}
TEST(ApprovePackage, TheWatchedRenditionIsTheOriginal) {
  auto a = office().approval("ap-1");
  a.renditions = {test::rendition("1080p", "video/mp4", "a"), test::rendition("original", "video/quicktime", "b")};
  ASSERT_EQ(pictures(a).size(), 1u);
  EXPECT_EQ(pictures(a)[0].watched, 1u);
  EXPECT_EQ(pictures(a)[0].members, (std::vector<std::size_t>{0, 1}));
  a.renditions.pop_back();
  EXPECT_EQ(pictures(a)[0].watched, 0u);
}
TEST(ApprovePackage, EveryVariantIsAPictureOfItsOwn) {
  auto a = office().approval("ap-1");
  a.renditions.clear();
  for (auto* profile : {"1080p", "720p", "portrait-720p", "portrait-original", "still-1080p", "strip-720p"})
    a.renditions.push_back(test::rendition(profile, "video/mp4", profile));
  auto all = pictures(a);
  ASSERT_EQ(all.size(), 3u);
  EXPECT_EQ(all[0].shape, "");
  EXPECT_EQ(all[0].members, (std::vector<std::size_t>{0, 1, 4})) << "a name that is no shape begins no picture of its own";
  EXPECT_EQ(all[1].shape, "portrait");
  EXPECT_EQ(all[1].watched, 3u);
  EXPECT_EQ(all[2].members, std::vector<std::size_t>{5});
}
}  // namespace
}  // namespace fz::approve
