// Starts and ends `fz-decode --play`: the agent's (and the stand-alone screen's) side. Opens no media itself. One thread.
#pragma once
#include <optional>
#include <string>

#include "shared/base/process.hpp"
#include "shared/layout/layout.hpp"
#include "shared/wire/ring.hpp"

namespace fz::wire {

/// How the picture is put into the zone, and what is around it.
using layout::Fit;
using layout::Surround;

struct DecodeRequest {
  RingGeometry geometry;
  Fit fit = Fit::contain;
  Surround surround = Surround::plain;
  Millis still_duration{0};  ///< written as the duration of a still's only frame
  std::string media_type;    ///< "image/png", "video/mp4" ... from the approved document: which plugins to load; "" loads all
  fs::path program;          ///< fz-decode; empty: beside the running program
};

/// A running decoder and its ring; the destructor kills it.
class DecoderProcess {
 public:
  /// Makes ring and events and starts fz-decode with exactly these descriptors: 0-2, 3 media, 4 ring, 5 data, 6 space.
  /// `media` must be opened afresh for this decoder (a shared offset would disturb both). Errors: bad_field, io, process_failed.
  static Result<DecoderProcess> start(Fd media, const DecodeRequest& request);

  /// Descriptors for the screen's RingReader; still owned here: send or dup() them.
  int ring_fd() const { return ring_.get(); }
  int data_fd() const { return data_.get(); }
  int space_fd() const { return space_.get(); }
  const RingGeometry& geometry() const { return geometry_; }
  /// A reader on duplicates of the descriptors, for a program that is agent and screen in one.
  Result<RingReader> reader() const;

  bool alive() { return process_.running(); }
  /// Its exit status once it has ended: 0 when all frames are in the ring.
  std::optional<int> ended() { return process_.wait(Millis{0}); }
  /// Of one that has ended: 0 when it decoded to the end; 128 + signal when it was killed.
  int exit_status() { return process_.wait(Millis{0}).value_or(-1); }
  int pidfd() const { return process_.pidfd(); }  ///< readable when it has ended
  pid_t pid() const { return process_.pid(); }
  void kill() { process_.end(Millis{0}); }

 private:
  RingGeometry geometry_;
  Fd ring_, data_, space_;
  Process process_;
};

}  // namespace fz::wire
