#include "player/approve/terminal.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <termios.h>
#include <unistd.h>

#include <cstdio>
#include <optional>

namespace fz::approve {
namespace {

// A line from the terminal itself, so that a redirected standard input answers nothing.
std::optional<std::string> ask(const std::string& prompt, bool echo) {
  Fd tty(::open("/dev/tty", O_RDWR | O_CLOEXEC));
  termios before{};
  if (!tty || ::tcgetattr(tty.get(), &before) != 0) return std::nullopt;
  termios quiet = before;
  if (!echo) quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
  ::tcsetattr(tty.get(), TCSAFLUSH, &quiet);
  std::optional<std::string> out;
  std::string line;
  char c = 0;
  if (::write(tty.get(), prompt.data(), prompt.size()) >= 0)
    while (::read(tty.get(), &c, 1) == 1 && line.size() < 4096) {
      if (c == '\n') {
        out = std::move(line);
        break;
      }
      line += c;
    }
  ::tcsetattr(tty.get(), TCSAFLUSH, &before);
  if (!echo && ::write(tty.get(), "\n", 1) < 0) return std::nullopt;
  return out;
}

}  // namespace

Result<std::string> passphrase(const fs::path& file, const std::string& prompt) {
  if (!file.empty()) {
    FZ_TRY(auto text, read_file(file, 4096));
    return text.substr(0, text.find_first_of("\r\n"));
  }
  auto line = ask(prompt, false);
  if (!line) return fail(Code::passphrase_missing);
  return *std::move(line);
}

bool confirmed(const std::string& question) {
  auto line = ask(question, true);
  return line && (*line == "yes" || *line == "是");
}

void show_progress(const std::string& label, std::uint64_t done, std::uint64_t total) {
  if (!::isatty(STDERR_FILENO) || total == 0) return;
  constexpr std::uint64_t kCells = 30;
  auto full = static_cast<std::size_t>(done * kCells / total);
  fmt::print(stderr, "\r{} [{}{}] {:3}%{}", label, std::string(full, '#'), std::string(kCells - full, '.'), done * 100 / total,
             done >= total ? "\n" : "");
  std::fflush(stderr);
}

}  // namespace fz::approve
