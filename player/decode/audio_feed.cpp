#include "player/decode/audio_feed.hpp"

#include <algorithm>

namespace fz::decode {
namespace {
constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::int64_t kPatience = 300'000'000;                  // ns behind the picture before sound is given up
constexpr std::size_t kMostWaiting = 20 * wire::kAudioRate;      // sample frames: 3.8 MB
constexpr std::int64_t kJitter = wire::kAudioRate / 25;          // 40 ms: rounding of timestamps, not a gap
constexpr std::int64_t kLongestSilence = 60 * wire::kAudioRate;  // a larger jump of timestamps is an error of the file

std::int64_t to_frames(std::int64_t ns) {
  return ns / kSecond * wire::kAudioRate + ns % kSecond * wire::kAudioRate / kSecond;
}
}  // namespace

AudioFeed::AudioFeed(wire::RingWriter& ring) : ring_(ring), thread_([this] { run(); }) {}
AudioFeed::~AudioFeed() {
  {
    std::lock_guard lock(mutex_);
    quit_ = true;
  }
  wake_.notify_all();
  thread_.join();
}
void AudioFeed::set_origin(std::int64_t running_ns) {
  std::lock_guard lock(mutex_);
  origin_ = running_ns;
  wake_.notify_all();
}
void AudioFeed::add(std::int64_t running_ns, const std::int16_t* samples, std::size_t frames) {
  if (ring_.geometry().audio_frames == 0) return;
  std::lock_guard lock(mutex_);
  waiting_.push_back({running_ns, std::vector<std::int16_t>(samples, samples + frames * 2)});
  waiting_frames_ += frames;
  wake_.notify_all();
}
void AudioFeed::set_shown(std::int64_t pts_ns) {
  std::lock_guard lock(mutex_);
  shown_ = pts_ns;
}
bool AudioFeed::drain(Millis limit) {
  std::unique_lock lock(mutex_);
  auto empty = [this] { return waiting_.empty() || origin_ < 0; };
  return wake_.wait_for(lock, limit, empty);
}

bool AudioFeed::wait_below(std::size_t frames, Millis limit) {
  std::unique_lock lock(mutex_);
  return wake_.wait_for(lock, limit, [&] { return waiting_frames_ <= frames; });
}

void AudioFeed::run() {
  std::unique_lock lock(mutex_);
  while (!quit_) {
    if (origin_ >= 0 && !waiting_.empty() && step(lock)) continue;
    // Woken by new sound, or every 20 ms to look for room: the ring holds far more than that.
    wake_.wait_for(lock, Millis{waiting_.empty() ? 1000 : 20});
  }
}

// Cuts or fills the chunk so that it begins at the ring's position.
void AudioFeed::align(Chunk& chunk) {
  auto at = to_frames(std::abs(chunk.running_ns - origin_)) * (chunk.running_ns < origin_ ? -1 : 1);
  auto gap = at - static_cast<std::int64_t>(ring_.audio_written());
  chunk.running_ns = -1;  // aligned
  if (gap < -kJitter || (ring_.audio_written() == 0 && gap < 0)) {
    auto cut = std::min<std::size_t>(static_cast<std::size_t>(-gap), chunk.samples.size() / 2);
    chunk.samples.erase(chunk.samples.begin(), chunk.samples.begin() + static_cast<std::ptrdiff_t>(cut * 2));
  } else if (gap > kJitter && gap < kLongestSilence) {
    chunk.samples.insert(chunk.samples.begin(), static_cast<std::size_t>(gap) * 2, 0);
  }
}

// Moves what may go now; false when it has to wait for room.
bool AudioFeed::step(std::unique_lock<std::mutex>&) {
  auto& chunk = waiting_.front();
  if (chunk.running_ns >= 0) {
    auto before = chunk.samples.size() / 2;
    align(chunk);
    waiting_frames_ += chunk.samples.size() / 2 - before;
  }
  auto frames = chunk.samples.size() / 2;
  auto position = static_cast<std::int64_t>(ring_.audio_written()) * kSecond / wire::kAudioRate;
  bool stale = position + kPatience < shown_ || waiting_frames_ > kMostWaiting;
  auto n = stale ? frames : std::min(frames, ring_.audio_room());
  if (n == 0 && frames > 0) return false;
  ring_.write_audio(std::span(chunk.samples).first(n * 2));
  waiting_frames_ -= n;
  chunk.samples.erase(chunk.samples.begin(), chunk.samples.begin() + static_cast<std::ptrdiff_t>(n * 2));
  if (chunk.samples.empty()) waiting_.pop_front();
  wake_.notify_all();
  return true;
}

}  // namespace fz::decode
