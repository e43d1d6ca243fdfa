// Talking to the reviewer: passphrase, confirmation, progress. One thread.
#pragma once
#include <cstdint>
#include <string>

#include "shared/base/file.hpp"

namespace fz::approve {

/// From the first line of `file`, or asked on the terminal without echo when `file` is empty.
/// Errors: passphrase_missing (no file and no terminal), not_found, io.
Result<std::string> passphrase(const fs::path& file, const std::string& prompt);
/// True if the person at the terminal types "yes" or "是"; false without a terminal.
bool confirmed(const std::string& question);
/// One line on standard error that rewrites itself; nothing where standard error is no terminal.
void show_progress(const std::string& label, std::uint64_t done, std::uint64_t total);

}  // namespace fz::approve
