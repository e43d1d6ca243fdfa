// The whole server as one object: store, blobs, publisher, play log, jobs, HTTP. Used by main and by tests.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "server/app/config.hpp"
#include "server/app/jobs.hpp"
#include "shared/base/clock.hpp"
#include "shared/blob/blob.hpp"

namespace fz::app {

struct Started {
  std::string address;                        ///< "127.0.0.1:8443"
  std::string fingerprint;                    ///< SHA-256 of the certificate; empty without TLS
  std::optional<std::string> admin_password;  ///< of the account made just now; shown once
  Millis took{};
};

class Server {
 public:
  /// `make_tools` empty: jobs wait (tests).
  using MakeTools = std::function<MediaTools(const Config&, blob::Store&)>;
  /// Opens everything and serves. Errors: of the parts, address_in_use above all.
  static Result<std::unique_ptr<Server>> start(const Config& config, const Clock& clock, const MakeTools& make_tools);
  virtual ~Server() = default;  ///< stops
  virtual const Started& started() const = 0;
  virtual std::uint16_t port() const = 0;
  /// Ends gently: running requests and the running media job get up to `drain`.
  virtual void stop(Millis drain) = 0;
};

}  // namespace fz::app
