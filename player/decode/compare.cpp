#include "player/decode/compare.hpp"

#include <gst/video/video.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdlib>

#include "player/decode/level.hpp"
#include "player/decode/media_pipeline.hpp"
#include "player/decode/report.hpp"

namespace fz::decode {
namespace {

// Levels of luminance by which a cell may differ. Measured on renditions: at most 5 where a cell has 400 pixels or more (from
// 720p on), 9 where it has fewer; one changed figure of 24 x 40 pixels on a ground of similar brightness: 13.
constexpr int kMaxCell = 10, kMaxSmallCell = 18, kSmallCell = 400;
constexpr double kMaxMean = 4;   // levels over the whole frame
constexpr double kMaxSound = 3;  // dB in what can be heard; measured on renditions: 0.8
constexpr float kSilence = -45;  // dBFS: below it differences are not heard
constexpr std::int64_t kWindow = 48000 / 20;
constexpr std::int64_t kMaxLength = 250'000'000;  // ns
constexpr std::size_t kMaxFrames = 4 * 3600 * 60;

/// Fills a Sketch from decoded samples.
class Sketcher {
 public:
  Result<Sketch> run(const Options& o, int fd) {
    FZ_TRY(auto structure, read_structure(fd, o.picture));
    MediaPipeline::Setup s;
    s.fd = fd;
    s.container = structure.container;
    s.skip_bytes = structure.skip_bytes;
    s.sound_alone = [&] { return sound_alone_ = true; };
    s.video_chain = "videoconvert n-threads=2 ! video/x-raw,format=I420,colorimetry=bt709 ! videoflip video-direction=auto";
    s.audio_chain = kSoundChain;
    s.video = [&](GstSample* sample) { return video(sample) && structure.kind == Kind::video; };
    s.audio = [&](GstSample* sample) { return audio(sample); };
    MediaPipeline pipeline(std::move(s));
    FZ_CHECK(pipeline.start());
    for (;;) {
      FZ_TRY(auto outcome, pipeline.wait(Seconds{10}));
      if (outcome != MediaPipeline::Outcome::running) break;
    }
    if (sketch_.frames.empty() && (!sound_alone_ || energies_.empty())) return fail(Code::media_zero_duration);
    auto origin = sound_alone_ ? energies_.front().first : sketch_.frames.front().pts_ns;
    for (auto& f : sketch_.frames) f.pts_ns -= origin;
    fold_sound(origin);
    return std::move(sketch_);
  }

