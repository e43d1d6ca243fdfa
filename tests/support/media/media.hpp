// The test clips of tests/support/media/make, made on first use into the build tree.
#pragma once
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "shared/base/file.hpp"
#include "shared/base/process.hpp"

namespace fz::test {

/// Folder of the programs under test.
inline fs::path bin_dir() {
  const char* dir = std::getenv("FZ_BIN_DIR");
  return dir ? fs::path(dir) : program_dir();
}

/// Path of the clip `name`. FZ_MEDIA_DIR, or "media" beside the build's bin folder.
inline fs::path media(const std::string& name) {
  static const fs::path folder = [] {
    const char* given = std::getenv("FZ_MEDIA_DIR");
    fs::path dir = given ? fs::path(given) : bin_dir().parent_path() / "media";
    const char* source = std::getenv("FZ_SOURCE_DIR");
    SpawnOptions make;
    make.argv = {(fs::path(source ? source : ".") / "tests/support/media/make").string(), dir.string()};
    auto made = run_command(make, Seconds{120});
    EXPECT_TRUE(made) << to_log(made ? Error{} : made.error());
    return dir;
  }();
  return folder / name;
}

/// The clip, open for reading.
inline Fd open_media(const std::string& name) {
  auto fd = open_read(media(name));
  EXPECT_TRUE(fd) << name;
  return fd ? std::move(*fd) : Fd();
}

}  // namespace fz::test
