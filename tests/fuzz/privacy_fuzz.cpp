// Any bytes as a text: findings are in order, inside, apart from each other, and name the very bytes that stand there.
#include <cstdlib>

#include "shared/base/bytes.hpp"
#include "shared/privacy/privacy.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = fz::as_text({data, size});
  std::size_t end = 0;
  for (const auto& f : fz::privacy::find(text)) {
    if (f.begin < end || f.end <= f.begin || f.end > size || f.text != text.substr(f.begin, f.end - f.begin)) std::abort();
    if (f.line == 0 || f.column == 0 || fz::privacy::canonical(f.text).empty()) std::abort();
    end = f.end;
  }
  return 0;
}
