#include "server/app/jobs.hpp"

#include <pthread.h>

#include "shared/base/log.hpp"
#include "shared/layout/layout.hpp"

namespace fz::app {

bool is_file_fault(Code code) {
  // bad_field: a film as the variant of a picture, or the other way round.
  return (code_name(code).starts_with("media_") && code != Code::media_decoder_died) || code == Code::variant_aspect ||
         code == Code::bad_field;
}

Jobs::Jobs(store::Store& store, const Clock& clock, MediaTools tools, unsigned threads, std::function<void(const std::string&)> moved)
    : store_(store), clock_(clock), tools_(std::move(tools)), moved_(std::move(moved)) {
  for (unsigned i = 0; i < threads; ++i) {
    threads_.emplace_back([this] { run(); });
    pthread_setname_np(threads_.back().native_handle(), "media-job");
  }
}

Jobs::~Jobs() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  tools_.cancel();
  changed_.notify_all();
  for (auto& t : threads_) t.join();
}

void Jobs::wake() {
  {
    const std::lock_guard lock(mutex_);
    ++wakes_;
  }
  changed_.notify_all();
}

void Jobs::run() {
  for (;;) {
    std::uint64_t seen = 0;
    {
      const std::lock_guard lock(mutex_);
      if (stopping_) return;
      seen = wakes_;
    }
    if (one()) continue;
    std::unique_lock lock(mutex_);
    // The time limit is for jobs that wait out a back-off.
    changed_.wait_for(lock, Seconds{5}, [&] { return stopping_ || wakes_ != seen; });
  }
}

bool Jobs::one() {
  const auto job = store_.write([&](store::Tx& tx) { return library::claim_job(tx.library(), clock_.wall()); });
  if (!job) {
    log::error("jobs: {}", to_log(job.error()));
    return false;
  }
  if (!*job) return false;
  const auto& j = **job;
  log::info("job {}: {} {} of item {}", j.id, library::job_kind_name(j.kind), j.profile, j.item);
  if (const auto done = work(j); !done) {
    if (done.error().code == Code::cancelled)
      give_back(j);
    else
      failed(j, done.error());
  }
  return true;
}

void Jobs::failed(const library::Job& job, const Error& why) {
  log::warn("job {}: {}", job.id, to_log(why));
  const auto who = accounts::system_actor();
  const auto noted = store_.write(
      [&](store::Tx& tx) { return library::fail_job(tx.library(), tx.context(who, clock_.wall()), job.id, why, is_file_fault(why.code)); });
  if (!noted) log::error("job {}: {}", job.id, to_log(noted.error()));
}

// Stopping the server is not the file's fault: the attempt does not count.
void Jobs::give_back(const library::Job& job) {
  const auto noted = store_.write([&](store::Tx& tx) -> Result<void> {
    FZ_TRY(auto row, tx.library().job(job.id));
    if (!row) return {};
    row->state = library::JobState::queued;
    row->attempts = std::max(0, row->attempts - 1);
    row->progress_permille = 0;
    row->updated = clock_.wall();
    return tx.library().put_job(*row);
  });
  if (!noted) log::error("job {}: {}", job.id, to_log(noted.error()));
}

Result<void> Jobs::work(const library::Job& job) {
  const auto who = accounts::system_actor();
  FZ_TRY(const auto item, store_.read([&](const store::Tx& tx) -> Result<library::Item> {
    FZ_TRY(auto found, tx.library().item(job.item));
    if (!found) return fail(Code::not_found, {{"what", job.item}});
    const auto shape = library::shape_of_job(job);
    if (shape.empty()) return std::move(*found);
    FZ_TRY(const auto variants, tx.library().variants(found->id, job.version));
    for (const auto& v : variants)
      if (v.shape == shape) return library::with_source_of(std::move(*found), v);
    return fail(Code::not_found, {{"what", std::string(shape)}});  // it was removed meanwhile
  }));
  if (job.kind == library::JobKind::probe) {
    FZ_TRY(const auto probed, tools_.probe(item));
    return store_.write([&](store::Tx& tx) { return library::finish_probe(tx.library(), tx.context(who, clock_.wall()), job.id, probed); });
  }
  auto last = clock_.steady() - Seconds{2};
  const auto progress = [&](int permille) {
    if (clock_.steady() - last < Seconds{1}) return;  // people watch it once a second at most
    last = clock_.steady();
    const auto noted = store_.write([&](store::Tx& tx) { return library::job_progress(tx.library(), job.id, permille, clock_.wall()); });
    if (!noted) log::warn("job {}: {}", job.id, to_log(noted.error()));
    if (moved_) moved_(job.item);
  };
  if (job.kind == library::JobKind::pack) {
    FZ_TRY(const auto renditions, store_.read([&](const store::Tx& tx) { return tx.library().renditions(item.id, item.version); }));
    FZ_TRY(const auto pack, tools_.pack(item, renditions, job.profile, progress));
    FZ_CHECK(store_.write([&](store::Tx& tx) { return library::finish_pack(tx.library(), tx.context(who, clock_.wall()), job.id, pack); }));
    if (moved_) moved_(job.item);
    return {};
  }
  FZ_TRY(auto rendition, tools_.render(item, std::string(layout::plain_profile(job.profile)), progress));
  rendition.item = item.id;
  rendition.version = item.version;
  rendition.profile = job.profile;
  return store_.write(
      [&](store::Tx& tx) { return library::finish_render(tx.library(), tx.context(who, clock_.wall()), job.id, rendition); });
}

}  // namespace fz::app
