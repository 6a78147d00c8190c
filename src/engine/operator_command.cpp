#include "engine/operator_command.hpp"

namespace bellwether {

std::vector<Event> events_of(const OperatorCommand& command, Timestamp time) {
  std::vector<Event> events;
  const auto add_note = [&](CommandNoteEvent::Kind kind, const OperatorNote& text) {
    if (!text.text().empty()) events.push_back(Event::of(time, CommandNoteEvent{kind, text}));
  };
  add_note(CommandNoteEvent::Kind::Key, command.words.key);
  add_note(CommandNoteEvent::Kind::Reason, command.words.reason);
  CommandEvent event = command.command;
  event.notes = static_cast<std::uint8_t>(events.size());
  events.push_back(Event::of(time, event));
  return events;
}

bool is_operator_command(const Event& event) {
  // What the engine does by itself says why.
  return event.type == EventType::Command &&
         (event.command.reason == HaltReason::Operator || event.command.reason == HaltReason::None);
}

bool is_from_operator(const Event& event) { return event.type == EventType::CommandNote || is_operator_command(event); }

bool closes_positions(const CommandEvent& command) {
  return command.type == CommandType::Flatten || command.type == CommandType::ClosePosition ||
         (command.type == CommandType::Halt && command.flatten);
}

void CommandNotes::add(const Event& note) {
  last_.front() = last_.back();
  last_.back() = {note.number, note.note};
}

CommandWords CommandNotes::of(const Event& command) const {
  CommandWords words;
  for (const Note& each : last_) {
    if (each.event >= command.number || each.event + command.command.notes < command.number) continue;
    (each.note.kind == CommandNoteEvent::Kind::Key ? words.key : words.reason) = each.note.text;
  }
  return words;
}

}  // namespace bellwether
