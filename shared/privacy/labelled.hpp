// Measures the rules on a text set that people have labelled. Pure functions.
#pragma once
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "shared/base/error.hpp"
#include "shared/privacy/privacy.hpp"

namespace fz::privacy {

struct Label {
  Kind kind = Kind::name;
  std::string text;  ///< as it stands in the sample
};
struct Sample {
  std::string text;
  std::vector<Label> labels;
};
/// JSON lines: {"text":"...","findings":[{"kind":"name","text":"..."}]}; empty lines are skipped.
/// Errors: bad_json, bad_field (a kind that is none, a label that its text does not hold), missing_field.
Result<std::vector<Sample>> read_samples(std::string_view json_lines);

/// Counts of one kind, or of several together.
struct Score {
  std::size_t labelled = 0;  ///< in the set
  std::size_t hit = 0;       ///< of these, found whole: no letter or digit of it is left uncovered
  std::size_t reported = 0;  ///< findings
  std::size_t wrong = 0;     ///< of these, not touching any label
  double recall() const { return labelled == 0 ? 1.0 : static_cast<double>(hit) / static_cast<double>(labelled); }
  double precision() const { return reported == 0 ? 1.0 : static_cast<double>(reported - wrong) / static_cast<double>(reported); }
  Score& operator+=(const Score& o);
};
struct Report {
  std::array<Score, 5> by_kind{};          ///< index: Kind
  Score names, numbers;                    ///< numbers: all kinds but names
  std::vector<std::string> missed, wrong;  ///< one line each: what, and in which sample
};
Report measure(const std::vector<Sample>& samples);

}  // namespace fz::privacy
