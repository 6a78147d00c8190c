// Where operators' commands wait for their turn on the conveyor and are answered.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <vector>

#include "actors/command_keys.hpp"
#include "actors/protocol.hpp"

namespace bellwether {

/// Part of the venue actor, which keeps the order of events. A command that has come before, under the same key, is
/// answered as the first time, whether it has passed already or is still under way.
class CommandDesk {
 public:
  /// So many commands wait at most, and so many askers for one of them; a further one is refused.
  static constexpr std::size_t kWaitingMax = 1'000;
  using Promise = caf::typed_response_promise<CommandReceipt>;

  explicit CommandDesk(std::shared_ptr<CommandKeys> keys = std::make_shared<CommandKeys>()) : keys_(std::move(keys)) {}

  /// Takes a command, or what is only asked; `promise` is answered now or when it has passed.
  void take(const OperatorCommand& command, Promise promise);
  [[nodiscard]] bool is_empty() const { return waiting_.empty(); }
  [[nodiscard]] bool is_busy() const { return under_way_.has_value(); }
  /// Begins the next one, none being under way: its events.
  std::vector<Event> begin(Timestamp time);
  /// An event has passed the conveyor and is durable.
  void on_passed(const Turn& turn);
  [[nodiscard]] const CommandKeys& keys() const { return *keys_; }
  /// Refuses those that wait, and where `all` the one under way too.
  void refuse(bool all);

 private:
  struct Pending {
    OperatorCommand command;
    std::vector<Promise> promises;  // Of the command, then of its repeats.
  };
  [[nodiscard]] Pending* find(const OperatorCommand& command);

  std::shared_ptr<CommandKeys> keys_;
  std::deque<Pending> waiting_;
  std::optional<Pending> under_way_;
};

}  // namespace bellwether
