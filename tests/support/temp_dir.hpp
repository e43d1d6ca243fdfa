// A folder of its own for one test, removed at the end.
#pragma once
#include <cstdlib>
#include <stdexcept>
#include <string>

#include "shared/base/file.hpp"

namespace fz::test {

class TempDir {
 public:
  TempDir() {
    std::string pattern = (fs::temp_directory_path() / "fz-test-XXXXXX").string();
    if (!mkdtemp(pattern.data())) throw std::runtime_error("mkdtemp");
    path_ = pattern;
  }
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;
  ~TempDir() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  std::string operator/(const std::string& name) const { return (path_ / name).string(); }
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

}  // namespace fz::test
