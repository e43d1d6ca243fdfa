// Runs fz-decode's working modes and reads what it says.
#pragma once
#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "shared/base/json.hpp"
#include "tests/support/media/media.hpp"

namespace fz::test {

struct Answer {
  int status = -1;
  std::string text;  ///< the last line
  json::value json;
  std::string code() const { return json.is_object() && json.get_object().contains("error") ? json.at("error").as_string().c_str() : ""; }
  std::int64_t number(const char* name) const { return json.at(name).as_int64(); }
  std::string string(const char* name) const { return json.at(name).as_string().c_str(); }
};
/// Runs fz-decode with descriptors 3 and 4; standard output goes through a file, so that a failing run is read too.
inline Answer decode(std::vector<std::string> args, const fs::path& third = {}, const fs::path& fourth = {}) {
  static int n = 0;
  auto out = fs::temp_directory_path() / ("fz-decode-" + std::to_string(::getpid()) + "-" + std::to_string(n++));
  Fd stdout_file(::open(out.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  SpawnOptions o;
  o.argv = {(test::bin_dir() / "fz-decode").string()};
  o.argv.insert(o.argv.end(), args.begin(), args.end());
  o.fds = {{stdout_file.get(), 1}};
  Fd a, b;
  if (!third.empty()) {
    a.reset(::open(third.c_str(), O_RDONLY | O_CLOEXEC));
    o.fds.emplace_back(a.get(), 3);
  }
  if (!fourth.empty()) {
    b.reset(::open(fourth.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    o.fds.emplace_back(b.get(), 4);
  }
  Answer answer;
  auto p = Process::spawn(o);
  EXPECT_TRUE(p);
  answer.status = p->wait(Seconds{120}).value_or(-1);
  auto text = read_file(out, 1 << 20);
  fs::remove(out);
  if (!text || text->empty()) return answer;
  std::vector<std::string> lines;
  for (std::size_t at = 0, end; (end = text->find('\n', at)) != std::string::npos; at = end + 1)
    lines.push_back(text->substr(at, end - at));
  if (lines.empty()) return answer;
  // compare prints its finding before the error
  answer.text = args[0] == "--compare" ? lines.front() : lines.back();
  if (auto v = json::parse(answer.text)) answer.json = *v;
  return answer;
}
struct TempFile {
  TempFile() {
    char name[] = "/tmp/fz-work-XXXXXX";
    ::close(::mkstemp(name));
    path = name;
  }
  ~TempFile() { fs::remove(path); }
  fs::path path;
};

}  // namespace fz::test
