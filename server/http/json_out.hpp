// The nouns as the API shows them; the schemas of openapi.yaml in code.
#pragma once
#include "server/http/app.hpp"
#include "shared/base/json.hpp"

namespace fz::http {

json::object json_of(const accounts::Unit& unit);
json::object json_of(const accounts::Account& account);
json::object json_of(const library::Item& item, Lang lang);
json::object json_of(const library::Rendition& rendition);
json::object json_of(const library::Variant& variant);
json::object json_of(const library::Job& job, Lang lang);
json::object json_of(const library::Offer& offer);
json::object json_of(const library::Share& share);
json::object json_of(const review::Decision& decision);
json::object json_of(const campaigns::Campaign& campaign);
json::object json_of(const alerts::Alert& alert, UtcTime now);
json::object json_of(const screens::Site& site);
json::object json_of(const screens::Screen& screen, const std::string& site_name, bool online);
json::object json_of(const plays::PlayRow& row);
json::object json_of(const plays::Rollup& rollup);
json::object json_of(const audit::Entry& entry);

json::array strings(const std::vector<std::string>& values);
json::array role_names(const accounts::Roles& roles);
/// Errors: bad_field{roles}.
Result<accounts::Roles> parse_roles(const std::vector<std::string>& names);
/// The problem that a stored code name and its parameters (JSON text) stand for; null if the name is empty.
json::value stored_problem(const std::string& code, const std::string& params, Lang lang);

template <class List, class... More>
json::array list_json(const List& list, const More&... more) {
  json::array out;
  for (const auto& one : list) out.emplace_back(json_of(one, more...));
  return out;
}

}  // namespace fz::http
