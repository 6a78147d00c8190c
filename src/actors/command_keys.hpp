// Which command each idempotency key stands for.
#pragma once

#include <deque>
#include <map>
#include <string>

#include "engine/carry_over.hpp"
#include "engine/operator_command.hpp"
#include "engine/turn.hpp"

namespace bellwether {

/// The keys of the newest commands, a function of the events that have passed: the same after a restart.
class CommandKeys {
 public:
  /// So many are remembered; the oldest goes.
  static constexpr std::size_t kKeysMax = 10'000;

  explicit CommandKeys(std::size_t keys_max = kKeysMax) : keys_max_(keys_max) {}

  /// Takes every event with what the stages made of it, one after the other; only commands and their notes count.
  void pass(const Turn& turn);

  /// The answer to `command`, where its key is known: that of the first time where it is the same command, else the
  /// refusal. Null where the key is new, or there is none.
  [[nodiscard]] std::optional<CommandReceipt> find(const OperatorCommand& command) const;
  [[nodiscard]] std::size_t size() const { return known_.size(); }
  /// Why trading is halted, in the words of the operator who halted it; empty where none did or he said nothing.
  [[nodiscard]] const std::string& halt_note() const { return halt_note_; }

  /// The commands stand under the indices of the next configuration from here on.
  void change_configuration(const CarryOver& carry);
  /// Between two commands: what notes say whose command has not come is left out.
  void save(ByteWriter& out) const;
  void load(ByteReader& in);

 private:
  struct Known {
    OperatorCommand command;
    CommandReceipt receipt;
  };
  std::size_t keys_max_;
  CommandNotes notes_;
  std::string halt_note_;
  std::map<std::string, Known, std::less<>> known_;
  std::deque<std::string> order_;  // Of their coming.
};

/// What became of the command that `turn` has carried out.
CommandReceipt receipt_of(const Turn& turn);

/// True where both are one command, whichever events they became.
bool same_command(const OperatorCommand& a, const OperatorCommand& b);

}  // namespace bellwether
