// Any text as a packet between agent and screen: refused, ignored, or written and read again it is the same packet.
#include <cstdlib>

#include "shared/base/bytes.hpp"
#include "shared/wire/messages.hpp"

namespace {
template <class Read>
void try_packet(std::string_view text, Read read) {
  const auto message = read(text);
  if (!message || !*message) return;
  const auto written = fz::wire::to_json(**message);
  const auto again = read(written);
  if (!again || !*again || fz::wire::to_json(**again) != written) std::abort();
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = fz::as_text({data, size});
  try_packet(text, fz::wire::to_screen_from_json);
  try_packet(text, fz::wire::to_agent_from_json);
  return 0;
}
