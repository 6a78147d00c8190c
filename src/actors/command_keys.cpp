#include "actors/command_keys.hpp"

namespace bellwether {

CommandReceipt receipt_of(const Turn& turn) {
  CommandReceipt receipt;
  receipt.event = turn.event.number;
  receipt.orders = static_cast<std::uint32_t>(turn.commands.size());
  if (turn.event.command.type == CommandType::SubmitOrder && !turn.intents.empty()) {
    receipt.denied = turn.intents.front().denied;
  }
  return receipt;
}

bool same_command(const OperatorCommand& a, const OperatorCommand& b) {
  CommandEvent one = a.command;
  one.notes = b.command.notes;
  return one == b.command && a.words == b.words;
}

void CommandKeys::pass(const Turn& turn) {
  if (turn.event.type == EventType::CommandNote) notes_.add(turn.event);
  if (!is_operator_command(turn.event)) return;
  const CommandWords words = notes_.of(turn.event);
  if (words.key.text().empty()) return;
  const std::string key(words.key.text());
  // A key that has been forgotten may come again; one that is known cannot.
  if (!known_.try_emplace(key, Known{{turn.event.command, words}, receipt_of(turn)}).second) return;
  order_.push_back(key);
  if (order_.size() <= keys_max_) return;
  known_.erase(order_.front());
  order_.pop_front();
}

std::optional<CommandReceipt> CommandKeys::find(const OperatorCommand& command) const {
  const auto known = known_.find(command.words.key.text());
  if (known == known_.end()) return std::nullopt;
  CommandReceipt receipt = known->second.receipt;
  if (same_command(known->second.command, command)) {
    receipt.repeated = true;
    return receipt;
  }
  CommandReceipt refusal;
  refusal.event = receipt.event;
  refusal.key_taken = true;
  return refusal;
}

}  // namespace bellwether
