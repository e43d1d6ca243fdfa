#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include "server/plays/plays.hpp"
#include "shared/base/log.hpp"

namespace fz::plays {
namespace {

constexpr std::size_t kPlaysATransaction = 5000;  // larger ones gain nothing and make the first in it wait
constexpr std::size_t kMaxQueuedBytes = std::size_t{128} << 20;
constexpr std::size_t kPlaysACheckpoint = 50'000;  // when it never rests
constexpr Millis kRest{500};

struct Job {
  Batch batch;
  std::function<void(Result<Ack>)> done;
};

}  // namespace

struct Log::Impl {
  Store& store;
  const Clock& clock;
  const std::size_t max_queue;
  std::mutex mutex;
  std::condition_variable wake;
  std::deque<Job> queue;  // guarded by mutex, as the next two
  std::size_t queued_bytes = 0;
  bool stopping = false;
  std::size_t since_checkpoint = 0;  // of the writer thread
  std::thread writer;

  Impl(Store& s, const Clock& c, std::size_t max) : store(s), clock(c), max_queue(max) {
    writer = std::thread([this] { run(); });
  }

  /// The next transaction's worth; empty when the log has stopped, or has rested.
  std::vector<Job> take(bool& stopped) {
    std::unique_lock lock(mutex);
    const auto ready = [this] { return stopping || !queue.empty(); };
    if (since_checkpoint == 0)
      wake.wait(lock, ready);
    else
      wake.wait_for(lock, kRest, ready);
    std::vector<Job> out;
    std::size_t plays = 0;
    while (!queue.empty() && (out.empty() || plays + queue.front().batch.content.plays.size() <= kPlaysATransaction)) {
      plays += queue.front().batch.content.plays.size();
      queued_bytes -= queue.front().batch.envelope.size();
      out.push_back(std::move(queue.front()));
      queue.pop_front();
    }
    stopped = out.empty() && stopping;
    return out;
  }

  void write(std::vector<Job>& jobs) {
    std::vector<const Batch*> batches;
    batches.reserve(jobs.size());
    for (const Job& job : jobs) {
      batches.push_back(&job.batch);
      since_checkpoint += job.batch.content.plays.size();
    }
    auto results = store.ingest(batches, clock.wall());
    for (std::size_t i = 0; i < jobs.size(); ++i) jobs[i].done(std::move(results[i]));
  }

  void checkpoint() {
    since_checkpoint = 0;
    if (auto r = store.checkpoint(); !r) log::warn("plays: checkpoint: {}", to_log(r.error()));
  }

  void run() {
    for (bool stopped = false; !stopped;) {
      auto jobs = take(stopped);
      if (!jobs.empty()) write(jobs);
      if (since_checkpoint > 0 && (jobs.empty() || since_checkpoint >= kPlaysACheckpoint)) checkpoint();
    }
  }
};

Log::Log(Store& store, const Clock& clock, std::size_t max_queue) : impl_(std::make_unique<Impl>(store, clock, max_queue)) {}

Log::~Log() {
  {
    const std::lock_guard lock(impl_->mutex);
    impl_->stopping = true;
  }
  impl_->wake.notify_all();
  impl_->writer.join();
}

void Log::submit(Batch batch, std::function<void(Result<Ack>)> done) {
  {
    const std::lock_guard lock(impl_->mutex);
    if (!impl_->stopping && impl_->queue.size() < impl_->max_queue && impl_->queued_bytes + batch.envelope.size() <= kMaxQueuedBytes) {
      impl_->queued_bytes += batch.envelope.size();
      impl_->queue.push_back({std::move(batch), std::move(done)});
      impl_->wake.notify_one();
      return;
    }
  }
  done(fail(Code::unavailable, {{"what", "播放记录排队已满 (play records are queued up)"}}));
}

std::future<Result<Ack>> Log::submit(Batch batch) {
  auto promise = std::make_shared<std::promise<Result<Ack>>>();
  auto future = promise->get_future();
  submit(std::move(batch), [promise](Result<Ack> ack) { promise->set_value(std::move(ack)); });
  return future;
}

}  // namespace fz::plays
