// What the API needs from the rest of the program.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "engine/past_view.hpp"

namespace bellwether {

/// What a request or a stream sees of the session; it keeps its view as long as it needs it.
using SessionViewPtr = std::shared_ptr<const SessionView>;

/// That the session's configuration be read again and taken, or only that it be said what that would change.
struct ConfigurationRequest {
  bool dry_run = false;
  /// Whether positions and orders that become homeless are closed or kept; nothing: as the configuration says.
  std::optional<bool> close_removed;
  std::string reason;  ///< In the operator's words.
  std::string key;     ///< Idempotency key; may be empty.
};
/// An answer that is ready to be sent.
struct ConfigurationAnswer {
  unsigned status = 200;
  std::string json;
};

struct ApiPorts {
  /// The session as it is configured now. Called by any number of threads.
  std::function<SessionViewPtr()> session;
  /// The account's books, which outlive the server; null: what the session remembers.
  const PastView* past = nullptr;
  /// Brings an operator's command onto the conveyor; gives what became of it, event 0 where the conveyor has not come
  /// to it within a second, or why it will never be taken. The command's indices are those of the view. Called by one
  /// thread at a time or several.
  std::function<Expected<CommandReceipt>(const SessionView&, const OperatorCommand&)> control;
  /// Carries out a change of configuration, and waits for it. Empty where the session keeps its configuration.
  std::function<ConfigurationAnswer(const ConfigurationRequest&)> change_configuration;
  /// The configuration in force, as JSON. Empty where there is none.
  std::function<std::string()> configuration;
  /// The results of the sessions from one date to another, both included, as JSON; absent: from the first, up to now.
  /// The Error's field is "span" where no session lies in it. Empty where the session keeps no books.
  std::function<Expected<std::string>(const std::optional<Date>& from, const std::optional<Date>& to)> results = {};
  /// Prometheus text exposition.
  std::function<std::string()> metrics;
};

/// A session that keeps its configuration, and outlives whoever asks.
inline std::function<SessionViewPtr()> fixed_session(const SessionView& session) {
  return [view = SessionViewPtr(SessionViewPtr(), &session)] { return view; };
}

}  // namespace bellwether
