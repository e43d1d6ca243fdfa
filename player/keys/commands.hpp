// The commands of fz-keys; each group adds its own to the command line. One thread.
#pragma once
#include <functional>
#include <string>

#include "player/keys/passphrase.hpp"
#include "shared/base/clock.hpp"
#include "shared/base/file.hpp"
#include "shared/base/json.hpp"

namespace CLI {
class App;
}

namespace fz::keys {

struct Shared {
  bool json = false;
  UtcTime now;           ///< the machine's clock at start, or --now
  std::string now_text;  ///< --now
  PassphraseSource passphrase;
  bool rehearse = false;  ///< everything is done and checked with the real files and keys, and nothing is written
  Result<void> outcome;
  int exit_code = 0;  ///< of a command that did its work: 3 when the inspected document is refused
  /// Writes a document; in a rehearsal only looks whether that could be done. Errors: not_found (the folder), disk errors.
  Result<void> write(const fs::path& path, std::string_view text) const;
  void run(const std::function<Result<void>()>& work);
  /// Prints `answer` as JSON, or `people` as lines; a rehearsal says that it was one.
  void show(const json::object& answer, const std::string& people) const;
};

void add_ceremony(CLI::App& app, Shared& shared);
void add_key_commands(CLI::App& app, Shared& shared);
void add_staff_commands(CLI::App& reviewers, Shared& shared);
void add_group_commands(CLI::App& app, Shared& shared);
void add_sign_commands(CLI::App& app, Shared& shared);
void add_withdrawal_commands(CLI::App& app, Shared& shared);
void add_inspect(CLI::App& app, Shared& shared);

}  // namespace fz::keys
