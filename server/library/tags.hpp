// The maintained vocabulary by which content is found and reported: kinds of fraud (K9 of the requirements), method or case,
// audiences (K10), laws (K8). Ids are unique over all groups and never change their meaning. Pure.
#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "server/library/library.hpp"

namespace fz::library {

enum class TagGroup : std::uint8_t { fraud, exposes, audience, law };
struct TagGroupNames {
  TagGroup group;
  std::string_view id, zh, en;
};
struct Tag {
  std::string_view id;
  TagGroup group;
  std::string_view zh, en;
};
/// In the order people see them.
std::span<const TagGroupNames> tag_groups();
std::span<const Tag> all_tags();
/// Null for an unknown id.
const Tag* find_tag(std::string_view id);

/// A list of tags taken apart: two of them are members of the item itself.
struct Tagging {
  std::string fraud_kind, exposes;
  std::vector<std::string> others;  ///< in the vocabulary's order, each once
};
/// The first kind of fraud of `ids` is the item's, unless `kind` is given; so is what it exposes. Errors: tag_unknown{tag},
/// bad_field (method and case at once).
Result<Tagging> sort_tags(const std::vector<std::string>& ids, std::string_view kind, std::string_view exposes);
/// All tags of an item in the vocabulary's order, the item's own kind of fraud first.
std::vector<std::string> tags_of(const Item& item);

/// Replaces all tags. In every state, by a contributor or publisher of the item's branch: tags are no part of what is signed,
/// except what the item exposes, which changes only in draft (and makes the caller an author). A text's kind of fraud stands in
/// its document and stays. Errors: not_found, forbidden_role, tag_unknown, bad_field, item_locked.
Result<Item> set_tags(Store& db, const accounts::Store& units, const Context& ctx, std::string_view id,
                      const std::vector<std::string>& ids);

}  // namespace fz::library
