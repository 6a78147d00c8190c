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
  if (turn.event.type == EventType::Command) {
    const CommandType type = turn.event.command.type;
    if (type == CommandType::Halt) halt_note_ = notes_.of(turn.event).reason.text();
    if (type == CommandType::Resume) halt_note_.clear();
  }
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

void CommandKeys::change_configuration(const CarryOver& carry) {
  for (auto& [key, known] : known_) {
    CommandEvent& command = known.command.command;
    if (command.strategy != kNoStrategy) command.strategy = carry.strategy(command.strategy);
    if (command.instrument != kNoInstrument) command.instrument = carry.instrument(command.instrument);
    if (command.type == CommandType::SubmitOrder) {
      command.spec.instrument = carry.instrument(command.spec.instrument);
    }
  }
}

void CommandKeys::save(ByteWriter& out) const {
  out.string(halt_note_);
  out.u32(static_cast<std::uint32_t>(order_.size()));
  for (const std::string& key : order_) {
    const Known& known = known_.at(key);
    out.string(key);
    out.string(known.command.words.reason.text());
    write(out, Event::of(Timestamp(), known.command.command));
    out.u64(known.receipt.event);
    out.u8(static_cast<std::uint8_t>(known.receipt.denied));
    out.u32(known.receipt.orders);
  }
}

void CommandKeys::load(ByteReader& in) {
  known_.clear();
  order_.clear();
  halt_note_ = in.string();
  const std::uint32_t count = in.u32();
  for (std::uint32_t i = 0; i < count && in.ok(); ++i) {
    const std::string key = in.string();
    Known known;
    known.command.words.key = OperatorNote(key);
    known.command.words.reason = OperatorNote(in.string());
    const Event event = read_event(in);
    if (event.type != EventType::Command) return in.fail();
    known.command.command = event.command;
    known.receipt.event = in.u64();
    known.receipt.denied = static_cast<DenyReason>(in.u8());
    known.receipt.orders = in.u32();
    if (!known_.emplace(key, known).second) return in.fail();
    order_.push_back(key);
  }
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
