// Screens by their token, remembered for a minute: a poll is then answered on the event loop without the database.
// Thread-safe.
#pragma once
#include <memory>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "server/screens/screens.hpp"

namespace fz::http {

using ScreenPtr = std::shared_ptr<const screens::Screen>;

class ScreenTokens {
 public:
  /// Null when it has to be looked up.
  ScreenPtr find(std::string_view token, SteadyTime now) const;
  ScreenPtr remember(std::string_view token, screens::Screen screen, SteadyTime now);
  /// After a screen was blocked, replaced or had its tokens ended.
  void forget(std::string_view screen);

 private:
  static constexpr Seconds kLife{60};
  static constexpr std::size_t kMax = 60000;
  struct Known {
    ScreenPtr screen;
    SteadyTime until;
  };
  mutable std::shared_mutex mutex_;
  std::unordered_map<std::string, Known> known_;  ///< by the token's hash: a memory dump shows no tokens
};

}  // namespace fz::http
