// A batch: the events and commands of one row of the event log, as bytes under a checksum.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "storage/event_log.hpp"

namespace bellwether {

/// The most events that one batch holds; larger appends become several batches of one transaction.
constexpr std::size_t kBatchEventsMax = 1024;
/// The most commands that one batch holds.
constexpr std::size_t kBatchCommandsMax = 4096;

/// Where a batch stands in its log.
struct BatchHeader {
  std::uint64_t sequence = 0;   ///< Consecutive from 1 on.
  EventNumber first_event = 0;  ///< The number after the previous batch's last one.
  EventNumber last_event = 0;   ///< first_event - 1 in a batch of commands alone.

  bool operator==(const BatchHeader&) const = default;
  /// "batch 3 (events 100 to 120)".
  [[nodiscard]] std::string describe() const;
};

/// Writes the payload of a batch over what `out` held. Neither part may exceed its limit.
void encode_batch(ByteWriter& out, std::span<const Event> events, std::span<const LoggedCommand> commands);

/// Checksum over header and payload.
std::uint64_t batch_checksum(const BatchHeader& header, std::string_view payload);

/// Appends to `events` and `commands` what a payload holds of the time after event `after`. The payload must be exactly
/// what `encode_batch` wrote for this header; an Error's message says what is wrong with it.
Expected<void> decode_batch(const BatchHeader& header, std::string_view payload, std::uint64_t checksum,
                            EventNumber after, std::vector<Event>& events, std::vector<LoggedCommand>& commands);

}  // namespace bellwether
