#include "server/http/routes.hpp"

#include "server/http/routes/sticks.hpp"
#include "shared/stick/stick.hpp"

namespace fz::http {
namespace {

using accounts::Role;
using net::Method;

constexpr std::size_t kSmall = 16 * 1024;      // forms
constexpr std::size_t kText = 192 * 1024;      // a bulletin, a campaign, a status
constexpr std::size_t kTable = 8u << 20;       // a spreadsheet; CSV is held to less (accounts/table.hpp)
constexpr std::size_t kEnvelope = 768 * 1024;  // 512 KiB signed, base64 and all

// Literal segments stand before {names} where both could match.
const Route kRoutes[] = {
    {Method::post, "/v1/session", Auth::open, {}, kSmall, Run::pooled, login, Ration::login},
    {Method::get, "/v1/session", Auth::person, {}, 0, Run::pooled, get_session},
    {Method::del, "/v1/session", Auth::person, {}, 0, Run::pooled, logout},
    {Method::put, "/v1/session/password", Auth::person, {}, kSmall, Run::pooled, change_password},
    {Method::post, "/v1/session/second-factor", Auth::person, {}, kSmall, Run::pooled, begin_second_factor},
    {Method::put, "/v1/session/second-factor", Auth::person, {}, kSmall, Run::pooled, confirm_second_factor},
    {Method::del, "/v1/session/second-factor", Auth::person, {}, kSmall, Run::pooled, remove_second_factor},
    {Method::get, "/v1/session/sessions", Auth::person, {}, 0, Run::pooled, list_sessions},
    {Method::del, "/v1/session/sessions", Auth::person, {}, 0, Run::pooled, end_other_sessions},
    {Method::del, "/v1/session/sessions/{session}", Auth::person, {}, 0, Run::pooled, end_session},
    {Method::get, "/v1/session/tokens", Auth::person, {}, 0, Run::pooled, list_api_tokens},
    {Method::post, "/v1/session/tokens", Auth::person, {}, kSmall, Run::pooled, create_api_token},
    {Method::del, "/v1/session/tokens/{token}", Auth::person, {}, 0, Run::pooled, end_api_token},

    {Method::get, "/v1/units", Auth::person, {}, 0, Run::pooled, list_units},
    {Method::post, "/v1/units", Auth::person, Role::administrator, kSmall, Run::pooled, create_unit},
    {Method::post, "/v1/units/import", Auth::person, Role::administrator, kTable, Run::pooled, import_units},
    {Method::patch, "/v1/units/{unit}", Auth::person, Role::administrator, kSmall, Run::pooled, change_unit},
    {Method::get, "/v1/accounts", Auth::person, Role::security, 0, Run::pooled, list_accounts},
    {Method::post, "/v1/accounts", Auth::person, Role::security, kSmall, Run::pooled, create_account},
    {Method::post, "/v1/accounts/import", Auth::person, Role::security, kTable, Run::pooled, import_accounts},
    {Method::patch, "/v1/accounts/{account}", Auth::person, Role::security, kSmall, Run::pooled, change_account},
    {Method::put, "/v1/accounts/{account}/password", Auth::person, Role::security, kSmall, Run::pooled, set_account_password},
    {Method::del, "/v1/accounts/{account}/second-factor", Auth::person, Role::security, 0, Run::pooled, reset_second_factor},
    {Method::get, "/v1/accounts/{account}/sessions", Auth::person, Role::security, 0, Run::pooled, list_account_sessions},
    {Method::del, "/v1/accounts/{account}/sessions", Auth::person, Role::security, 0, Run::pooled, end_account_sessions},

    {Method::get, "/v1/templates/{file}", Auth::person, {}, 0, Run::pooled, get_template},
    {Method::get, "/v1/setup", Auth::person, Role::administrator, 0, Run::pooled, get_setup},
    {Method::put, "/v1/setup/organisation", Auth::person, Role::administrator, kSmall, Run::pooled, set_organisation},
    {Method::put, "/v1/setup/certificate", Auth::person, Role::administrator, kText, Run::pooled, set_certificate},
    {Method::get, "/v1/setup/office-ca/{file}", Auth::person, {}, 0, Run::pooled, get_office_ca},

    {Method::options, "/v1/uploads", Auth::open, {}, 0, Run::light, describe_uploads},
    {Method::post, "/v1/uploads", Auth::person, Role::contributor, 0, Run::pooled, create_upload},
    {Method::head, "/v1/uploads/{upload}", Auth::person, {}, 0, Run::pooled, upload_offset},
    {Method::patch, "/v1/uploads/{upload}", Auth::person, {}, 0, Run::upload, nullptr},
    {Method::del, "/v1/uploads/{upload}", Auth::person, {}, 0, Run::pooled, cancel_upload},
    {Method::get, "/v1/items", Auth::person, {}, 0, Run::pooled, list_items},
    {Method::post, "/v1/items", Auth::person, Role::contributor, kText, Run::pooled, create_text_item},
    {Method::get, "/v1/items/{item}", Auth::person, {}, 0, Run::pooled, get_item},
    {Method::patch, "/v1/items/{item}", Auth::person, {}, kSmall, Run::pooled, change_item},
    {Method::del, "/v1/items/{item}/variants/{shape}", Auth::person, Role::contributor, 0, Run::pooled, remove_variant},
    {Method::get, "/v1/items/{item}/renditions/{profile}", Auth::person, {}, 0, Run::pooled, get_rendition},
    {Method::get, "/v1/items/{item}/thumbnail", Auth::person, {}, 0, Run::pooled, get_thumbnail},
    {Method::post, "/v1/preview", Auth::person, {}, kText, Run::pooled, preview_text},
    {Method::post, "/v1/privacy", Auth::person, {}, kText, Run::pooled, check_privacy},

    {Method::get, "/v1/tags", Auth::person, {}, 0, Run::pooled, list_tags},
    {Method::put, "/v1/items/{item}/tags", Auth::person, {}, kSmall, Run::pooled, set_item_tags},
    {Method::get, "/v1/items/{item}/versions", Auth::person, {}, 0, Run::pooled, list_versions},
    {Method::get, "/v1/items/{item}/diff", Auth::person, {}, 0, Run::pooled, diff_versions},
    {Method::post, "/v1/items/{item}/offers", Auth::person, {}, kSmall, Run::pooled, offer_item},
    {Method::get, "/v1/items/{item}/shares", Auth::person, {}, 0, Run::pooled, list_shares},
    {Method::put, "/v1/items/{item}/shares/{unit}", Auth::person, {}, 0, Run::pooled, share_item},
    {Method::del, "/v1/items/{item}/shares/{unit}", Auth::person, {}, 0, Run::pooled, unshare_item},
    {Method::get, "/v1/offers", Auth::person, {}, 0, Run::pooled, list_offers},
    {Method::put, "/v1/offers/{offer}", Auth::person, {}, kSmall, Run::pooled, decide_offer},

    {Method::get, "/v1/reviews", Auth::person, {}, 0, Run::pooled, review_queue},
    {Method::post, "/v1/items/{item}/submit", Auth::person, {}, kSmall, Run::pooled, submit_item},
    {Method::post, "/v1/items/{item}/review", Auth::person, Role::reviewer, kSmall, Run::pooled, decide},
    {Method::get, "/v1/items/{item}/package", Auth::person, {}, 0, Run::pooled, get_package},
    {Method::post, "/v1/approvals", Auth::person, {}, kEnvelope, Run::pooled, import_approval},
    {Method::get, "/v1/approvals/{approval}", Auth::person, {}, 0, Run::pooled, get_approval},
    {Method::get, "/v1/withdrawals", Auth::person, {}, 0, Run::pooled, get_withdrawals},
    {Method::get, "/v1/withdrawals/unconfirmed", Auth::person, {}, 0, Run::pooled, list_unconfirmed},
    {Method::post, "/v1/withdrawals", Auth::person, {}, kEnvelope, Run::pooled, import_withdrawals},
    {Method::get, "/v1/trust/online-key", Auth::person, {}, 0, Run::pooled, get_online_key},
    {Method::get, "/v1/trust/staff", Auth::person, {}, 0, Run::pooled, get_staff_documents},
    {Method::put, "/v1/trust/staff", Auth::person, Role::security, kEnvelope, Run::pooled, import_staff_document},
    {Method::get, "/v1/trust/{document}", Auth::person, {}, 0, Run::pooled, get_trust_document},
    {Method::put, "/v1/trust/{document}", Auth::person, Role::security, kEnvelope, Run::pooled, import_trust_document},

    {Method::get, "/v1/campaigns", Auth::person, {}, 0, Run::pooled, list_campaigns},
    {Method::post, "/v1/campaigns", Auth::person, Role::publisher, kText, Run::pooled, create_campaign},
    {Method::get, "/v1/campaigns/{campaign}", Auth::person, {}, 0, Run::pooled, get_campaign},
    {Method::put, "/v1/campaigns/{campaign}", Auth::person, Role::publisher, kText, Run::pooled, change_campaign},
    {Method::put, "/v1/campaigns/{campaign}/state", Auth::person, Role::publisher, kSmall, Run::pooled, set_campaign_state},
    {Method::get, "/v1/publish", Auth::person, Role::publisher, 0, Run::pooled, preview_publication},
    {Method::post, "/v1/publish", Auth::person, Role::publisher, kSmall, Run::pooled, publish},

    {Method::get, "/v1/alerts", Auth::person, {}, 0, Run::pooled, list_alerts},
    {Method::post, "/v1/alerts", Auth::person, {}, kSmall, Run::pooled, send_alert},
    {Method::get, "/v1/alerts/{alert}", Auth::person, {}, 0, Run::pooled, get_alert},
    {Method::post, "/v1/alerts/{alert}/cancel", Auth::person, {}, 0, Run::pooled, cancel_alert},

    {Method::get, "/v1/sites", Auth::person, {}, 0, Run::pooled, list_sites},
    {Method::post, "/v1/sites", Auth::person, {}, kSmall, Run::pooled, create_site},
    {Method::get, "/v1/sites/{site}/output", Auth::person, {}, 0, Run::pooled, get_site_output},
    {Method::put, "/v1/sites/{site}/output", Auth::person, Role::administrator, kText, Run::pooled, set_site_output},
    {Method::post, "/v1/sites/import", Auth::person, Role::administrator, kTable, Run::pooled, import_sites},
    {Method::put, "/v1/sites/{site}", Auth::person, {}, kSmall, Run::pooled, change_site},
    {Method::get, "/v1/screens", Auth::person, {}, 0, Run::pooled, list_screens},
    {Method::get, "/v1/shapes", Auth::person, {}, 0, Run::pooled, list_shapes},
    {Method::get, "/v1/screens/{screen}", Auth::person, {}, 0, Run::pooled, get_screen},
    {Method::get, "/v1/screens/{screen}/schedule", Auth::person, {}, 0, Run::pooled, get_schedule},
    {Method::post, "/v1/screens/{screen}/command", Auth::person, {}, kSmall, Run::pooled, command_screen},
    {Method::get, "/v1/screens/{screen}/shot", Auth::person, {}, 0, Run::pooled, get_shot},
    {Method::get, "/v1/screens/{screen}/stick", Auth::person, {}, 0, Run::pooled, get_stick},
    {Method::get, "/v1/screens/{screen}/stick/{sha256}", Auth::person, {}, 0, Run::pooled, get_stick_blob},
    {Method::post, "/v1/enrolments/{code}", Auth::person, {}, kSmall, Run::pooled, confirm_enrolment},

    {Method::get, "/v1/plays/rollups", Auth::person, {}, 0, Run::pooled, list_rollups},
    {Method::get, "/v1/plays/report", Auth::person, {}, 0, Run::pooled, get_report},
    {Method::get, "/v1/plays", Auth::person, {}, 0, Run::pooled, list_plays},
    {Method::post, "/v1/plays/stick", Auth::person, {}, stick::kMaxSealed, Run::pooled, import_stick_plays},
    {Method::post, "/v1/plays", Auth::screen, {}, kEnvelope, Run::pooled, send_plays},

    {Method::post, "/v1/enrol", Auth::open, {}, kSmall, Run::pooled, ask_enrolment, Ration::stranger},
    {Method::get, "/v1/enrol/{code}", Auth::open, {}, 0, Run::pooled, get_enrolment, Ration::stranger},
    {Method::post, "/v1/challenge", Auth::open, {}, kSmall, Run::pooled, get_challenge, Ration::stranger},
    {Method::post, "/v1/token", Auth::open, {}, kSmall, Run::pooled, get_token, Ration::stranger},
    {Method::post, "/v1/time", Auth::open, {}, kSmall, Run::pooled, attest_time, Ration::stranger},
    {Method::get, "/v1/timestamp", Auth::screen, {}, 0, Run::poll, get_timestamp},
    {Method::get, "/v1/metadata/{file}", Auth::open, {}, 0, Run::light, get_metadata},
    {Method::get, "/v1/blobs/{sha256}", Auth::screen, {}, 0, Run::poll, get_blob},
    {Method::get, "/v1/channel", Auth::screen, {}, 0, Run::channel, nullptr},
    {Method::put, "/v1/shot", Auth::screen, {}, 256 * 1024, Run::pooled, put_shot},
    {Method::put, "/v1/status", Auth::screen, {}, 64 * 1024, Run::pooled, report_status},

    {Method::get, "/v1/items/{item}/packs", Auth::person, {}, 0, Run::pooled, list_packs},
    {Method::get, "/v1/items/{item}/packs/{pack}", Auth::person, {}, 0, Run::pooled, get_pack},
    {Method::get, "/v1/expiries", Auth::person, {}, 0, Run::pooled, list_expiries},
    {Method::get, "/v1/storage", Auth::person, Role::administrator, 0, Run::pooled, get_storage},
    {Method::get, "/v1/search", Auth::person, {}, 0, Run::pooled, search},
    {Method::get, "/v1/events", Auth::person, {}, 0, Run::channel, nullptr},
    {Method::get, "/v1/audit", Auth::person, {}, 0, Run::pooled, list_audit},
    {Method::get, "/v1/audit/export", Auth::person, {}, 0, Run::pooled, export_audit},
    {Method::post, "/v1/audit/checkpoints", Auth::person, {}, 0, Run::pooled, make_checkpoint},
    {Method::get, "/v1/errors", Auth::open, {}, 0, Run::pooled, list_errors},
    {Method::get, "/healthz", Auth::open, {}, 0, Run::light, healthz},
    {Method::get, "/readyz", Auth::open, {}, 0, Run::pooled, readyz},
    {Method::get, "/metrics", Auth::local, {}, 0, Run::pooled, get_metrics},
};

std::string_view next_segment(std::string_view& rest) {
  const auto slash = rest.find('/');
  const auto segment = rest.substr(0, slash);
  rest = slash == std::string_view::npos ? std::string_view{} : rest.substr(slash + 1);
  return segment;
}

bool matches(std::string_view pattern, std::string_view path, std::vector<std::string>& args) {
  args.clear();
  pattern.remove_prefix(1);
  path.remove_prefix(1);
  if (path.ends_with('/')) return false;
  for (;;) {
    const auto want = next_segment(pattern), have = next_segment(path);
    if (want.starts_with('{')) {
      if (have.empty() || have.size() > 256) return false;
      args.emplace_back(have);
    } else if (want != have) {
      return false;
    }
    if (pattern.empty() || path.empty()) return pattern.empty() && path.empty();
  }
}

}  // namespace

std::span<const Route> routes() {
  return kRoutes;
}

Match find_route(net::Method method, std::string_view path) {
  Match m;
  if (path.empty() || path[0] != '/') return m;
  std::vector<std::string> args;
  const Route* by_get = nullptr;
  std::string_view literal;  // the first pattern that fits hides later ones with {names}
  for (const Route& r : kRoutes) {
    if (!matches(r.path, path, args)) continue;
    if (!literal.empty() && r.path != literal) continue;
    literal = r.path;
    if (!m.allowed.empty()) m.allowed += ", ";
    m.allowed += net::method_name(r.method);
    if (r.method == method) {
      m.route = &r;
      m.args = std::move(args);
      return m;
    }
    if (method == net::Method::head && r.method == net::Method::get) {
      by_get = &r;
      m.args = args;
    }
  }
  m.route = by_get;
  return m;
}

}  // namespace fz::http
