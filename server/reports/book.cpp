#include "server/reports/book.hpp"

#include <cstdlib>
#include <utility>

namespace fz::reports {

Result<Book> Book::begin() {
  std::string path = "/tmp/fz-report-XXXXXX";
  const Fd made(::mkstemp(path.data()));
  if (!made) return disk_error(errno, path);
  lxw_workbook* book = workbook_new(path.c_str());
  if (!book) {
    (void)remove_file(path);
    return fail(Code::io, {{"path", path}, {"what", "xlsx"}});
  }
  return Book(std::move(path), book);
}

Book::Book(Book&& other) noexcept : path_(std::exchange(other.path_, {})), book_(std::exchange(other.book_, nullptr)) {}

Book::~Book() {
  if (book_) workbook_close(book_);
  if (!path_.empty()) (void)remove_file(path_);
}

Result<std::string> Book::finish() {
  const auto closed = workbook_close(std::exchange(book_, nullptr));
  if (closed != LXW_NO_ERROR) return fail(Code::io, {{"path", path_}, {"what", lxw_strerror(closed)}});
  return read_file(path_, 64u << 20);
}

}  // namespace fz::reports
