// The command line of `bellwether ctl`.
#pragma once

#include <CLI/CLI.hpp>

#include "app/ctl_command.hpp"

namespace bellwether {

/// Adds the subcommand with its own subcommands; what is given goes to `options`, which must outlive the parsing.
void add_ctl(CLI::App& program, CtlOptions& options);

}  // namespace bellwether
