// What people take away of an approved item: files for chat groups, printers, other screens. Always made of the renditions that were
// approved, never of the upload. Pure, but for ask_for_pack.
#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "server/library/library.hpp"

namespace fz::library {

inline constexpr std::uint64_t kMaxChatBytes = 25'000'000;  ///< what chat programs take
inline constexpr std::int64_t kMaxChatMs = 15 * 60 * 1000;  ///< a longer film would be no film any more in so few bytes
inline constexpr std::size_t kMaxShortText = 140;           ///< characters

/// In the order people see them: original, screen, chat, audio, print-a4, print-a3, text.
std::span<const std::string_view> pack_names();

struct PackPlan {
  enum class Way : std::uint8_t {
    blob,  ///< a blob that is there already: `sha256`, `length`, `mime`
    text,  ///< written when it is asked for
    made,  ///< by a job
    none,  ///< `zh`, `en` say why
  };
  std::string pack;
  Way way = Way::none;
  std::string sha256, mime;
  std::uint64_t length = 0;
  std::string zh, en;
};
/// All packs of an item with these renditions.
std::vector<PackPlan> plan_packs(const Item& item, const std::vector<Rendition>& renditions);
/// The rendition that screens with most room play; what packs are made of. Null if there is none.
const Rendition* main_rendition(const std::vector<Rendition>& renditions);
/// "标题-聊天群.mp4": the name to save it by.
std::string pack_file_name(const Item& item, std::string_view pack, std::string_view mime);

/// The job that makes it: the one there is, or a new one; one that failed over ten minutes ago is tried again. REQUIRES: plan is `made`.
Result<Job> ask_for_pack(Store& db, const Context& ctx, const Item& item, std::string_view pack);

}  // namespace fz::library
