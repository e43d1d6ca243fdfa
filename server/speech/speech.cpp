#include "server/speech/speech.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>

#include "shared/base/bytes.hpp"
#include "shared/base/json.hpp"
#include "shared/base/process.hpp"

namespace fz::speech {
namespace {

constexpr std::string_view kVoices[][2] = {{"cmn", "cmn-latn-pinyin"}, {"cmn-f", "cmn-latn-pinyin+f3"}};

// The engine's name of a voice: the one that reads Latin letters as pinyin, which is how readings are given to it.
std::string engine_voice(std::string_view voice) {
  for (auto& v : kVoices)
    if (v[0] == voice) return std::string(v[1]);
  return std::string(kVoices[0][1]);
}

Result<Fd> text_file(const std::string& text) {
  Fd fd(::memfd_create("fz-speech", MFD_CLOEXEC));
  if (!fd) return disk_error(errno, "memfd");
  FZ_CHECK(write_all(fd.get(), as_bytes(text), "memfd"));
  ::lseek(fd.get(), 0, SEEK_SET);
  return fd;
}

// A program of the system that knows nothing of our files: no new privileges, limits, an empty environment but for the
// locale, and descriptors 0, 1, 2 and 4 alone.
Result<std::string> run(const Engine& engine, const Speech& speech, std::vector<std::string> arguments, const Fd* wav) {
  if (::access(engine.program.c_str(), X_OK) != 0) return fail(Code::unavailable, {{"what", engine.program.string()}}, "install espeak-ng");
  FZ_TRY(const auto text, text_file(normalise(speech.text)));
  SpawnOptions o;
  o.argv = {"/usr/bin/env",
            "-i",
            "LC_ALL=C.UTF-8",
            "/usr/bin/setpriv",
            "--no-new-privs",
            "--",
            "/usr/bin/prlimit",
            "--cpu=30:30",
            "--as=536870912",
            "--fsize=268435456",
            "--core=0",
            "--nofile=32",
            engine.program.string(),
            "-b",
            "1",
            "--stdin",
            "-v",
            engine_voice(speech.voice),
            "-s",
            std::to_string(speech.speed)};
  o.argv.insert(o.argv.end(), arguments.begin(), arguments.end());
  o.fds = {{text.get(), 0}};
  if (wav) o.fds.emplace_back(wav->get(), 4);
  return run_command(o, engine.limit, 1 << 20);
}

}  // namespace

Result<Speech> parse(std::string_view text) {
  FZ_TRY(const auto v, json::parse(text, {64 * 1024, 4}));
  json::Reader in(v, "speech");
  in.integer("schema", 1, 1);
  Speech s;
  s.text = in.string("text", 4 * kMaxCharacters);
  s.voice = in.string_or("voice", s.voice, 16);
  s.speed = static_cast<int>(in.integer_or("speed", s.speed, 80, 260));
  FZ_CHECK(in.finish());
  auto bad = [](const char* field, const char* what) { return fail(Code::bad_field, {{"field", field}, {"what", what}}); };
  if (std::none_of(std::begin(kVoices), std::end(kVoices), [&](auto& k) { return k[0] == s.voice; })) return bad("voice", "cmn / cmn-f");
  if (utf8_length(s.text) > kMaxCharacters) return bad("text", "> 1000 字 (characters)");
  bool says = std::any_of(s.text.begin(), s.text.end(), [](unsigned char c) { return c >= 0x80 || std::isalnum(c); });
  bool control = std::any_of(s.text.begin(), s.text.end(), [](unsigned char c) { return (c < 0x20 && c != '\n') || c == 0x7f; });
  if (!says || control) return bad("text", "1-1000 字 (characters)");
  return s;
}

std::string write(const Speech& s) {
  return json::write(json::object{{"schema", 1}, {"text", s.text}, {"voice", s.voice}, {"speed", s.speed}});
}

Result<void> speak(const Engine& engine, const Speech& speech, const Fd& wav) {
  FZ_TRY(const auto said, run(engine, speech, {"-w", "/dev/fd/4"}, &wav));
  (void)said;
  if (::lseek(wav.get(), 0, SEEK_END) <= 44) return fail(Code::process_failed, {{"program", "espeak-ng"}, {"what", "no sound / 没有声音"}});
  ::lseek(wav.get(), 0, SEEK_SET);
  return {};
}

Result<std::string> phonemes(const Engine& engine, const Speech& speech) {
  return run(engine, speech, {"-q", "-x"}, nullptr);
}

}  // namespace fz::speech
