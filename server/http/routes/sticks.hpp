// Sticks for screens without a network; handlers of the table in server/http/routes.cpp.
#pragma once
#include "server/http/call.hpp"

namespace fz::http {

/// All that a stick for this screen holds but the files themselves.
Result<net::Response> get_stick(Call& call);
/// A published file.
Result<net::Response> get_stick_blob(Call& call);
/// Sealed play records that came back. Errors: stick_sealed, those of plays::verify_batch and of the store.
Result<net::Response> import_stick_plays(Call& call);

}  // namespace fz::http
