#include "shared/base/json.hpp"

#include <algorithm>
#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value_stack.hpp>

#include "shared/base/bytes.hpp"

namespace fz::json {
namespace {

namespace bj = boost::json;
constexpr std::int64_t kMaxInteger = (std::int64_t{1} << 53) - 1;

// Builds a bj::value through a value_stack while refusing what the plain parser would let pass.
struct Handler {
  static constexpr std::size_t max_object_size = std::size_t(-1);
  static constexpr std::size_t max_array_size = std::size_t(-1);
  static constexpr std::size_t max_key_size = std::size_t(-1);
  static constexpr std::size_t max_string_size = std::size_t(-1);

  bj::value_stack stack;
  std::vector<std::set<std::string>> names;  // of the objects that are open
  std::string key, text;
  const char* why = nullptr;

  bool refuse(bj::error_code& ec, const char* reason) {
    why = reason;
    ec = bj::error::incomplete;
    return false;
  }
  bool on_document_begin(bj::error_code&) {
    stack.reset();
    return true;
  }
  bool on_document_end(bj::error_code&) { return true; }
  bool on_object_begin(bj::error_code&) {
    names.emplace_back();
    return true;
  }
  bool on_object_end(std::size_t n, bj::error_code&) {
    names.pop_back();
    stack.push_object(n);
    return true;
  }
  bool on_array_begin(bj::error_code&) { return true; }
  bool on_array_end(std::size_t n, bj::error_code&) {
    stack.push_array(n);
    return true;
  }
  bool on_key_part(bj::string_view s, std::size_t, bj::error_code&) {
    key.append(s.data(), s.size());
    return true;
  }
  bool on_key(bj::string_view s, std::size_t, bj::error_code& ec) {
    key.append(s.data(), s.size());
    if (!names.back().insert(key).second) return refuse(ec, "a member stands twice");
    stack.push_key(key);
    key.clear();
    return true;
  }
  bool on_string_part(bj::string_view s, std::size_t, bj::error_code&) {
    text.append(s.data(), s.size());
    return true;
  }
  bool on_string(bj::string_view s, std::size_t, bj::error_code&) {
    text.append(s.data(), s.size());
    stack.push_string(text);
    text.clear();
    return true;
  }
  bool on_number_part(bj::string_view, bj::error_code&) { return true; }
  bool on_int64(std::int64_t i, bj::string_view raw, bj::error_code& ec) {
    if (i > kMaxInteger || i < -kMaxInteger) return refuse(ec, "an integer beyond 2^53");
    if (i == 0 && raw.starts_with('-')) return refuse(ec, "minus zero");
    stack.push_int64(i);
    return true;
  }
  bool on_uint64(std::uint64_t, bj::string_view, bj::error_code& ec) { return refuse(ec, "an integer beyond 2^53"); }
  bool on_double(double, bj::string_view, bj::error_code& ec) { return refuse(ec, "a number that is no integer"); }
  bool on_bool(bool b, bj::error_code&) {
    stack.push_bool(b);
    return true;
  }
  bool on_null(bj::error_code&) {
    stack.push_null();
    return true;
  }
  bool on_comment_part(bj::string_view, bj::error_code&) { return true; }
  bool on_comment(bj::string_view, bj::error_code&) { return true; }
};

void write_to(std::string& out, const value& v) {
  if (v.is_object()) {
    std::vector<const bj::key_value_pair*> members;
    for (auto& m : v.get_object()) members.push_back(&m);
    std::sort(members.begin(), members.end(), [](auto* a, auto* b) { return a->key() < b->key(); });
    char sep = '{';
    for (auto* m : members) {
      out += sep;
      out += bj::serialize(m->key());
      out += ':';
      write_to(out, m->value());
      sep = ',';
    }
    out += members.empty() ? "{}" : "}";
  } else if (v.is_array()) {
    char sep = '[';
    for (auto& x : v.get_array()) {
      out += sep;
      write_to(out, x);
      sep = ',';
    }
    out += v.get_array().empty() ? "[]" : "]";
  } else {
    out += bj::serialize(v);
  }
}

}  // namespace

Result<value> parse(std::string_view text, const Limits& limits) {
  if (text.size() > limits.max_bytes) return fail(Code::too_large, {{"limit", std::to_string(limits.max_bytes) + " B"}});
  if (!is_utf8(text)) return fail(Code::bad_json, {{"what", "UTF-8"}});
  bj::parse_options options;
  options.max_depth = std::min<std::size_t>(limits.max_depth, 32);
  bj::basic_parser<Handler> parser(options);
  bj::error_code ec;
  std::size_t n = parser.write_some(false, text.data(), text.size(), ec);
  auto& h = parser.handler();
  if (h.why) return fail(Code::bad_json, {{"what", h.why}});
  if (ec) return fail(Code::bad_json, {{"what", ec.message() + " @" + std::to_string(n)}});
  if (text.substr(n).find_first_not_of(" \t\r\n") != std::string_view::npos)
    return fail(Code::bad_json, {{"what", "something stands after the value"}});
  return h.stack.release();
}

std::string write(const value& v) {
  std::string out;
  write_to(out, v);
  return out;
}

Reader::Reader(const value& v, std::string where) : object_(v.if_object()), where_(std::move(where)) {
  if (!object_) reject(fail(Code::bad_field, {{"field", where_}, {"what", "object"}}));
}
void Reader::reject(Error e) {
  if (!error_) error_ = std::move(e);
}
const value* Reader::find(std::string_view name, bool required) {
  if (error_) return nullptr;
  seen_.emplace(name);
  if (auto it = object_->find(name); it != object_->end()) return &it->value();
  if (required) reject(fail(Code::missing_field, {{"field", where_.empty() ? std::string(name) : where_ + "." + std::string(name)}}));
  return nullptr;
}
namespace {
Error wrong(const std::string& where, std::string_view name, std::string what) {
  return fail(Code::bad_field, {{"field", where.empty() ? std::string(name) : where + "." + std::string(name)}, {"what", std::move(what)}});
}
}  // namespace
std::optional<std::string> Reader::optional_string(std::string_view name, std::size_t max_bytes) {
  auto* v = find(name, false);
  if (!v) return std::nullopt;
  if (!v->is_string()) return reject(wrong(where_, name, "string")), std::nullopt;
  auto& s = v->get_string();
  if (s.size() > max_bytes) return reject(wrong(where_, name, "> " + std::to_string(max_bytes) + " B")), std::nullopt;
  return std::string(s.data(), s.size());
}
std::string Reader::string(std::string_view name, std::size_t max_bytes) {
  auto s = optional_string(name, max_bytes);
  if (!s) find(name, true);
  return s.value_or("");
}
std::string Reader::string_or(std::string_view name, std::string fallback, std::size_t max_bytes) {
  return optional_string(name, max_bytes).value_or(std::move(fallback));
}
std::int64_t Reader::integer(std::string_view name, std::int64_t min, std::int64_t max) {
  auto* v = find(name, true);
  if (!v) return min;
  if (!v->is_int64() || v->get_int64() < min || v->get_int64() > max)
    return reject(wrong(where_, name, std::to_string(min) + "..." + std::to_string(max))), min;
  return v->get_int64();
}
std::int64_t Reader::integer_or(std::string_view name, std::int64_t fallback, std::int64_t min, std::int64_t max) {
  return find(name, false) ? integer(name, min, max) : fallback;
}
bool Reader::boolean_or(std::string_view name, bool fallback) {
  auto* v = find(name, false);
  if (!v) return fallback;
  if (!v->is_bool()) return reject(wrong(where_, name, "true / false")), fallback;
  return v->get_bool();
}
std::vector<std::string> Reader::strings(std::string_view name, std::size_t max_items, std::size_t max_bytes, bool required) {
  std::vector<std::string> out;
  auto* l = list(name, max_items, required);
  if (!l) return out;
  for (auto& v : *l) {
    if (!v.is_string() || v.get_string().size() > max_bytes) return reject(wrong(where_, name, "string[]")), std::vector<std::string>{};
    out.emplace_back(v.get_string().data(), v.get_string().size());
  }
  return out;
}
const array* Reader::list(std::string_view name, std::size_t max_items, bool required) {
  auto* v = find(name, required);
  if (!v) return nullptr;
  if (!v->is_array() || v->get_array().size() > max_items)
    return reject(wrong(where_, name, "array, <= " + std::to_string(max_items))), nullptr;
  return &v->get_array();
}
const value* Reader::object_member(std::string_view name, bool required) {
  auto* v = find(name, required);
  if (v && !v->is_object()) return reject(wrong(where_, name, "object")), nullptr;
  return v;
}
const value* Reader::any(std::string_view name, bool required) {
  return find(name, required);
}
void Reader::ignore(std::string_view name) {
  seen_.emplace(name);
}
Result<void> Reader::finish(bool allow_unknown) {
  if (!error_ && !allow_unknown)
    for (auto& m : *object_)
      if (!seen_.contains(std::string_view(m.key().data(), m.key().size()))) {
        error_ = fail(Code::unknown_field, {{"field", (where_.empty() ? "" : where_ + ".") + std::string(m.key().data(), m.key().size())}});
        break;
      }
  if (error_) return *error_;
  return {};
}
}  // namespace fz::json
