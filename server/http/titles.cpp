#include "server/http/titles.hpp"

namespace fz::http {

Result<void> Titles::add_approval(std::string_view id) {
  if (id.empty() || !asked_.emplace(id).second) return {};
  FZ_TRY(const auto approval, tx_.review().approval(id));
  if (!approval) return {};
  FZ_TRY(const auto item, tx_.library().item(approval->item));
  if (!item) return {};
  titles_.emplace(id, item->title);
  items_.emplace(id, item->id);
  return {};
}

Result<void> Titles::add_screen(std::string_view id) {
  if (id.empty() || !asked_.emplace(id).second) return {};
  FZ_TRY(const auto screen, tx_.screens().screen(id));
  if (screen) screens_.emplace(id, screen->name);
  return {};
}

Result<void> Titles::add_playing(const json::object& screen) {
  const auto* status = screen.if_contains("status");
  const auto* playing = status && status->is_object() ? status->as_object().if_contains("playing") : nullptr;
  if (!playing || !playing->is_string()) return {};
  return add_approval(std::string(playing->as_string()));
}

json::object Titles::approvals() const {
  json::object out;
  for (const auto& [id, title] : titles_) out[id] = json::object{{"item", items_.at(id)}, {"title", title}};
  return out;
}

json::object Titles::screens() const {
  json::object out;
  for (const auto& [id, name] : screens_) out[id] = name;
  return out;
}

}  // namespace fz::http
