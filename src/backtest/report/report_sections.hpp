// The sections of report.html, in the order in which they stand. Each is empty where it has nothing to say.
#pragma once

#include <string>

#include "backtest/report/report_chart.hpp"
#include "backtest/run_result.hpp"

namespace bellwether {

// report_performance.cpp
/// The few figures that matter most.
std::string figures_html(const Statistics& statistics);
/// The run beside its benchmark, both at the sessions' closes.
std::string comparison_html(const RunResult& result);
/// Returns by year and month, the deeper the colour the larger.
std::string months_html(const SessionRecord& record);
std::string statistics_html(const Statistics& statistics);

// report_curves.cpp
/// Equity and drawdown after every event, the benchmark beside.
std::string curves_html(const RunResult& result, const SessionAxis& axis);
/// The prices of the instruments with their trades.
std::string prices_html(const RunResult& result, const SessionAxis& axis);

// report_risk.cpp
std::string drawdowns_html(const SessionRecord& record);
/// Volatility, Sharpe ratio and beta of a moving window.
std::string rolling_html(const RunResult& result, const SessionAxis& axis);
/// How often daily and monthly returns of a size occurred.
std::string distributions_html(const SessionRecord& record);

// report_trades.cpp
/// Results by strategy, symbol, direction, time, holding time and exit reason.
std::string breakdowns_html(const RunResult& result);
/// The first output.report_trades_max trades.
std::string trades_html(const RunResult& result);

// report_activity.cpp
/// Exposure and turnover over time.
std::string activity_html(const RunResult& result, const SessionAxis& axis);
std::string costs_html(const RunResult& result);

// report_orders.cpp
/// What became of the orders.
std::string orders_html(const RunResult& result);
/// Positions and orders that the run left open.
std::string open_html(const RunResult& result);
/// What is wrong with the data, instrument by instrument.
std::string data_html(const RunResult& result);
std::string receipt_html(const Receipt& receipt);

/// Statistics of equity at the sessions' closes alone.
Statistics statistics_of_closes(Money initial, std::span<const DailyEquity> daily, const AppConfig& config);

}  // namespace bellwether
