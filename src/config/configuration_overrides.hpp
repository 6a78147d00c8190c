// Values given outside of the file, by environment variables, flags and --set, put into the document before it is
// checked.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "config/configuration.hpp"
#include "config/json_value.hpp"
#include "engine/expected.hpp"

namespace bellwether {

/// A configuration document, and where values come from that the file does not hold.
struct ConfigurationDocument {
  JsonValue root = JsonValue::object();
  std::map<std::string, std::string> origins;  ///< Path: "--set", the flag's or the variable's name.
  std::vector<Error> duplicates;               ///< Of the file's keys.
  bool readable = true;                        ///< Whether the file could be read; if not, `errors` says why.
  std::vector<Error> errors;

  /// "account.leverage", or "account.leverage (from --set)".
  [[nodiscard]] std::string field(const std::string& path) const;
};

/// Puts the BELLWETHER_ variables among `environment` ("NAME=value" each) into `document`; one that names no key is an
/// error.
void apply_environment(const std::vector<std::string>& environment, ConfigurationDocument& document);

void apply_flags(const std::vector<ConfigurationFlag>& flags, ConfigurationDocument& document);

/// Puts "key=value" texts into `document`.
void apply_settings(const std::vector<std::string>& settings, ConfigurationDocument& document);

}  // namespace bellwether
