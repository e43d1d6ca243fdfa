// Resumable upload of one file by tus 1.0 (tus.io/protocols/resumable-upload). One thread.
#pragma once
#include <string>

#include "server/tools/api.hpp"

namespace fz::tools {

struct UploadRequest {
  fs::path file;
  std::string title, fraud_kind, exposes;
  std::string item;               ///< an existing item that gets a new version, or empty
  std::string variant_of, shape;  ///< a draft that gets the file as its variant of this shape, or empty
  std::uint64_t chunk = 8 << 20;  ///< bytes a PATCH
  int tries = 8;                  ///< in a row without progress; waits 1, 2, 4 ... 30 s between
};
/// Sends the file; after a broken connection asks the server for its offset and goes on there. The upload's address is kept
/// beside the profile (uploads.json), so that the next call resumes what a closed laptop left. Returns the item's id.
/// Errors: not_found (the file), disk errors, what the server says, unreachable when all tries failed.
Result<std::string> upload(Api& api, const UploadRequest& request, const fs::path& resume_file, const net::Progress& progress);

}  // namespace fz::tools
