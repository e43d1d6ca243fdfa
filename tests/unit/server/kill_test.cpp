// The server is killed at random moments of an upload's and a review's life; every start finds a consistent whole.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <random>

#include "shared/blob/blob.hpp"
#include "tests/unit/server/fixture.hpp"

namespace fz::store {
namespace {

class KillTest : public ServerTest {
 protected:
  /// What a server does all day, in the order of server/README.md: blobs first, rows second. Until it is killed.
  [[noreturn]] void work(unsigned seed) {
    open();
    auto blobs = blob::Store::open(folder_ / "media");
    if (!blobs) ::_exit(2);
    for (unsigned i = 0;; ++i) {
      const std::string bytes = "clip " + std::to_string(seed) + "." + std::to_string(i);
      auto upload = store_->write([&](Tx& tx) {
        return library::create_upload(tx.library(), tx.context(clerk_, now_), {bytes.size(), "a.mp4", "", "", "", ""}, {});
      });
      if (!upload) ::_exit(3);
      auto part = (*blobs)->part(library::part_name(upload->id), bytes.size());
      if (!part || !part->append(as_bytes(bytes))) ::_exit(4);
      finish(*part, upload->id);
      auto job = store_->write([&](Tx& tx) { return library::claim_job(tx.library(), now_); });
      if (!job || !*job) ::_exit(6);
      library::Rendition r;
      r.profile = "original";
      r.sha256 = crypto::sha256_hex(bytes);
      r.length = bytes.size();
      library::Probed found{library::Kind::poster, "image/png", r, {}};
      auto done = store_->write([&](Tx& tx) { return library::finish_probe(tx.library(), tx.context(clerk_, now_), (*job)->id, found); });
      if (!done) ::_exit(7);
    }
  }
  void finish(blob::Part& part, const std::string& id) {
    auto info = part.commit();
    if (!info) ::_exit(5);
    auto done = store_->write([&](Tx& tx) { return library::finish_upload(tx.library(), tx.context(clerk_, now_), id, *info); });
    if (!done || !part.discard()) ::_exit(5);
  }
  /// As the server at its start: uploads that were complete are finished, running jobs are taken up again.
  void recover(blob::Store& blobs) {
    auto left = store_->read([](const Tx& tx) { return tx.library().uploads(library::UploadState::receiving, ""); });
    for (const auto& u : *left) {
      if (blobs.part_length(library::part_name(u.id)).value_or(0) != u.length) continue;
      auto part = blobs.part(library::part_name(u.id), u.length);
      auto info = part->commit();
      ASSERT_TRUE(info) << to_log(info.error());
      const auto system = accounts::system_actor();
      auto done = write([&](Tx& tx) { return library::finish_upload(tx.library(), tx.context(system, now_), u.id, *info); });
      ASSERT_TRUE(done);
      EXPECT_EQ(done->item.author, clerk_.account);
      ASSERT_TRUE(part->discard());
    }
    const auto system = accounts::system_actor();
    write([&](Tx& tx) { return library::recover_jobs(tx.library(), tx.context(system, now_)); });
  }
  void expect_consistent(blob::Store& blobs) {
    auto trail = store_->read([](const Tx& tx) { return tx.audit().read_from(1, 100000); });
    EXPECT_TRUE(audit::verify_chain(*trail, audit::kChainStart, 1));
    auto done = store_->read([](const Tx& tx) { return tx.library().uploads(library::UploadState::done, ""); });
    for (const auto& u : *done) {
      EXPECT_TRUE(blobs.open_verified(u.sha256)) << u.id;  // never a row without its bytes
      auto item = store_->read([&](const Tx& tx) { return tx.library().item(u.item); });
      ASSERT_TRUE(item && *item);
      auto jobs = store_->read([&](const Tx& tx) { return tx.library().jobs(u.item, 1); });
      EXPECT_EQ(jobs->size(), 1u);
      auto made = store_->read([&](const Tx& tx) { return tx.library().renditions(u.item, 1); });
      EXPECT_EQ((*item)->processing == library::Processing::ready, made->size() == 1) << u.item;
      EXPECT_TRUE(jobs->front().state != library::JobState::running);
    }
    finished_ = done->size();
  }
  std::size_t finished_ = 0;
};

TEST_F(KillTest, KilledAtRandomMomentsItStartsConsistent) {
  store_.reset();
  std::mt19937 random(20261122);
  std::size_t before = 0;
  for (unsigned round = 0; round < 25; ++round) {
    const pid_t child = ::fork();
    if (child == 0) work(round);
    ::usleep(static_cast<useconds_t>(20000 + random() % 60000));
    ::kill(child, SIGKILL);
    int status = 0;
    ::waitpid(child, &status, 0);
    ASSERT_TRUE(WIFSIGNALED(status)) << "exit " << WEXITSTATUS(status);
    open();
    auto blobs = blob::Store::open(folder_ / "media");
    ASSERT_TRUE(blobs);
    recover(**blobs);
    expect_consistent(**blobs);
    EXPECT_GE(finished_, before);  // what was there stays there
    before = finished_;
    store_.reset();
  }
  EXPECT_GT(before, 10u);
  open();
}

}  // namespace
}  // namespace fz::store
