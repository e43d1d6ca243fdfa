// The first hour: what is done of it, the root unit, the certificate, what office PCs need.
#include "server/setup/setup.hpp"

#include <algorithm>

#include "server/http/attachment.hpp"
#include "server/http/json_out.hpp"
#include "server/http/routes.hpp"

namespace fz::http {
namespace {

Result<accounts::Unit> root_of(const store::Tx& tx) {
  FZ_TRY(const auto units, tx.accounts().units(""));
  const auto root = std::find_if(units.begin(), units.end(), [](const auto& u) { return u.parent.empty(); });
  if (root == units.end()) return fail(Code::internal, {}, "no root unit");
  return *root;
}

/// Whoever sets the server up for everybody has everybody below him.
Result<accounts::Unit> require_root(const Call& call, const store::Tx& tx) {
  FZ_CHECK(accounts::require(call.actor, accounts::Role::administrator));
  FZ_TRY(const auto root, root_of(tx));
  if (call.actor.unit_path != root.path) return fail(Code::forbidden_role, {{"role", "administrator (" + root.name + ")"}});
  return root;
}

std::int64_t active_screens(const std::vector<screens::Place>& places) {
  return static_cast<std::int64_t>(places.size());
}

json::object certificate_json(const setup::CertificateState& s, std::int64_t screens) {
  json::object out{
      {"done", s.kind != setup::Kind::self_signed}, {"kind", setup::kind_name(s.kind)}, {"names", strings(s.names)}, {"screens", screens}};
  if (s.expires) out["expires"] = format_time(*s.expires);
  if (!s.fingerprint.empty()) out["fingerprint"] = s.fingerprint;
  if (!s.authority.empty()) out["ca_fingerprint"] = s.authority;
  return out;
}

setup::CertificateState state_of(const App& app) {
  return app.certificates ? app.certificates->state() : setup::CertificateState{};
}

json::object keys_json(const store::Tx& tx) {
  const auto root = review::stored_root(tx.review());
  const auto reviewers = review::stored_reviewers(tx.review());
  json::object out{
      {"done", root && reviewers}, {"root_version", root ? root->version : 0}, {"reviewers_version", reviewers ? reviewers->version : 0}};
  if (root && reviewers) out["expires"] = format_time(std::min(root->expires, reviewers->expires));
  return out;
}

struct Draft {
  std::string kind, certificate, key;
  std::vector<std::string> names;
  std::int64_t confirmed = 0;
};
Result<Draft> read_draft(const json::value& body) {
  json::Reader in(body, "certificate");
  Draft d;
  d.kind = in.string("kind", 20);
  d.names = in.strings("names", 20, 80, false);
  d.certificate = in.string_or("certificate", "", 64 * 1024);
  d.key = in.string_or("key", "", 32 * 1024);
  d.confirmed = in.integer_or("confirm_screens", 0, 0, 1'000'000);
  FZ_CHECK(in.finish());
  if (d.kind == "office_ca" && d.names.empty()) return fail(Code::missing_field, {{"field", "names"}});
  if (d.kind == "given" && (d.certificate.empty() || d.key.empty()))
    return fail(Code::missing_field, {{"field", d.certificate.empty() ? "certificate" : "key"}});
  if (d.kind != "office_ca" && d.kind != "given") return fail(Code::bad_field, {{"field", "kind"}, {"what", d.kind}});
  return d;
}

}  // namespace

Result<net::Response> get_setup(Call& call) {
  return call.app.store.read([&](const store::Tx& tx) -> Result<net::Response> {
    FZ_TRY(const auto root, require_root(call, tx));
    FZ_TRY(const auto units, tx.accounts().units(""));
    FZ_TRY(const auto accounts, tx.accounts().accounts(""));
    FZ_TRY(const auto places, tx.screens().places());
    const auto people = setup::people_of(accounts);
    json::object roles;
    for (const auto& [role, count] : people.roles) roles[role] = count;
    const auto screens = active_screens(places);
    return reply({{"organisation", json::object{{"done", setup::organisation_done(root)},
                                                {"unit", root.id},
                                                {"code", root.code},
                                                {"name", root.name},
                                                {"units", static_cast<std::int64_t>(units.size())}}},
                  {"certificate", certificate_json(state_of(call.app), screens)},
                  {"accounts", json::object{{"done", people.done}, {"count", people.count}, {"roles", std::move(roles)}}},
                  {"keys", keys_json(tx)},
                  {"screens", json::object{{"done", screens > 0}, {"count", screens}}}});
  });
}

Result<net::Response> set_organisation(Call& call) {
  FZ_TRY(const auto body, call.body());
  json::Reader in(body, "organisation");
  const auto name = in.string("name", 300);
  const auto code = in.string("code", 12);
  const auto steps = in.integer_or("review_steps", 0, 0, 3);
  FZ_CHECK(in.finish());
  FZ_TRY(const auto root, call.app.store.write([&](store::Tx& tx) -> Result<accounts::Unit> {
    FZ_CHECK(require_root(call, tx));
    return accounts::set_root(tx.accounts(), tx.context(call.actor, call.now), name, code, static_cast<int>(steps));
  }));
  return reply(json_of(root));
}

Result<net::Response> set_certificate(Call& call) {
  FZ_TRY(const auto body, call.body());
  FZ_TRY(const auto draft, read_draft(body));
  std::string office;
  std::int64_t screens = 0;
  FZ_CHECK(call.app.store.read([&](const store::Tx& tx) -> Result<void> {
    FZ_TRY(const auto root, require_root(call, tx));
    office = root.name;
    FZ_TRY(const auto places, tx.screens().places());
    screens = active_screens(places);
    return {};
  }));
  if (!call.app.certificates) return fail(Code::unsupported, {{"what", "TLS"}});
  if (draft.kind == "given") FZ_CHECK(setup::check_given(draft.certificate, draft.key, draft.names, call.now));
  // Whatever certificate comes, its fingerprint is another one.
  if (draft.confirmed != screens)
    return fail(
        Code::bad_field,
        {{"field", "confirm_screens"},
         {"what", "有 " + std::to_string(screens) + " 块屏幕登记的是现在证书的指纹，更换后要逐块重新登记才能连接，确认请填写这个数 (" +
                      std::to_string(screens) + " screens pin the present certificate and must be given the new one)"}});
  // Blobs first, rows second; here the entry first: a certificate without an entry would be worse than an entry without one.
  FZ_CHECK(call.app.store.write([&](store::Tx& tx) {
    return tx.context(call.actor, call.now).record("setup.certificate", "", {{"kind", draft.kind}, {"screens", screens}});
  }));
  FZ_TRY(const auto state, draft.kind == "given" ? call.app.certificates->use_given(draft.certificate, draft.key)
                                                 : call.app.certificates->use_office_authority(office + " 证书 CA", draft.names, call.now));
  return reply(certificate_json(state, screens));
}

Result<net::Response> get_office_ca(Call& call) {
  const auto authority = call.app.certificates ? call.app.certificates->authority_pem() : std::string();
  if (authority.empty()) return fail(Code::not_found, {{"what", "office CA"}});
  FZ_TRY(auto file, setup::office_file(call.arg(0), authority));
  if (!file) return fail(Code::not_found, {{"what", call.arg(0)}});
  const std::string name = call.arg(0) == "ca.crt" ? "fanzha-office-ca.crt" : "fanzha-" + call.arg(0);
  auto r = net::make_response(200, file->mime, std::move(file->bytes));
  r.headers.add("Content-Disposition", attachment(name, name));
  return r;
}

}  // namespace fz::http
