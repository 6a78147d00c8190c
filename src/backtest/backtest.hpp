// A backtest from a configuration: data, run, statistics, receipt.
#pragma once

#include <functional>
#include <optional>

#include "backtest/market_data_set.hpp"
#include "backtest/run_result.hpp"

namespace bellwether {

/// Called now and then during a run: market events done, and in all.
using Progress = std::function<void(std::uint64_t done, std::uint64_t total)>;

/// Runs `config` over `data`, which must outlive the result.
Expected<RunResult> run_backtest(const AppConfig& config, const StrategyRegistry& registry, const MarketDataSet& data,
                                 const Progress& progress);

/// The statistics, receipt and benchmark of a finished record. `engine` is what its indices stand for, where that is
/// more than the configuration has.
RunResult finish_run(const AppConfig& config, const StrategyRegistry& registry, SessionRecord record,
                     const MarketDataSet& data, std::optional<EngineConfig> engine = {});

}  // namespace bellwether
