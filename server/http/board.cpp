#include "server/http/board.hpp"

namespace fz::http {
namespace {

// Other members (free space, the spool, temperatures) move all the time and are read with the next change.
std::size_t gist(const json::value& status) {
  std::string text;
  if (const auto* o = status.if_object())
    for (const char* member : {"playing", "freshness", "alarms", "withdrawals", "set_version"})
      if (const auto* value = o->if_contains(member)) text += json::write(*value) + "\n";
  return std::hash<std::string>{}(text);
}

}  // namespace

void Board::put(const std::string& screen, std::string status, const json::value& parsed, UtcTime now) {
  const auto seen = gist(parsed);
  const std::lock_guard lock(mutex_);
  waiting_[screen] = Status{std::move(status), now};
  const auto [at, fresh] = seen_.try_emplace(screen, seen);
  if (std::exchange(at->second, seen) != seen || fresh) changed_.insert(screen);
}

Result<std::set<std::string>> Board::flush(store::Store& store) {
  std::map<std::string, Status> batch;
  std::set<std::string> changed;
  {
    const std::lock_guard lock(mutex_);
    batch.swap(waiting_);
    changed.swap(changed_);
  }
  if (batch.empty()) return changed;
  auto written = store.write([&](store::Tx& tx) -> Result<void> {
    for (const auto& [screen, status] : batch) FZ_CHECK(tx.screens().set_status(screen, status.at, status.text));
    return {};
  });
  if (!written) {
    const std::lock_guard lock(mutex_);
    waiting_.merge(batch);  // newer ones that came meanwhile win
    changed_.merge(changed);
    return written.error();
  }
  return changed;
}

}  // namespace fz::http
