// Feeds a fuzz target every file of the folders given, and mutations of each from a fixed seed. Ends with status 1 when
// there was nothing to feed; a crash or a sanitizer's report is the failure it looks for.
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <random>

#include "shared/base/file.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {
constexpr int kMutations = 60;
constexpr std::size_t kLargest = 64 * 1024;  // larger files are fed once as they are

void feed(std::string_view text) {
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
}
std::string mutated(std::string text, std::mt19937& random) {
  auto at = [&](std::size_t n) { return n == 0 ? std::size_t{0} : random() % n; };
  for (auto edits = 1 + random() % 3; edits > 0 && !text.empty(); --edits) {
    auto i = at(text.size());
    switch (random() % 6) {
      case 0:
        text[i] = static_cast<char>(text[i] ^ (1 << (random() % 8)));
        break;
      case 1:
        text[i] = static_cast<char>(random());
        break;
      case 2:
        text.erase(i, 1 + at(20));
        break;
      case 3:
        text.insert(i, text.substr(at(text.size()), 1 + at(20)));
        break;
      case 4:
        text.resize(i);
        break;
      case 5:
        text.insert(i, std::string(1, "{}[]\",:0e-.\\"[random() % 12]));
        break;
    }
  }
  return text;
}
}  // namespace

int main(int argc, char** argv) {
  int files = 0;
  std::mt19937 random(20261122);
  feed({});
  for (int i = 1; i < argc; ++i) {
    for (auto& entry : std::filesystem::recursive_directory_iterator(argv[i])) {
      if (!entry.is_regular_file()) continue;
      auto text = fz::read_file(entry.path(), 4 << 20);
      if (!text) return 1;
      ++files;
      feed(*text);
      for (int n = 0; text->size() <= kLargest && n < kMutations; ++n) feed(mutated(*text, random));
    }
  }
  std::printf("%d files\n", files);
  return files > 0 ? 0 : 1;
}
