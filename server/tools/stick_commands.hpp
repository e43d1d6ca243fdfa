// The group of commands `fz stick`.
#pragma once
#include "server/tools/commands.hpp"

namespace fz::tools {

void add_stick_commands(CLI::App& app, Shared& shared);

}  // namespace fz::tools
