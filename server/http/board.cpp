#include "server/http/board.hpp"

namespace fz::http {

void Board::put(const std::string& screen, std::string status, UtcTime now) {
  const std::lock_guard lock(mutex_);
  waiting_[screen] = Status{std::move(status), now};
}

Result<void> Board::flush(store::Store& store) {
  std::map<std::string, Status> batch;
  {
    const std::lock_guard lock(mutex_);
    batch.swap(waiting_);
  }
  if (batch.empty()) return {};
  auto written = store.write([&](store::Tx& tx) -> Result<void> {
    for (const auto& [screen, status] : batch) FZ_CHECK(tx.screens().set_status(screen, status.at, status.text));
    return {};
  });
  if (!written) {
    const std::lock_guard lock(mutex_);
    waiting_.merge(batch);  // newer ones that came meanwhile win
  }
  return written;
}

}  // namespace fz::http
