// Alerts on their way: the frames that are pushed, for screens whose channel opens later too, and what screens said of them,
// written in one transaction a second. Thread-safe.
#pragma once
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "server/store/store.hpp"
#include "shared/net/server.hpp"

namespace fz::http {

class AlertBoard {
 public:
  /// From now on the alert's message is this one, for these screens.
  void put(const std::string& alert, net::Frame frame, std::vector<std::string> screens, UtcTime expires);
  /// What a screen whose channel has opened must be told.
  std::vector<net::Frame> frames_for(const std::string& screen, UtcTime now) const;
  /// True if any has ended since the last call.
  bool forget_ended(UtcTime now);

  /// A screen's word; one of an unknown state is left out.
  void heard(alerts::Ack ack);
  /// As heard, from the "alerts" of a status report; what is malformed is left out.
  void heard_in_status(const json::value& status, const std::string& screen, UtcTime now);
  /// Writes what was heard since the last call; on an error it stays for the next one.
  Result<void> flush(store::Store& store);

 private:
  struct Live {
    net::Frame frame;
    std::set<std::string, std::less<>> screens;
    UtcTime expires;
  };
  mutable std::mutex mutex_;
  std::map<std::string, Live> live_;
  std::vector<alerts::Ack> heard_;
};

}  // namespace fz::http
