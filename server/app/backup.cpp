#include "server/app/backup.hpp"

#include <fcntl.h>
#include <unistd.h>

#include "shared/base/file.hpp"
#include "shared/db/db.hpp"

namespace fz::app {
namespace {

Error failed(const fs::path& path, const std::error_code& ec) {
  if (ec == std::errc::no_space_on_device) return fail(Code::disk_full);
  return fail(Code::io, {{"path", path.string()}, {"what", ec.message()}});
}

Result<void> copy_file(const fs::path& from, const fs::path& to, BackupReport& report) {
  std::error_code ec;
  fs::create_directories(to.parent_path(), ec);
  if (ec) return failed(to, ec);
  fs::copy_file(from, to, ec);
  if (ec == std::errc::no_such_file_or_directory) return {};  // a part that was finished, a blob that was swept: no row names it
  if (ec) return failed(to, ec);
  ++report.files;
  report.bytes += static_cast<std::int64_t>(fs::file_size(to, ec));
  return {};
}

/// Files below `folder` of the data, without databases (copied already) and what belongs to a running process.
Result<void> copy_rest(const fs::path& data, const fs::path& to, BackupReport& report) {
  std::error_code ec;
  fs::recursive_directory_iterator it(data, ec), end;
  if (ec) return failed(data, ec);
  while (it != end) {
    const fs::path from = it->path(), below = from.lexically_relative(data);
    const std::string name = from.filename().string();
    const bool database = name.ends_with(".db") || name.ends_with(".db-wal") || name.ends_with(".db-shm");
    if (it->is_regular_file(ec) && !(database && below.parent_path().empty())) FZ_CHECK(copy_file(from, to / below, report));
    it.increment(ec);
    if (ec && ec != std::errc::no_such_file_or_directory) return failed(data, ec);
  }
  return {};
}

}  // namespace

Result<BackupReport> make_backup(const fs::path& data, const fs::path& to) {
  std::error_code ec;
  if (fs::exists(to, ec) && !fs::is_empty(to, ec)) return fail(Code::file_exists, {{"path", to.string()}});
  if (!fs::exists(data / "fanzha.db", ec)) return fail(Code::not_found, {{"what", (data / "fanzha.db").string()}});
  FZ_CHECK(make_dirs(to, 0700));
  BackupReport report;
  for (const char* name : {"fanzha.db", "plays.db"}) {
    FZ_TRY(const auto connection, db::Connection::open(data / name));
    FZ_CHECK(connection->backup(to / name));
    ++report.files;
    report.bytes += static_cast<std::int64_t>(fs::file_size(to / name, ec));
  }
  FZ_CHECK(copy_rest(data, to, report));
  const int fd = ::open(to.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0 || ::syncfs(fd) != 0) ec = std::error_code(errno, std::generic_category());
  if (fd >= 0) ::close(fd);
  if (ec) return failed(to, ec);
  return report;
}

}  // namespace fz::app
