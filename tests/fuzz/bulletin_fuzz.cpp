// Any text as a bulletin or slogan: refused, or written and read again it is the same document.
#include <cstdlib>

#include "shared/base/bytes.hpp"
#include "shared/render/documents.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto document = fz::render::parse_document(fz::as_text({data, size}));
  if (!document) return 0;
  const auto text = fz::render::write_document(*document);
  const auto again = fz::render::parse_document(text);
  if (!again || fz::render::write_document(*again) != text) std::abort();
  return 0;
}
