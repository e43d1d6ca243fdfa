// A TUF client over shared/trust, with its metadata in a folder. One thread.
#pragma once
#include <string>

#include "shared/base/file.hpp"
#include "shared/net/client.hpp"
#include "shared/trust/state.hpp"

namespace fz::conformance {

class TufClient {
 public:
  /// `dir` holds root.json, timestamp.json, snapshot.json, targets.json (what is trusted) and state.json.
  TufClient(fs::path dir, std::string metadata_url);

  static Result<void> init(const fs::path& dir, const fs::path& trusted_root);
  /// The TUF 1.0.34 client workflow, sections 5.3 to 5.6.
  Result<void> refresh(UtcTime now);
  /// Section 5.7; refresh() first. Keeps what is there already and good. Errors: not_found (no such target).
  Result<void> download(const std::string& name, const std::string& base_url, const fs::path& dir);

 private:
  Result<void> open();
  /// Writes what is trusted now; called after every accepted document.
  Result<void> keep();
  Result<void> update_roots(UtcTime now);
  /// Nothing if the server says 403 or 404.
  Result<std::optional<std::string>> fetch(const std::string& name, std::size_t max_bytes);
  Result<std::string> fetch_existing(const std::string& name, std::size_t max_bytes);

  fs::path dir_;
  std::string url_;
  net::Client http_;
  std::optional<trust::TrustedState> state_;
};

}  // namespace fz::conformance
