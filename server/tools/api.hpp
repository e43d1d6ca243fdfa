// The command line's side of the API: one server, one token, JSON in and out. One thread.
#pragma once
#include <string>
#include <string_view>

#include "shared/base/json.hpp"
#include "shared/net/client.hpp"

namespace fz::tools {

/// Where the server is and who we are there; kept in a file of mode 0600 between calls.
struct Profile {
  std::string server;  ///< "https://host:port", no path
  std::string pin;     ///< SHA-256 of its certificate, hex; empty: the system's certificate authorities
  std::string token;   ///< of the session; a secret
};
/// $FZ_PROFILE, else ~/.config/fanzha/profile.json.
fs::path default_profile_path();
/// Errors: not_logged_in, bad_json ...
Result<Profile> load_profile(const fs::path& path);
Result<void> save_profile(const fs::path& path, const Profile& profile);

class Api {
 public:
  explicit Api(Profile profile);

  /// Calls `path` and reads its JSON answer (null for 204). `body` null: none is sent. A problem answer becomes an Error with
  /// the server's own code and parameters. Errors: those of net::Client too.
  Result<json::value> call(net::Method method, std::string_view path, const json::value& body = nullptr);
  Result<json::value> get(std::string_view path) { return call(net::Method::get, path); }
  /// Sends text (a signed envelope) as it is.
  Result<json::value> send_text(net::Method method, std::string_view path, std::string text);
  /// The raw answer, for files and tus. `headers` are added to the authorisation.
  Result<net::ClientResponse> raw(net::ClientRequest request);
  const Profile& profile() const { return profile_; }
  /// The fingerprint of the certificate that the server showed last.
  const std::string& fingerprint() const { return client_.peer_fingerprint(); }

 private:
  Profile profile_;
  net::Client client_;
};

/// The Error that a problem+json answer stands for; internal when its code is unknown here.
Error error_from_problem(unsigned status, std::string_view body);

}  // namespace fz::tools
