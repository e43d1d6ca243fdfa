// What there is, across the nouns: found by words of its name, and whose branch it belongs to.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/accounts/accounts.hpp"

namespace fz::finder {

enum class Noun : std::uint8_t { item, campaign, screen, site, unit, account, alert };
/// "items", "campaigns" ...: as people see the groups.
std::string_view group_name(Noun noun);

struct Hit {
  std::string id, title;
  std::string note;  ///< what tells it from others: kind and state, site, address, code, login
  std::string unit;
};
/// All words must be in what people call the thing, or the whole query is its id. Letters match whatever their case.
struct Query {
  std::string id;                  ///< the query as one id
  std::vector<std::string> words;  ///< lower case; may be empty: then only the id is looked for
  std::string unit_path;           ///< of the branch
  std::vector<std::string> above;  ///< ids of the units above it: what is shared with them is seen, too
  int limit = 8;
};
/// Something that ends: at an instant, or with a day.
struct Ending {
  std::string id, title;
  std::optional<UtcTime> at;
  std::string date;  ///< "2026-12-31"; empty if `at` is set
};
class Store {
 public:
  virtual ~Store() = default;
  /// Newest first (units by path); at most limit + 1, so that one sees that there are more.
  virtual Result<std::vector<Hit>> find(Noun noun, const Query& query) const = 0;
  /// Of a branch, soonest first, at most 200: items whose approval ends by `until` (their ids, not the approvals'), or active campaigns
  /// whose last day is not after that of `until`. Other nouns have no end.
  virtual Result<std::vector<Ending>> endings(Noun noun, std::string_view unit_path, UtcTime until) const = 0;
  /// The path of the unit that each belongs to; what does not exist is left out.
  virtual Result<std::map<std::string, std::string>> branches(Noun noun, const std::vector<std::string>& ids) const = 0;
  /// The units that each of these items is shared with, as (item, unit).
  virtual Result<std::vector<std::pair<std::string, std::string>>> shared_with(const std::vector<std::string>& items) const = 0;
};

struct Group {
  Noun noun = Noun::item;
  std::vector<Hit> hits;
  bool more = false;
};
/// The words of a query: between blanks (also the wide one of Chinese), each of at least two characters or one digit string;
/// at most 8. Pure.
std::vector<std::string> words_of(std::string_view query);
/// Groups that have a hit, in the order people see them; accounts only for who keeps them (security). Errors: bad_field{q}.
Result<std::vector<Group>> search(const Store& db, const accounts::Actor& who, std::string_view query);

}  // namespace fz::finder
