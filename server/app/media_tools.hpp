// server/media's functions as the jobs want them.
#pragma once
#include "server/app/config.hpp"
#include "server/app/jobs.hpp"

namespace fz::blob {
class Store;
}

namespace fz::app {

/// REQUIRES: `blobs` outlives the tools.
MediaTools media_tools(const Config& config, blob::Store& blobs);

}  // namespace fz::app
