#include "player/decode/options.hpp"
#include "shared/base/version.hpp"

#include <CLI/CLI.hpp>

namespace fz::decode {

Result<Options> parse_options(int argc, char** argv, std::string& help) {
  Options o;
  CLI::App app{
      "fz-decode: the only program that opens media, in a sandbox.\n"
      "Modes: --play into a ring (3 media, 4 ring, 5 data, 6 space), --probe FILE (or descriptor 3), --render PROFILE (3 in, 4 out),\n"
      "--compare (3 watched, 4 rendition), --selftest.\n"
      "例 / example: fz-decode --probe poster.png        exit 0 and JSON, or 1 and the reason in Chinese and English; 2: wrong arguments\n"
      "              fz-decode --render 720p 3<film.mov 4<>film-720p.mp4\n",
      "fz-decode"};
  bool play = false, compare = false, selftest = false;
  std::string fit = "contain", surround = "plain";
  auto* probe =
      app.add_option("--probe", o.file, "Examine a file by decoding it; prints JSON; exit 1 and a reason for a bad file")->expected(0, 1);
  app.add_flag("--play", play, "Decode into the ring given by descriptors");
  auto* render =
      app.add_option("--render", o.profile,
                     "Make a rendition: 1080p, 720p, audio, still-1080p, page (of a PDF), thumb; for people: chat, still-chat, still-print")
          ->check(CLI::IsMember({"1080p", "720p", "audio", "still-1080p", "page", "thumb", "chat", "still-chat", "still-print"}));
  app.add_flag("--compare", compare, "Compare a rendition with the watched file");
  app.add_flag("--any-gain", o.any_gain, "Compare: the sound may be louder or softer as a whole");
  app.add_flag("--selftest", selftest, "Print the sandbox's state and the GStreamer version as JSON");
  app.add_option("--width", o.geometry.width, "Zone's width in pixels, even");
  app.add_option("--height", o.geometry.height, "Zone's height in pixels, even");
  app.add_option("--slots", o.geometry.slots, "Video frames in the ring");
  app.add_option("--audio-frames", o.geometry.audio_frames, "Sample frames in the ring");
  app.add_option("--fit", fit, "contain, cover or exact")->check(CLI::IsMember({"contain", "cover", "exact"}));
  app.add_option("--surround", surround, "Around a contained picture: plain (black) or blur")->check(CLI::IsMember({"plain", "blur"}));
  app.add_option("--still-ms", o.still_ms, "Duration written with a still's frame")->check(CLI::Range(0, 86'400'000));
  app.add_option("--media-type", o.media_type, "Media type from the approved document: which plugins to load");
  app.add_option("--declared", o.declared, "Name or media type the file came with, to find wrong labels");
  app.add_flag("--full", o.full, "Decode all of a long file");
  app.add_flag("--brief", o.brief, "Decode a film's first second only: for bytes that were examined in full before");
  app.add_option("--max-side", o.picture.max_side, "Largest width or height")->check(CLI::Range(16, 65535));
  app.add_option("--min-side", o.min_side, "Probe: smallest width and height")->check(CLI::Range(0, 1024));
  app.add_option("--max-pixels", o.picture.max_pixels, "Largest area")->check(CLI::Range(256, 2'000'000'000));
  app.add_option("--max-duration-ms", o.max_duration_ms, "Longest video");
  app.add_option("--max-bytes", o.max_bytes, "Render chat: the file is no larger than this")
      ->check(CLI::Range(INT64_C(0), INT64_C(1) << 40));
  app.add_option("--limit-ms", o.limit_ms, "Give up after this time")->check(CLI::Range(0, 86'400'000));
  app.set_version_flag("--version", version());
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    help = app.help();
    return o;
  } catch (const CLI::CallForVersion&) {
    help = version() + "\n";
    return o;
  } catch (const CLI::ParseError& e) {
    return fail(Code::bad_request, {{"what", e.what()}});
  }
  int modes = play + compare + selftest + (probe->count() > 0) + (render->count() > 0);
  if (modes != 1) return fail(Code::bad_request, {{"what", "one of --play --probe --render --compare --selftest"}});
  o.mode = play ? Mode::play : compare ? Mode::compare : selftest ? Mode::selftest : render->count() ? Mode::render : Mode::probe;
  o.fit = fit == "cover" ? wire::Fit::cover : fit == "exact" ? wire::Fit::exact : wire::Fit::contain;
  o.surround = surround == "blur" ? wire::Surround::blur : wire::Surround::plain;
  if (o.mode == Mode::play) FZ_CHECK(wire::check(o.geometry));
  return o;
}

}  // namespace fz::decode
