// For the two files that read and write messages, and for nothing else.
#pragma once
#include <array>
#include <optional>
#include <string_view>

#include "shared/base/json.hpp"
#include "shared/wire/channel.hpp"
#include "shared/wire/messages.hpp"

namespace fz::wire {
using json::object;
using json::Reader;

inline constexpr std::int64_t kMaxMs = std::int64_t{1} << 48;
inline constexpr std::size_t kMaxId = 64;

struct ReasonName {
  EndReason reason;
  std::string_view name;
};
inline constexpr std::array<ReasonName, 5> kReasons{{{EndReason::completed, "completed"},
                                                     {EndReason::stopped, "stopped"},
                                                     {EndReason::short_, "short"},
                                                     {EndReason::decoder_died, "decoder_died"},
                                                     {EndReason::replaced, "replaced"}}};

inline object start(std::string_view name) {
  object o;
  o["m"] = name;
  return o;
}

// Texts that are left out when empty.
inline void put_texts(object& o, std::initializer_list<std::pair<const char*, const std::string&>> texts) {
  for (const auto& [name, text] : texts)
    if (!text.empty()) o[name] = text;
}
inline bool boolean(Reader& r, std::string_view name) {
  r.any(name);  // required
  return r.boolean_or(name, false);
}

// put() and get() of a message are found by its type: members in the order of the README's table.
template <class Out, class M>
Result<std::optional<Out>> read_as(const json::value& v, std::string_view name) {
  M m;
  Reader r(v, std::string(name));
  r.ignore("m");
  get(r, m);
  FZ_CHECK(r.finish());
  return std::optional<Out>(std::move(m));
}
template <class Out>
struct Kind {
  std::string_view name;
  Result<std::optional<Out>> (*read)(const json::value&, std::string_view);
};

template <class Out, std::size_t N>
Result<std::optional<Out>> from_json(std::string_view text, const std::array<Kind<Out>, N>& kinds) {
  FZ_TRY(auto v, json::parse(text, {kMaxPacket, 4}));
  Reader head(v, "message");
  auto name = head.string("m", 32);
  FZ_CHECK(head.finish(true));
  for (auto& k : kinds)
    if (k.name == name) return k.read(v, name);
  return std::optional<Out>();
}

}  // namespace fz::wire
