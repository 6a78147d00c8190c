// A finished backtest on the bundled daily bars, for the tests of what is made from results.
#pragma once

#include <gtest/gtest.h>

#include <deque>

#include "backtest/run_result.hpp"
#include "config/configuration.hpp"
#include "engine/adjustment.hpp"
#include "engine/backtest_runner.hpp"
#include "engine/synthetic.hpp"
#include "storage/data_folder.hpp"
#include "tests/support/source_path.hpp"

namespace bellwether {

struct SampleRun {
  std::deque<BarSeries> series;  ///< What `result.prices` points into.
  RunResult result;
};

inline AppConfig sample_config(const std::vector<std::string>& settings, const std::string& file = "") {
  const auto loaded = load_configuration({file, {}, settings}, StrategyRegistry::built_in().types());
  if (const auto* errors = std::get_if<std::vector<Error>>(&loaded)) {
    for (const Error& error : *errors) ADD_FAILURE() << error.text();
    return {};
  }
  return std::get<AppConfig>(loaded);
}

inline SampleRun sample_run(const AppConfig& config) {
  SampleRun run;
  run.result.config = config;
  run.result.engine = engine_config(config);
  const auto folder = DataFolder::open(source_path("data"));
  std::vector<FeedSource> sources;
  std::vector<FileFingerprint> data;
  for (std::size_t i = 0; i < config.data.symbols.size(); ++i) {
    auto loaded = folder->load_bars(config.data.symbols[i], config.data.timeframe, *config.data.start, *config.data.end,
                                    ReadMode::Strict);
    const auto factors = folder->load_adjustments(config.data.symbols[i]);
    EXPECT_TRUE(loaded && factors && adjust(loaded->rows, factors->rows, config.data.adjustment));
    data.push_back({loaded->files.at(0), loaded->sha256});
    run.series.push_back(std::move(loaded->rows));
    if (config.data.synthetic_minutes) {
      run.series.back() = expand_daily(run.series.back(), SessionCalendar::us_equity(), config.data.synthetic_seed);
    }
    const BarSeries& bars = run.series.back();
    FeedSource source;
    source.instrument = static_cast<InstrumentIndex>(i);
    source.bars = bars.bars;
    source.interval = bars.interval;
    source.synthetic = bars.synthetic;
    sources.push_back(source);
    run.result.prices.push_back({bars.symbol, bars.interval, bars.synthetic, bars.bars});
  }
  const StrategyRegistry registry = StrategyRegistry::built_in();
  auto runner = BacktestRunner::make(run.result.engine, registry,
                                     MarketFeed(std::move(sources), {}, SessionCalendar::us_equity()));
  if (!runner) {
    ADD_FAILURE() << runner.error().text();
    return run;
  }
  (*runner)->run();
  SessionRecord& record = run.result.record = (*runner)->take_record();
  if (!config.statistics.benchmark.empty()) {
    run.result.benchmark = benchmark_equity(run.series.front().bars, record.initial_cash, record.daily);
  }
  const bool compared = !config.statistics.benchmark.empty();
  const auto& returns = run.result.benchmark_returns =
      benchmark_returns(compared ? run.series.front().bars : std::vector<Bar>(), record.daily);
  run.result.statistics = compute_statistics({.initial_equity = record.initial_cash,
                                              .curve = record.equity,
                                              .daily = record.daily,
                                              .trades = record.trades,
                                              .benchmark_returns = returns,
                                              .events = record.counts.market_events,
                                              .events_in_market = record.counts.market_events_in_market,
                                              .traded_notional = record.counts.traded_notional,
                                              .fees = record.account.fees,
                                              .options = statistics_options(config)});
  run.result.receipt = make_receipt(config, record, std::move(data));
  return run;
}

}  // namespace bellwether
