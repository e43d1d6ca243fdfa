// From a request to its handler: route, limits, who is asking, and what every answer carries.
#pragma once
#include <memory>

#include "server/http/app.hpp"
#include "shared/net/server.hpp"

namespace fz::http {

/// The three functions that net::Server wants. `app` must outlive the server.
net::Dispatch make_dispatch(App& app);
net::ErrorPage make_error_page(App& app);
net::Observer make_observer(App& app);

/// The token of a session that was made for a browser, for X-CSRF-Token.
std::string csrf_of(std::string_view session_token);
std::string cookie_name(const App& app);

}  // namespace fz::http
