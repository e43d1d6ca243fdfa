// Any bytes as an envelope: refused, or one payload that written and read again is the same.
#include <cstdlib>

#include "shared/trust/envelope.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace fz::trust;
  auto envelope = read_envelope(fz::as_text({data, size}));
  if (!envelope) return 0;
  auto text = write_envelope(*envelope);
  auto again = read_envelope(text, kMaxTargets);
  if (!again || again->payload != envelope->payload || write_envelope(*again) != text) std::abort();
  return 0;
}
