// The Upload-Metadata header of tus 1.0. Pure.
#pragma once
#include <string_view>

#include "server/library/library.hpp"

namespace fz::http {

/// "filename d29ybGQ=,title ...": names, each with base64 of UTF-8; unknown names are skipped. Nothing is checked beyond that:
/// library::create_upload does. Errors: too_large, bad_field.
Result<library::NewUpload> parse_upload_metadata(std::string_view header);

/// "a, b": ids of tags as headers and queries carry them; at most 100. Unchecked.
std::vector<std::string> split_tags(std::string_view text);

}  // namespace fz::http
