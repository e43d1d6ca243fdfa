#include "player/keys/passphrase.hpp"

#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

#include <cstdio>

namespace fz::keys {
namespace {

/// The terminal with its echo off, as long as this lives.
class QuietTerminal {
 public:
  QuietTerminal() : fd_(::open("/dev/tty", O_RDWR | O_CLOEXEC)) {
    if (!fd_ || tcgetattr(fd_.get(), &before_) != 0) return;
    termios quiet = before_;
    quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    ok_ = tcsetattr(fd_.get(), TCSAFLUSH, &quiet) == 0;
  }
  ~QuietTerminal() {
    if (ok_) tcsetattr(fd_.get(), TCSAFLUSH, &before_);
  }
  explicit operator bool() const { return ok_; }
  std::optional<std::string> line(const std::string& prompt) {
    (void)!::write(fd_.get(), prompt.data(), prompt.size());
    std::string out;
    char c = 0;
    while (::read(fd_.get(), &c, 1) == 1) {
      if (c == '\n') {
        (void)!::write(fd_.get(), "\n", 1);
        return out;
      }
      if (out.size() < 1024) out += c;
    }
    return std::nullopt;
  }

 private:
  Fd fd_;
  termios before_{};
  bool ok_ = false;
};

Result<std::string> ask(const std::string& prompt) {
  QuietTerminal terminal;
  if (!terminal) return fail(Code::passphrase_missing);
  auto line = terminal.line(prompt);
  if (!line) return fail(Code::cancelled);
  return *std::move(line);
}
Result<std::string> first_line(const std::string& file) {
  FZ_TRY(auto text, read_file(file, 4096));
  return text.substr(0, text.find_first_of("\r\n"));
}
}  // namespace

Result<std::string> PassphraseSource::existing(const std::string& prompt) const {
  return file.empty() ? ask(prompt) : first_line(file);
}
Result<std::string> PassphraseSource::fresh(const std::string& prompt) const {
  FZ_TRY(auto first, existing(prompt));
  if (first.size() < kMinPassphrase)
    return fail(Code::bad_field, {{"field", "passphrase"}, {"what", "< " + std::to_string(kMinPassphrase)}});
  if (!file.empty()) return first;
  FZ_TRY(auto second, ask("再输入一次 once more: "));
  if (first != second) return fail(Code::bad_field, {{"field", "passphrase"}, {"what", "两次不同 not the same twice"}});
  return first;
}
}  // namespace fz::keys
