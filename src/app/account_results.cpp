#include "app/account_results.hpp"

#include "app/live_market.hpp"
#include "backtest/backtest.hpp"

namespace bellwether {
namespace {

/// Daily bars of the sessions of a record.
MarketDataSet daily_bars(const AppConfig& config, const EngineConfig& engine, const StrategyRegistry& registry,
                         const SessionRecord& record) {
  const SimulatedMarket market(market_options(config, engine, registry), {});
  std::vector<BarSeries> series;
  for (std::size_t i = 0; i < engine.instruments.size(); ++i) {
    BarSeries& daily = series.emplace_back();
    daily.symbol = engine.instruments[i].symbol;
    daily.interval = kDailyInterval;
    daily.synthetic = true;
    for (const DailyEquity& day : record.daily) {
      daily.bars.push_back(market.daily_bar(static_cast<InstrumentIndex>(i), day.session));
    }
  }
  return MarketDataSet::of_bars(std::move(series));
}

}  // namespace

Expected<AccountResult> account_result(const std::string& path, const SessionSpan& span, const AccountSetup& setup,
                                       const StrategyRegistry& registry) {
  auto books = read_record(path, span);
  if (!books) return books.error();
  const std::uint64_t commands = books->operator_commands;
  AccountResult account;
  account.last_event = books->last_event;
  EngineConfig engine = account_engine_config(setup);
  SessionRecord record = record_under(std::move(*books), engine);
  account.data = std::make_unique<const MarketDataSet>(daily_bars(setup.config, engine, registry, record));
  account.result = finish_run(setup.config, registry, std::move(record), *account.data, std::move(engine));
  account.result.receipt.operator_commands = commands;
  return account;
}

}  // namespace bellwether
