// A change of an account's configuration, told: to the log of the process, and to whoever asked for it.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "api/ports.hpp"
#include "app/account_plan.hpp"

namespace bellwether {

/// What a change of configuration came to.
struct ChangeResult {
  AccountPlan plan;
  std::uint64_t segment = 0;  ///< That began with it, or the current one where none did.
  EventNumber after = 0;      ///< The last event before it took effect.
  bool opened = false;        ///< A segment began.
  bool dry_run = false;
  bool repeated = false;            ///< Its key had been given before: nothing happened anew.
  std::vector<std::string> warmed;  ///< Strategies that were shown history.
  double seconds = 0;               ///< For which the conveyor stood still.
};
using ChangeOrErrors = std::variant<ChangeResult, std::vector<Error>>;

/// Tells the log; a trial is not told.
void tell_change(const ChangeResult& result);
/// Tells the log, and gives the answer.
ConfigurationAnswer answer_change(const ChangeOrErrors& change);

/// The body of an error's answer.
std::string error_json(const std::string& code, const std::string& message, const std::string& field = {});

}  // namespace bellwether
