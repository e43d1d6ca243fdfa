// The background work on media: claims jobs, has them done by fz-decode through server/media, writes down what came out.
#pragma once
#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "server/store/store.hpp"

namespace fz::app {

/// What is done to media; each may take minutes and is called outside any transaction.
struct MediaTools {
  using Progress = std::function<void(int permille)>;
  /// What the source of this item is. Errors media_* mean that the file is bad: trying again is no use.
  std::function<Result<library::Probed>(const library::Item& item)> probe;
  /// Makes one rendition and stores its blob.
  std::function<Result<library::Rendition>(const library::Item& item, const std::string& profile, const Progress& progress)> render;
  /// Makes a pack to be taken away of the item's approved renditions, and stores its blob.
  std::function<Result<library::Pack>(const library::Item& item, const std::vector<library::Rendition>& renditions, const std::string& pack,
                                      const Progress& progress)>
      pack;
  /// A small JPEG of the source, for people's lists.
  std::function<Result<std::string>(const library::Item& item)> thumbnail;
  /// Ends calls that are running, with Code::cancelled; the server stops.
  std::function<void()> cancel = [] {};
};

class Jobs {
 public:
  /// `moved` is called when a job of that item got on: any thread, at most once a second a job.
  Jobs(store::Store& store, const Clock& clock, MediaTools tools, unsigned threads,
       std::function<void(const std::string& item)> moved = {});
  ~Jobs();  ///< ends the running jobs; they are queued again
  /// There may be something to do.
  void wake();

 private:
  void run();
  bool one();
  Result<void> work(const library::Job& job);
  void give_back(const library::Job& job);
  void failed(const library::Job& job, const Error& why);
  store::Store& store_;
  const Clock& clock_;
  const MediaTools tools_;
  const std::function<void(const std::string&)> moved_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool stopping_ = false;
  std::uint64_t wakes_ = 0;
  std::vector<std::thread> threads_;
};

/// True for a failure of the file itself, not of the machine.
bool is_file_fault(Code code);

}  // namespace fz::app
