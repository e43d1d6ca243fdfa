// EXPECT_REFUSED(result, check): the result is a refusal for exactly this check. Both take more words by <<.
#pragma once
#include <gtest/gtest.h>

#include "shared/trust/check.hpp"

namespace fz::test {

template <class T>
testing::AssertionResult refused(const Result<T>& result, trust::Check check) {
  if (result) return testing::AssertionFailure() << "accepted";
  if (trust::check_of(result.error()) == check) return testing::AssertionSuccess();
  return testing::AssertionFailure() << to_log(result.error()) << " ";
}
template <class T>
testing::AssertionResult succeeded(const Result<T>& result) {
  if (result) return testing::AssertionSuccess();
  return testing::AssertionFailure() << to_log(result.error()) << " ";
}

}  // namespace fz::test

#define EXPECT_REFUSED(expression, check) EXPECT_TRUE(fz::test::refused((expression), fz::trust::Check::check))
#define EXPECT_OK(expression) EXPECT_TRUE(fz::test::succeeded((expression)))