 private:
  bool video(GstSample* sample) {
    GstVideoInfo info;
    GstVideoFrame frame;
    if (!gst_video_info_from_caps(&info, gst_sample_get_caps(sample)) ||
        !gst_video_frame_map(&frame, &info, gst_sample_get_buffer(sample), GST_MAP_READ))
      return false;
    GridFrame g;
    g.pts_ns = running_time(sample).value_or(0);
    g.cells.resize(kGridWidth * kGridHeight);
    auto* y = static_cast<const std::uint8_t*>(GST_VIDEO_FRAME_PLANE_DATA(&frame, 0));
    int w = GST_VIDEO_FRAME_WIDTH(&frame), h = GST_VIDEO_FRAME_HEIGHT(&frame), stride = GST_VIDEO_FRAME_PLANE_STRIDE(&frame, 0);
    bool upright = h > w;  // a portrait's grid stands, so that its cells are as square as a landscape's
    int columns = upright ? kGridHeight : kGridWidth, rows = upright ? kGridWidth : kGridHeight;
    auto* cell = g.cells.data();
    for (int row = 0; row < rows; ++row)
      for (int column = 0; column < columns; ++column)
        *cell++ = mean(y + std::ptrdiff_t{row * h / rows} * stride, stride, column * w / columns, (column + 1) * w / columns,
                       (row + 1) * h / rows - row * h / rows);
    gst_video_frame_unmap(&frame);
    sketch_.cell_pixels = std::min(sketch_.cell_pixels, w * h / (kGridWidth * kGridHeight));
    sketch_.frames.push_back(std::move(g));
    return sketch_.frames.size() < kMaxFrames;
  }
  /// Of the columns [x0, x1) in `rows` rows from `y` on.
  static std::uint8_t mean(const std::uint8_t* y, int stride, int x0, int x1, int rows) {
    x1 = std::max(x1, x0 + 1);
    rows = std::max(rows, 1);
    unsigned sum = 0;
    for (int r = 0; r < rows; ++r)
      for (int c = x0; c < x1; ++c) sum += y[std::ptrdiff_t{r} * stride + c];
    auto n = static_cast<unsigned>((x1 - x0) * rows);
    return static_cast<std::uint8_t>((sum + n / 2) / n);
  }
  bool audio(GstSample* sample) {
    GstMapInfo map;
    auto running = running_time(sample);
    if (!running || !gst_buffer_map(gst_sample_get_buffer(sample), &map, GST_MAP_READ)) return true;
    auto* s = reinterpret_cast<const std::int16_t*>(map.data);
    // Energies of 5 ms, to be folded into windows when the picture's beginning is known.
    for (std::size_t k = 0; k + 480 <= map.size / 2; k += 480) {
      double sum = 0;
      for (std::size_t n = 0; n < 480; ++n) sum += static_cast<double>(s[k + n]) * s[k + n];
      energies_.push_back({*running + static_cast<std::int64_t>(k / 2) * 1'000'000'000 / 48000, sum});
    }
    gst_buffer_unmap(gst_sample_get_buffer(sample), &map);
    return energies_.size() < kMaxFrames * 8;
  }
  void fold_sound(std::int64_t origin) {
    std::vector<double> sums;
    for (auto& [t, sum] : energies_) {
      auto slot = (t - origin) / 50'000'000;
      if (t < origin || slot > 4 * 3600 * 20) continue;
      if (static_cast<std::size_t>(slot) >= sums.size()) sums.resize(static_cast<std::size_t>(slot) + 1);
      sums[static_cast<std::size_t>(slot)] += sum;
    }
    // Smoothed over 150 ms: a coder spreads a sudden sound by some 20 ms to both sides.
    for (std::size_t k = 0; k < sums.size(); ++k) {
      double sum = sums[k] / 2 + (sums[k > 0 ? k - 1 : k] + sums[k + 1 < sums.size() ? k + 1 : k]) / 4;
      double rms = std::sqrt(sum / (2.0 * kWindow)) / 32768;
      sketch_.loudness.push_back(rms > 0.00003 ? static_cast<float>(20 * std::log10(rms)) : -90.F);
    }
  }

  Sketch sketch_;
  std::atomic<bool> sound_alone_{false};
  std::vector<std::pair<std::int64_t, double>> energies_;
};

struct FrameDifference {
  int cell = 0;
  double mean = 0;
  bool too_much(int max_cell) const { return cell > max_cell || mean > kMaxMean; }
};
FrameDifference difference(const GridFrame& a, const GridFrame& b) {
  FrameDifference d;
  long sum = 0;
  for (std::size_t k = 0; k < a.cells.size(); ++k) {
    int x = std::abs(a.cells[k] - b.cells[k]);
    d.cell = std::max(d.cell, x);
    sum += x;
  }
  d.mean = static_cast<double>(sum) / static_cast<double>(a.cells.size());
  return d;
}

// The watched film's frames that may stand for one at `pts`: the one on show then, and its neighbours.
FrameDifference best_match(const std::vector<GridFrame>& watched, const GridFrame& frame) {
  auto it = std::upper_bound(watched.begin(), watched.end(), frame.pts_ns, [](std::int64_t t, auto& f) { return t < f.pts_ns; });
  auto at = it - watched.begin() - 1;
  FrameDifference best{255, 255};
  for (auto k = std::max<std::ptrdiff_t>(at - 1, 0); k <= at + 1 && k < static_cast<std::ptrdiff_t>(watched.size()); ++k) {
    auto d = difference(watched[static_cast<std::size_t>(k)], frame);
    if (d.cell + 4 * d.mean < best.cell + 4 * best.mean) best = d;
  }
  return best;
}

// A window may lie a little aside: the encoder's priming moves sound by some 20 ms.
double sound_difference(const std::vector<float>& a, const std::vector<float>& b, std::size_t k) {
  auto at = [](const std::vector<float>& v, std::size_t n) { return n < v.size() ? std::max(v[n], kSilence) : kSilence; };
  double best = 1000;
  for (std::size_t n = k > 0 ? k - 1 : 0; n <= k + 1; ++n) best = std::min(best, std::abs(static_cast<double>(at(a, n)) - at(b, k)));
  // On a slope the value lies between its neighbours' values.
  auto lo = std::min({at(a, k > 0 ? k - 1 : 0), at(a, k), at(a, k + 1)}), hi = std::max({at(a, k > 0 ? k - 1 : 0), at(a, k), at(a, k + 1)});
  return at(b, k) >= lo && at(b, k) <= hi ? 0 : best;
}

}  // namespace

double common_gain(const Sketch& watched, const Sketch& rendition) {
  std::vector<float> gains;
  for (std::size_t k = 0; k < std::min(watched.loudness.size(), rendition.loudness.size()); ++k)
    if (watched.loudness[k] > -60 && rendition.loudness[k] > -60) gains.push_back(rendition.loudness[k] - watched.loudness[k]);
  if (gains.empty()) return 0;
  auto middle = gains.begin() + static_cast<std::ptrdiff_t>(gains.size() / 2);
  std::nth_element(gains.begin(), middle, gains.end());
  return std::clamp<double>(*middle, -30, 30);
}

Difference compare_sketches(const Sketch& watched, const Sketch& rendition) {
  Difference out;
  auto differ = [&](const char* why, std::int64_t at_ms) {
    if (out.same) out.why = why, out.at_ms = at_ms;
    out.same = false;
  };
  FrameDifference worst;
  int max_cell = std::min(watched.cell_pixels, rendition.cell_pixels) < kSmallCell ? kMaxSmallCell : kMaxCell;
  for (std::size_t k = 0; k < rendition.frames.size(); ++k) {
    auto d = best_match(watched.frames, rendition.frames[k]);
    if (d.too_much(max_cell)) differ("picture", rendition.frames[k].pts_ns / 1'000'000);
    if (out.worst_frame >= 0 && d.cell + 4 * d.mean <= worst.cell + 4 * worst.mean) continue;
    worst = d;
    out.worst_frame = static_cast<std::int64_t>(k);
    out.worst_cell = d.cell;
    if (out.same) out.at_ms = rendition.frames[k].pts_ns / 1'000'000;
  }
  auto end = [](const Sketch& s) {
    return s.frames.empty() ? static_cast<std::int64_t>(s.loudness.size()) * 50'000'000 : s.frames.back().pts_ns;
  };
  if (watched.frames.empty() != rendition.frames.empty()) differ("picture", 0);
  if (std::abs(end(watched) - end(rendition)) > kMaxLength) differ("length", std::min(end(watched), end(rendition)) / 1'000'000);
  auto windows = std::max(watched.loudness.size(), rendition.loudness.size());
  for (std::size_t k = 0; k < windows; ++k) {
    auto d = std::max(sound_difference(watched.loudness, rendition.loudness, k), sound_difference(rendition.loudness, watched.loudness, k));
    out.worst_sound = std::max(out.worst_sound, d);
    // Sound after the picture's end is not played.
    if (d > kMaxSound && static_cast<std::int64_t>(k) * 50'000'000 <= end(rendition)) differ("sound", static_cast<std::int64_t>(k) * 50);
  }
  return out;
}

Result<void> compare(const Options& o, int watched, int rendition) {
  FZ_TRY(auto a, Sketcher().run(o, watched));
  FZ_TRY(auto b, Sketcher().run(o, rendition));
  if (o.any_gain) {
    auto gain = static_cast<float>(common_gain(a, b));
    for (auto& v : b.loudness) v = v > -90 ? v - gain : v;
  }
  auto d = compare_sketches(a, b);
  print_line(json::object{{"same", d.same},
                          {"frames", static_cast<std::int64_t>(b.frames.size())},
                          {"worst_frame", d.worst_frame},
                          {"worst_cell", d.worst_cell},
                          {"worst_sound_centidb", std::llround(d.worst_sound * 100)},
                          {"at_ms", d.at_ms},
                          {"why", d.why}});
  if (!d.same) return fail(Code::media_differs, {{"at_ms", std::to_string(d.at_ms)}}, d.why);
  return {};
}

}  // namespace fz::decode
