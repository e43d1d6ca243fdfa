// Reports for people who keep files: a month of plays as a spreadsheet or as CSV. Pure: rows in, bytes out.
#pragma once
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/plays/plays.hpp"
#include "shared/schedule/resolve.hpp"

namespace fz::reports {

/// First instant of a month ("2026-11") on the zone's wall and of the month after it. Errors: bad_field{month}.
Result<std::pair<UtcTime, UtcTime>> month_in(const schedule::TimeZone& zone, std::string_view month);

/// A month's plays by item and screen, and by day. Not thread-safe.
class Month {
 public:
  Month(std::string month, schedule::TimeZone zone) : month_(std::move(month)), zone_(zone) {}
  void add(const plays::Rollup& hour);
  /// (approval, screen) of every row.
  std::vector<std::pair<std::string, std::string>> keys() const;
  /// Words for ids; an id without one stands for itself.
  void name(std::map<std::string, std::string> titles, std::map<std::string, std::string> screens);

  /// Two sheets: by item and screen, by day. Errors: io (no temporary file can be written).
  Result<std::string> xlsx() const;
  /// By item and screen; UTF-8 with a byte order mark, so that office programs see Chinese. A text that an office program
  /// would take for a formula is preceded by an apostrophe.
  std::string csv() const;

 private:
  struct Sum {
    std::int64_t plays = 0, completed = 0, presented_ms = 0;
  };
  struct Row {
    std::string title, screen, approval;
    Sum sum;
  };
  std::vector<Row> rows() const;
  std::string month_;
  schedule::TimeZone zone_;
  std::map<std::pair<std::string, std::string>, Sum> by_pair_;
  std::map<std::string, Sum> by_day_;
  std::map<std::string, std::string> titles_, screens_;
};

/// A table for people to fill in: one sheet whose cells are all text, so that codes and telephone numbers stay as they are typed.
struct Form {
  struct Column {
    std::string heading;
    bool required = true;  ///< bold
  };
  std::string sheet;  ///< name, at most 31 characters
  std::vector<Column> columns;
  std::vector<std::vector<std::string>> examples;
};
/// As .xlsx. Errors: io.
Result<std::string> write_form(const Form& form);

}  // namespace fz::reports
