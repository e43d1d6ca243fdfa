// The command line of fz-server.
#pragma once
#include "server/app/config.hpp"

namespace fz::app {

struct CommandLine {
  std::optional<Config> config;  ///< nothing: `text` is to be printed and the program ends with `status`
  std::string text;
  std::string backup;  ///< not empty: copy the data folder there instead of serving
  int status = 0;
};
/// Command line over configuration file over defaults. Errors: those of read_config.
Result<CommandLine> read_command_line(int argc, char** argv);

}  // namespace fz::app
