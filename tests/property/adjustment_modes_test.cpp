// A strategy decides the same whatever prices are adjusted for, and whatever else is traded beside.
#include <cmath>
#include <random>

#include "engine/adjustment.hpp"
#include "tests/support/strategy_run.hpp"

namespace bellwether {
namespace {

using namespace testing;

constexpr std::int64_t kOne = 1'000'000'000;

ParameterValue n(std::int64_t value) { return value; }

/// The account never runs dry, ticks are so fine that no rounding moves a price across another, and positions have
/// shares enough for every reverse split: what differs between runs is then decisions alone.
EngineConfig roomy(const std::string& strategy, const GivenParameters& given,
                   const std::vector<std::string>& symbols = {"A"}) {
  EngineConfig config = config_with(strategy, given, symbols);
  config.account.initial_cash = Money::from_int(1'000'000'000'000);
  config.account.shorting = true;
  for (Instrument& each : config.instruments) each.tick = Price::from_raw(1);
  return config;
}

const std::vector<std::pair<const char*, GivenParameters>> kDailyStrategies{
    {"buy_and_hold", {{"quantity", n(10'000)}}},
    {"sma_cross", {{"quantity", n(10'000)}, {"fast", n(2)}, {"slow", n(5)}}},
    {"sma_cross", {{"quantity", n(10'000)}, {"fast", n(3)}, {"slow", n(8)}, {"short", true}}},
    {"rsi_reversion", {{"quantity", n(10'000)}, {"period", n(4)}, {"buy_below", 40.0}}},
    {"donchian_breakout", {{"quantity", n(10'000)}, {"entry", n(4)}, {"exit", n(3)}, {"atr", n(3)}, {"stop_atr", 1.0}}},
    {"donchian_breakout",
     {{"quantity", n(10'000)}, {"entry", n(4)}, {"exit", n(3)}, {"atr", n(3)}, {"stop_atr", 0.0}}}};

/// Bars as traded, with the factors of the splits and dividends in them.
struct Series {
  std::vector<Bar> bars;
  AdjustmentFactors factors;
};

/// Prices that wander, in billionths so that averages do not tie, with a split or a dividend or both on one day of
/// twelve.
class Walk {
 public:
  explicit Walk(std::uint64_t seed) : random_(seed), last_(40 + 100 * uniform()) {}

  /// Bars of the next session, the last of them at its close or before.
  void add_session(const Session& session, std::size_t bars, Duration interval, std::vector<Bar>& out) {
    if (before_ && uniform() < 1 / 12.0) act();
    before_ = session.date;
    for (std::size_t i = 0; i < bars; ++i) {
      const double open = last_ * moved(0.01);
      last_ = open * moved(0.03);
      const double high = std::max(open, last_) * (1 + 0.015 * uniform());
      const double low = std::min(open, last_) * (1 - 0.015 * uniform());
      out.push_back({session.open + static_cast<std::int64_t>(i) * interval, traded(open), traded(high), traded(low),
                     traded(last_), shares(1'000'000)});
    }
  }

  [[nodiscard]] AdjustmentFactors factors() const {
    AdjustmentFactors result;
    double price = 1;
    double split = 1;
    for (auto each = actions_.rbegin(); each != actions_.rend(); ++each) {
      price *= each->price;
      split *= each->split;
      result.rows.insert(result.rows.begin(), {each->before, std::llround(price * kOne), std::llround(split * kOne)});
    }
    return result;
  }
  [[nodiscard]] double uniform() { return static_cast<double>(random_() >> 11) * 0x1p-53; }

 private:
  struct Action {
    Date before;
    double price, split;
  };

  void act() {
    const double ratios[] = {1, 1, 2, 3, 1.5, 0.5, 0.25};
    const double payments[] = {0, 0.004, 0.02, 0.05};
    double ratio = ratios[random_() % std::size(ratios)];
    // All splits together stay within what prices and positions can bear.
    if (splits_ * ratio > 16 || splits_ * ratio < 1 / 16.0) ratio = 1 / ratio;
    splits_ *= ratio;
    const double kept = 1 - payments[random_() % std::size(payments)];
    last_ *= kept / ratio;
    actions_.push_back({*before_, kept, 1 / ratio});
  }
  double moved(double most) { return 1 + most * (2 * uniform() - 1); }
  static Price traded(double price) { return Price::from_raw(std::max<std::int64_t>(std::llround(price * kOne), 1)); }

  std::mt19937_64 random_;
  double last_;
  double splits_ = 1;
  std::optional<Date> before_;
  std::vector<Action> actions_;
};

std::vector<Session> sessions(std::size_t count) {
  const auto all = SessionCalendar::us_equity().between(Date::from_ymd(2013, 1, 2), Date::from_ymd(2014, 12, 31));
  return {all.begin(), all.begin() + static_cast<std::ptrdiff_t>(count)};
}

/// When and which way it traded. Amounts differ: by shares, prices and dividends.
std::string decisions(const EngineConfig& config, const Series& series, Duration interval, AdjustmentMode mode,
                      const std::vector<Bar>& daily) {
  const BarSeries traded{"A", interval, false, series.bars};
  BarSeries bars = traded;
  BarSeries history{"A", kDailyInterval, false, daily};
  RC_ASSERT(adjust(bars, series.factors, mode).has_value());
  RC_ASSERT(adjust(history, series.factors, mode).has_value());
  const Date first = new_york_date(bars.bars.front().start);
  RC_ASSERT(adjust(history, factors_before(series.factors, first, mode), AdjustmentMode::Total).has_value());
  const StrategyRun run =
      run_strategy(config, bars.bars, interval, history.bars, corporate_actions(series.factors, traded, mode));
  std::string text;
  for (const FillRow& fill : run.record.fills) {
    text += format_rfc3339(fill.report.time) + " " + std::string(token(fill.report.side)) + "\n";
  }
  return text;
}

void decides_the_same(const EngineConfig& config, const Series& series, Duration interval,
                      const std::vector<Bar>& daily = {}) {
  const std::string raw = decisions(config, series, interval, AdjustmentMode::Raw, daily);
  RC_CLASSIFY(!raw.empty(), config.strategies[0].type);
  RC_ASSERT(decisions(config, series, interval, AdjustmentMode::Split, daily) == raw);
  RC_ASSERT(decisions(config, series, interval, AdjustmentMode::Total, daily) == raw);
}

TEST(Decisions, AreTheSameForEveryAdjustmentOfDailyBars) {
  EXPECT_TRUE(rc::check("raw, split and total", [] {
    Walk walk(*rc::gen::arbitrary<std::uint64_t>());
    Series series;
    for (const Session& session : sessions(80)) walk.add_session(session, 1, kDailyInterval, series.bars);
    series.factors = walk.factors();
    for (const auto& [name, parameters] : kDailyStrategies) {
      decides_the_same(roomy(name, parameters), series, kDailyInterval);
    }
  }));
}

TEST(Decisions, AreTheSameForEveryAdjustmentOfIntradayBars) {
  constexpr std::size_t kHistory = 205;
  const EngineConfig config = roomy(
      "dp20", {{"quantity", n(10'000)}, {"signal_window_end", std::string("13:00")}, {"stop_atr_multiplier", 3.0}});
  EXPECT_TRUE(rc::check("raw, split and total", [&] {
    Walk walk(*rc::gen::arbitrary<std::uint64_t>());
    std::vector<Bar> daily;
    Series series;
    for (const Session& session : sessions(kHistory + 6)) {
      const bool past = daily.size() < kHistory;
      walk.add_session(session, past ? 1 : 195, past ? kDailyInterval : std::chrono::minutes(2),
                       past ? daily : series.bars);
    }
    series.factors = walk.factors();
    decides_the_same(config, series, std::chrono::minutes(2), daily);
  }));
}

/// What was traded of instrument `wanted`: when, which way, how much and at which price.
std::string trades(const EngineConfig& config, const std::vector<Series>& series, InstrumentIndex wanted) {
  std::vector<FeedSource> sources;
  std::vector<InstrumentActions> actions;
  for (std::size_t i = 0; i < series.size(); ++i) {
    const auto index = static_cast<InstrumentIndex>(i);
    FeedSource& source = sources.emplace_back();
    source.instrument = index;
    source.bars = series[i].bars;
    source.interval = kDailyInterval;
    const BarSeries traded{"", kDailyInterval, false, series[i].bars};
    actions.push_back({index, corporate_actions(series[i].factors, traded, AdjustmentMode::Raw)});
  }
  auto runner = BacktestRunner::make(config, StrategyRegistry::built_in(),
                                     MarketFeed(std::move(sources), std::move(actions), SessionCalendar::us_equity()))
                    .value();
  runner->run();
  std::string text;
  for (const FillRow& fill : runner->record().fills) {
    const ExecutionReport& report = fill.report;
    if (report.instrument != wanted) continue;
    text += format_rfc3339(report.time) + " " + std::string(token(report.side)) + " " +
            report.last_quantity.to_string() + " at " + report.last_price.to_string() + "\n";
  }
  return text;
}

TEST(Decisions, AreTheSameWhateverElseIsTraded) {
  EXPECT_TRUE(rc::check("a symbol alone, and beside another with holes of its own", [] {
    const auto seed = *rc::gen::arbitrary<std::uint64_t>();
    const auto cap = *rc::gen::element<std::optional<double>>(std::nullopt, 0.003);
    Walk walk(seed);
    Walk other(seed + 1);
    Series one;
    Series two;
    for (const Session& session : sessions(80)) {
      std::vector<Bar> lacking;
      walk.add_session(session, 1, kDailyInterval, walk.uniform() < 0.15 ? lacking : one.bars);
      other.add_session(session, 1, kDailyInterval, other.uniform() < 0.15 ? lacking : two.bars);
    }
    one.factors = walk.factors();
    two.factors = other.factors();
    for (const auto& [name, parameters] : kDailyStrategies) {
      EngineConfig alone = roomy(name, parameters);
      EngineConfig beside = roomy(name, parameters, {"A", "B"});
      alone.fills.participation = beside.fills.participation = cap;
      const std::string traded = trades(alone, {one}, 0);
      RC_CLASSIFY(!traded.empty(), std::string(name));
      RC_ASSERT(trades(beside, {one, two}, 0) == traded);
    }
  }));
}

}  // namespace
}  // namespace bellwether
