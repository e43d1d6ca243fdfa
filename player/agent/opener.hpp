// Opens items for the screen: the blob afresh and verified, then its decoder, on a thread of their own, because the first open
// after a start hashes the whole file. Public functions: the loop's thread.
#pragma once
#include <functional>
#include <map>
#include <set>
#include <string>

#include "player/agent/core/event.hpp"
#include "player/agent/mailbox.hpp"
#include "player/agent/screen_link.hpp"
#include "player/agent/store.hpp"
#include "player/agent/worker.hpp"
#include "shared/wire/decoder_process.hpp"

namespace fz::agent {

class Opener {
 public:
  /// `store`, `screen` and `mailbox` outlive the opener; `decoder` as in DecodeRequest.
  Opener(ContentStore& store, ScreenLink& screen, Mailbox& mailbox, fs::path decoder, std::function<void(Event)> deliver);

  /// Opens, cues, then delivers Opened or OpenFailed.
  void open(OpenItem a);
  /// Ends its decoder.
  void close(const std::string& play);
  /// No screen, no decoders.
  void close_all();
  /// Descriptors that become readable when a decoder ends.
  std::vector<int> pidfds() const;
  /// Delivers DecoderEnded for those that have ended.
  void reap();

 private:
  void cue_media(const OpenItem& a, wire::DecoderProcess decoder);
  void finish(const std::string& play, const Result<void>& outcome, const std::string& sha256);
  ContentStore& store_;
  ScreenLink& screen_;
  Mailbox& mailbox_;
  fs::path decoder_;
  std::function<void(Event)> deliver_;
  std::set<std::string> opening_;
  std::map<std::string, wire::DecoderProcess> decoders_;
  Worker thread_;  // last: joined first
};

}  // namespace fz::agent
