#include "shared/trust/fields.hpp"

namespace fz::trust::fields {

Error bad(std::string_view what, std::string_view field) {
  return refuse_signed_format(std::string(what) + ": " + std::string(field));
}
Result<json::value> document(std::string_view payload, std::string_view type, std::string_view what) {
  auto v = json::parse(payload, {kMaxTargets, 16});
  if (!v) return refuse_signed_format(std::string(what), message(v.error(), Lang::en));
  auto* object = v->if_object();
  auto* member = object ? object->if_contains("_type") : nullptr;
  if (!member || !member->is_string() || std::string_view(member->get_string()) != type) return bad(what, "_type");
  return v;
}
Result<void> finish(json::Reader& r, std::string_view what) {
  auto done = r.finish(true);
  if (done) return {};
  if (check_of(done.error())) return done.error();
  return refuse_signed_format(std::string(what), message(done.error(), Lang::en));
}

UtcTime time(json::Reader& r, std::string_view name) {
  auto t = parse_time(r.string(name, 32));
  if (!t && r.ok()) r.reject(t.error());
  return t ? *t : UtcTime{};
}
std::optional<UtcTime> optional_time(json::Reader& r, std::string_view name) {
  if (!r.any(name, false)) return std::nullopt;
  return time(r, name);
}
std::string sha256(json::Reader& r, std::string_view name) {
  auto s = r.string(name, 64);
  if (r.ok() && !is_sha256_hex(s)) r.reject(fail(Code::bad_field, {{"field", std::string(name)}, {"what", "sha256"}}));
  return s;
}
std::string name(json::Reader& r, std::string_view name) {
  auto s = r.string(name, kMaxName);
  if (r.ok() && s.empty()) r.reject(fail(Code::bad_field, {{"field", std::string(name)}, {"what", "empty"}}));
  return s;
}
std::vector<std::string> codes(json::Reader& r, std::string_view name) {
  auto list = r.strings(name, 5000, kMaxLength);
  if (r.ok() && list.empty()) r.reject(fail(Code::bad_field, {{"field", std::string(name)}, {"what", "empty"}}));
  return list;
}

json::array strings(std::span<const std::string> list) {
  json::array out;
  for (auto& s : list) out.emplace_back(s);
  return out;
}
json::object role(const Role& role) {
  return {{"keyids", strings(role.keyids)}, {"threshold", role.threshold}};
}
}  // namespace fz::trust::fields
