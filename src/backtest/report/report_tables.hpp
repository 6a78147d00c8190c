// The parts of report.html that are tables.
#pragma once

#include <string>
#include <string_view>

#include "backtest/run_result.hpp"

namespace bellwether {

/// "2013-10-07 13:30".
std::string time_text(Timestamp time);

/// `text` for HTML content, line feeds kept.
std::string html_escaped_lines(std::string_view text);

/// The few figures that matter most.
std::string figures_html(const Statistics& statistics);
/// Returns by year and month, the deeper the colour the larger.
std::string months_html(const SessionRecord& record);
std::string statistics_html(const Statistics& statistics);
/// The first output.report_trades_max trades.
std::string trades_html(const RunResult& result);
std::string receipt_html(const Receipt& receipt);

}  // namespace bellwether
