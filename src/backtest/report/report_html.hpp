// report.html: one page that needs nothing else, with a run's equity, drawdown, monthly returns, trades on the price
// charts, statistics, receipt and configuration.
#pragma once

#include <string>

#include "backtest/run_result.hpp"

namespace bellwether {

/// Trades of one symbol that are marked on its chart; the page says so where there are more.
constexpr std::size_t kMarkedTradesMax = 2000;

/// The whole page. Equal results give equal bytes.
std::string report_html(const RunResult& result);

}  // namespace bellwether
