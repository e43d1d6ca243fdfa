// The server's side of fz-approve: package, blobs, reviewers, and where the signature goes. One thread.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "player/approve/media.hpp"
#include "shared/base/json.hpp"
#include "shared/net/client.hpp"

namespace fz::approve {

/// Where the server is and who we are there; the profile file that `fz login` writes.
struct Login {
  std::string server;  ///< "https://host:port"
  std::string pin;     ///< SHA-256 of its certificate, hex; empty: the system's authorities
  std::string token;   ///< secret
};
/// Errors: not_found, bad_json and the like.
Result<Login> read_profile(const fs::path& path);

class Server {
 public:
  explicit Server(Login login);
  /// Errors: what the server says, and those of net::Client.
  Result<std::string> package(const std::string& item);
  /// All renditions into `folder`, hashed on the way; resumed after a broken connection, up to five times each.
  /// `progress`: of all bytes.
  Result<std::vector<fs::path>> fetch(const std::string& item, const trust::Approval& approval, const fs::path& folder,
                                      const net::Progress& progress);
  /// The reviewers document in force; not verified here. Nothing when the server has none.
  Result<std::optional<trust::Reviewers>> reviewers();
  /// Hands an envelope in; the server's answer.
  Result<json::value> post_approval(const trust::Envelope& envelope);

 private:
  Result<net::ClientResponse> send(net::ClientRequest request);
  Result<void> fetch_one(const std::string& item, const trust::Rendition& r, RenditionCopy& copy, const net::Progress& progress);
  net::Headers headers() const;

  Login login_;
  net::Client client_;
};

}  // namespace fz::approve
