// What the operator may set: a TOML file, then the command line. Page: README.md.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "server/library/library.hpp"

namespace fz::app {

struct Config {
  std::filesystem::path data = "/var/lib/fanzha";  ///< databases, blobs, keys, certificate
  std::string listen = "0.0.0.0:8443";             ///< address:port, "[::]:8443"
  std::vector<std::string> names;                  ///< DNS names and addresses for the certificate made at first start
  bool tls = true;
  bool behind_proxy = false;  ///< believe X-Forwarded-For; only where nobody else can connect
  bool open_metrics = false;
  bool restored = false;  ///< the data folder comes from a backup: screens may know newer numbers than it does
  unsigned threads = 2, workers = 16;
  std::string log_level = "info";
  std::string decoder;                                        ///< path of fz-decode; empty: beside this program
  std::filesystem::path console;                              ///< folder of the web console; empty: ../share/fanzha/console
  unsigned media_jobs = 1;                                    ///< at once
  std::string region = "000000", unit_name = "反诈宣传中心";  ///< of the root unit made at first start
  bool second_factor = true;                                  ///< required of all who review, publish, withdraw or administer
  bool three_administrators = false;                          ///< system, security and audit administrators are different people
  accounts::SessionLimits sessions;
  int machines_per_address = 1;  ///< behind NAT: what is limited by address is multiplied by it
  library::Quota quota;
};

/// Reads a TOML file over `config`. Unknown keys are refused, so that a spelling mistake is not silence.
/// Errors: not_found, bad_field, unknown_field, bad_request (not TOML).
Result<void> read_config(const std::filesystem::path& file, Config& config);
/// "127.0.0.1:8443" -> address and port. Errors: bad_field.
Result<std::pair<std::string, std::uint16_t>> parse_listen(const std::string& text);

}  // namespace fz::app
