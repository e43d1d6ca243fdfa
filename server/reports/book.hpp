// A workbook that is being written: libxlsxwriter wants a file, people want bytes. Internal to server/reports.
#pragma once
#include <xlsxwriter.h>

#include <string>

#include "shared/base/file.hpp"

namespace fz::reports {

class Book {
 public:
  /// Errors: io, disk_full.
  static Result<Book> begin();
  Book(Book&& other) noexcept;
  Book& operator=(Book&&) = delete;
  ~Book();  ///< removes the file

  lxw_workbook* get() const { return book_; }
  /// The last call. Errors: io.
  Result<std::string> finish();

 private:
  Book(std::string path, lxw_workbook* book) : path_(std::move(path)), book_(book) {}
  std::string path_;
  lxw_workbook* book_;
};

}  // namespace fz::reports
