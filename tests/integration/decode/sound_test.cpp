// Sound without a picture through fz-decode, and the loudness of renditions, measured by ffmpeg.
#include <gmock/gmock.h>
#include <poll.h>
#include <unistd.h>

#include <cmath>

#include "shared/wire/decoder_process.hpp"
#include "tests/integration/decode/run_decode.hpp"

namespace fz {
namespace {

using test::decode;
using test::media;
using test::TempFile;

struct Loudness {
  double integrated = 0, peak = 0;
};
/// By ffmpeg's ebur128 filter.
Loudness loudness(const fs::path& file) {
  SpawnOptions o;
  o.argv = {"sh", "-c",
            "ffmpeg -hide_banner -nostats -i '" + file.string() + "' -map 0:a -af ebur128=peak=true:framelog=verbose -f null - 2>&1"};
  auto text = run_command(o, Seconds{60});
  EXPECT_TRUE(text);
  auto number = [&](const char* after) {
    auto at = text->rfind(after);
    return at == std::string::npos ? 0 : std::strtod(text->c_str() + at + std::string(after).size(), nullptr);
  };
  return {number("I:"), number("Peak:")};
}

TEST(DecodeSound, ProbeTellsWhatItIs) {
  struct Want {
    const char *file, *mime, *codec;
  };
  for (auto& w : std::vector<Want>{{"tone.m4a", "audio/mp4", "aac"},
                                   {"tone.mp3", "audio/mpeg", "mp3"},
                                   {"tone.wav", "audio/wav", "pcm"},
                                   {"tone.flac", "audio/flac", "flac"},
                                   {"tone.ogg", "audio/ogg", "vorbis"},
                                   {"tone.opus", "audio/ogg", "opus"},
                                   {"tone.aac", "audio/aac", "aac"}}) {
    auto a = decode({"--probe", media(w.file).string(), "--declared", w.file});
    ASSERT_EQ(a.status, 0) << w.file << a.text;
    EXPECT_EQ(a.string("kind"), "audio") << w.file;
    EXPECT_EQ(a.string("mime"), w.mime) << w.file;
    EXPECT_EQ(a.string("audio_codec"), w.codec) << w.file;
    EXPECT_EQ(a.number("width"), 0) << w.file;
    EXPECT_NEAR(static_cast<double>(a.number("duration_ms")), 1000, 80) << w.file;
  }
  auto brief = decode({"--probe", media("quiet.wav").string(), "--brief", "--declared", "audio/wav"});
  EXPECT_EQ(brief.status, 0) << brief.text;
  EXPECT_NEAR(static_cast<double>(brief.number("duration_ms")), 6000, 80);
  // (This FLAC is cut within the zeros that an encoder leaves for tags: it looks like a download that stopped.)
  for (auto* file : {"bad_cut.wav", "bad_cut.flac", "bad_cut.ogg"}) {
    auto a = decode({"--probe", media(file).string(), "--declared", file});
    EXPECT_EQ(a.status, 1) << file;
    EXPECT_EQ(a.code(), std::string(file) == "bad_cut.flac" ? "media_unfinished" : "media_truncated") << a.text;
  }
  EXPECT_EQ(decode({"--probe", media("tone.wav").string(), "--declared", "tone.mp3"}).code(), "media_mislabelled");
}

TEST(DecodeSound, RenditionsComeOutAtTheirLoudness) {
  struct Want {
    const char *file, *profile;
    double target;
  };
  for (auto& w : std::vector<Want>{{"quiet.wav", "audio", -16},
                                   {"peaky.wav", "audio", -16},
                                   {"tone.mp3", "audio", -16},
                                   {"loud.mp4", "audio", -16},
                                   {"loud.mp4", "720p", -23},
                                   {"bar8.mp4", "720p", -23}}) {
    TempFile out;
    auto a = decode({"--render", w.profile}, media(w.file), out.path);
    ASSERT_EQ(a.status, 0) << w.file << a.text;
    auto got = loudness(out.path);
    std::cout << w.file << " " << w.profile << ": " << loudness(media(w.file)).integrated << " -> " << got.integrated << " LUFS, peak "
              << got.peak << " dBTP\n";
    EXPECT_NEAR(got.integrated, w.target, 1) << w.file << " " << w.profile;
    EXPECT_LE(got.peak, -1) << w.file << " " << w.profile;
    auto p = decode({"--probe", "--full"}, out.path);
    EXPECT_EQ(p.status, 0) << p.text;
    EXPECT_EQ(p.string("audio_codec"), "aac");
    if (std::string(w.profile) == "audio") {
      EXPECT_EQ(a.string("mime"), "audio/mp4");
      EXPECT_EQ(p.string("kind"), "audio");
    }
  }
}

TEST(DecodeSound, ARenditionIsTheSoundThatWasHeard) {
  TempFile a, b, other;
  ASSERT_EQ(decode({"--render", "audio"}, media("peaky.wav"), a.path).status, 0);
  ASSERT_EQ(decode({"--render", "audio"}, media("peaky.wav"), b.path).status, 0);
  EXPECT_TRUE(*read_file(a.path, 64 << 20) == *read_file(b.path, 64 << 20)) << "equal input, equal bytes";
  EXPECT_EQ(decode({"--compare"}, a.path, b.path).status, 0);
  ASSERT_EQ(decode({"--render", "audio"}, media("quiet.wav"), other.path).status, 0);
  EXPECT_EQ(decode({"--compare"}, a.path, other.path).status, 1);
  EXPECT_EQ(decode({"--compare"}, a.path, media("bar8.mp4")).status, 1) << "a film is no sound";
  auto c = decode({"--compare"}, media("quiet.wav"), other.path);
  EXPECT_EQ(c.status, 1) << "29 dB louder is another sound " << c.text;
  c = decode({"--compare", "--any-gain"}, media("quiet.wav"), other.path);
  EXPECT_EQ(c.status, 0) << c.text;
  EXPECT_EQ(decode({"--render", "720p"}, media("tone.m4a"), a.path).code(), "media_no_video");
  EXPECT_EQ(decode({"--render", "audio"}, media("bar4.mp4"), a.path).code(), "unsupported") << "a film without sound";
}

// The ring of a film is used without its pictures: everything once, in order, at the reader's pace.
TEST(DecodeSound, PlaysWholeAtTheReadersPace) {
  for (auto* file : {"quiet.wav", "tone.m4a", "tone.mp3", "tone.opus", "tone.flac"}) {
    wire::DecodeRequest r;
    r.geometry = {640, 360, 6, 48000};
    r.program = test::bin_dir() / "fz-decode";
    auto p = wire::DecoderProcess::start(test::open_media(file), r);
    ASSERT_TRUE(p);
    auto ring = *p->reader();
    std::vector<std::int16_t> out(9600);
    std::uint64_t got = 0;
    double energy = 0;
    for (int quiet = 0; quiet < 200;) {
      auto n = ring.read_audio(out);
      ASSERT_EQ(ring.audio_position(), got + n) << "nothing was overwritten";
      for (std::size_t k = 0; k < n * 2; ++k) energy += double{1} * out[k] * out[k];
      got += n;
      if (n > 0) {
        EXPECT_TRUE(ring.sound_only());
        continue;
      }
      if (ring.state() >= wire::RingState::eos && ring.audio_available() == 0) break;
      pollfd q{ring.data_fd(), POLLIN, 0};
      quiet += ::poll(&q, 1, 100) == 0;
      ring.clear_data();
    }
    EXPECT_EQ(ring.state(), wire::RingState::eos) << file << code_name(ring.error());
    EXPECT_NEAR(static_cast<double>(got), std::string(file) == "quiet.wav" ? 288000 : 48000, 3500) << file;
    EXPECT_GT(std::sqrt(energy / (2.0 * static_cast<double>(got))), 20) << file;
    EXPECT_EQ(ring.frames(), 0);
  }
  wire::DecodeRequest mute;
  mute.geometry = {640, 360, 6, 0};
  mute.program = test::bin_dir() / "fz-decode";
  auto p = wire::DecoderProcess::start(test::open_media("tone.m4a"), mute);
  ASSERT_TRUE(p);
  auto ring = *p->reader();
  for (int k = 0; k < 500 && ring.state() < wire::RingState::eos; ++k) ::usleep(20000);
  EXPECT_EQ(ring.state(), wire::RingState::failed) << "there is neither a picture nor a use for the sound";
  EXPECT_EQ(ring.error(), Code::media_no_video);
}

}  // namespace
}  // namespace fz
