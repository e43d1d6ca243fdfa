#include "shared/base/log.hpp"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

namespace fz::log {
namespace {
std::shared_ptr<spdlog::logger>& logger() {
  static auto the = [] {
    auto l = std::make_shared<spdlog::logger>("fz", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    l->set_pattern("%Y-%m-%dT%H:%M:%S.%e %n %l %v");
    return l;
  }();
  return the;
}
spdlog::level::level_enum map(Level l) {
  switch (l) {
    case Level::debug:
      return spdlog::level::debug;
    case Level::info:
      return spdlog::level::info;
    case Level::warn:
      return spdlog::level::warn;
    case Level::error:
      return spdlog::level::err;
  }
  return spdlog::level::info;
}
}  // namespace
void init(std::string_view program, Level least) {
  auto l = std::make_shared<spdlog::logger>(std::string(program), logger()->sinks().begin(), logger()->sinks().end());
  l->set_pattern("%Y-%m-%dT%H:%M:%S.%e %n %l %v");
  l->set_level(map(least));
  logger() = l;
}
void write(Level level, std::string_view text) {
  logger()->log(map(level), text);
}
}  // namespace fz::log
