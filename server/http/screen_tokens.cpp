#include "server/http/screen_tokens.hpp"

#include <mutex>

#include "shared/crypto/hash.hpp"

namespace fz::http {

ScreenPtr ScreenTokens::find(std::string_view token, SteadyTime now) const {
  if (token.empty()) return nullptr;
  const std::string hash = crypto::sha256_hex(token);
  const std::shared_lock lock(mutex_);
  const auto it = known_.find(hash);
  return it != known_.end() && now < it->second.until ? it->second.screen : nullptr;
}

ScreenPtr ScreenTokens::remember(std::string_view token, screens::Screen screen, SteadyTime now) {
  auto shared = std::make_shared<const screens::Screen>(std::move(screen));
  const std::unique_lock lock(mutex_);
  if (known_.size() >= kMax) known_.clear();
  known_[crypto::sha256_hex(token)] = Known{shared, now + kLife};
  return shared;
}

void ScreenTokens::forget(std::string_view screen) {
  const std::unique_lock lock(mutex_);
  std::erase_if(known_, [screen](const auto& k) { return k.second.screen->id == screen; });
}

}  // namespace fz::http
