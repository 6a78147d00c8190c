// bellwether ctl: acts on a running session over its API.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace bellwether {

struct CtlOptions {
  std::string url;
  std::string token_file;
  std::string reason;
  std::string key;  ///< Idempotency key; empty: a random one.
  bool json = false;

  std::string action;  ///< "halt", "order", ...: the subcommand.
  std::string order;
  std::string symbol;
  std::string strategy;
  bool all = false;
  bool dry_run = false;
  bool flatten = false;
  /// Members of the body that are texts, by the API's names: those of an order, or the quantity to close.
  std::map<std::string, std::string> members;
};

/// Exit code 0 where the session has taken the command; 1 where it refused it, denied the order or did not answer; 2
/// for a wrong call.
int ctl_command(const CtlOptions& options);

}  // namespace bellwether
