// The last status of each screen, kept in memory and written in one transaction a second: 20,000 screens that report
// every 30 s would else be 700 transactions a second. Thread-safe.
#pragma once
#include <map>
#include <mutex>
#include <set>
#include <string>

#include "server/store/store.hpp"

namespace fz::http {

class Board {
 public:
  /// `status` is JSON text of at most 32 KiB, `parsed` the same.
  void put(const std::string& screen, std::string status, const json::value& parsed, UtcTime now);
  /// Writes what came in since the last call; on an error it stays for the next one. The screens that people would now see
  /// otherwise than before: another item, freshness or alarm.
  Result<std::set<std::string>> flush(store::Store& store);

 private:
  struct Status {
    std::string text;
    UtcTime at;
  };
  std::mutex mutex_;
  std::map<std::string, Status> waiting_;
  std::set<std::string> changed_;            ///< of those that wait: news for people, once they can be read
  std::map<std::string, std::size_t> seen_;  ///< what people would see, hashed, of each screen since the start
};

}  // namespace fz::http
