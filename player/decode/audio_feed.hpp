// Carries decoded sound to the ring without ever holding up the decoder: samples wait here until there is room, and what
// the consumer let pass (its picture is further on) overwrites the oldest.
#pragma once
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

#include "shared/wire/ring.hpp"

namespace fz::decode {

/// add() from one streaming thread, the rest from any; owns one thread.
class AudioFeed {
 public:
  /// `ring` outlives the feed.
  explicit AudioFeed(wire::RingWriter& ring);
  ~AudioFeed();

  /// PTS 0 of the picture on the running time's axis; nothing is passed on before it is known.
  void set_origin(std::int64_t running_ns);
  /// Interleaved stereo samples that begin at `running_ns`. What lies before the origin is cut off; a gap becomes silence.
  void add(std::int64_t running_ns, const std::int16_t* samples, std::size_t frames);
  /// PTS that the consumer has shown: sound that is older by kPatience does not wait for room.
  void set_shown(std::int64_t pts_ns);
  /// Waits until all is in the ring, at most `limit`; true if so.
  bool drain(Millis limit);
  /// The same until no more than `frames` wait.
  bool wait_below(std::size_t frames, Millis limit);

 private:
  struct Chunk {
    std::int64_t running_ns;
    std::vector<std::int16_t> samples;
  };
  void run();
  bool step(std::unique_lock<std::mutex>& lock);
  void align(Chunk& chunk);

  wire::RingWriter& ring_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Chunk> waiting_;
  std::size_t waiting_frames_ = 0;
  std::int64_t origin_ = -1;
  std::int64_t shown_ = -1;
  bool quit_ = false;
  std::thread thread_;
};

}  // namespace fz::decode
