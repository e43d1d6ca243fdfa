// Expected failure is a value: Error{code, params, detail}, carried by Result<T>.
#pragma once
#include <boost/system/result.hpp>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fz {

/// Every failure a person or a program may have to act on; the catalogue is errors.def.
enum class Code : std::uint16_t {
#define FZ_ERROR(name, status, zh, en) name,
#include "shared/base/errors.def"
#undef FZ_ERROR
};

enum class Lang { zh, en };

/// Values for the {names} in a catalogue sentence. May be shown to a person; never a secret.
using Params = std::vector<std::pair<std::string, std::string>>;

/// A failure. `detail` is for the log only (English, technical) and is never sent to a client.
struct Error {
  Code code = Code::internal;
  Params params;
  std::string detail;
};

/// A value or an Error. Functions that can fail for an expected reason return this and do not throw;
/// exceptions are for bugs and std::bad_alloc, caught at main and at each session.
template <class T = void>
using Result = boost::system::result<T, Error>;

/// Error with `code`; `params` fill the sentence, `detail` goes to the log.
Error fail(Code code, Params params = {}, std::string detail = {});
/// `e` with "context: " put before its detail, as it is passed up.
Error with_context(Error e, std::string_view context);

/// The code's stable name ("not_found"), its HTTP status, and its template in a language.
std::string_view code_name(Code code);
int http_status(Code code);
std::string_view code_template(Code code, Lang lang);
/// The code with this name; `internal` and false in `found` if there is none.
Code code_from_name(std::string_view name, bool& found);
/// All codes, in catalogue order.
std::vector<Code> all_codes();
/// The sentence for a person, parameters filled in.
std::string message(const Error& e, Lang lang);
/// One line for the log: name, English sentence, detail.
std::string to_log(const Error& e);

/// Hook of boost::system::result::value(): using value() on an error is a bug, so it throws std::logic_error.
[[noreturn]] void throw_exception_from_error(const Error& e, const boost::source_location& loc);

}  // namespace fz

// FZ_TRY(auto x, f()) : x = value, or return the error. FZ_CHECK(f()) : for Result<void>. FZ_CO_*: in coroutines.
#define FZ_CAT2(a, b) a##b
#define FZ_CAT(a, b) FZ_CAT2(a, b)
#define FZ_TRY_IMPL(ret, tmp, decl, ...) \
  auto tmp = (__VA_ARGS__);              \
  if (!tmp) ret std::move(tmp).error();  \
  decl = *std::move(tmp)
#define FZ_TRY(decl, ...) FZ_TRY_IMPL(return, FZ_CAT(fz_try_, __LINE__), decl, __VA_ARGS__)
#define FZ_CO_TRY(decl, ...) FZ_TRY_IMPL(co_return, FZ_CAT(fz_try_, __LINE__), decl, __VA_ARGS__)
#define FZ_CHECK(...)                                                                    \
  do {                                                                                   \
    if (auto fz_check_ = (__VA_ARGS__); !fz_check_) return std::move(fz_check_).error(); \
  } while (false)
#define FZ_CO_CHECK(...)                                                                    \
  do {                                                                                      \
    if (auto fz_check_ = (__VA_ARGS__); !fz_check_) co_return std::move(fz_check_).error(); \
  } while (false)
