// Performance statistics: examples worked by hand, figures that are not defined, and properties.
#include "engine/statistics.hpp"

#include <cmath>
#include <set>

#include "engine/calendar.hpp"
#include "engine/statistics/drawdown.hpp"
#include "engine/statistics/elementary.hpp"

namespace bellwether {
namespace {

using testing::DoubleNear;
using testing::Optional;

Money units(const char* text) { return *Money::parse(text); }

auto is_near(double value) { return Optional(DoubleNear(value, 1e-9)); }

/// What a run leaves behind, with one point of the curve a session, one session a day.
struct TestRun {
  Money initial = Money::from_int(100);
  EquityCurve curve;
  std::vector<DailyEquity> daily;
  std::vector<TradeRecord> trades;
  std::vector<std::optional<double>> benchmark;
  StatisticsOptions options;

  void close_session(Money equity) {
    const Date date = Date::from_ymd(2024, 1, 30) + static_cast<int>(daily.size());
    daily.push_back({date, equity});
    curve.append(date.midnight_utc(), equity);
  }
  [[nodiscard]] Statistics statistics() const {
    return compute_statistics({.initial_equity = initial,
                               .curve = curve,
                               .daily = daily,
                               .trades = trades,
                               .benchmark_returns = benchmark,
                               .events = 8,
                               .events_in_market = 2,
                               .traded_notional = Money::from_int(318),
                               .fees = units("3.25"),
                               .options = options});
  }
};

TestRun run_of(std::initializer_list<const char*> equities) {
  TestRun run;
  for (const char* equity : equities) run.close_session(units(equity));
  return run;
}

/// Returns of +10 %, -10 %, +10 %, at nine sessions a year.
TestRun up_down_up() {
  TestRun run = run_of({"110", "99", "108.9"});
  run.options.periods_per_year = 9;
  return run;
}

TradeRecord trade(const char* net_pnl, const char* risk = nullptr) {
  TradeRecord record;
  record.net_pnl = units(net_pnl);
  record.fees = units("0.5");
  record.mae = units("-2");
  record.mfe = units("3");
  record.exit_time = record.entry_time + std::chrono::hours(2);
  if (risk != nullptr) record.initial_risk = units(risk);
  return record;
}

TEST(Statistics, ReturnAndRatiosFollowFromThreeSessions) {
  const Statistics s = up_down_up().statistics();
  EXPECT_EQ(s.sessions, 3u);
  EXPECT_EQ(s.final_equity, units("108.9"));
  EXPECT_THAT(s.total_return, is_near(0.089));
  EXPECT_THAT(s.cagr, is_near(0.291467969));  // 1.089^(9/3) - 1.
  // Mean 1/30; deviations 1/15, -2/15, 1/15; standard deviation sqrt(6/225/2) = 1/sqrt(75).
  EXPECT_THAT(s.annual_volatility, is_near(3 / std::sqrt(75.0)));
  EXPECT_THAT(s.sharpe, is_near(std::sqrt(3.0) / 2));
  EXPECT_THAT(s.sortino, is_near(std::sqrt(3.0)));  // (1/30) x 3 / sqrt(0.01/3).
  EXPECT_THAT(s.calmar, is_near(2.91467969));
}

TEST(Statistics, ProbabilisticSharpeUsesSkewAndKurtosis) {
  const Statistics s = up_down_up().statistics();
  // m2 = 2/225, m3 = -2/3375, m4 = 6/50625.
  EXPECT_THAT(s.skew, is_near(-1 / std::sqrt(2.0)));
  EXPECT_THAT(s.kurtosis, is_near(-1.5));
  // z = 0.288675 sqrt(2) / sqrt(1 + 0.204124 + 0.010417) = 0.370440; the normal table has 0.644309 at 0.37, slope
  // 0.3726.
  EXPECT_THAT(s.probabilistic_sharpe, Optional(DoubleNear(0.644473, 2e-6)));
}

TEST(Statistics, RiskFreeRateIsCompoundedToTheSession) {
  TestRun run = up_down_up();
  run.options.risk_free_annual = 0.09368527268436089;  // 1.01^9 - 1.
  run.options.minimum_acceptable_annual = 0.09368527268436089;
  const Statistics s = run.statistics();
  EXPECT_THAT(s.sharpe, is_near((1.0 / 30 - 0.01) * std::sqrt(75.0) * 3));
  EXPECT_THAT(s.sortino, is_near((1.0 / 30 - 0.01) * 3 / std::sqrt(0.11 * 0.11 / 3)));
}

TEST(Statistics, TailsInterpolateBetweenTheLowestReturns) {
  const Statistics s = up_down_up().statistics();
  EXPECT_THAT(s.value_at_risk_95, is_near(-0.08));   // Rank 2 x 0.05 = 0.1 between -0.1 and 0.1.
  EXPECT_THAT(s.value_at_risk_99, is_near(-0.096));  // Rank 0.02.
  EXPECT_THAT(s.expected_shortfall_95, is_near(-0.1));
  EXPECT_THAT(s.expected_shortfall_99, is_near(-0.1));
}

TEST(Statistics, UlcerIndexIsTheRootMeanSquareOfDrawdowns) {
  EXPECT_THAT(up_down_up().statistics().ulcer_index, is_near(std::sqrt((0.01 + 0.0001) / 3)));
}

TEST(Statistics, BenchmarkOfHalfTheReturnsGivesBetaTwo) {
  TestRun run = up_down_up();
  run.benchmark = {0.05, -0.05, 0.05};
  const Statistics s = run.statistics();
  EXPECT_THAT(s.beta, is_near(2));
  EXPECT_THAT(s.alpha, is_near(0));
  EXPECT_THAT(s.tracking_error, is_near(3 * 0.5 / std::sqrt(75.0)));
  EXPECT_THAT(s.information_ratio, is_near(std::sqrt(3.0) / 2));
  EXPECT_THAT(s.treynor, is_near(0.15));  // (1/30) x 9 / 2.
}

TEST(Statistics, AlphaIsCompoundedToAYear) {
  TestRun run = up_down_up();
  run.benchmark = {0.04, -0.06, 0.04};  // Half the returns less 1 %: 2 % a session is left over.
  EXPECT_THAT(run.statistics().alpha, is_near(0.19509256862));  // 1.02^9 - 1.
}

TEST(Statistics, DrawdownIsMeasuredOverEveryEvent) {
  TestRun run = run_of({});
  const auto minute = [](int n) { return Timestamp::from_seconds(60 * n); };
  int at = 0;
  for (const char* equity : {"100", "120", "120", "90", "100", "120", "119"})
    run.curve.append(minute(at++), units(equity));
  const Statistics s = run.statistics();
  EXPECT_THAT(s.max_drawdown, is_near(-0.25));
  EXPECT_EQ(s.max_drawdown_duration, std::chrono::minutes(3));  // Leaves the peak at 2, is back at 5.
  EXPECT_EQ(s.max_drawdown_recovery, std::chrono::minutes(2));  // Trough at 3.
  EXPECT_EQ(s.final_equity, units("119"));
}

TEST(Statistics, DrawdownThatDoesNotRecoverLastsToTheEnd) {
  const Statistics s = run_of({"90", "80", "95", "99"}).statistics();
  EXPECT_THAT(s.max_drawdown, is_near(-0.2));
  EXPECT_EQ(s.max_drawdown_duration,
            std::chrono::hours(72));  // From the first instant: the peak is the initial equity.
  EXPECT_EQ(s.max_drawdown_recovery, std::nullopt);
}

TEST(Statistics, TradesAreCountedAfterFees) {
  TestRun run = run_of({"100"});
  run.trades = {trade("100", "50"), trade("50"), trade("-30", "30"), trade("0", "0"), trade("-60"), trade("10", "20")};
  const Statistics s = run.statistics();
  EXPECT_EQ(s.trades, 6u);
  EXPECT_EQ(s.winning_trades, 3u);
  EXPECT_EQ(s.losing_trades, 2u);
  EXPECT_THAT(s.win_rate, is_near(0.5));
  EXPECT_THAT(s.profit_factor, is_near(16.0 / 9));
  EXPECT_EQ(s.expectancy, units("11.666667"));
  EXPECT_EQ(s.average_win, units("53.333333"));
  EXPECT_EQ(s.average_loss, units("-45"));
  EXPECT_THAT(s.payoff_ratio, is_near(160.0 / 3 / 45));
  EXPECT_EQ(s.largest_win, units("100"));
  EXPECT_EQ(s.largest_loss, units("-60"));
  EXPECT_EQ(s.max_consecutive_wins, 2u);
  EXPECT_EQ(s.max_consecutive_losses, 1u);  // The trade at zero stands between the two.
  EXPECT_EQ(s.total_fees, units("3.25"));   // Of the run, not of the round trips alone.
  EXPECT_EQ(s.average_mae, units("-2"));
  EXPECT_EQ(s.average_mfe, units("3"));
  EXPECT_EQ(s.average_holding_time, std::chrono::hours(2));
}

TEST(Statistics, RMultiplesLeaveOutTradesWithoutRisk) {
  TestRun run = run_of({"100"});
  run.trades = {trade("100", "50"), trade("50"), trade("-30", "30"), trade("0", "0"), trade("10", "20")};
  EXPECT_EQ(r_multiples(run.trades), (std::vector<double>{2, -1, 0.5}));
  const Statistics s = run.statistics();
  EXPECT_EQ(s.r_multiple_trades, 3u);
  EXPECT_THAT(s.r_multiple_mean, is_near(0.5));
  EXPECT_THAT(s.r_multiple_median, is_near(0.5));
  EXPECT_THAT(s.r_multiple_stdev, is_near(1.5));
}

TEST(Statistics, MedianOfAnEvenNumberOfRMultiplesIsTheMiddleOfTwo) {
  TestRun run = run_of({"100"});
  run.trades = {trade("8", "1"), trade("1", "1"), trade("2", "1"), trade("4", "1")};
  EXPECT_THAT(run.statistics().r_multiple_median, is_near(3));
}

TEST(Statistics, ExposureAndTurnoverComeFromTheCounts) {
  const Statistics s = up_down_up().statistics();
  EXPECT_THAT(s.exposure, is_near(0.25));
  EXPECT_THAT(s.turnover, is_near(318 / ((110 + 99 + 108.9) / 3)));
}

TEST(Statistics, NothingIsDefinedWithoutSessionsEventsAndTrades) {
  const EquityCurve none;
  const Statistics s = compute_statistics({.initial_equity = Money::from_int(100), .curve = none});
  Statistics expected;
  expected.initial_equity = expected.final_equity = Money::from_int(100);
  expected.total_return = 0;
  EXPECT_EQ(s, expected);
}

TEST(Statistics, FlatEquityHasNoRatios) {
  TestRun run = run_of({"100", "100", "100"});
  run.benchmark = {0.01, 0.01, 0.01};
  const Statistics s = run.statistics();
  EXPECT_EQ(s.annual_volatility, 0.0);
  EXPECT_EQ(s.max_drawdown, 0.0);
  EXPECT_FALSE(std::signbit(*s.max_drawdown));
  for (const auto& absent : {s.sharpe, s.sortino, s.calmar, s.skew, s.kurtosis, s.probabilistic_sharpe, s.alpha, s.beta,
                             s.treynor, s.information_ratio}) {
    EXPECT_EQ(absent, std::nullopt);
  }
  EXPECT_EQ(s.max_drawdown_duration, std::nullopt);
  EXPECT_EQ(s.max_drawdown_recovery, std::nullopt);
}

TEST(Statistics, SteadyGrowthIsZeroVolatilityInSpiteOfRounding) {
  const Statistics s = run_of({"110", "121", "133.1", "146.41"}).statistics();
  EXPECT_EQ(s.annual_volatility, 0.0);
  EXPECT_EQ(s.sharpe, std::nullopt);
}

TEST(Statistics, OneSessionHasNoDeviation) {
  const Statistics s = run_of({"90"}).statistics();
  EXPECT_EQ(s.annual_volatility, std::nullopt);
  EXPECT_EQ(s.sortino, std::nullopt);
  EXPECT_THAT(s.value_at_risk_99, is_near(-0.1));
}

TEST(Statistics, RuinLeavesNoReturnsButADrawdown) {
  const Statistics s = run_of({"50", "-20", "10"}).statistics();
  EXPECT_THAT(s.max_drawdown, is_near(-1.2));
  EXPECT_THAT(s.total_return, is_near(-0.9));
  EXPECT_EQ(s.sharpe, std::nullopt);
  EXPECT_EQ(s.value_at_risk_95, std::nullopt);
  EXPECT_EQ(run_of({"50", "-20"}).statistics().cagr, std::nullopt);
  EXPECT_EQ(run_of({"50", "0"}).statistics().cagr, -1.0);
}

TEST(Statistics, NoInitialEquityHasNoReturn) {
  TestRun run = run_of({"50", "60"});
  run.initial = Money();
  const Statistics s = run.statistics();
  for (const auto& absent : {s.total_return, s.cagr, s.sharpe, s.max_drawdown, s.ulcer_index, s.value_at_risk_95}) {
    EXPECT_EQ(absent, std::nullopt);
  }
}

TEST(Statistics, OnlyWinsHaveNoLossFigures) {
  TestRun run = run_of({"100"});
  run.trades = {trade("5"), trade("7")};
  const Statistics s = run.statistics();
  EXPECT_EQ(s.win_rate, 1.0);
  EXPECT_EQ(s.profit_factor, std::nullopt);
  EXPECT_EQ(s.payoff_ratio, std::nullopt);
  EXPECT_EQ(s.average_loss, std::nullopt);
  EXPECT_EQ(s.r_multiple_mean, std::nullopt);
  EXPECT_EQ(s.max_consecutive_wins, 2u);
}

TEST(MonthlyReturns, CompareTheLastClosesOfMonths) {
  const TestRun run = run_of({"110", "120", "90", "60"});  // January 30 and 31, February 1 and 2.
  const auto months = monthly_returns(run.initial, run.daily);
  ASSERT_EQ(months.size(), 2u);
  EXPECT_EQ(months[0].year, 2024);
  EXPECT_EQ(months[0].month, 1u);
  EXPECT_THAT(months[0].value, is_near(0.2));
  EXPECT_EQ(months[1].month, 2u);
  EXPECT_THAT(months[1].value, is_near(-0.5));
  EXPECT_TRUE(monthly_returns(run.initial, {}).empty());
}

TEST(MonthlyReturns, SameMonthOfAnotherYearIsAnotherMonth) {
  const std::vector<DailyEquity> daily = {{Date::from_ymd(2023, 5, 2), units("110")},
                                          {Date::from_ymd(2024, 5, 2), units("0")},
                                          {Date::from_ymd(2024, 6, 3), units("5")}};
  const auto months = monthly_returns(Money::from_int(100), daily);
  ASSERT_EQ(months.size(), 3u);
  EXPECT_THAT(months[1].value, is_near(-1));
  EXPECT_EQ(months[2].value, std::nullopt);
}

TEST(StatisticFields, HaveUniqueSnakeCaseKeysAndContiguousGroups) {
  std::set<std::string_view> keys;
  std::set<std::string_view> closed_groups;
  std::string_view group;
  for (const StatisticField& field : statistic_fields()) {
    EXPECT_TRUE(keys.insert(field.key).second) << field.key;
    EXPECT_EQ(field.key.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_"), field.key.npos) << field.key;
    EXPECT_FALSE(field.label.empty() || field.meaning.empty()) << field.key;
    if (field.group != group) {
      EXPECT_TRUE(closed_groups.insert(field.group).second) << field.key;
    }
    group = field.group;
  }
}

TEST(StatisticFields, UnitsFitTheValues) {
  TestRun run = run_of({"110", "99", "108.9", "120"});
  run.benchmark = {0.05, -0.04, 0.05, 0.01};
  run.trades = {trade("5", "1"), trade("-7", "2")};
  const Statistics s = run.statistics();
  for (const StatisticField& field : statistic_fields()) {
    const StatisticValue value = field.value(s);
    switch (field.unit) {
      case StatisticUnit::Percent:
      case StatisticUnit::Ratio: EXPECT_TRUE(std::holds_alternative<double>(value)) << field.key; break;
      case StatisticUnit::Amount: EXPECT_TRUE(std::holds_alternative<Money>(value)) << field.key; break;
      case StatisticUnit::Count: EXPECT_TRUE(std::holds_alternative<std::uint64_t>(value)) << field.key; break;
      case StatisticUnit::Elapsed: EXPECT_TRUE(std::holds_alternative<Duration>(value)) << field.key; break;
    }
  }
}

std::string text_of(std::string_view key, const Statistics& s) {
  for (const StatisticField& field : statistic_fields()) {
    if (field.key == key) return statistic_text(field, s);
  }
  return "no such field";
}

TEST(StatisticFields, TextIsForPeople) {
  Statistics s;
  s.initial_equity = units("1234567.895");
  s.final_equity = units("-0.004");
  s.sessions = 17;
  s.total_return = -0.12344;
  s.cagr = -0.00001;
  s.sharpe = 1e18;
  s.max_drawdown_duration = std::chrono::hours(76);
  s.max_drawdown_recovery = std::chrono::seconds(125);
  s.average_holding_time = std::chrono::hours(48);
  EXPECT_EQ(text_of("initial_equity", s), "1234567.90");
  EXPECT_EQ(text_of("final_equity", s), "0.00");
  EXPECT_EQ(text_of("sessions", s), "17");
  EXPECT_EQ(text_of("total_return", s), "-12.34 %");
  EXPECT_EQ(text_of("cagr", s), "0.00 %");
  EXPECT_EQ(text_of("sharpe", s), "1.000e+18");
  EXPECT_EQ(text_of("max_drawdown_duration", s), "3 d 4 h");
  EXPECT_EQ(text_of("max_drawdown_recovery", s), "2 min 5 s");
  EXPECT_EQ(text_of("average_holding_time", s), "2 d");
  EXPECT_EQ(text_of("sortino", s), "n/a");
}

TEST(ElementaryFunctions, AgreeWithTables) {
  using namespace statistics;
  EXPECT_DOUBLE_EQ(natural_log(2), 0.6931471805599453);
  EXPECT_DOUBLE_EQ(natural_log(10), 2.302585092994046);
  EXPECT_EQ(natural_log(1), 0.0);
  EXPECT_DOUBLE_EQ(exponential(1), 2.718281828459045);
  EXPECT_EQ(exponential(0), 1.0);
  EXPECT_EQ(exponential(-1000), 0.0);
  EXPECT_TRUE(std::isinf(exponential(1000)));
  EXPECT_DOUBLE_EQ(power(1.089, 3), 1.291467969);
  // Abramowitz and Stegun 1964, tables 26.1 and 26.2.
  EXPECT_EQ(normal_cdf(0), 0.5);
  EXPECT_NEAR(normal_cdf(1), 0.841344746068543, 1e-15);
  EXPECT_NEAR(normal_cdf(2), 0.977249868051821, 1e-15);
  EXPECT_NEAR(normal_cdf(-3), 0.001349898031630, 1e-15);
  EXPECT_NEAR(normal_cdf(5), 1 - 2.866515719e-7, 1e-15);
  EXPECT_NEAR(normal_cdf(-5) / 2.866515719e-7, 1, 1e-9);
}

RC_GTEST_PROP(ElementaryFunctions, AgreeWithTheCLibrary, ()) {
  const double x = *rc::gen::inRange(1, 2'000'000'000) / 1e6;
  const double y = *rc::gen::inRange(-50'000, 50'000) / 1e3;
  RC_ASSERT(std::fabs(statistics::natural_log(x) - std::log(x)) <= 1e-15 * std::max(1.0, std::fabs(std::log(x))));
  RC_ASSERT(std::fabs(statistics::exponential(y) / std::exp(y) - 1) <= 2e-15);
  RC_ASSERT(std::fabs(statistics::normal_cdf(y / 5) - 0.5 * std::erfc(-y / 5 / std::sqrt(2.0))) <= 1e-15);
}

/// A walk on a coarse grid, so that peaks and troughs tie; long enough for several blocks of the scan.
std::vector<Money> random_walk(std::uint64_t seed, std::size_t length, std::int64_t start, std::int64_t drift) {
  std::vector<Money> values;
  std::int64_t value = start;
  for (std::size_t i = 0; i < length; ++i) {
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    value += static_cast<std::int64_t>(seed >> 60) % 5 - 2 + (i % 16 == 0 ? drift : 0);
    values.push_back(Money::from_raw(value));
  }
  return values;
}

/// Point by point, as the definition says.
std::optional<statistics::Drawdown> drawdown_by_definition(Money initial, std::span<const Money> values) {
  std::optional<statistics::Drawdown> worst;
  Money peak = initial;
  std::optional<std::size_t> peak_index;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (values[i] >= peak) {
      peak = values[i];
      peak_index = i;
    } else if (!worst || Int128{values[i].raw()} * worst->peak.raw() < Int128{worst->trough.raw()} * peak.raw()) {
      worst = statistics::Drawdown{peak, values[i], peak_index, i, std::nullopt};
    }
  }
  for (std::size_t i = worst ? worst->trough_index + 1 : values.size(); i < values.size(); ++i) {
    if (values[i] < worst->peak) continue;
    worst->recovery_index = i;
    break;
  }
  return worst;
}

RC_GTEST_PROP(MaximumDrawdown, ScanByBlocksAgreesWithTheDefinition, ()) {
  const auto length = *rc::gen::inRange<std::size_t>(0, 4000);
  const auto start = *rc::gen::inRange<std::int64_t>(1, 300);
  const auto values = random_walk(*rc::gen::arbitrary<std::uint64_t>(), length, start, *rc::gen::inRange(-3, 8));
  const Money initial = Money::from_raw(std::max<std::int64_t>(1, start + *rc::gen::inRange(-20, 20)));
  const auto found = statistics::maximum_drawdown(initial, values);
  const auto expected = drawdown_by_definition(initial, values);
  RC_ASSERT(found.has_value() == expected.has_value());
  if (!found) return;
  RC_ASSERT(found->peak == expected->peak);
  RC_ASSERT(found->trough == expected->trough);
  RC_ASSERT(found->peak_index == expected->peak_index);
  RC_ASSERT(found->trough_index == expected->trough_index);
  RC_ASSERT(found->recovery_index == expected->recovery_index);
}

TestRun random_run() {
  TestRun run;
  run.initial = Money::from_int(100'000);
  const auto seed = *rc::gen::arbitrary<std::uint64_t>();
  const auto length = *rc::gen::inRange<std::size_t>(0, 300);
  for (const Money value : random_walk(seed, length, 1000, *rc::gen::inRange(-2, 4))) {
    run.close_session(Money::from_int(value.raw() * 100));
    run.benchmark.push_back(static_cast<double>(value.raw() % 7 - 3) / 1000);
  }
  for (const Money pnl : random_walk(seed + 1, *rc::gen::inRange<std::size_t>(0, 40), 0, 0)) {
    TradeRecord& record = run.trades.emplace_back();
    record.net_pnl = Money::from_int(pnl.raw());
    if (pnl.raw() % 3 != 0) record.initial_risk = Money::from_int(2);
  }
  return run;
}

RC_GTEST_PROP(Statistics, EveryFigureIsFiniteOrAbsent, ()) {
  const Statistics s = random_run().statistics();
  for (const StatisticField& field : statistic_fields()) {
    const StatisticValue value = field.value(s);
    if (const double* number = std::get_if<double>(&value)) RC_ASSERT(std::isfinite(*number));
  }
}

RC_GTEST_PROP(Statistics, BoundedFiguresKeepTheirBounds, ()) {
  const TestRun run = random_run();
  const Statistics s = run.statistics();
  if (s.max_drawdown) {
    RC_ASSERT(*s.max_drawdown >= -1 && *s.max_drawdown <= 0);
    RC_ASSERT(*s.ulcer_index <= -*s.max_drawdown + 1e-12);
    RC_ASSERT(s.max_drawdown_duration.has_value() == (*s.max_drawdown < 0));
  }
  if (s.probabilistic_sharpe) RC_ASSERT(*s.probabilistic_sharpe >= 0 && *s.probabilistic_sharpe <= 1);
  if (s.value_at_risk_95) {
    RC_ASSERT(*s.value_at_risk_99 <= *s.value_at_risk_95);
    RC_ASSERT(*s.expected_shortfall_99 <= *s.expected_shortfall_95);
    RC_ASSERT(*s.expected_shortfall_95 <= *s.value_at_risk_95 + 1e-12);
  }
  RC_ASSERT(s.winning_trades + s.losing_trades <= s.trades);
  RC_ASSERT(s.max_consecutive_wins <= s.winning_trades);
}

RC_GTEST_PROP(Statistics, ScalingTheAccountLeavesRatiosUnchanged, ()) {
  TestRun run = random_run();
  const Statistics s = run.statistics();
  // A power of two, so that the scaled amounts are exact as doubles and the ratios equal to the last bit.
  TestRun larger = run;
  larger.initial = run.initial * 4;
  larger.curve = EquityCurve();
  larger.daily.clear();
  for (const DailyEquity& day : run.daily) larger.close_session(day.equity * 4);
  for (TradeRecord& record : larger.trades) {
    record.net_pnl = record.net_pnl * 4;
    if (record.initial_risk) record.initial_risk = *record.initial_risk * 4;
  }
  const Statistics scaled_statistics = larger.statistics();
  for (const StatisticField& field : statistic_fields()) {
    if (field.unit == StatisticUnit::Amount || field.key == "turnover") continue;
    RC_ASSERT(field.value(scaled_statistics) == field.value(s));
  }
}

TEST(Statistics, CountsTheSessionsOfAHoleInTheDataForGrowth) {
  // 2013-12-31 to 2014-12-31 are 253 sessions of the exchange; the equity is known of two of them.
  TestRun run;
  run.daily = {{Date::from_ymd(2013, 12, 31), units("100")}, {Date::from_ymd(2014, 12, 31), units("121")}};
  run.options.periods_per_year = 126.5;
  const Statistics made = run.statistics();
  EXPECT_EQ(made.sessions, 2U);
  EXPECT_NEAR(made.cagr.value(), 0.1, 1e-12);  // 21 % in two years.
}

TEST(Statistics, AnnualisesNoGrowthOverFewerSessionsThanAsked) {
  TestRun run = run_of({"101", "102"});
  EXPECT_TRUE(run.statistics().cagr.has_value());
  run.options.annual_sessions_min = 3;
  EXPECT_FALSE(run.statistics().cagr.has_value());
  EXPECT_FALSE(run.statistics().calmar.has_value());
}

const StatisticField& figure(std::string_view key) {
  for (const StatisticField& each : statistic_fields()) {
    if (each.key == key) return each;
  }
  throw std::out_of_range(std::string(key));
}

TEST(Statistics, LeavesAReturnOverAHoleOutOfWhatIsAboutSessions) {
  // The 6th is a session without data; the fall over it is no session's.
  TestRun run;
  run.initial = units("100");
  run.daily = {{Date::from_ymd(2014, 1, 2), units("110")},
               {Date::from_ymd(2014, 1, 3), units("99")},
               {Date::from_ymd(2014, 1, 7), units("49.5")},
               {Date::from_ymd(2014, 1, 8), units("54.45")}};
  const Statistics s = run.statistics();
  EXPECT_EQ(s.sessions, 4U);
  EXPECT_EQ(s.session_returns, 3U);
  // Of 10 %, -10 % and 10 % the lowest; the 50 % lost over the hole are in the total alone.
  EXPECT_NEAR(s.expected_shortfall_99.value(), -0.1, 1e-12);
  EXPECT_NEAR(s.total_return.value(), -0.4555, 1e-12);
}

TEST(Statistics, AreAbsentWithAReasonWhereThereIsTooLittle) {
  TestRun run;
  run.initial = units("100");
  for (const Session& each :
       SessionCalendar::us_equity().between(Date::from_ymd(2014, 1, 1), Date::from_ymd(2014, 2, 3))) {
    run.daily.push_back({each.date, units(run.daily.size() % 2 == 0 ? "101" : "100")});
  }
  ASSERT_EQ(run.daily.size(), 22U);
  run.options.returns_min = 20;
  run.options.annual_sessions_min = 23;
  Statistics s = run.statistics();
  EXPECT_TRUE(s.sharpe && s.value_at_risk_95);
  EXPECT_EQ(absence_reason(figure("sharpe"), s), "");
  EXPECT_EQ(absence_reason(figure("cagr"), s), "needs 23 sessions, there are 22");
  EXPECT_EQ(absence_reason(figure("value_at_risk_99"), s), "needs 100 session returns, there are 22");
  EXPECT_EQ(absence_reason(figure("beta"), s), "no benchmark");
  EXPECT_EQ(absence_reason(figure("win_rate"), s), "no trade");
  run.daily.resize(19);
  s = run.statistics();
  for (const char* key : {"annual_volatility", "sharpe", "sortino", "probabilistic_sharpe", "value_at_risk_95",
                          "expected_shortfall_95", "skew", "kurtosis"}) {
    // 2014 has 252 sessions, the last of which is left out, so that the run ends before it.
    EXPECT_EQ(absence_reason(figure(key), s), "needs 20 session returns, there are 19") << key;
  }
}

TEST(Statistics, AreAbsentWhereTheDataCoverTooFewSessions) {
  TestRun run;
  run.initial = units("100");
  const auto sessions = SessionCalendar::us_equity().between(Date::from_ymd(2014, 1, 1), Date::from_ymd(2014, 12, 31));
  for (std::size_t i = 0; i < sessions.size(); ++i) {
    if (i % 5 == 1) continue;  // One in five.
    run.daily.push_back({sessions[i].date, units(i % 2 == 0 ? "101" : "100")});
  }
  run.options.coverage_min = 0.9;
  const Statistics s = run.statistics();
  for (const char* key : {"cagr", "sharpe", "value_at_risk_95"}) {
    EXPECT_EQ(absence_reason(figure(key), s), "the data have " + std::to_string(run.daily.size()) + " of 251 sessions")
        << key;
  }
  run.options.coverage_min = 0.75;
  EXPECT_TRUE(run.statistics().sharpe.has_value());
}

RC_GTEST_PROP(Statistics, HaveAReasonForEveryAbsence, ()) {
  TestRun run = random_run();
  run.options.returns_min = *rc::gen::inRange<std::uint64_t>(1, 30);
  run.options.coverage_min = *rc::gen::element(0.0, 0.9);
  const Statistics s = run.statistics();
  for (const StatisticField& each : statistic_fields()) {
    const bool absent = std::holds_alternative<std::monostate>(each.value(s));
    RC_ASSERT(absence_reason(each, s).empty() != absent);
  }
}

TEST(Statistics, ComparesTheSessionsThatBothHave) {
  // In the sessions that both have, the run earns twice what the benchmark does.
  TestRun run = run_of({"102", "150", "147", "152.88"});
  run.benchmark = {0.01, std::nullopt, -0.01, 0.02};
  EXPECT_NEAR(run.statistics().beta.value(), 2.0, 1e-12);
  run.benchmark = {std::nullopt, std::nullopt, std::nullopt, 0.02};
  EXPECT_EQ(run.statistics().beta, std::nullopt);
}

}  // namespace
}  // namespace bellwether
