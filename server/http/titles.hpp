// What people call the approvals and screens that lists name by id. Lives within one transaction.
#pragma once
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "server/store/store.hpp"
#include "shared/base/json.hpp"

namespace fz::http {

class Titles {
 public:
  explicit Titles(const store::Tx& tx) : tx_(tx) {}
  /// Each is looked up once; unknown ids are left out.
  Result<void> add_approval(std::string_view id);
  Result<void> add_screen(std::string_view id);
  /// The approval that a screen's JSON says it is playing, if it says one.
  Result<void> add_playing(const json::object& screen);

  json::object approvals() const;  ///< id -> {item, title}
  json::object screens() const;    ///< id -> name
  const std::map<std::string, std::string>& title_texts() const { return titles_; }
  const std::map<std::string, std::string>& screen_texts() const { return screens_; }

 private:
  const store::Tx& tx_;
  std::set<std::string, std::less<>> asked_;
  std::map<std::string, std::string> titles_, items_, screens_;
};

}  // namespace fz::http
