// Strict JSON for everything that comes from outside, and one deterministic writer. Pure functions, any thread.
#pragma once
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "shared/base/error.hpp"

namespace fz::json {

using boost::json::array;
using boost::json::object;
using boost::json::value;

struct Limits {
  std::size_t max_bytes = 512 * 1024;
  std::size_t max_depth = 16;  ///< nesting of arrays and objects, at most 32
};

/// Parses one JSON text (RFC 8259) strictly: no duplicate member names, integers only (|n| <= 2^53 - 1, no fraction, no
/// exponent, no "-0"), well-formed UTF-8, nothing after the value. Errors: too_large, bad_json{what}.
Result<value> parse(std::string_view text, const Limits& limits = {});

/// Members sorted by their bytes, no white space, UTF-8, integers: equal values give equal bytes.
/// REQUIRES: no floating-point number inside.
std::string write(const value& v);

/// Reads the members of one object; the first failure sticks and later reads return empty values, so that a caller
/// reads all fields and asks finish() once. Strings are borrowed from the object, which must outlive the reader.
class Reader {
 public:
  /// `where` names the object in errors ("approval.predicate").
  Reader(const value& v, std::string where);

  std::string string(std::string_view name, std::size_t max_bytes = 4096);
  std::string string_or(std::string_view name, std::string fallback, std::size_t max_bytes = 4096);
  std::optional<std::string> optional_string(std::string_view name, std::size_t max_bytes = 4096);
  std::int64_t integer(std::string_view name, std::int64_t min, std::int64_t max);
  std::int64_t integer_or(std::string_view name, std::int64_t fallback, std::int64_t min, std::int64_t max);
  bool boolean_or(std::string_view name, bool fallback);
  /// An array of strings of at most max_items, each at most max_bytes; empty if `required` is false and it is missing.
  std::vector<std::string> strings(std::string_view name, std::size_t max_items, std::size_t max_bytes = 1024, bool required = true);
  /// The array or object itself; null when missing (an error if `required`).
  const array* list(std::string_view name, std::size_t max_items, bool required = true);
  const value* object_member(std::string_view name, bool required = true);
  const value* any(std::string_view name, bool required = true);
  /// Marks a member as known without reading it.
  void ignore(std::string_view name);

  bool ok() const { return !error_; }
  void reject(Error e);
  /// Refuses members that were never asked for (unless `allow_unknown`), and returns the first failure.
  Result<void> finish(bool allow_unknown = false);

 private:
  const value* find(std::string_view name, bool required);
  const object* object_ = nullptr;
  std::string where_;
  std::set<std::string, std::less<>> seen_;
  std::optional<Error> error_;
};

}  // namespace fz::json
