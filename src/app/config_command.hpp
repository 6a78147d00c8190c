// The subcommands that show what can be configured and which strategies there are.
#pragma once

#include <iosfwd>
#include <span>
#include <vector>

#include "config/configuration.hpp"

namespace bellwether {

enum class ConfigView : std::uint8_t {
  Effective,  ///< The configuration in effect, as a file that reads back to itself.
  Markdown,   ///< config/README.md.
  Schema,     ///< JSON Schema of the file.
};

/// One line for each error, with how many there are.
void print_errors(std::span<const Error> errors, std::ostream& err);

/// Checks "KEY=VALUE" texts for a subcommand that needs no configuration; false once the errors are printed.
bool check_settings(const std::vector<std::string>& settings, std::ostream& err);

/// `bellwether config`. Returns the exit code: 0, or 2 where the configuration is wrong.
int config_command(const ConfigurationSources& sources, ConfigView view, std::ostream& out, std::ostream& err);

/// `bellwether strategies`: every type with its parameters.
void strategies_command(std::ostream& out);

}  // namespace bellwether
