#include "server/http/upload_metadata.hpp"

#include "shared/base/bytes.hpp"

namespace fz::http {

std::vector<std::string> split_tags(std::string_view text) {
  std::vector<std::string> out;
  while (!text.empty() && out.size() < 100) {
    const auto comma = text.find(',');
    auto one = text.substr(0, comma);
    text = comma == std::string_view::npos ? std::string_view{} : text.substr(comma + 1);
    while (one.starts_with(' ')) one.remove_prefix(1);
    while (one.ends_with(' ')) one.remove_suffix(1);
    if (!one.empty()) out.emplace_back(one);
  }
  return out;
}

Result<library::NewUpload> parse_upload_metadata(std::string_view header) {
  library::NewUpload out;
  if (header.size() > 8192) return fail(Code::too_large, {{"limit", "8 KB"}});
  while (!header.empty()) {
    const auto comma = header.find(',');
    auto pair = header.substr(0, comma);
    header = comma == std::string_view::npos ? std::string_view{} : header.substr(comma + 1);
    while (pair.starts_with(' ')) pair.remove_prefix(1);
    const auto space = pair.find(' ');
    const auto name = pair.substr(0, space);
    const auto value = from_base64(space == std::string_view::npos ? std::string_view{} : pair.substr(space + 1));
    if (!value || !is_utf8(as_text(*value)))
      return fail(Code::bad_field, {{"field", "Upload-Metadata"}, {"what", std::string(name.substr(0, 40))}});
    const std::string text(as_text(*value));
    if (name == "filename")
      out.file_name = text;
    else if (name == "title")
      out.title = text;
    else if (name == "fraud_kind")
      out.fraud_kind = text;
    else if (name == "exposes")
      out.exposes = text;
    else if (name == "tags")
      out.tags = split_tags(text);
    else if (name == "item")
      out.item = text;
    else if (name == "variant_of")
      out.variant_of = text;
    else if (name == "shape")
      out.shape = text;
    // Others are allowed by the protocol ("filetype" of browsers) and mean nothing here: the probe decides.
  }
  return out;
}

}  // namespace fz::http
