// Figures of completed round trips. The formulas stand with the members of Statistics.
#pragma once

#include <span>

#include "engine/statistics.hpp"

namespace bellwether::statistics {

/// Sets the figures of Statistics that depend on trades alone. `trades` are in order of their exits.
void add_trade_statistics(std::span<const TradeRecord> trades, Statistics& out);

}  // namespace bellwether::statistics
