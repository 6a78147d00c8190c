// What trading cost in a run, and what the run would have come to at twice the cost.
#pragma once

#include <span>
#include <vector>

#include "backtest/run_result.hpp"

namespace bellwether {

struct RunCosts {
  Money fees;
  /// By which fills were worse than the price they were made from. Worked back from the fills with the model of the
  /// configuration, so that the rounding to ticks counts in part.
  Money slippage;
  Money dividends;  ///< Received, less those paid on short positions.
  /// Equity at the sessions' closes less all fees and slippage up to then once more. The same orders and fills are
  /// taken for granted (first order): what the account could not have afforded, or a stop that it would have hit, is
  /// not.
  std::vector<DailyEquity> at_double;
};

RunCosts run_costs(const RunResult& result);

/// Slippage of one fill of an order of `type`; zero for what does not slip. `volume` is that of the bar it filled in.
Money slippage_of(const ExecutionReport& fill, OrderType type, const FillConfig& fills, Price tick, Quantity volume);

}  // namespace bellwether
