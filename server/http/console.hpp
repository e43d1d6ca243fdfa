// The web console's files (server/web), as the build made them, with .br and .gz siblings. Read once at start and kept in
// memory: some megabytes, answered on the event loop. Immutable afterwards; any thread.
#pragma once
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "shared/base/file.hpp"
#include "shared/net/message.hpp"

namespace fz::http {

class Console {
 public:
  Console() = default;  ///< no console: every answer is nothing
  /// All files under `folder`; a folder that is not there makes an empty console. Errors: io.
  static Result<Console> read(const fs::path& folder);
  bool empty() const { return files_.empty(); }

  /// GET and HEAD of "/" and of each file; nothing for any other path. Names under /assets/ carry a hash and never change;
  /// the rest is asked for again each time. Brings its own Content-Security-Policy.
  std::optional<net::Response> answer(const net::Request& request) const;

 private:
  using Bytes = std::shared_ptr<const std::string>;
  struct File {
    Bytes plain, gzip, brotli;
    std::string type, etag;
  };
  std::map<std::string, File, std::less<>> files_;  ///< by path, "/index.html"
};

}  // namespace fz::http
