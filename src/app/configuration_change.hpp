// What differs between the configuration that an account runs with and another, and what becomes of each difference.
#pragma once

#include <string>
#include <vector>

#include "config/app_config.hpp"
#include "config/json_value.hpp"

namespace bellwether {

enum class ChangeOutcome : std::uint8_t {
  Taken,      ///< In force from now on.
  NextStart,  ///< When the process starts again.
  Refused,    ///< The account keeps the old value.
};
std::string_view token(ChangeOutcome outcome);

/// One key. Entries of `strategies` go by their id: "strategies.trend.parameters.fast".
struct KeyChange {
  std::string key;
  std::string before;  ///< As JSON; "absent" where there is none.
  std::string after;
  ChangeOutcome outcome = ChangeOutcome::Taken;
  std::string reason;  ///< Why it is refused; empty otherwise.

  bool operator==(const KeyChange&) const = default;
};

struct ConfigurationChange {
  std::vector<KeyChange> keys;  ///< By name.
  AppConfig config;             ///< What is in force with all that is taken.
  bool decides = false;         ///< Something that decides a result is taken: a new segment begins.
};

/// What differs between two configurations as documents, of whatever version, by name.
std::vector<KeyChange> document_changes(const JsonValue& before_document, const JsonValue& after_document);

/// From `now` to `wanted`. `running`: in the middle of a process, else at its start.
ConfigurationChange change_of(const AppConfig& now, const AppConfig& wanted, bool running);

/// "risk.drawdown: 0.25 -> 0.2", with what becomes of it where it is not taken.
std::string text_of(const KeyChange& change);

}  // namespace bellwether
