// The first start of a screen: finds the installer's site package and keeps it in the data folder. Afterwards the stick is not needed.
#pragma once
#include <vector>

#include "player/agent/network.hpp"
#include "shared/base/file.hpp"
#include "shared/trust/site_package.hpp"

namespace fz::agent {

/// The site that this screen belongs to: what `data` keeps; else the first package (kSiteFile) or code (kSiteCodeFile) that is found
/// at `where`, each a file, a folder, or a folder of mounted sticks. A code's root document is fetched from the code's own server and
/// taken only if it has the code's hash. What was found is written to `data` (root.json, then site.json); a screen that has a site
/// never takes another one: that is a new enrolment, begun by emptying `data`.
/// Errors: not_found (no package yet), those of parsing, of the network and of the disk; blob_mismatch (another root than the code's).
Result<trust::SitePackage> obtain_site(const fs::path& data, const std::vector<fs::path>& where, const NetworkOptions& network);
/// Where obtain_site() put the root document.
fs::path site_root(const fs::path& data);

}  // namespace fz::agent
