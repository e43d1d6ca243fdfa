// The one table of routes. server/openapi/openapi.yaml describes the same routes; a test compares both ways.
#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "server/http/call.hpp"

namespace fz::http {

enum class Auth {
  open,    ///< anybody
  person,  ///< session cookie, session token or API token
  screen,  ///< screen token
  local,   ///< from this machine, unless Settings::open_metrics
};
enum class Run {
  light,    ///< on the event loop: must not wait for anything
  pooled,   ///< on the worker pool
  poll,     ///< pooled; on the event loop once the screen's token is known (and, for blobs, the file is open)
  upload,   ///< streams its body into a sink (tus PATCH)
  channel,  ///< WebSocket: of a screen, or of a console
};
enum class Ration { none, stranger, login };
using Handle = Result<net::Response> (*)(Call&);

struct Route {
  net::Method method;
  std::string_view path;  ///< "/v1/items/{item}"
  Auth auth = Auth::person;
  std::optional<accounts::Role> role;  ///< needed for the whole route; finer rules are the nouns' own
  std::size_t max_body = 0;            ///< bytes
  Run run = Run::pooled;
  Handle handle = nullptr;       ///< none for upload and channel
  Ration ration = Ration::none;  ///< of open routes, per address
};

std::span<const Route> routes();

struct Match {
  const Route* route = nullptr;  ///< null: nothing has this path and method
  std::vector<std::string> args;
  std::string allowed;  ///< methods of the path when only the method is wrong
};
/// HEAD is answered by a GET route where there is no HEAD route.
Match find_route(net::Method method, std::string_view path);

// ---- handlers, by noun (routes/<noun>.cpp) -----------------------------------------------------------------------
#define FZ_HANDLER(name) Result<net::Response> name(Call& call)
FZ_HANDLER(login);
FZ_HANDLER(get_session);
FZ_HANDLER(logout);
FZ_HANDLER(change_password);
FZ_HANDLER(begin_second_factor);
FZ_HANDLER(confirm_second_factor);
FZ_HANDLER(remove_second_factor);
FZ_HANDLER(list_sessions);
FZ_HANDLER(end_other_sessions);
FZ_HANDLER(end_session);
FZ_HANDLER(list_api_tokens);
FZ_HANDLER(create_api_token);
FZ_HANDLER(end_api_token);
FZ_HANDLER(change_unit);
FZ_HANDLER(import_units);
FZ_HANDLER(import_accounts);
FZ_HANDLER(set_account_password);
FZ_HANDLER(reset_second_factor);
FZ_HANDLER(list_account_sessions);
FZ_HANDLER(end_account_sessions);
FZ_HANDLER(get_template);
FZ_HANDLER(get_setup);
FZ_HANDLER(set_organisation);
FZ_HANDLER(set_certificate);
FZ_HANDLER(get_office_ca);
FZ_HANDLER(offer_item);
FZ_HANDLER(list_offers);
FZ_HANDLER(decide_offer);
FZ_HANDLER(list_shares);
FZ_HANDLER(share_item);
FZ_HANDLER(unshare_item);
FZ_HANDLER(list_versions);
FZ_HANDLER(diff_versions);
FZ_HANDLER(review_queue);
FZ_HANDLER(change_site);
FZ_HANDLER(import_sites);
FZ_HANDLER(make_checkpoint);
FZ_HANDLER(export_audit);
FZ_HANDLER(list_units);
FZ_HANDLER(create_unit);
FZ_HANDLER(list_accounts);
FZ_HANDLER(create_account);
FZ_HANDLER(change_account);
FZ_HANDLER(describe_uploads);
FZ_HANDLER(create_upload);
FZ_HANDLER(upload_offset);
FZ_HANDLER(cancel_upload);
FZ_HANDLER(list_items);
FZ_HANDLER(create_text_item);
FZ_HANDLER(get_item);
FZ_HANDLER(change_item);
FZ_HANDLER(remove_variant);
FZ_HANDLER(search);
FZ_HANDLER(list_tags);
FZ_HANDLER(set_item_tags);
FZ_HANDLER(get_rendition);
FZ_HANDLER(get_thumbnail);
FZ_HANDLER(preview_text);
FZ_HANDLER(check_privacy);
FZ_HANDLER(submit_item);
FZ_HANDLER(decide);
FZ_HANDLER(get_package);
FZ_HANDLER(import_approval);
FZ_HANDLER(get_approval);
FZ_HANDLER(get_withdrawals);
FZ_HANDLER(import_withdrawals);
FZ_HANDLER(get_trust_document);
FZ_HANDLER(import_trust_document);
FZ_HANDLER(get_staff_documents);
FZ_HANDLER(import_staff_document);
FZ_HANDLER(get_online_key);
FZ_HANDLER(list_campaigns);
FZ_HANDLER(create_campaign);
FZ_HANDLER(get_campaign);
FZ_HANDLER(change_campaign);
FZ_HANDLER(set_campaign_state);
FZ_HANDLER(publish);
FZ_HANDLER(preview_publication);
FZ_HANDLER(list_alerts);
FZ_HANDLER(send_alert);
FZ_HANDLER(get_alert);
FZ_HANDLER(cancel_alert);
FZ_HANDLER(list_sites);
FZ_HANDLER(create_site);
FZ_HANDLER(get_site_output);
FZ_HANDLER(set_site_output);
FZ_HANDLER(list_screens);
FZ_HANDLER(list_shapes);
FZ_HANDLER(get_screen);
FZ_HANDLER(get_schedule);
FZ_HANDLER(command_screen);
FZ_HANDLER(list_unconfirmed);
FZ_HANDLER(get_shot);
FZ_HANDLER(put_shot);
FZ_HANDLER(confirm_enrolment);
FZ_HANDLER(list_plays);
FZ_HANDLER(send_plays);
FZ_HANDLER(list_rollups);
FZ_HANDLER(get_report);
FZ_HANDLER(ask_enrolment);
FZ_HANDLER(get_enrolment);
FZ_HANDLER(get_challenge);
FZ_HANDLER(get_token);
FZ_HANDLER(attest_time);
FZ_HANDLER(get_timestamp);
FZ_HANDLER(get_metadata);
FZ_HANDLER(get_blob);
FZ_HANDLER(report_status);
FZ_HANDLER(list_expiries);
FZ_HANDLER(get_storage);
FZ_HANDLER(list_packs);
FZ_HANDLER(get_pack);
FZ_HANDLER(list_audit);
FZ_HANDLER(list_errors);
FZ_HANDLER(healthz);
FZ_HANDLER(readyz);
FZ_HANDLER(get_metrics);
#undef FZ_HANDLER

/// tus PATCH; `call` is authenticated. Answers at once, or gives the sink for the body. `call` dies when it returns.
std::variant<net::Response, std::unique_ptr<net::BodySink>> open_upload_sink(Call& call);
/// The handler of one console's channel of events. Errors: csrf_missing (a page of another origin).
Result<std::shared_ptr<net::WsHandler>> make_events(Call& call);
/// The handler of one screen's channel.
std::shared_ptr<net::WsHandler> make_channel(App& app, ScreenPtr screen);

}  // namespace fz::http
