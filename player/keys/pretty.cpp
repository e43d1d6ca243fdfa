#include "player/keys/pretty.hpp"

#include <map>

namespace fz::keys {

std::string pretty(const json::value& v, int level) {
  std::string pad(static_cast<std::size_t>(level + 1) * 2, ' '), end(static_cast<std::size_t>(level) * 2, ' '), out;
  if (auto* object = v.if_object(); object && !object->empty()) {
    std::map<std::string, const json::value*> sorted;
    for (auto& m : *object) sorted.emplace(std::string(m.key()), &m.value());
    for (auto& [name, value] : sorted)
      out += (out.empty() ? "{\n" : ",\n") + pad + json::write(json::value(name)) + ": " + pretty(*value, level + 1);
    return out + "\n" + end + "}";
  }
  if (auto* list = v.if_array(); list && !list->empty()) {
    bool flat = true;
    for (auto& x : *list) flat = flat && !x.is_object() && !x.is_array();
    if (flat && list->size() <= 4) return json::write(v);
    for (auto& x : *list) out += (out.empty() ? "[\n" : ",\n") + pad + pretty(x, level + 1);
    return out + "\n" + end + "]";
  }
  return json::write(v);
}
}  // namespace fz::keys
