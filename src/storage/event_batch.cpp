#include "storage/event_batch.hpp"

#include "storage/checksum.hpp"

namespace bellwether {

std::string BatchHeader::describe() const {
  const std::string text = "batch " + std::to_string(sequence);
  if (last_event < first_event) return text + " (commands after event " + std::to_string(last_event) + ")";
  return text + " (events " + std::to_string(first_event) + " to " + std::to_string(last_event) + ")";
}

void encode_batch(ByteWriter& out, std::span<const Event> events, std::span<const LoggedCommand> commands) {
  BELLWETHER_INVARIANT(events.size() <= kBatchEventsMax && commands.size() <= kBatchCommandsMax,
                       "a batch exceeds its limits");
  out.clear();
  out.u32(static_cast<std::uint32_t>(events.size()));
  for (const Event& event : events) write(out, event);
  out.u32(static_cast<std::uint32_t>(commands.size()));
  for (const LoggedCommand& command : commands) {
    out.u64(command.event);
    write(out, command.command);
  }
}

std::uint64_t batch_checksum(const BatchHeader& header, std::string_view payload) {
  ByteWriter words;
  words.u64(header.sequence);
  words.u64(header.first_event);
  words.u64(header.last_event);
  return xxh64(payload, xxh64(words.str(), 0));
}

Expected<void> decode_batch(const BatchHeader& header, std::string_view payload, std::uint64_t checksum,
                            EventNumber after, std::vector<Event>& events, std::vector<LoggedCommand>& commands) {
  if (checksum != batch_checksum(header, payload)) return Error{"", header.describe() + " is damaged: wrong checksum"};
  const Error undecodable{"", header.describe() + " does not decode"};
  ByteReader in(payload);
  const std::uint32_t event_count = in.u32();
  if (event_count > kBatchEventsMax || header.first_event + event_count != header.last_event + 1) return undecodable;
  for (EventNumber number = header.first_event; number <= header.last_event && in.ok(); ++number) {
    const Event& event = events.emplace_back(read_event(in));
    if (event.number != number) return undecodable;
    if (number <= after) events.pop_back();
  }
  const std::uint32_t command_count = in.u32();
  if (command_count > kBatchCommandsMax) return undecodable;
  for (std::uint32_t i = 0; i < command_count && in.ok(); ++i) {
    LoggedCommand command;
    command.event = in.u64();
    command.command = read_order_command(in);
    if (command.event > header.last_event) return undecodable;
    if (command.event > after) commands.push_back(command);
  }
  if (!in.done()) return undecodable;
  return {};
}

}  // namespace bellwether
