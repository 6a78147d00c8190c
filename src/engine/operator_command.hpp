// An operator's command with what he says of it, and how both stand in the log.
#pragma once

#include <array>
#include <vector>

#include "engine/event.hpp"

namespace bellwether {

/// What stands in a command's notes; each may be empty.
struct CommandWords {
  OperatorNote reason;
  OperatorNote key;  ///< Idempotency key.

  bool operator==(const CommandWords&) const = default;
};

struct OperatorCommand {
  CommandEvent command;
  CommandWords words = {};
  /// Only asks what became of it: where its key is not known, nothing happens, and the answer is event 0.
  bool only_ask = false;

  bool operator==(const OperatorCommand&) const = default;
};

/// The events of a command, its notes first; to be numbered one after the other, without another between them.
std::vector<Event> events_of(const OperatorCommand& command, Timestamp time);

/// True for a command that came from outside: neither stages nor venue give it again.
bool is_operator_command(const Event& event);
/// True for such a command and for its notes.
bool is_from_operator(const Event& event);

/// Remembers the last notes of a log, to give them to the command that they belong to.
class CommandNotes {
 public:
  /// Takes a CommandNote event.
  void add(const Event& note);
  /// What the notes say that belong to `command`, a Command event. A note whose command was lost with the process
  /// belongs to none, whatever follows it.
  [[nodiscard]] CommandWords of(const Event& command) const;

 private:
  struct Note {
    EventNumber event = 0;
    CommandNoteEvent note;
  };
  std::array<Note, 2> last_;  // A command has a note of each kind at most. The newest is at the back.
};

/// True where it asks for positions to be closed.
bool closes_positions(const CommandEvent& command);

/// What became of a command.
struct CommandReceipt {
  EventNumber event = 0;                 ///< 0: the conveyor has not come to it yet.
  bool repeated = false;                 ///< It had been taken before, under the same key: nothing happened anew.
  bool key_taken = false;                ///< Refused: its key stands for another command, that of `event`.
  DenyReason denied = DenyReason::None;  ///< SubmitOrder: the risk stage refused the order.
  std::uint32_t orders = 0;              ///< Order commands that left for the venue by it.

  bool operator==(const CommandReceipt&) const = default;
};

}  // namespace bellwether
