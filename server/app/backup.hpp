// A copy of the data folder while the server runs.
#pragma once
#include <cstdint>
#include <filesystem>

#include "shared/base/error.hpp"

namespace fz::app {

struct BackupReport {
  std::int64_t files = 0, bytes = 0;
};
/// Both databases by SQLite's own copying, which waits for nobody and blocks nobody, then media, keys and certificate: what a row
/// of the copy names was there before the row, so it is there now. `to` must not exist, or be empty. A copy is brought back by
/// putting it in place and starting once with --restored. Errors: file_exists, not_found, disk_full, io.
Result<BackupReport> make_backup(const std::filesystem::path& data, const std::filesystem::path& to);

}  // namespace fz::app
