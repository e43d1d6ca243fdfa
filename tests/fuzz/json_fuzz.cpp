// Any text as strict JSON: refused, or written and parsed again it is the same value.
#include <cstdlib>

#include "shared/base/bytes.hpp"
#include "shared/base/json.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto value = fz::json::parse(fz::as_text({data, size}));
  if (!value) return 0;
  auto text = fz::json::write(*value);
  // Escapes of control characters may make the text six times as long.
  auto again = fz::json::parse(text, {fz::json::Limits{}.max_bytes * 6, 16});
  if (!again || *again != *value || fz::json::write(*again) != text) std::abort();
  return 0;
}
