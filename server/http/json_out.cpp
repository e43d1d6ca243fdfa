#include "server/http/json_out.hpp"
#include "server/library/tags.hpp"

#include "server/http/call.hpp"

namespace fz::http {

json::array strings(const std::vector<std::string>& values) {
  json::array out;
  for (const auto& v : values) out.emplace_back(v);
  return out;
}

json::array role_names(const accounts::Roles& roles) {
  json::array out;
  for (const auto r : roles) out.emplace_back(accounts::role_name(r));
  return out;
}

Result<accounts::Roles> parse_roles(const std::vector<std::string>& names) {
  accounts::Roles out;
  for (const auto& name : names) {
    const auto role = accounts::role_from_name(name);
    if (!role) return fail(Code::bad_field, {{"field", "roles"}, {"what", name}});
    out.insert(*role);
  }
  return out;
}

json::value stored_problem(const std::string& code, const std::string& params, Lang lang) {
  if (code.empty()) return nullptr;
  bool found = false;
  Error e;
  e.code = code_from_name(code, found);
  if (const auto v = json::parse(params); v && v->is_object())
    for (const auto& [name, value] : v->get_object())
      if (value.is_string()) e.params.emplace_back(std::string(name), std::string(value.get_string()));
  return problem_json(e, "", lang);
}

json::object json_of(const accounts::Unit& u) {
  return {{"id", u.id},
          {"parent", u.parent},
          {"code", u.code},
          {"name", u.name},
          {"path", u.path},
          {"review_steps", u.review_steps},
          {"review_hours", u.review_hours},
          {"checklist", u.checklist}};
}

json::object json_of(const accounts::Account& a) {
  return {{"id", a.id},
          {"login", a.login},
          {"name", a.name},
          {"unit", a.unit},
          {"holder", a.holder},
          {"roles", role_names(a.roles)},
          {"enabled", a.enabled},
          {"must_change", a.must_change},
          {"created", format_time(a.created)}};
}

json::object json_of(const library::Item& i, Lang lang) {
  json::object out{{"id", i.id},
                   {"unit", i.unit},
                   {"owner", i.owner},
                   {"author", i.author},
                   {"kind", library::kind_name(i.kind)},
                   {"title", i.title},
                   {"fraud_kind", i.fraud_kind},
                   {"exposes", i.exposes},
                   {"tags", strings(library::tags_of(i))},
                   {"version", i.version},
                   {"source", i.source},
                   {"source_length", static_cast<std::int64_t>(i.source_length)},
                   {"source_name", i.source_name},
                   {"source_mime", i.source_mime},
                   {"processing", library::processing_name(i.processing)},
                   {"state", library::state_name(i.state)},
                   {"revision", i.revision},
                   {"created", format_time(i.created)},
                   {"updated", format_time(i.updated)}};
  if (auto failure = stored_problem(i.failure, i.failure_params, lang); !failure.is_null()) out["failure"] = std::move(failure);
  return out;
}

json::object json_of(const library::Rendition& r) {
  return {{"profile", r.profile},
          {"sha256", r.sha256},
          {"length", static_cast<std::int64_t>(r.length)},
          {"mime", r.mime},
          {"width", r.width},
          {"height", r.height},
          {"duration_ms", r.duration_ms}};
}

json::object json_of(const library::Variant& v) {
  return {{"shape", v.shape},
          {"author", v.author},
          {"source", v.source},
          {"source_name", v.source_name},
          {"source_length", static_cast<std::int64_t>(v.source_length)},
          {"source_mime", v.source_mime},
          {"width", v.width},
          {"height", v.height},
          {"created", format_time(v.created)}};
}

json::object json_of(const library::Job& j, Lang lang) {
  json::object out{{"kind", library::job_kind_name(j.kind)},
                   {"profile", j.profile},
                   {"state", library::job_state_name(j.state)},
                   {"attempts", j.attempts},
                   {"progress_permille", j.progress_permille}};
  if (auto failure = stored_problem(j.failure, j.failure_params, lang); !failure.is_null()) out["failure"] = std::move(failure);
  return out;
}

json::object json_of(const review::Decision& d) {
  return {{"act", review::act_name(d.act)},
          {"from", library::state_name(d.from)},
          {"to", library::state_name(d.to)},
          {"account", d.account},
          {"holder", d.holder},
          {"comment", d.comment},
          {"checked", strings(d.checked)},
          {"at", format_time(d.at)}};
}

json::object json_of(const library::Offer& o) {
  json::object out{{"id", o.id},          {"item", o.item},
                   {"from", o.from_unit}, {"to", o.to_unit},
                   {"note", o.note},      {"state", library::offer_state_name(o.state)},
                   {"by", o.offered_by},  {"at", format_time(o.offered)},
                   {"answer", o.answer},  {"decided_by", o.decided_by}};
  if (o.decided) out["decided"] = format_time(*o.decided);
  return out;
}

json::object json_of(const library::Share& s) {
  return {{"unit", s.unit}, {"by", s.shared_by}, {"at", format_time(s.shared)}};
}

json::object json_of(const campaigns::Campaign& c) {
  json::object out = campaigns::to_json(c).as_object();
  out["id"] = c.id;
  out["unit"] = c.unit;
  out["author"] = c.author;
  out["state"] = campaigns::state_name(c.state);
  out["revision"] = c.revision;
  out["created"] = format_time(c.created);
  out["updated"] = format_time(c.updated);
  return out;
}

json::object json_of(const screens::Site& s) {
  return {{"id", s.id},
          {"unit", s.unit},
          {"name", s.name},
          {"region", s.region},
          {"venue", s.venue},
          {"zone", s.zone},
          {"keeper", s.keeper},
          {"keeper_phone", s.keeper_phone},
          {"address", s.address},
          {"audiences", strings(s.audiences)},
          {"created", format_time(s.created)}};
}

json::object json_of(const screens::Screen& s, const std::string& site_name, bool online) {
  json::object out{{"id", s.id},
                   {"site", s.site},
                   {"site_name", site_name},
                   {"name", s.name},
                   {"tags", strings(s.tags)},
                   {"state", screens::screen_state_name(s.state)},
                   {"device", s.device},
                   {"enrolled", format_time(s.enrolled)},
                   {"online", online},
                   {"clone_alarm", s.clone_alarm}};
  if (s.seen) out["seen"] = format_time(*s.seen);
  if (auto status = json::parse(s.status); status && status->is_object()) out["status"] = std::move(*status);
  return out;
}

json::object json_of(const plays::PlayRow& row) {
  const auto& p = row.play;
  json::object out{{"screen", row.screen},
                   {"device", row.device},
                   {"counter", p.counter},
                   {"id", p.id},
                   {"approval", p.approval_id},
                   {"sha256", p.sha256},
                   {"campaign", p.campaign},
                   {"slot", p.slot},
                   {"zone", p.zone},
                   {"started", format_time(p.started)},
                   {"end", p.end},
                   {"reason", p.reason},
                   {"presented_ms", p.presented_ms},
                   {"frames", p.frames},
                   {"clock", p.clock}};
  if (p.ended) out["ended"] = format_time(*p.ended);
  return out;
}

json::object json_of(const plays::Rollup& r) {
  return {{"approval", r.approval}, {"screen", r.screen},       {"hour", format_time(r.hour)},
          {"plays", r.plays},       {"completed", r.completed}, {"presented_ms", r.presented_ms},
          {"frames", r.frames}};
}

json::object json_of(const audit::Entry& e) {
  return {{"seq", e.seq},
          {"at", format_time(e.at)},
          {"actor", e.event.actor},
          {"unit", e.event.unit},
          {"action", e.event.action},
          {"object", e.event.object},
          {"refused", e.event.refused},
          {"details", e.event.details},
          {"prev", e.prev},
          {"hash", e.hash}};
}

}  // namespace fz::http
