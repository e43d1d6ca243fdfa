// The product's version, in one translation unit: a new version compiles one file.
#pragma once
#include <string>

namespace fz {

/// "0.1.0", as in CMakeLists.txt: what --version prints and what the programs tell one another.
std::string version();

}  // namespace fz
