// What ended each round trip.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "engine/session_record.hpp"

namespace bellwether {

/// The order whose fill made a position flat.
enum class ExitReason : std::uint8_t {
  Unknown,  ///< No such fill in the record.
  Signal,   ///< A market order of the strategy.
  Limit,    ///< A limit order of the strategy.
  Stop,     ///< A stop or stop-limit order of the strategy.
  TrailingStop,
  Target,        ///< The target of a bracket or OCO.
  StopLoss,      ///< The stop of a bracket or OCO.
  SessionClose,  ///< An order for the closing price.
  Halt,          ///< An order sent as trading was halted.
  MarginCall,    ///< A market order of a margin call or of ruin, which close until they have closed all.
};

/// "signal", "stop loss" and the like.
std::string_view text(ExitReason reason);

/// One for each of record.trades, in their order. Linear in fills and trades but for a look-up of each trade's order.
std::vector<ExitReason> exit_reasons(const SessionRecord& record);

}  // namespace bellwether
