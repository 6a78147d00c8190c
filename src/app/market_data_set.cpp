#include "app/market_data_set.hpp"

#include <algorithm>

#include "engine/synthetic.hpp"

namespace bellwether {
namespace {

/// Calendar days before the start from which daily bars warm a strategy up: 200 sessions and some to spare.
constexpr int kHistoryDays = 300;

bool wants_daily_history(const AppConfig& config, const StrategyRegistry& registry, const std::string& symbol) {
  return std::any_of(config.strategies.begin(), config.strategies.end(), [&](const StrategySetup& strategy) {
    const StrategyType* type = registry.find(strategy.type);
    const auto& own = strategy.symbols;
    const bool trades_it = own.empty() || std::find(own.begin(), own.end(), symbol) != own.end();
    return type != nullptr && type->daily_history_sessions > 0 && trades_it;
  });
}

void keep_regular_hours(BarSeries& series) {
  const SessionCalendar& calendar = SessionCalendar::us_equity();
  std::erase_if(series.bars, [&](const Bar& bar) {
    const Session* session = calendar.session_at(bar.start);
    return session == nullptr || bar.start < session->open || bar.start >= session->close;
  });
}

}  // namespace

Expected<BarSeries> MarketDataSet::read_bars(const DataFolder& folder, const std::string& symbol,
                                             const AppConfig& config, Timeframe timeframe, Date first,
                                             std::vector<CorporateAction>* actions) {
  const SessionCalendar& calendar = SessionCalendar::us_equity();
  const ReadMode mode = config.data.strict ? ReadMode::Strict : ReadMode::DropBadRows;
  auto bars = folder.load_bars(symbol, timeframe, first, config.data.end.value_or(calendar.last_date()), mode);
  if (!bars) return bars.error();
  fingerprints_.push_back(
      {bars->files.size() == 1 ? bars->files.front() : bars->files.front() + " .. " + bars->files.back(),
       bars->sha256});
  if (bars->report.dropped > 0 || bars->report.missing_sessions > 0 || bars->report.missing_minutes > 0) {
    warnings_.push_back(symbol + ": " + bars->report.summary());
  }
  BarSeries series = std::move(bars->rows);
  if (!config.data.extended_hours && timeframe != Timeframe::Daily) keep_regular_hours(series);
  auto factors = folder.load_adjustments(symbol);
  if (factors) {
    fingerprints_.push_back({factors->files.front(), factors->sha256});
    if (actions != nullptr) *actions = corporate_actions(factors->rows, series, config.data.adjustment);
    if (auto adjusted = adjust(series, factors->rows, config.data.adjustment); !adjusted) return adjusted.error();
  } else if (config.data.adjustment != AdjustmentMode::Raw) {
    warnings_.push_back(symbol + ": no adjustment factors, prices are taken as they are");
  }
  return series;
}

Expected<MarketDataSet> MarketDataSet::load(const AppConfig& config, const StrategyRegistry& registry) {
  auto folder = DataFolder::open(config.data.directory);
  if (!folder) return folder.error();
  const SessionCalendar& calendar = SessionCalendar::us_equity();
  const Date first = config.data.start.value_or(calendar.first_date());
  MarketDataSet set;
  for (std::size_t i = 0; i < config.data.symbols.size(); ++i) {
    const std::string& symbol = config.data.symbols[i];
    const auto instrument = static_cast<InstrumentIndex>(i);
    InstrumentActions actions{instrument, {}};
    auto series = set.read_bars(*folder, symbol, config, config.data.timeframe, first, &actions.actions);
    if (!series) return series.error();
    if (config.data.synthetic_minutes && config.data.timeframe == Timeframe::Daily) {
      *series = expand_daily(*series, calendar, config.data.synthetic_seed);
    }
    if (series->interval < kDailyInterval && wants_daily_history(config, registry, symbol)) {
      auto daily = set.read_bars(*folder, symbol, config, Timeframe::Daily, first - kHistoryDays, nullptr);
      if (!daily) return daily.error();
      set.history_.push_back(std::move(*daily));
      set.history_instruments_.push_back(instrument);
    }
    set.series_.push_back(std::move(*series));
    set.actions_.push_back(std::move(actions));
  }
  if (!config.statistics.benchmark.empty()) {
    auto series = set.read_bars(*folder, config.statistics.benchmark, config, Timeframe::Daily, first, nullptr);
    if (!series) return series.error();
    set.benchmark_ = std::move(*series);
  }
  return set;
}

MarketFeed MarketDataSet::feed() const {
  std::vector<FeedSource> sources;
  for (std::size_t i = 0; i < series_.size(); ++i) {
    FeedSource source;
    source.instrument = static_cast<InstrumentIndex>(i);
    source.bars = series_[i].bars;
    source.interval = series_[i].interval;
    source.synthetic = series_[i].synthetic;
    sources.push_back(source);
  }
  for (std::size_t i = 0; i < history_.size(); ++i) {
    FeedSource source;
    source.instrument = history_instruments_[i];
    source.bars = history_[i].bars;
    source.interval = history_[i].interval;
    source.history = true;
    sources.push_back(source);
  }
  return MarketFeed(std::move(sources), actions_, SessionCalendar::us_equity());
}

std::string MarketDataSet::fingerprint_text() const {
  std::string text;
  for (const DataFingerprint& each : fingerprints_) text += each.file + " " + each.sha256 + "\n";
  return text;
}

std::vector<PriceHistory> MarketDataSet::prices() const {
  std::vector<PriceHistory> prices;
  for (const BarSeries& series : series_) {
    prices.push_back({series.symbol, series.interval, series.synthetic, series.bars});
  }
  return prices;
}

Timestamp MarketDataSet::first_time() const {
  Timestamp first = kNever;
  for (const BarSeries& series : series_) {
    if (!series.bars.empty()) first = std::min(first, series.bars.front().start);
  }
  return first;
}

std::uint64_t MarketDataSet::market_events() const {
  std::uint64_t count = 0;
  for (const BarSeries& series : series_) count += series.bars.size();
  return count;
}

}  // namespace bellwether
