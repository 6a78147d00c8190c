// A result as the terminal shows it.
#pragma once

#include <string>

#include "backtest/run_result.hpp"

namespace bellwether {

/// Caveats first, then statistics, then what became of the orders and what is left open.
std::string summary_text(const RunResult& result);

/// Every figure under its group's heading, labels to the left, values to the right; behind an absent one the reason.
std::string statistics_table(const Statistics& statistics);

}  // namespace bellwether
