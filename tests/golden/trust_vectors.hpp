// The cases of tests/golden/trust/index.json and the way each is judged.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "shared/base/file.hpp"
#include "shared/trust/state.hpp"

namespace fz::test {

struct VectorCase {
  std::string file, slot, expect, why;
  UtcTime now;
  std::string trusted, reviewers, stored, venue, screen;
  std::int64_t stored_version = 0;
  std::vector<std::string> still_withdrawn;
};

fs::path vectors_dir();
std::string vector_file(const std::string& name);
std::vector<VectorCase> vector_cases();

/// The state in which the case's document arrives.
trust::TrustedState state_before(const VectorCase& c);
/// Hands `bytes` to its slot: "ok", "ok_kept" or the name of the check. `files`: whether the documents that a timestamp
/// names are fetched too. `after` gets the state that follows.
std::string judge(const VectorCase& c, const trust::TrustedState& before, std::string_view bytes, bool follow = true,
                  trust::TrustedState* after = nullptr);

}  // namespace fz::test
