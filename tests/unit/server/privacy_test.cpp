#include "server/review/privacy.hpp"

#include "shared/render/documents.hpp"
#include "tests/unit/server/fixture.hpp"

namespace fz::review {
namespace {

std::string bulletin(const std::string& how, const std::string& source = "某区反诈中心") {
  render::Bulletin b;
  b.title = "刷单被骗八万元";
  b.fraud_kind = "fake_orders";
  b.exposes = render::Exposes::case_;
  b.how = {"骗子以高额佣金诱人。", how};
  b.advice = {"不轻信、不转账"};
  b.source = source;
  return render::write_document(b);
}

class PrivacyTest : public ServerTest {
 protected:
  PrivacyTest() { import_trust(); }
  Item first_step() {
    auto i = slogan("刷单被骗", clerk_);
    write([&](store::Tx& tx) { return submit(tx.reviewing(), tx.context(clerk_, now_), i->id, terms()); });
    return **store_->read([&](const store::Tx& tx) { return tx.library().item(i->id); });
  }
  Result<void> settle(const Item& item, Act act, const std::string& document, const Exceptions& exceptions = {}) {
    return store_->write(
        [&](store::Tx& tx) { return settle_privacy(tx.reviewing(), tx.context(first_, now_), item, act, document, exceptions); });
  }
};

TEST_F(PrivacyTest, TheFirstStepDoesNotEndWhileSomebodyCanBeRecognised) {
  const Item item = first_step();
  const auto refused = settle(item, Act::pass, bulletin("受害人张伟向13812345678转账。"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::privacy_unmasked);
  const auto zh = message(refused.error(), Lang::zh);
  EXPECT_NE(zh.find("作案手法第2条"), std::string::npos) << zh;
  EXPECT_NE(zh.find("姓名“张伟”"), std::string::npos) << zh;
  EXPECT_NE(zh.find("共 2 处"), std::string::npos) << zh;
  EXPECT_TRUE(settle(item, Act::pass, bulletin("受害人张某向138****5678转账。")));
  EXPECT_TRUE(settle(item, Act::back, bulletin("受害人张伟向13812345678转账。")));
}
TEST_F(PrivacyTest, AnExceptionIsNamedOneByOneWithAReasonAndRecorded) {
  const Item item = first_step();
  const auto text = bulletin("请拨打派出所电话 023-67891234。", "民警刘洋整理");
  EXPECT_EQ(settle(item, Act::pass, text, {{"02367891234"}, "单位电话"}).error().code, Code::privacy_unmasked);
  EXPECT_EQ(settle(item, Act::pass, text, {{"02367891234", "刘洋"}, ""}).error().code, Code::missing_field);
  EXPECT_EQ(settle(item, Act::pass, text, {{"02367891234", "刘洋", "张三丰"}, "公开"}).error().code, Code::bad_field);
  ASSERT_TRUE(settle(item, Act::pass, text, {{"02367891234", "刘洋"}, "单位电话和公开署名"}));
  const auto trail = store_->read([&](const store::Tx& tx) { return tx.audit().read_from(1, 1000); });
  ASSERT_TRUE(trail);
  const auto recorded = std::count_if(trail->begin(), trail->end(), [](const auto& e) {
    return e.event.action == "review.privacy_exception" && e.event.details.at("reason") == "单位电话和公开署名";
  });
  EXPECT_EQ(recorded, 1);
}
TEST_F(PrivacyTest, WithOneStepSubmittingEndsIt) {
  write([&](store::Tx& tx) {
    auto u = district_;
    u.review_steps = 1;
    return tx.accounts().put_unit(u);
  });
  const auto item = slogan("刷单被骗", clerk_);
  EXPECT_EQ(settle(*item, Act::submit, bulletin("受害人张伟报警。")).error().code, Code::privacy_unmasked);
}
TEST_F(PrivacyTest, EveryTextOfADocumentIsRead) {
  EXPECT_EQ(unmasked(bulletin("受害人张某报警。", "记者李娜报道"))->front().where, "来源");
  const auto slogan_text = R"({"schema":1,"type":"slogan","text":"请联系王小明","fraud_kind":"fake_orders","exposes":"method"})";
  EXPECT_EQ(unmasked(slogan_text)->front().where, "标语");
  EXPECT_FALSE(unmasked("{}"));
}

}  // namespace
}  // namespace fz::review
