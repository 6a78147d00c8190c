// What an event changed, in the form in which those who watch a session follow it.
#pragma once

#include <cstdint>
#include <variant>
#include <vector>

#include "engine/turn.hpp"

namespace bellwether {

/// One change. Which account, position or order it is about stands in `what`.
struct StateChange {
  using What = std::variant<OrderCommand, ExecutionReport, PositionChange, TradeRecord, AccountView, SessionEvent,
                            CorporateAction, CommandEvent, CommandNoteEvent, ConnectionEvent>;

  EventNumber event = 0;
  Timestamp time;
  EventType cause = EventType::Bar;            ///< Type of the event.
  InstrumentIndex instrument = kNoInstrument;  ///< CorporateAction: of which instrument.
  What what;

  bool operator==(const StateChange&) const = default;
};

/// Appends what `turn` changed, in a fixed order: the event itself unless it is market data or a timer, positions,
/// round trips, order commands, account. Depends on `turn` alone. The account follows every bar (warm-up left out),
/// trade, quote, fill, session event, corporate action and command.
void append_state_changes(const Turn& turn, std::vector<StateChange>& out);

}  // namespace bellwether
