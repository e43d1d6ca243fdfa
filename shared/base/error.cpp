#include "shared/base/error.hpp"

#include <array>
#include <stdexcept>

namespace fz {
namespace {
struct Entry {
  std::string_view name;
  int status;
  std::string_view zh, en;
};
constexpr Entry kCatalogue[] = {
#define FZ_ERROR(name, status, zh, en) {#name, status, zh, en},
#include "shared/base/errors.def"
#undef FZ_ERROR
};
const Entry& entry(Code code) {
  return kCatalogue[static_cast<std::size_t>(code)];
}
}  // namespace

Error fail(Code code, Params params, std::string detail) {
  return Error{code, std::move(params), std::move(detail)};
}
Error with_context(Error e, std::string_view context) {
  e.detail = std::string(context) + (e.detail.empty() ? "" : ": ") + e.detail;
  return e;
}
std::string_view code_name(Code code) {
  return entry(code).name;
}
int http_status(Code code) {
  return entry(code).status;
}
std::string_view code_template(Code code, Lang lang) {
  return lang == Lang::zh ? entry(code).zh : entry(code).en;
}
Code code_from_name(std::string_view name, bool& found) {
  for (std::size_t i = 0; i < std::size(kCatalogue); ++i) {
    if (kCatalogue[i].name == name) {
      found = true;
      return static_cast<Code>(i);
    }
  }
  found = false;
  return Code::internal;
}
std::vector<Code> all_codes() {
  std::vector<Code> all;
  for (std::size_t i = 0; i < std::size(kCatalogue); ++i) all.push_back(static_cast<Code>(i));
  return all;
}
std::string message(const Error& e, Lang lang) {
  std::string_view tpl = code_template(e.code, lang);
  std::string out;
  while (!tpl.empty()) {
    auto open = tpl.find('{');
    out += tpl.substr(0, open);
    if (open == std::string_view::npos) break;
    auto close = tpl.find('}', open);
    if (close == std::string_view::npos) break;
    auto name = tpl.substr(open + 1, close - open - 1);
    std::string_view value = "?";
    for (auto& [k, v] : e.params)
      if (k == name) value = v;
    out += value;
    tpl.remove_prefix(close + 1);
  }
  return out;
}
std::string to_log(const Error& e) {
  std::string out = std::string(code_name(e.code)) + ": " + message(e, Lang::en);
  if (!e.detail.empty()) out += " [" + e.detail + "]";
  return out;
}
void throw_exception_from_error(const Error& e, const boost::source_location& loc) {
  throw std::logic_error("unchecked error at " + loc.to_string() + ": " + to_log(e));
}
}  // namespace fz
