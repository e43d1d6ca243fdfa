// Spoken slogans: a text becomes a sound on the server, is heard and approved as a sound, and is never spoken by a screen.
// How numbers are read: README.md.
#pragma once
#include <string>
#include <string_view>

#include "shared/base/clock.hpp"
#include "shared/base/error.hpp"
#include "shared/base/file.hpp"

namespace fz::speech {

inline constexpr std::string_view kMime = "application/vnd.fz.speech+json";
inline constexpr std::size_t kMaxCharacters = 1000;

/// What is to be said.
struct Speech {
  std::string text;           ///< 1...kMaxCharacters characters of UTF-8, as people write
  std::string voice = "cmn";  ///< "cmn" (male) or "cmn-f" (female): Mandarin
  int speed = 150;            ///< 80...260; 150 is about four characters a second
  bool operator==(const Speech&) const = default;
};

/// The document that is kept as the item's source: deterministic JSON. Errors: bad_json, missing_field, unknown_field,
/// bad_field (field text, voice, speed).
Result<Speech> parse(std::string_view json);
std::string write(const Speech& speech);

/// The text as it is read aloud: numbers, amounts, dates and letters in Chinese characters, some words with their reading in
/// pinyin. Pure.
std::string normalise(std::string_view text);

struct Engine {
  fs::path program = "/usr/bin/espeak-ng";
  Millis limit{30000};
};
/// Speaks into a WAV file (22.05 kHz, mono) that the caller made and has open. The engine is a child with limits on time,
/// memory and file size, without new privileges; it gets the text, the file and nothing else. Errors: unavailable (no
/// engine), timeout, process_failed.
Result<void> speak(const Engine& engine, const Speech& speech, const Fd& wav);
/// The engine's phonemes of the text, for tests and for whoever doubts a reading. Errors as for speak().
Result<std::string> phonemes(const Engine& engine, const Speech& speech);

}  // namespace fz::speech
