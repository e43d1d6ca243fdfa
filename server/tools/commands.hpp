// The commands of `fz`, grouped as the API is; each group adds its own to the command line. One thread.
#pragma once
#include <CLI/CLI.hpp>
#include <functional>
#include <string>

#include "server/tools/api.hpp"

namespace fz::tools {

/// What all commands share.
struct Shared {
  fs::path profile_path;
  bool json = false;     ///< print JSON only
  Result<void> outcome;  ///< of the command that ran
  int exit_code = 0;     ///< of a command that did its work; of one that failed, where it is not 0
  /// Opens the profile and runs `work` with it; its failure is the outcome.
  void with_api(const std::function<Result<void>(Api&)>& work);
  /// Prints an answer as JSON, or by `people`.
  void show(const fz::json::value& answer, const std::function<void(const fz::json::value&)>& people) const;
};

void add_session_commands(CLI::App& app, Shared& shared);
/// After add_session_commands: adds to its `units` and `accounts`, too.
void add_account_commands(CLI::App& app, Shared& shared);
void add_sharing_commands(CLI::App& app, Shared& shared);
void add_library_commands(CLI::App& app, Shared& shared);
void add_review_commands(CLI::App& app, Shared& shared);
void add_privacy_commands(CLI::App& app, Shared& shared);
void add_campaign_commands(CLI::App& app, Shared& shared);
void add_screen_commands(CLI::App& app, Shared& shared);
void add_alert_commands(CLI::App& app, Shared& shared);
void add_system_commands(CLI::App& app, Shared& shared);
void add_site_commands(CLI::App& app, Shared& shared);

/// The first line of a file, or (file empty) what a person types without echo.
Result<std::string> password_from(const std::string& file, const char* prompt);
/// The member as text, "" when it is missing.
std::string text_of(const fz::json::value& v, std::string_view member);
/// An object or array read from a file ("-": standard input). Errors: not_found, too_large, bad_json.
Result<fz::json::value> read_json_file(const std::string& path, std::size_t max_bytes = 4 << 20);
Result<std::string> read_text_file(const std::string& path, std::size_t max_bytes = 4 << 20);
/// A query string from pairs, empty values left out; begins with '?' unless empty.
std::string query(const std::vector<std::pair<std::string, std::string>>& pairs);

}  // namespace fz::tools
