// What the API needs from the rest of the program.
#pragma once

#include <functional>
#include <string>

#include "engine/past_view.hpp"

namespace bellwether {

struct ApiPorts {
  /// Outlives the server.
  const SessionView* session = nullptr;
  /// The account's books, which outlive the server; null: what `session` remembers.
  const PastView* past = nullptr;
  /// Brings an operator's command onto the conveyor; gives what became of it, event 0 where the conveyor has not come
  /// to it within a second, or why it will never be taken. Called by one thread at a time or several.
  std::function<Expected<CommandReceipt>(const OperatorCommand&)> control;
  /// Prometheus text exposition.
  std::function<std::string()> metrics;
};

}  // namespace bellwether
