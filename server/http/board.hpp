// The last status of each screen, kept in memory and written in one transaction a second: 20,000 screens that report
// every 30 s would else be 700 transactions a second. Thread-safe.
#pragma once
#include <map>
#include <mutex>
#include <string>

#include "server/store/store.hpp"

namespace fz::http {

class Board {
 public:
  /// `status` is JSON text of at most 32 KiB that was parsed by the caller.
  void put(const std::string& screen, std::string status, UtcTime now);
  /// Writes what came in since the last call; on an error it stays for the next one.
  Result<void> flush(store::Store& store);

 private:
  struct Status {
    std::string text;
    UtcTime at;
  };
  std::mutex mutex_;
  std::map<std::string, Status> waiting_;
};

}  // namespace fz::http
