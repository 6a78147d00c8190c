// report.html: one page that needs nothing else and says all that is known of a run, for any width of screen, light and
// dark, on paper, and without a script.
#pragma once

#include <string>

#include "backtest/run_result.hpp"

namespace bellwether {

/// Trades of one symbol that are marked on its chart; the page says so where there are more.
constexpr std::size_t kMarkedTradesMax = 2000;

/// Price charts of a run on many symbols; the page says so where there are more.
constexpr std::size_t kPriceChartsMax = 12;

/// The whole page. Its size is bounded by these limits and output.report_trades_max, whatever the run's length. Equal
/// results give equal bytes.
std::string report_html(const RunResult& result);

}  // namespace bellwether
