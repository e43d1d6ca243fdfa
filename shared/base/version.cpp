#include "shared/base/version.hpp"

namespace fz {

std::string version() {
  return FZ_VERSION;
}

}  // namespace fz
