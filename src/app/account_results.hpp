// The results of a span of an account's life, as those of a backtest.
#pragma once

#include <memory>
#include <string>

#include "app/account_config.hpp"
#include "backtest/market_data_set.hpp"
#include "backtest/run_result.hpp"
#include "storage/book_record.hpp"

namespace bellwether {

/// A result with the prices that it refers to.
struct AccountResult {
  std::unique_ptr<const MarketDataSet> data;
  RunResult result;
  EventNumber last_event = 0;  ///< Of the span.
};

/// Reads the span from the books at `path`; `setup` is the account's configuration now. The Error says that the books
/// cannot be read, or that no session lies in the span.
Expected<AccountResult> account_result(const std::string& path, const SessionSpan& span, const AccountSetup& setup,
                                       const StrategyRegistry& registry);

}  // namespace bellwether
