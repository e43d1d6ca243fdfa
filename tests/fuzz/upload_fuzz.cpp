// Any text as the headers of an upload: refused, or a name that is one plain file name.
#include <cstdlib>

#include "server/http/upload_metadata.hpp"
#include "shared/base/bytes.hpp"
#include "shared/crypto/checksum.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = fz::as_text({data, size});
  if (auto checksum = fz::crypto::Checksum::parse(text)) {
    (*checksum)->update({data, size});
    if ((*checksum)->matches()) std::abort();  // a text that holds its own hash
  }
  const auto upload = fz::http::parse_upload_metadata(text);
  for (const std::string& name : {std::string(text), upload ? upload->file_name : std::string()}) {
    const auto checked = fz::library::check_file_name(name);
    if (!checked) continue;
    if (checked->empty() || checked->find_first_of("/\\") != std::string::npos || *checked == "." || *checked == "..") std::abort();
    for (const char c : *checked)
      if (static_cast<unsigned char>(c) < 0x20) std::abort();
  }
  return 0;
}
