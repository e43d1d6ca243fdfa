// Variants of an item for other shapes of screens: sent, examined, replaced, reviewed and signed with it.
#include "server/library/library.hpp"
#include "tests/unit/server/fixture.hpp"

namespace fz::library {
namespace {

class VariantTest : public ServerTest {
 protected:
  Item item(const std::string& id) {
    return **store_->read([&](const store::Tx& tx) { return tx.library().item(id); });
  }
  std::vector<std::string> profiles(const std::string& id) {
    std::vector<std::string> out;
    for (const auto& r : *store_->read([&](const store::Tx& tx) { return tx.library().renditions(id, item(id).version); }))
      out.push_back(r.profile);
    return out;
  }
  std::vector<Variant> variants(const std::string& id) {
    return *store_->read([&](const store::Tx& tx) { return tx.library().variants(id, item(id).version); });
  }
  Result<Item> send(NewUpload n, const std::string& bytes, const Actor& who) {
    n.length = bytes.size();
    n.file_name = "海报.png";
    FZ_TRY(const Upload u, store_->write([&](store::Tx& tx) { return create_upload(tx.library(), tx.context(who, now_), n, {}); }));
    FZ_TRY(const Finished done,
           store_->write([&](store::Tx& tx) { return finish_upload(tx.library(), tx.context(who, now_), u.id, digest(bytes)); }));
    return done.item;
  }
  Result<Item> send_variant(const std::string& of, const std::string& shape, const std::string& bytes, const Actor& who) {
    NewUpload n;
    n.variant_of = of;
    n.shape = shape;
    return send(n, bytes, who);
  }
  Result<Item> remove(const std::string& of, const std::string& shape, const Actor& who) {
    return store_->write([&](store::Tx& tx) { return remove_variant(tx.library(), tx.accounts(), tx.context(who, now_), of, shape, {}); });
  }
  /// The next job as a worker does it: a still of this size that needs no rendition, or the error of its transaction.
  Result<void> examine(Kind kind, int width, int height, const std::string& bytes, std::vector<std::string> renders = {}) {
    auto job = *write([&](store::Tx& tx) { return claim_job(tx.library(), now_); });
    if (!job) return fail(Code::internal, {}, "no job");
    Probed found{kind, kind == Kind::poster ? "image/png" : "video/mp4", {}, std::move(renders), width, height};
    if (found.renders.empty()) {
      const auto d = digest(bytes);
      found.original = Rendition{"", 1, "original", d.sha256, d.length, "image/png", d.chunks, width, height, 0};
    }
    const auto system = accounts::system_actor();
    auto done = store_->write([&](store::Tx& tx) { return finish_probe(tx.library(), tx.context(system, now_), job->id, found); });
    if (!done) write([&](store::Tx& tx) { return fail_job(tx.library(), tx.context(system, now_), job->id, done.error(), true); });
    return done;
  }
  Item poster() {
    auto made = send({}, "landscape", clerk_);
    EXPECT_TRUE(examine(Kind::poster, 1920, 1080, "landscape"));
    return item(made->id);
  }
};

TEST_F(VariantTest, StandsBesideTheItemsOwnPicture) {
  const Item own = poster();
  auto with = send_variant(own.id, "portrait", "tall", clerk_);
  ASSERT_TRUE(with) << to_log(with.error());
  EXPECT_EQ(with->id, own.id);
  EXPECT_EQ(with->processing, Processing::pending) << "not to be submitted before it was examined";
  EXPECT_EQ(with->source, own.source) << "the item's own file stays what it is";
  EXPECT_GT(with->revision, own.revision);
  ASSERT_TRUE(examine(Kind::poster, 1080, 1920, "tall"));
  EXPECT_EQ(item(own.id).processing, Processing::ready);
  EXPECT_EQ(profiles(own.id), (std::vector<std::string>{"original", "portrait-original"}));
  ASSERT_EQ(variants(own.id).size(), 1u);
  EXPECT_EQ(variants(own.id)[0].height, 1920);
  EXPECT_EQ(variants(own.id)[0].source, crypto::sha256_hex("tall"));
  EXPECT_TRUE(*store_->read([&](const store::Tx& tx) { return tx.library().blob_is_used(crypto::sha256_hex("tall")); }));
}

TEST_F(VariantTest, AFilmsRenditionsAreNamedAfterTheShape) {
  auto made = send({}, "wide film", clerk_);
  const auto render = [&](const std::string& expected) {
    auto job = *write([&](store::Tx& tx) { return claim_job(tx.library(), now_); });
    ASSERT_TRUE(job);
    EXPECT_EQ(job->profile, expected);
    const auto d = digest(job->profile);
    Rendition r{"", 1, job->profile, d.sha256, d.length, "video/mp4", d.chunks, 1280, 720, 9000};
    write([&](store::Tx& tx) { return finish_render(tx.library(), tx.context(clerk_, now_), job->id, r); });
  };
  ASSERT_TRUE(examine(Kind::video, 1920, 1080, "", {"720p"}));
  EXPECT_EQ(send_variant(made->id, "portrait", "tall film", clerk_).error().code, Code::item_not_ready) << "its own shape is not known yet";
  render("720p");
  ASSERT_TRUE(send_variant(made->id, "portrait", "tall film", clerk_));
  ASSERT_TRUE(examine(Kind::video, 720, 1280, "", {"720p"}));
  EXPECT_EQ(item(made->id).processing, Processing::pending);
  render("portrait-720p");
  EXPECT_EQ(item(made->id).processing, Processing::ready);
  EXPECT_EQ(profiles(made->id), (std::vector<std::string>{"720p", "portrait-720p"}));
}

TEST_F(VariantTest, BadOnesAreRefusedByName) {
  const Item own = poster();
  EXPECT_EQ(send_variant(own.id, "round", "x", clerk_).error().code, Code::variant_shape);
  EXPECT_EQ(send_variant(own.id, "", "x", clerk_).error().code, Code::variant_shape);
  EXPECT_EQ(send_variant("nothing", "portrait", "x", clerk_).error().code, Code::not_found);
  EXPECT_EQ(send_variant(own.id, "portrait", "x", stranger_).error().code, Code::not_found);
  EXPECT_EQ(send_variant(own.id, "landscape", "x", clerk_).error().code, Code::variant_exists) << "the item's own picture is one";
  EXPECT_EQ(send_variant(slogan("不轻信", clerk_)->id, "portrait", "x", clerk_).error().code, Code::bad_field) << "a text has every shape";
  NewUpload both;
  both.item = both.variant_of = own.id;
  both.shape = "portrait";
  EXPECT_EQ(send(both, "x", clerk_).error().code, Code::bad_field);
  ASSERT_TRUE(send_variant(own.id, "portrait", "tall", clerk_));
  EXPECT_EQ(send_variant(own.id, "portrait", "tall too", clerk_).error().code, Code::variant_exists);
}

TEST_F(VariantTest, TheWrongShapeOrKindFailsAndRemovingItMendsTheItem) {
  const Item own = poster();
  ASSERT_TRUE(send_variant(own.id, "portrait", "wide after all", clerk_));
  EXPECT_EQ(examine(Kind::poster, 1920, 1080, "wide after all").error().code, Code::variant_aspect);
  EXPECT_EQ(item(own.id).processing, Processing::failed);
  EXPECT_EQ(item(own.id).failure, "variant_aspect");
  EXPECT_EQ(profiles(own.id), std::vector<std::string>{"original"});
  EXPECT_EQ(send_variant(own.id, "strip", "x", clerk_).error().code, Code::item_not_ready);
  auto mended = remove(own.id, "portrait", clerk_);
  ASSERT_TRUE(mended) << to_log(mended.error());
  EXPECT_EQ(mended->processing, Processing::ready);
  EXPECT_EQ(mended->failure, "");
  ASSERT_TRUE(send_variant(own.id, "portrait", "a film", clerk_));
  EXPECT_EQ(examine(Kind::video, 1080, 1920, "", {"720p"}).error().code, Code::bad_field);
  EXPECT_TRUE(remove(own.id, "portrait", clerk_));
}

TEST_F(VariantTest, OneThatFailedTakesNothingElseWithIt) {
  const Item own = poster();
  ASSERT_TRUE(send_variant(own.id, "portrait", "wide", clerk_));
  ASSERT_TRUE(send_variant(own.id, "strip", "line", clerk_));
  EXPECT_FALSE(examine(Kind::poster, 1920, 1080, "wide"));
  ASSERT_TRUE(examine(Kind::poster, 1920, 384, "line")) << "its job was still to be done";
  EXPECT_EQ(item(own.id).processing, Processing::failed);
  ASSERT_TRUE(remove(own.id, "portrait", clerk_));
  EXPECT_EQ(item(own.id).processing, Processing::ready);
  EXPECT_EQ(profiles(own.id), (std::vector<std::string>{"original", "strip-original"}));
}

TEST_F(VariantTest, IsReplacedInADraftOnlyAndANewVersionBeginsWithout) {
  import_trust();
  const Item own = poster();
  ASSERT_TRUE(send_variant(own.id, "portrait", "tall", clerk_));
  EXPECT_EQ(remove(own.id, "strip", clerk_).error().code, Code::not_found);
  EXPECT_EQ(remove(own.id, "portrait", publisher_).error().code, Code::forbidden_role);
  EXPECT_EQ(remove(own.id, "portrait", stranger_).error().code, Code::not_found);
  ASSERT_TRUE(remove(own.id, "portrait", clerk_));
  EXPECT_TRUE(variants(own.id).empty());
  EXPECT_FALSE(*store_->read([&](const store::Tx& tx) { return tx.library().blob_is_used(crypto::sha256_hex("tall")); }));
  EXPECT_FALSE(*write([&](store::Tx& tx) { return claim_job(tx.library(), now_); })) << "nothing is left to do for it";
  ASSERT_TRUE(send_variant(own.id, "portrait", "taller", clerk_));
  ASSERT_TRUE(examine(Kind::poster, 1080, 1920, "taller"));
  write([&](store::Tx& tx) { return review::submit(tx.reviewing(), tx.context(clerk_, now_), own.id, terms()); });
  EXPECT_EQ(remove(own.id, "portrait", clerk_).error().code, Code::item_locked);
  EXPECT_EQ(send_variant(own.id, "strip", "line", clerk_).error().code, Code::item_locked);
  write([&](store::Tx& tx) { return review::send_back(tx.reviewing(), tx.context(clerk_, now_), own.id, verdict("换图")); });
  NewUpload next;
  next.item = own.id;
  auto second = send(next, "another landscape", clerk_);
  EXPECT_EQ(second->version, 2);
  EXPECT_TRUE(variants(own.id).empty());
}

TEST_F(VariantTest, IsSignedWithTheItemAndWhoSentItDecidesNothing) {
  import_trust();
  auto helper = person("helper", "500119", {Role::contributor, Role::reviewer}, "reviewer-2");
  const Item own = poster();
  ASSERT_TRUE(send_variant(own.id, "portrait", "tall", helper));
  ASSERT_TRUE(examine(Kind::poster, 1080, 1920, "tall"));
  write([&](store::Tx& tx) { return review::submit(tx.reviewing(), tx.context(clerk_, now_), own.id, terms()); });
  review::Verdict all{"好", review::checklist(Kind::poster), {}};
  const auto pass_as = [&](const accounts::Actor& who) {
    return store_->write([&](store::Tx& tx) { return review::pass(tx.reviewing(), tx.context(who, now_), own.id, all); });
  };
  EXPECT_EQ(pass_as(helper).error().code, Code::review_own_item);
  EXPECT_EQ(pass_as(second_).error().code, Code::review_own_item) << "the same person under another account";
  ASSERT_TRUE(pass_as(first_));
  const auto signed_text = trust::parse_approval(statement(own.id));
  ASSERT_EQ(signed_text->renditions.size(), 2u);
  EXPECT_EQ(signed_text->renditions[1].profile, "portrait-original");
  EXPECT_EQ(signed_text->renditions[1].sha256, crypto::sha256_hex("tall"));
  EXPECT_EQ(import(sign(own.id, {&office_.reviewer1, &office_.reviewer2}), first_).error().code, Code::approval_by_uploader);
}

TEST_F(VariantTest, CountsForTheUnitsQuota) {
  const Item own = poster();
  const auto used = [&] { return *store_->read([&](const store::Tx& tx) { return tx.library().bytes_of_unit("500119"); }); };
  const auto before = used();
  ASSERT_TRUE(send_variant(own.id, "portrait", "12345", clerk_));
  EXPECT_EQ(used(), before + 5);
  ASSERT_TRUE(remove(own.id, "portrait", clerk_));
  EXPECT_EQ(used(), before);
}

}  // namespace
}  // namespace fz::library
