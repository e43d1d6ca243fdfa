// What a publication would change where.
#include <algorithm>

#include "server/publish/making.hpp"

namespace fz::publish {
namespace {

constexpr std::string_view kApproval = "trust/approvals/", kSuffix = ".json";

/// The approvals that a list's targets name.
template <class Targets>
std::set<std::string> approvals_of(const Targets& targets) {
  std::set<std::string> out;
  for (const auto& [name, file] : targets)
    if (name.starts_with(kApproval) && name.ends_with(kSuffix))
      out.insert(name.substr(kApproval.size(), name.size() - kApproval.size() - kSuffix.size()));
  return out;
}
Result<std::set<std::string>> approvals_of(const SignedCohort& cohort) {
  FZ_TRY(const auto envelope, trust::read_envelope(cohort.targets->bytes, trust::kMaxTargets));
  FZ_TRY(const auto list, trust::parse_targets(envelope.payload));
  return approvals_of(list.targets);
}

}  // namespace

Result<Preview> Making::preview(std::string_view unit_path) {
  FZ_TRY(files_, TrustFiles::read(db_.review));
  FZ_CHECK(files_.check(online_.id()));
  FZ_CHECK(plan());
  Preview out;
  std::map<std::pair<std::string, std::string>, std::vector<std::string>> moves;  // (list of now, list to come) -> screens
  for (const auto& [screen, want] : wanted_) {
    const auto now = state_.screens.find(screen);
    const bool has_one = now != state_.screens.end() && now->second.timestamp;
    const bool same = has_one && now->second.cohort == want.cohort && now->second.assignment == want.assignment;
    const bool ours = want.unit_path.starts_with(unit_path);
    if (!ours) {
      out.elsewhere += same ? 0 : 1;
      continue;
    }
    ++(same ? out.unchanged : out.screens);
    if (!same) moves[{has_one ? now->second.cohort : "", want.cohort}].push_back(screen);
  }
  for (auto& [lists, screens] : moves) {
    std::set<std::string> before;
    if (const auto old = state_.cohorts.find(lists.first); old != state_.cohorts.end()) {
      FZ_TRY(before, approvals_of(*old->second));
    }
    const auto after = approvals_of(by_key_.at(lists.second)->approvals);
    Preview::Change change{std::move(screens), {}, {}};
    std::set_difference(after.begin(), after.end(), before.begin(), before.end(), std::back_inserter(change.added));
    std::set_difference(before.begin(), before.end(), after.begin(), after.end(), std::back_inserter(change.removed));
    out.changes.push_back(std::move(change));
  }
  std::stable_sort(out.changes.begin(), out.changes.end(),
                   [](const auto& a, const auto& b) { return a.screens.size() > b.screens.size(); });
  if (out.changes.size() > kMaxChanges) out.changes.resize(kMaxChanges);
  out.warnings_zh = std::move(delta_.warnings_zh);
  out.warnings_en = std::move(delta_.warnings_en);
  return out;
}

}  // namespace fz::publish
