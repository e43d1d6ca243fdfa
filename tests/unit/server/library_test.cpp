#include "server/library/library.hpp"

#include "tests/unit/server/fixture.hpp"

namespace fz::library {
namespace {

class LibraryTest : public ServerTest {
 protected:
  Result<Upload> start(NewUpload n, const Actor& who, const Quota& quota = {}) {
    return store_->write([&](store::Tx& tx) { return create_upload(tx.library(), tx.context(who, now_), n, quota); });
  }
  Result<Finished> finish(const std::string& id, const std::string& bytes, const Actor& who) {
    return store_->write([&](store::Tx& tx) { return finish_upload(tx.library(), tx.context(who, now_), id, digest(bytes)); });
  }
  Item item(const std::string& id) {
    return **store_->read([&](const store::Tx& tx) { return tx.library().item(id); });
  }
  std::optional<Job> claim() {
    auto job = write([&](store::Tx& tx) { return claim_job(tx.library(), now_); });
    return *job;
  }
  template <class F>
  auto as_system(F&& f) {
    return write([&](store::Tx& tx) {
      const auto system = accounts::system_actor();
      return f(tx.library(), tx.context(system, now_));
    });
  }
  static NewUpload clip(std::uint64_t length = 4) { return {length, "短片.mp4", "冒充客服", "冒充客服", "method", ""}; }
  Finished uploaded(const std::string& bytes) {
    auto u = start(clip(bytes.size()), clerk_);
    return *finish(u->id, bytes, clerk_);
  }
};

TEST_F(LibraryTest, NamesWithPathsOrControlsAreRefused) {
  for (const char* bad : {"../a.mp4", "a/b.mp4", "C:\\x.mp4", "..", "."})
    EXPECT_EQ(check_file_name(bad).error().code, Code::name_path) << bad;
  for (const char* bad : {"a\nb.mp4", "a\x7f.mp4", "x\u202egnp.exe", "a\u0085b", "a\u2028b", "a\u2066b"}) {
    EXPECT_EQ(check_file_name(bad).error().code, Code::name_control) << bad;
    EXPECT_EQ(check_title(bad).error().code, Code::name_control) << bad;
  }
  EXPECT_EQ(check_file_name("").error().code, Code::bad_field);
  EXPECT_EQ(check_file_name(std::string(201, 'a')).error().code, Code::bad_field);
  EXPECT_EQ(check_file_name("\xff.mp4").error().code, Code::bad_field);
  EXPECT_EQ(*check_file_name(" 反诈 宣传（第1期）.mp4 "), "反诈 宣传（第1期）.mp4");
}

TEST_F(LibraryTest, AnUploadBecomesAnItemWithAProbe) {
  auto u = start(clip(), clerk_);
  ASSERT_TRUE(u);
  EXPECT_EQ(finish(u->id, "toolong", clerk_).error().code, Code::blob_mismatch);
  EXPECT_EQ(finish(u->id, "abcd", stranger_).error().code, Code::not_found);
  auto done = finish(u->id, "abcd", clerk_);
  ASSERT_TRUE(done);
  EXPECT_EQ(done->item.source, crypto::sha256_hex("abcd"));
  EXPECT_EQ(done->item.unit, "500119");
  auto twice = finish(u->id, "abcd", clerk_);
  EXPECT_EQ(twice->item.id, done->item.id);  // sent twice: the same item
  auto job = claim();
  ASSERT_TRUE(job);
  EXPECT_EQ(job->item, done->item.id);
  EXPECT_EQ(job->kind, JobKind::probe);
  EXPECT_FALSE(claim());
}

TEST_F(LibraryTest, TheSameBytesAgainAreNamedAsDuplicates) {
  const auto one = uploaded("abcd");
  EXPECT_TRUE(one.duplicates.empty());
  const auto two = uploaded("abcd");
  EXPECT_EQ(two.duplicates, std::vector<std::string>{one.item.id});
}

TEST_F(LibraryTest, UploadsAreBounded) {
  EXPECT_EQ(start(clip(0), clerk_).error().code, Code::upload_empty);
  Quota q;
  q.max_file = 10;
  EXPECT_EQ(start(clip(11), clerk_, q).error().code, Code::too_large);
  q.max_unit = 15;
  ASSERT_TRUE(start(clip(10), clerk_, q));
  EXPECT_EQ(start(clip(6), clerk_, q).error().code, Code::quota_exceeded);
  ASSERT_TRUE(start(clip(5), clerk_, q));
  EXPECT_EQ(start(clip(std::uint64_t{1} << 63), clerk_).error().code, Code::too_large);
  q = {};
  q.max_open = 2;
  EXPECT_EQ(start(clip(1), clerk_, q).error().code, Code::too_many_uploads);
  EXPECT_EQ(start(clip(1), publisher_).error().code, Code::forbidden_role);
}

TEST_F(LibraryTest, AnUploadIsItsOwnersAndEnds) {
  auto u = start(clip(), clerk_);
  const auto open = [&](const Actor& who) {
    return store_->read([&](const store::Tx& tx) { return open_upload(tx.library(), who, u->id, now_); });
  };
  EXPECT_TRUE(open(clerk_));
  EXPECT_EQ(open(first_).error().code, Code::not_found);
  now_ += std::chrono::hours(23);
  write([&](store::Tx& tx) { return touch_upload(tx.library(), tx.context(clerk_, now_), u->id, {}); });
  now_ += std::chrono::hours(23);
  EXPECT_TRUE(open(clerk_));
  now_ += std::chrono::hours(1);
  EXPECT_EQ(open(clerk_).error().code, Code::upload_gone);
  EXPECT_EQ(store_->read([&](const store::Tx& tx) { return tx.library().expired_uploads(now_); })->size(), 1u);
}

TEST_F(LibraryTest, ProbeAndRenderingsMakeItReady) {
  const auto done = uploaded("abcd");
  auto probe = claim();
  Probed found{Kind::video, "video/mp4", {}, {"1080p", "720p"}};
  as_system([&](Store& db, const Context& ctx) { return finish_probe(db, ctx, probe->id, found); });
  EXPECT_EQ(item(done.item.id).processing, Processing::pending);
  for (int i = 0; i < 2; ++i) {
    auto job = claim();
    ASSERT_TRUE(job);
    write([&](store::Tx& tx) { return job_progress(tx.library(), job->id, 400, now_); });
    Rendition r;
    r.profile = job->profile;
    const auto d = digest(job->profile);
    r.sha256 = d.sha256;
    r.length = d.length;
    r.chunks = d.chunks;
    r.mime = "video/mp4";
    as_system([&](Store& db, const Context& ctx) { return finish_render(db, ctx, job->id, r); });
    EXPECT_EQ(item(done.item.id).processing, i == 0 ? Processing::pending : Processing::ready);
  }
  auto made = store_->read([&](const store::Tx& tx) { return tx.library().renditions(done.item.id, 1); });
  ASSERT_EQ(made->size(), 2u);
  EXPECT_EQ(made->front().chunks, digest("1080p").chunks);
  EXPECT_TRUE(*store_->read([&](const store::Tx& tx) { return tx.library().blob_is_used(made->front().sha256); }));
  EXPECT_FALSE(*store_->read([&](const store::Tx& tx) { return tx.library().blob_is_used(std::string(64, '0')); }));
}

TEST_F(LibraryTest, ABadFileFailsWithItsReason) {
  const auto done = uploaded("abcd");
  auto probe = claim();
  const Error why = fail(Code::media_truncated, {{"what", "moov"}});
  as_system([&](Store& db, const Context& ctx) { return fail_job(db, ctx, probe->id, why, true); });
  const Item failed = item(done.item.id);
  EXPECT_EQ(failed.processing, Processing::failed);
  EXPECT_EQ(failed.failure, "media_truncated");
  EXPECT_EQ(failed.failure_params, R"({"what":"moov"})");
  EXPECT_FALSE(claim());
}

TEST_F(LibraryTest, AFailureThatMayPassIsTriedAgainLater) {
  const auto done = uploaded("abcd");
  for (int attempt = 1; attempt <= kMaxAttempts; ++attempt) {
    auto job = claim();
    ASSERT_TRUE(job) << attempt;
    EXPECT_EQ(job->attempts, attempt);
    as_system([&](Store& db, const Context& ctx) { return fail_job(db, ctx, job->id, fail(Code::disk_full), false); });
    EXPECT_FALSE(claim());
    now_ += std::chrono::minutes(5);
  }
  EXPECT_FALSE(claim());
  EXPECT_EQ(item(done.item.id).failure, "disk_full");
}

TEST_F(LibraryTest, JobsOfADeadProcessAreTakenUpAgainThenGivenUp) {
  const auto done = uploaded("abcd");
  for (int life = 1; life <= kMaxAttempts; ++life) {
    ASSERT_TRUE(claim()) << life;
    open();  // the process was killed
    auto left = as_system([&](Store& db, const Context& ctx) { return recover_jobs(db, ctx); });
    EXPECT_EQ(*left, 1);
  }
  EXPECT_FALSE(claim());
  EXPECT_EQ(item(done.item.id).failure, "job_crashed");
}

TEST_F(LibraryTest, ANewVersionStartsOverAndOldJobsAreDropped) {
  const auto one = uploaded("abcd");
  auto old_job = claim();
  NewUpload n = clip();
  n.item = one.item.id;
  auto u = start(n, clerk_);
  auto two = finish(u->id, "efgh", clerk_);
  ASSERT_TRUE(two);
  EXPECT_EQ(two->item.id, one.item.id);
  EXPECT_EQ(two->item.version, 2);
  auto late = store_->write([&](store::Tx& tx) { return finish_render(tx.library(), tx.context(clerk_, now_), old_job->id, Rendition{}); });
  EXPECT_FALSE(late);  // a worker of the old version comes too late
  EXPECT_EQ(claim()->version, 2);
  n.item = one.item.id;
  EXPECT_EQ(start(n, stranger_).error().code, Code::not_found);
}

TEST_F(LibraryTest, BranchesDoNotSeeOneAnother) {
  const auto mine = uploaded("abcd");
  const auto get = [&](const Actor& who) {
    return store_->read([&](const store::Tx& tx) { return get_item(tx.library(), tx.accounts(), who, mine.item.id); });
  };
  EXPECT_TRUE(get(publisher_));
  EXPECT_TRUE(get(admin_));
  EXPECT_EQ(get(stranger_).error().code, Code::not_found);
  ItemFilter f;
  f.unit_path = stranger_.unit_path;
  EXPECT_TRUE(store_->read([&](const store::Tx& tx) { return tx.library().items(f); })->empty());
  f.unit_path = "500000/";
  EXPECT_EQ(store_->read([&](const store::Tx& tx) { return tx.library().items(f); })->size(), 1u);
}

TEST_F(LibraryTest, ChangesNeedTheCurrentRevisionAndADraft) {
  auto made = slogan("不轻信", clerk_);
  ItemChange change;
  change.title = "不轻信 不转账";
  change.if_revision = made->revision;
  const auto apply = [&] {
    return store_->write(
        [&](store::Tx& tx) { return change_item(tx.library(), tx.accounts(), tx.context(clerk_, now_), made->id, change); });
  };
  EXPECT_EQ(apply()->title, "不轻信 不转账");
  EXPECT_EQ(apply().error().code, Code::conflict);
  import_trust();
  write([&](store::Tx& tx) { return review::submit(tx.reviewing(), tx.context(clerk_, now_), made->id, terms()); });
  change.if_revision.reset();
  EXPECT_EQ(apply().error().code, Code::item_locked);
}

}  // namespace
}  // namespace fz::library
