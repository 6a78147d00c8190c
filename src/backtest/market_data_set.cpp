#include "backtest/market_data_set.hpp"

#include <algorithm>

#include "config/configuration.hpp"
#include "engine/aggregation.hpp"
#include "engine/fee_model.hpp"
#include "engine/synthetic.hpp"

namespace bellwether {
namespace {

/// Calendar days before the first session from which daily bars warm a strategy up: 200 sessions and some to spare.
constexpr int kHistoryDays = 300;
/// Calendar days in which there is a session for certain.
constexpr int kSomeSessionDays = 10;

/// The corporate actions of a run over `raw`, with what fees by the share need to know of its shares.
std::vector<CorporateAction> actions_of(const AdjustmentFactors& factors, const BarSeries& raw,
                                        const AppConfig& config) {
  const AdjustmentMode mode = config.data.adjustment;
  std::vector<CorporateAction> actions = corporate_actions(factors, raw, mode);
  if (!FeeModel::counts_shares(config.fees)) return actions;
  return with_traded_shares(std::move(actions), factors, raw, mode);
}

/// A strategy that trades the symbol and wants the most daily bars before; null where none wants any.
const StrategyType* wants_daily_history(const AppConfig& config, const StrategyRegistry& registry,
                                        const std::string& symbol) {
  const StrategyType* most = nullptr;
  for (const StrategySetup& strategy : config.strategies) {
    const StrategyType* type = registry.find(strategy.type);
    const auto& own = strategy.symbols;
    const bool trades_it = own.empty() || std::find(own.begin(), own.end(), symbol) != own.end();
    if (type == nullptr || type->daily_history_sessions == 0 || !trades_it) continue;
    if (most == nullptr || type->daily_history_sessions > most->daily_history_sessions) most = type;
  }
  return most;
}

/// Stamps a bar that contains a session's open with the open.
void start_at_open(BarSeries& series) {
  for (Bar& bar : series.bars) {
    const Session* session = SessionCalendar::us_equity().session_at(bar.start);
    if (session != nullptr && bar.start < session->open && bar.start + series.interval > session->open) {
      bar.start = session->open;
    }
  }
}

void keep_regular_hours(BarSeries& series) {
  const SessionCalendar& calendar = SessionCalendar::us_equity();
  std::erase_if(series.bars, [&](const Bar& bar) {
    const Session* session = calendar.session_at(bar.start);
    return session == nullptr || bar.start < session->open || bar.start >= session->close;
  });
}

template <typename Tick>
void keep_regular_hours(std::vector<Tick>& ticks) {
  std::erase_if(ticks, [](const Tick& tick) { return !SessionCalendar::us_equity().is_open(tick.time); });
}

ReadMode read_mode(const AppConfig& config) { return config.data.strict ? ReadMode::Strict : ReadMode::DropBadRows; }

SessionHours hours_of(const AppConfig& config) {
  return config.data.extended_hours ? SessionHours::Extended : SessionHours::Regular;
}

/// `series` in longer bars.
BarSeries aggregated(const BarSeries& series, const AppConfig& config) {
  const Duration interval = bar_interval(config.data);
  BarSeries longer{series.symbol, interval, series.synthetic, {}};
  BarAggregator aggregator(interval, SessionCalendar::us_equity(), hours_of(config));
  for (const Bar& bar : series.bars) aggregator.update(bar, series.interval, longer.bars);
  aggregator.flush(longer.bars);
  return longer;
}

BarSeries bars_from(const std::vector<Trade>& trades, const std::string& symbol, const AppConfig& config) {
  BarSeries series{symbol, bar_interval(config.data), false, {}};
  BarAggregator aggregator(series.interval, SessionCalendar::us_equity(), hours_of(config));
  for (const Trade& trade : trades) aggregator.update(trade, series.bars);
  aggregator.flush(series.bars);
  return series;
}

}  // namespace

/// Signs what was read and tells what was wrong with it.
template <typename Rows>
void MarketDataSet::note(const std::string& symbol, const Loaded<Rows>& loaded) {
  const auto& files = loaded.files;
  fingerprints_.push_back({files.size() == 1 ? files.front() : files.front() + " .. " + files.back(), loaded.sha256});
  const ReadReport& report = last_report_ = loaded.report;
  if (report.clean()) return;
  warnings_.push_back(symbol + ": " + report.summary());
  for (const RowReport& row : report.first) warnings_.push_back(row.text());
  if (report.dropped + report.gaps > report.first.size()) warnings_.push_back(symbol + ": and more like these");
}

Expected<AdjustmentFactors> MarketDataSet::read_factors(const DataFolder& folder, const std::string& symbol,
                                                        AdjustmentMode mode) {
  auto factors = folder.load_adjustments(symbol);
  if (!factors) return factors.error();
  if (!factors->files.empty()) {
    fingerprints_.push_back({factors->files.front(), factors->sha256});
  } else if (mode != AdjustmentMode::Raw) {
    warnings_.push_back(symbol + ": no adjustment factors, prices are taken as they are");
  }
  return std::move(factors->rows);
}

Expected<BarSeries> MarketDataSet::read_bars(const DataFolder& folder, const std::string& symbol,
                                             const AppConfig& config, Timeframe timeframe, Date first,
                                             AdjustmentMode mode, std::vector<CorporateAction>* actions) {
  const Date last = config.data.end.value_or(SessionCalendar::us_equity().last_date());
  auto loaded = folder.load_bars(symbol, timeframe, first, last, read_mode(config));
  if (!loaded) return loaded.error();
  note(symbol, *loaded);
  BarSeries series = std::move(loaded->rows);
  if (timeframe == Timeframe::Hour) start_at_open(series);
  if (!config.data.extended_hours && timeframe != Timeframe::Daily) keep_regular_hours(series);
  const auto factors = read_factors(folder, symbol, mode);
  if (!factors) return factors.error();
  if (actions != nullptr) *actions = actions_of(*factors, series, config);
  if (auto adjusted = adjust(series, *factors, mode); !adjusted) return adjusted.error();
  return series;
}

Expected<BarSeries> MarketDataSet::read_ticks(const DataFolder& folder, const std::string& symbol,
                                              const AppConfig& config, Date first, Ticks& ticks,
                                              std::vector<CorporateAction>& actions) {
  const Date last = config.data.end.value_or(SessionCalendar::us_equity().last_date());
  const AdjustmentMode mode = config.data.adjustment;
  auto loaded = folder.load_ticks(symbol, first, last, read_mode(config));
  if (!loaded) return loaded.error();
  note(symbol, *loaded);
  ticks = std::move(loaded->rows);
  if (!config.data.extended_hours) {
    keep_regular_hours(ticks.trades);
    keep_regular_hours(ticks.quotes);
  }
  BarSeries series = bars_from(ticks.trades, symbol, config);
  const auto factors = read_factors(folder, symbol, mode);
  if (!factors) return factors.error();
  actions = actions_of(*factors, series, config);
  for (const auto& adjusted : {adjust(series, *factors, mode), adjust(symbol, ticks.trades, *factors, mode),
                               adjust(symbol, ticks.quotes, *factors, mode)}) {
    if (!adjusted) return adjusted.error();
  }
  return series;
}

/// Daily bars beside shorter ones, for the strategies that look back over many sessions. What is missing is no error:
/// such a strategy takes in the sessions of the run.
Expected<void> MarketDataSet::read_history(const DataFolder& folder, const AppConfig& config, const StrategyType& type,
                                           InstrumentIndex instrument) {
  const BarSeries& series = series_[instrument];
  if (series.bars.empty()) return {};
  const Date first = new_york_date(series.bars.front().start);
  const auto known = folder.symbols(Timeframe::Daily);
  BarSeries daily;
  if (std::binary_search(known.begin(), known.end(), series.symbol)) {
    auto read = read_bars(folder, series.symbol, config, Timeframe::Daily, first - kHistoryDays, config.data.adjustment,
                          nullptr);
    if (!read && config.data.strict) return read.error();
    if (read) {
      daily = std::move(*read);
      const auto factors = folder.load_adjustments(series.symbol);
      if (!factors) return factors.error();
      const auto before = factors_before(factors->rows, first, config.data.adjustment);
      if (auto adjusted = adjust(daily, before, AdjustmentMode::Total); !adjusted) return adjusted.error();
    } else {
      warnings_.push_back(read.error().text());
    }
  }
  const auto before = static_cast<std::size_t>(std::count_if(
      daily.bars.begin(), daily.bars.end(), [&](const Bar& bar) { return new_york_date(bar.start) < first; }));
  const Session* eve = SessionCalendar::us_equity().previous(first);
  std::string lack;
  if (before < type.daily_history_sessions) {
    lack = "daily bars of " + std::to_string(before) + " sessions before " + first.to_string() + "; " + type.name +
           " does not trade before it knows " + std::to_string(type.daily_history_sessions);
  } else if (eve != nullptr && new_york_date(daily.bars[before - 1].start) != eve->date) {
    lack = "daily bars end on " + new_york_date(daily.bars[before - 1].start).to_string() + ", before the session of " +
           eve->date.to_string() + "; " + type.name + " does not trade on a session without the close before it";
  }
  if (!lack.empty()) caveats_.push_back(series.symbol + ": " + lack);
  if (daily.bars.empty()) return {};
  history_.push_back(std::move(daily));
  history_instruments_.push_back(instrument);
  return {};
}

Expected<void> MarketDataSet::add_instrument(const DataFolder& folder, const AppConfig& config,
                                             const std::string& symbol, const StrategyType* wants_history) {
  const DataConfig& data = config.data;
  const Date first = data.start.value_or(SessionCalendar::us_equity().first_date());
  const auto instrument = static_cast<InstrumentIndex>(series_.size());
  InstrumentActions actions{instrument, {}};
  Ticks ticks;
  auto series = data.timeframe == Timeframe::Tick
                    ? read_ticks(folder, symbol, config, first, ticks, actions.actions)
                    : read_bars(folder, symbol, config, data.timeframe, first, data.adjustment, &actions.actions);
  if (!series) return series.error();
  if (data.synthetic_minutes) {
    *series = expand_daily(*series, SessionCalendar::us_equity(), data.synthetic_seed);
  }
  if (series->interval < bar_interval(data)) *series = aggregated(*series, config);
  reports_.push_back(last_report_);
  series_.push_back(std::move(*series));
  ticks_.push_back(std::move(ticks));
  actions_.push_back(std::move(actions));
  if (wants_history == nullptr || series_.back().interval >= kDailyInterval) return {};
  return read_history(folder, config, *wants_history, instrument);
}

/// The run goes from the configured start to the configured end; where there is none, from the first bar of all to the
/// last.
void MarketDataSet::assess_all(const AppConfig& config) {
  Timestamp first = kNever;
  Timestamp last = Timestamp{0};
  for (const BarSeries& series : series_) {
    if (series.bars.empty()) continue;
    first = std::min(first, series.bars.front().start);
    last = std::max(last, series.bars.back().start);
  }
  if (first == kNever) return;
  const RunPeriod period{config.data.start.value_or(new_york_date(first)),
                         config.data.end.value_or(new_york_date(last))};
  for (std::size_t i = 0; i < series_.size(); ++i) {
    const bool made_from_trades = config.data.timeframe == Timeframe::Tick;
    quality_.push_back(assess(series_[i], actions_[i].actions, reports_[i], period, !made_from_trades));
    const auto doubts = caveats_of(quality_.back());
    caveats_.insert(caveats_.end(), doubts.begin(), doubts.end());
  }
}

Expected<MarketDataSet> MarketDataSet::load(const AppConfig& config, const StrategyRegistry& registry) {
  if (config.market_data.source == MarketDataOrigin::Simulated) {
    return Error{"market_data.source", "simulated prices are made as time passes, for `bellwether run` alone"};
  }
  auto folder = DataFolder::open(config.data.directory);
  if (!folder) return folder.error();
  MarketDataSet set;
  for (const std::string& symbol : config.data.symbols) {
    auto added = set.add_instrument(*folder, config, symbol, wants_daily_history(config, registry, symbol));
    if (!added) return added.error();
  }
  if (!config.statistics.benchmark.empty()) {
    const Date first = config.data.start.value_or(SessionCalendar::us_equity().first_date());
    // Whole returns, and the close before the first session.
    auto series = set.read_bars(*folder, config.statistics.benchmark, config, Timeframe::Daily,
                                first - kSomeSessionDays, AdjustmentMode::Total, nullptr);
    if (!series) return series.error();
    set.benchmark_ = std::move(*series);
  }
  set.warnings_.insert(set.warnings_.end(), set.caveats_.begin(), set.caveats_.end());
  set.assess_all(config);
  return set;
}

MarketFeed MarketDataSet::feed() const {
  std::vector<FeedSource> sources;
  for (std::size_t i = 0; i < series_.size(); ++i) {
    FeedSource source;
    source.instrument = static_cast<InstrumentIndex>(i);
    source.bars = series_[i].bars;
    source.interval = series_[i].interval;
    source.clock_aligned = series_[i].clock_aligned;
    source.synthetic = series_[i].synthetic;
    source.derived = !ticks_[i].trades.empty();
    // A bar that ends with an instant comes before a trade of that instant.
    sources.push_back(source);
    FeedSource trades;
    trades.instrument = source.instrument;
    trades.trades = ticks_[i].trades;
    if (!ticks_[i].trades.empty()) sources.push_back(trades);
    FeedSource quotes;
    quotes.instrument = source.instrument;
    quotes.quotes = ticks_[i].quotes;
    if (!ticks_[i].quotes.empty()) sources.push_back(quotes);
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
  for (const FileFingerprint& each : fingerprints_) text += each.file + " " + each.sha256 + "\n";
  return text;
}

MarketDataSet MarketDataSet::of_bars(std::vector<BarSeries> series) {
  MarketDataSet set;
  for (BarSeries& each : series) set.series_.push_back(std::move(each));
  return set;
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
  for (const Ticks& ticks : ticks_) {
    if (!ticks.trades.empty()) first = std::min(first, ticks.trades.front().time);
    if (!ticks.quotes.empty()) first = std::min(first, ticks.quotes.front().time);
  }
  return first;
}

Timestamp MarketDataSet::last_time() const {
  Timestamp last;
  for (const BarSeries& series : series_) {
    if (!series.bars.empty()) last = std::max(last, series.bars.back().start + series.interval);
  }
  for (const Ticks& ticks : ticks_) {
    if (!ticks.trades.empty()) last = std::max(last, ticks.trades.back().time);
    if (!ticks.quotes.empty()) last = std::max(last, ticks.quotes.back().time);
  }
  return last;
}

std::uint64_t MarketDataSet::market_events() const {
  std::uint64_t count = 0;
  for (const BarSeries& series : series_) count += series.bars.size();
  for (const Ticks& ticks : ticks_) count += ticks.trades.size() + ticks.quotes.size();
  return count;
}

}  // namespace bellwether
