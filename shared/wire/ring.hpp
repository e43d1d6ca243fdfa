// The shared-memory ring between fz-decode (writer) and fz-screen (reader); layout and promises: README.md beside this file.
// Both ends get the geometry from the agent. A reader trusts nothing in the memory: every counter is clamped, its own
// positions live in its own memory, names and times are checked. One thread per end.
#pragma once
#include <atomic>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "shared/base/clock.hpp"
#include "shared/base/error.hpp"
#include "shared/base/file.hpp"

namespace fz::wire {

inline constexpr std::int64_t kAudioRate = 48000;  ///< sample frames a second; a sample frame is left and right, S16LE

/// Size of a ring, agreed outside of it.
struct RingGeometry {
  int width = 0;         ///< of the zone: even, 16 ... 8192
  int height = 0;        ///< even, 16 ... 8192
  int slots = 0;         ///< video frames it holds: 2 ... 64
  int audio_frames = 0;  ///< sample frames it holds: 0 (no audio) ... 480000

  int stride_y() const { return (width + 63) / 64 * 64; }        ///< bytes from one row to the next
  int stride_uv() const { return (width / 2 + 63) / 64 * 64; }   ///< the same in U and V
  std::size_t frame_bytes() const;                               ///< Y, U and V with padding
  std::size_t slot_bytes() const { return 64 + frame_bytes(); }  ///< slot header and frame
  std::size_t total_bytes() const;                               ///< header page, slots, audio
  friend bool operator==(const RingGeometry&, const RingGeometry&) = default;
};
/// Errors: bad_field when a number is out of range or the whole is over 1 GiB.
Result<void> check(const RingGeometry& g);

enum class RingState : std::uint32_t { starting, ready, eos, failed };

/// Makes the sealed memory for `g` (zeroed: state starting). Errors: bad_field, io.
Result<Fd> make_ring(const RingGeometry& g);
/// A non-blocking, close-on-exec eventfd. Errors: io.
Result<Fd> make_event();

/// Three planes inside the ring: Y, U, V.
template <class Byte>
struct Planes {
  Byte* data[3] = {};
  int stride[3] = {};
};

/// A mapping of a ring; owns the memory map and the three descriptors. Base of both ends.
class RingMap {
 public:
  RingMap(RingMap&&) noexcept;
  RingMap& operator=(RingMap&&) noexcept;
  ~RingMap();
  const RingGeometry& geometry() const { return g_; }

 protected:
  struct Header;
  RingMap() = default;
  Result<void> open(Fd ring, Fd data, Fd space, const RingGeometry& g);
  Header* header() const { return reinterpret_cast<Header*>(base_); }
  std::uint8_t* slot(std::uint64_t n) const;
  std::int16_t* audio() const;

  RingGeometry g_;
  std::uint8_t* base_ = nullptr;
  Fd ring_, data_, space_;
};

/// The decoder's end. Video and audio may be written from two threads; the state from either.
class RingWriter : public RingMap {
 public:
  /// Errors: bad_field (geometry, or memory of another size), io.
  static Result<RingWriter> open(Fd ring, Fd data, Fd space, const RingGeometry& g);

  /// The next free slot, or nothing while all are in use. Writable until commit_frame().
  std::optional<Planes<std::uint8_t>> begin_frame();
  /// Publishes the slot of begin_frame() and wakes the reader. The first one turns starting into ready.
  void commit_frame(std::int64_t pts_ns, std::int64_t duration_ns);

  /// Sample frames that fit without overwriting what the reader has not taken.
  std::size_t audio_room() const;
  /// Appends interleaved stereo samples. What does not fit overwrites the oldest: the reader sees a jump of its position.
  void write_audio(std::span<const std::int16_t> samples);
  std::uint64_t audio_written() const { return audio_written_; }  ///< sample frames since PTS 0

  std::uint64_t frames_written() const { return video_written_; }
  std::uint64_t frames_read() const;  ///< clamped; what the reader has released
  /// There is no picture in this file: ready with sound alone. Call before the first write_audio().
  void start_sound();
  void finish();  ///< state eos
  /// State failed, with a code's name; sticks. Frames already written stay readable.
  void fail(Code code);
  /// Readable when the reader has made room; wait on it, then clear_space().
  int space_fd() const { return space_.get(); }
  void clear_space();

 private:
  void wake();
  std::uint64_t video_written_ = 0;
  std::uint64_t audio_written_ = 0;
};

/// A frame in the ring. The planes are valid until release(); a hostile writer may change pixels meanwhile, nothing else.
struct RingFrame {
  Planes<const std::uint8_t> planes;
  std::int64_t pts_ns = 0;       ///< >= 0 and never before that of the frame released last
  std::int64_t duration_ns = 0;  ///< 0 (unknown) ... one hour
};

/// The screen's end.
class RingReader : public RingMap {
 public:
  /// Errors: bad_field (geometry, memory of another size or not sealed), io.
  static Result<RingReader> open(Fd ring, Fd data, Fd space, const RingGeometry& g);

  RingState state() const;  ///< an unknown value counts as failed
  /// The catalogue's code behind `failed`; media_corrupt when the name is unknown.
  Code error() const;
  int frames() const;  ///< waiting: 0 ... slots
  /// Ready (or over) without a frame ever written: a file with sound alone. Meaningful until the first release().
  bool sound_only() const;
  /// The frame `ahead` of the oldest (0 = oldest), or nothing if it is not there yet.
  std::optional<RingFrame> peek(int ahead = 0) const;
  /// Gives the oldest frame's slot back and wakes the decoder. No effect when there is none.
  void release();
  /// Nothing more will come: eos or failed, and no frame is waiting.
  bool drained() const { return frames() == 0 && state() >= RingState::eos && frames() == 0; }

  /// Position of the next sample frame, counted from PTS 0. Jumps ahead when the decoder had to overwrite.
  std::uint64_t audio_position();
  std::size_t audio_available();  ///< sample frames, at most audio_frames
  /// Moves up to out.size()/2 sample frames into `out`; the number moved.
  std::size_t read_audio(std::span<std::int16_t> out);
  /// Drops sample frames before `position` that are in the ring.
  void skip_audio_to(std::uint64_t position);

  /// Readable when something changed (frame, audio, state); wait on it, then clear_data().
  int data_fd() const { return data_.get(); }
  void clear_data();

 private:
  void wake();
  void catch_up();
  std::uint64_t video_read_ = 0;
  std::uint64_t audio_read_ = 0;
  std::int64_t last_pts_ = 0;
};

}  // namespace fz::wire
