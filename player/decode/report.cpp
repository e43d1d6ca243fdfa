#include "player/decode/report.hpp"

#include <unistd.h>

#include <string>

namespace fz::decode {

void print_line(const json::value& v) {
  auto text = json::write(v) + "\n";
  for (std::size_t at = 0; at < text.size();) {
    auto n = ::write(1, text.data() + at, text.size() - at);
    if (n <= 0) return;  // nobody reads any more
    at += static_cast<std::size_t>(n);
  }
}

void print_error(const Error& e) {
  json::object params;
  for (auto& [name, value] : e.params) params[name] = value;
  print_line(json::object{
      {"error", code_name(e.code)}, {"params", std::move(params)}, {"zh", message(e, Lang::zh)}, {"en", message(e, Lang::en)}});
  auto text = to_log(e) + "\n";
  [[maybe_unused]] auto ignored = ::write(2, text.data(), text.size());
}

Watchdog::Watchdog(Millis limit, std::function<void()> late) {
  thread_ = std::thread([this, limit, late = std::move(late)] {
    std::unique_lock lock(mutex_);
    if (!wake_.wait_for(lock, limit, [this] { return done_; })) late();
  });
}
Watchdog::~Watchdog() {
  {
    std::lock_guard lock(mutex_);
    done_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

}  // namespace fz::decode
