// The runner's two ways through the bars must give the same record: one sweep over a quiet run, and event by event.
#include "engine/backtest_runner.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <deque>
#include <map>
#include <random>

#include "tests/support/engine_setup.hpp"
#include "tests/support/market_walk.hpp"
#include "tests/support/turns.hpp"

namespace bellwether {
namespace {

using testing::config_with;
using testing::money;
using testing::price;
using testing::shares;

/// Every `period` bars: buys with a bracket, or closes what it holds. Sets a timer half-way, which asks for a limit
/// order. Meets everything that ends a run: orders, legs that rest, timers.
class Busy final : public StrategyBase<Busy> {
 public:
  explicit Busy(const StrategyConfig& config) : period_(config.parameters.integer("period")) {}

  void on_bar(const BarView& view, Context& context) override {
    if (++bars_ % period_ != 0) return;
    context.set_timer(context.now() + std::chrono::seconds(60 * period_ / 2 + 1), static_cast<std::uint32_t>(bars_));
    if (!context.position(view.instrument).quantity.is_zero()) {
      context.close(view.instrument);
      return;
    }
    OrderOptions options;
    options.stop_loss_offset = price("0.2");
    options.take_profit = view.bar.close + price("0.3");
    context.buy(view.instrument, shares(100), options);
  }
  void on_timer(std::uint32_t tag, Context& context) override {
    const InstrumentIndex instrument = context.instruments().front();
    if (tag % 3 != 0 || !context.last_price(instrument)) return;
    OrderOptions options;
    options.type = OrderType::Limit;
    options.limit_price = *context.last_price(instrument) - price("0.05");
    context.buy(instrument, shares(10), options);
  }
  void save(ByteWriter& out) const override { out.i64(bars_); }
  void load(ByteReader& in) override { bars_ = in.i64(); }

 private:
  std::int64_t period_;
  std::int64_t bars_ = 0;
};

StrategyRegistry registry() {
  StrategyRegistry all = StrategyRegistry::built_in();
  all.add({"busy", "", {{"period", std::int64_t{10}, 1, 1'000, ""}}, [](const StrategyConfig& config) {
             return StrategyType::Made{std::make_unique<Busy>(config)};
           }});
  return all;
}

EngineConfig busy_config(std::int64_t period, const std::vector<std::string>& symbols = {"WALK"}) {
  EngineConfig config = config_with("buy_and_hold", {}, symbols);
  config.strategies[0].type = "busy";
  const StrategyRegistry all = registry();
  const testing::GivenParameters given = {{"period", period}};
  config.strategies[0].parameters = std::get<Parameters>(Parameters::check(all.find("busy")->parameters, given));
  return config;
}

using Data = std::vector<BarSeries>;

MarketFeed feed_of(const Data& data) {
  std::vector<FeedSource> sources;
  for (std::size_t i = 0; i < data.size(); ++i) {
    sources.push_back(
        {static_cast<InstrumentIndex>(i), data[i].bars, data[i].interval, data[i].synthetic, false, {}, {}});
  }
  return {std::move(sources), {}, SessionCalendar::us_equity()};
}

std::unique_ptr<BacktestRunner> runner_of(const EngineConfig& config, const Data& data, bool fast) {
  auto runner = BacktestRunner::make(config, registry(), feed_of(data));
  EXPECT_TRUE(runner.has_value());
  (*runner)->set_fast_runs(fast);
  return std::move(*runner);
}

SessionRecord run(const EngineConfig& config, const Data& data, bool fast) {
  auto runner = runner_of(config, data, fast);
  runner->run();
  return runner->take_record();
}

/// The halts of a run.
class Halts final : public TurnObserver {
 public:
  void on_turn(const Turn& turn) override {
    if (turn.event.type == EventType::Command) events.push_back(turn.event);
  }
  std::vector<Event> events;
};

/// Runs `steps` steps, saves, and lets a fresh runner go on from there.
SessionRecord run_in_two_lives(const EngineConfig& config, const Data& data, bool fast, int steps) {
  auto first = runner_of(config, data, fast);
  while (steps-- > 0 && first->step()) {
  }
  ByteWriter out;
  first->save(out);
  auto second = runner_of(config, data, fast);
  ByteReader in(out.str());
  second->load(in);
  second->set_recorder(first->recorder());  // A snapshot leaves it out.
  EXPECT_TRUE(in.done());
  second->run();
  return second->take_record();
}

bool same(const SessionRecord& a, const SessionRecord& b) {
  return a.initial_cash == b.initial_cash && a.orders == b.orders && a.fills == b.fills && a.trades == b.trades &&
         a.equity == b.equity && a.daily == b.daily && a.activity == b.activity && a.counts == b.counts &&
         a.account == b.account;
}

void expect_same(const SessionRecord& a, const SessionRecord& b) {
  EXPECT_EQ(a.counts, b.counts);
  EXPECT_EQ(a.orders, b.orders);
  EXPECT_EQ(a.fills, b.fills);
  EXPECT_EQ(a.trades, b.trades);
  EXPECT_EQ(a.equity.size(), b.equity.size());
  EXPECT_TRUE(a.equity == b.equity);
  EXPECT_EQ(a.daily, b.daily);
  EXPECT_EQ(a.activity, b.activity);
  EXPECT_EQ(a.account, b.account);
}

/// Drops about one bar in `one_in`, so that times are uneven.
BarSeries with_gaps(BarSeries series, std::uint64_t one_in, std::uint64_t seed) {
  testing::SplitMix random(seed);
  std::erase_if(series.bars, [&](const Bar&) { return random.next() % one_in == 0; });
  return series;
}

void add_limits(EngineConfig& config) {
  config.risk.daily_loss = 0.5;
  config.risk.drawdown = 0.5;
  config.risk.open_orders = 100;
  config.risk.orders_per_second = 100;
  config.fees.per_share = Money::from_raw(5'000);
  config.fees.basis_points = 0.5;
}

struct Kind {
  std::string type;
  testing::GivenParameters given;
};

const std::vector<Kind>& kinds() {
  static const std::vector<Kind> all = {
      {"buy_and_hold", {}},
      {"sma_cross", {{"fast", std::int64_t{3}}, {"slow", std::int64_t{11}}}},
      {"sma_cross", {{"fast", std::int64_t{2}}, {"slow", std::int64_t{5}}, {"short", true}}},
      {"donchian_breakout", {{"entry", std::int64_t{10}}, {"exit", std::int64_t{5}}}},
      {"donchian_breakout", {{"stop_atr", 0.0}}},
      {"rsi_reversion", {{"period", std::int64_t{5}}, {"buy_below", 45.0}, {"sell_above", 50.0}}},
      {"dp20", {{"reversal_strength_threshold", 0.1}}}};
  return all;
}

EngineConfig config_of(const Kind& kind, const std::vector<std::string>& symbols = {"WALK"}) {
  EngineConfig config = config_with(kind.type, kind.given, symbols);
  config.account.shorting = true;
  config.account.leverage = 2;
  return config;
}

class EveryKind : public ::testing::TestWithParam<std::size_t> {
 protected:
  [[nodiscard]] const Kind& kind() const { return kinds()[GetParam()]; }
};

TEST_P(EveryKind, GivesTheSameRecordInRunsAndBarByBar) {
  // dp20 needs 200 sessions of trend before it trades.
  const Data data = {testing::minute_walk(kind().type == "dp20" ? 120'000 : 5'000, 7)};
  EngineConfig config = config_of(kind());
  add_limits(config);
  const SessionRecord record = run(config, data, true);
  EXPECT_FALSE(record.fills.empty());
  expect_same(record, run(config, data, false));
}

TEST_P(EveryKind, GivesTheSameRecordOnUnevenBars) {
  const Data data = {with_gaps(testing::minute_walk(kind().type == "dp20" ? 120'000 : 5'000, 8), 7, 1)};
  EngineConfig config = config_of(kind());
  add_limits(config);
  expect_same(run(config, data, true), run(config, data, false));
}

TEST_P(EveryKind, ContinuesFromASnapshotToTheSameRecord) {
  const Data data = {testing::minute_walk(3'000, 9)};
  EngineConfig config = config_of(kind());
  add_limits(config);
  const SessionRecord whole = run(config, data, true);
  for (int steps : {1, 2, 17, 60}) {
    expect_same(run_in_two_lives(config, data, true, steps), whole);
    expect_same(run_in_two_lives(config, data, false, steps * 20), whole);
  }
}

TEST_P(EveryKind, GivesTheSameRecordWithTwoSymbols) {
  if (kind().type == "dp20") GTEST_SKIP() << "trades one instrument";
  const Data data = {with_gaps(testing::minute_walk(2'000, 10), 5, 2), testing::minute_walk(2'000, 11)};
  EngineConfig config = config_of(kind(), {"WALK", "STROLL"});
  add_limits(config);
  const SessionRecord record = run(config, data, true);
  expect_same(record, run(config, data, false));
  expect_same(record, run_in_two_lives(config, data, true, 100));
}

TEST(BacktestRunner, HaltsWhenMarketDataFallSilentWithinASession) {
  BarSeries walk = testing::minute_walk(390, 9);
  const Timestamp last = walk.bars[99].start + kMinuteInterval;
  walk.bars.erase(walk.bars.begin() + 100, walk.bars.begin() + 200);
  const Data data = {walk};
  EngineConfig config = config_with("buy_and_hold", {{"quantity", std::int64_t{100}}});
  config.risk.data_staleness = std::chrono::minutes(5);
  Halts halts;
  auto runner = runner_of(config, data, false);
  runner->set_observer(&halts);
  runner->run();
  ASSERT_EQ(halts.events.size(), 1U);
  EXPECT_EQ(halts.events[0].command.reason, HaltReason::StaleData);
  EXPECT_EQ(halts.events[0].time, last + std::chrono::minutes(5) + Duration(1));
}

// A breaker's flatten orders come on one symbol's bar, while the other's bar of the same minute is still to come.
TEST(BacktestRunner, FillsNoOrderBeforeItWasMade) {
  const Data data = {testing::minute_walk(2'000, 10), testing::minute_walk(2'000, 11)};
  EngineConfig config = config_with("buy_and_hold", {{"allocation", 0.4}}, {"WALK", "STROLL"});
  config.risk.drawdown = 0.002;
  config.risk.flatten_on_halt = true;
  const SessionRecord record = run(config, data, true);
  ASSERT_GT(record.fills.size(), 3U);
  for (const FillRow& fill : record.fills) {
    const auto order = std::find_if(record.orders.begin(), record.orders.end(),
                                    [&](const OrderRow& each) { return each.id == fill.report.order; });
    ASSERT_NE(order, record.orders.end());
    EXPECT_GE(fill.report.time, order->created);
  }
}

INSTANTIATE_TEST_SUITE_P(BacktestRunner, EveryKind, ::testing::Range(std::size_t{0}, kinds().size()));

TEST(BacktestRunner, EndsARunAtTimersAndRestingLegs) {
  const Data data = {testing::minute_walk(4'000, 12)};
  for (std::int64_t period : {1, 2, 10, 37}) {
    const EngineConfig config = busy_config(period);
    const SessionRecord record = run(config, data, true);
    EXPECT_GT(record.fills.size(), 50U);
    expect_same(record, run(config, data, false));
    expect_same(record, run_in_two_lives(config, data, true, 40));
  }
}

TEST(BacktestRunner, TripsABreakerOnTheSameBar) {
  const Data data = {testing::minute_walk(5'000, 13)};
  for (const bool flatten : {false, true}) {
    for (const bool daily : {false, true}) {
      EngineConfig config = config_of(kinds()[0]);
      (daily ? config.risk.daily_loss : config.risk.drawdown) = 0.004;
      config.risk.flatten_on_halt = flatten;
      auto fast = runner_of(config, data, true);
      auto slow = runner_of(config, data, false);
      fast->run();
      slow->run();
      EXPECT_TRUE(fast->halted());
      EXPECT_EQ(fast->engine().risk_stage().halt_reason(), daily ? HaltReason::DailyLoss : HaltReason::Drawdown);
      EXPECT_EQ(slow->halted(), fast->halted());
      EXPECT_EQ(slow->last_event(), fast->last_event());
      expect_same(fast->record(), slow->record());
    }
  }
}

TEST(BacktestRunner, GivesTheSameRecordOnFractionalShares) {
  const Data data = {testing::minute_walk(3'000, 14)};
  EngineConfig config = config_of(kinds()[1]);
  config.instruments[0].lot = Quantity::from_raw(1'000);  // A millionth of a share.
  add_limits(config);
  const SessionRecord record = run(config, data, true);
  EXPECT_NE(record.fills.at(0).report.last_quantity.raw() % Quantity::kScale, 0);
  expect_same(record, run(config, data, false));
}

// Cash 100,000. The bars open at 10.00, 10.10, 10.20 and close a cent higher. buy_and_hold buys 100 at the close of the
// first, filled at the open of the second: 100000 - 1010 = 98990. Then equity is 98990 + 100 x 10.11 = 100001, and
// 98990 + 100 x 10.21 = 100011.
TEST(BacktestRunner, FillsAtTheNextOpenAndMarksAtEachClose) {
  Data data(1);
  data[0].interval = kMinuteInterval;
  const auto open = testing::kOpen;
  for (int i = 0; i < 3; ++i) {
    const Price at = price("10") + price("0.1") * i;
    data[0].bars.push_back({open + i * kMinuteInterval, at, at + price("0.01"), at, at + price("0.01"), shares(1'000)});
  }
  const EngineConfig config = config_with("buy_and_hold", {{"quantity", std::int64_t{100}}});
  for (const bool fast : {false, true}) {
    const SessionRecord record = run(config, data, fast);
    ASSERT_EQ(record.fills.size(), 1U);
    EXPECT_EQ(record.fills[0].report.last_price, price("10.1"));
    ASSERT_EQ(record.equity.size(), 3U);
    EXPECT_EQ(record.equity[0], (EquityCurve::Point{open + kMinuteInterval, money("100000")}));
    EXPECT_EQ(record.equity[1], (EquityCurve::Point{open + 2 * kMinuteInterval, money("100001")}));
    EXPECT_EQ(record.equity[2], (EquityCurve::Point{open + 3 * kMinuteInterval, money("100011")}));
    // Session open, three bars, Accepted, Fill, session close.
    EXPECT_EQ(record.counts.events, 7U);
    EXPECT_EQ(record.counts.market_events_in_market, 2U);
    ASSERT_EQ(record.daily.size(), 1U);
    EXPECT_EQ(record.daily[0].equity, money("100011"));
  }
}

RC_GTEST_PROP(BacktestRunner, RunsEqualBarByBarForAnySetting, ()) {
  const auto seed = *rc::gen::inRange<std::uint64_t>(1, 1'000'000);
  const std::size_t count = *rc::gen::inRange<std::size_t>(1, 1'500);
  const std::size_t which = *rc::gen::inRange<std::size_t>(0, kinds().size());
  const bool busy = *rc::gen::inRange(0, 4) == 0;
  EngineConfig config = busy ? busy_config(*rc::gen::inRange<std::int64_t>(1, 60)) : config_of(kinds()[which]);
  const auto breaker = [] { return *rc::gen::element(0.0005, 0.001, 0.005, 0.02, 0.5); };
  if (*rc::gen::arbitrary<bool>()) config.risk.daily_loss = breaker();
  if (*rc::gen::arbitrary<bool>()) config.risk.drawdown = breaker();
  config.risk.flatten_on_halt = *rc::gen::arbitrary<bool>();
  if (*rc::gen::arbitrary<bool>()) config.fees.per_share = Money::from_raw(*rc::gen::inRange(1, 10'000));
  // With most of a long's worth to be covered, a fall of some per cent is a margin call.
  if (*rc::gen::arbitrary<bool>()) {
    config.account.leverage = 4;
    config.account.maintenance_long = *rc::gen::element(0.25, 0.9, 0.99);
    config.account.initial_cash = Money::from_int(*rc::gen::inRange(1'000, 100'000));
  }
  if (*rc::gen::arbitrary<bool>()) config.fills.fill_at = FillAt::SameClose;
  if (*rc::gen::arbitrary<bool>()) config.fills.slippage = SlippageModel::Ticks;
  config.fills.slippage_amount = 1;
  if (*rc::gen::arbitrary<bool>()) config.fills.participation = 0.05;
  if (*rc::gen::arbitrary<bool>()) {
    config.account.leverage = 1;
    config.account.cash_shortfall = CashShortfall::Reject;
    config.account.initial_cash = Money::from_int(*rc::gen::inRange(1'000, 100'000));
  }
  if (*rc::gen::arbitrary<bool>()) config.instruments[0].lot = Quantity::from_raw(1'000);
  Data data = {testing::minute_walk(count, seed)};
  if (*rc::gen::arbitrary<bool>()) data[0] = with_gaps(data[0], *rc::gen::inRange<std::uint64_t>(2, 50), seed);
  const SessionRecord record = run(config, data, true);
  RC_ASSERT(same(record, run(config, data, false)));
  RC_ASSERT(same(record, run_in_two_lives(config, data, true, *rc::gen::inRange(0, 200))));
}

/// Buys as many shares as its cash pays for at the last price, holds them for a while, and sells: at the next open they
/// may cost more.
RC_GTEST_PROP(BacktestRunner, ARejectingCashAccountNeverBorrows, ()) {
  EngineConfig config = config_with(
      "sma_cross", {{"fast", std::int64_t{2}}, {"slow", std::int64_t{5}}, {"allocation", 1.0}}, {"WALK", "RUN"});
  config.account.leverage = 1;
  config.account.cash_shortfall = CashShortfall::Reject;
  config.account.initial_cash = Money::from_int(*rc::gen::inRange(1'000, 20'000));
  if (*rc::gen::arbitrary<bool>()) config.fees.per_share = Money::from_raw(*rc::gen::inRange(1, 10'000));
  if (*rc::gen::arbitrary<bool>()) config.fills.participation = 0.05;
  const auto seed = *rc::gen::inRange<std::uint64_t>(1, 1'000'000);
  const auto count = *rc::gen::inRange<std::size_t>(50, 1'500);
  const Data data = {testing::minute_walk(count, seed), testing::minute_walk(count, seed + 1)};
  auto runner = runner_of(config, data, *rc::gen::arbitrary<bool>());
  runner->run();
  const BacktestRunner::Parts parts = runner->release();
  RC_ASSERT(parts.venue.account()->cash() == parts.engine->position_stage().portfolio().cash());
  const SessionRecord record = run(config, data, true);
  RC_ASSERT(!record.lowest_cash.is_negative());
  RC_CLASSIFY(std::any_of(record.orders.begin(), record.orders.end(),
                          [](const OrderRow& row) { return row.rejected == RejectReason::InsufficientCash; }),
              "an order was rejected");
}

/// A venue whose reports come late, in another order, and more than once. The market goes on without them.
RC_GTEST_PROP(BacktestRunner, ABadPostOfReportsLosesAndDoublesNothing, ()) {
  EngineConfig config = busy_config(*rc::gen::inRange<std::int64_t>(1, 20));
  if (*rc::gen::arbitrary<bool>()) config.fills.participation = 0.05;
  const auto seed = *rc::gen::inRange<std::uint64_t>(1, 1'000'000);
  std::mt19937_64 random(seed);
  const auto one_in = [&](std::uint64_t n) { return random() % n == 0; };
  auto made = Engine::make(config, registry());
  const std::unique_ptr<Engine> engine = std::move(*made);
  FillSimulator venue(config);
  SessionRecorder recorder(config);
  std::vector<ExecutionReport> sent, under_way;
  std::deque<Event> queue;
  EventNumber number = 0;
  Timestamp last_time;
  const auto post = [&] {
    for (const ExecutionReport& report : sent) {
      under_way.push_back(report);
      while (one_in(4)) under_way.push_back(report);
    }
    sent.clear();
  };
  std::map<OrderId, Quantity> truly_filled;
  Quantity truly_held;
  const auto drain = [&] {
    for (; !queue.empty(); queue.pop_front()) {
      queue.front().number = ++number;
      last_time = queue.front().time = std::max(queue.front().time, last_time);
      Turn& turn = engine->process(queue.front());
      recorder.apply(turn);
      for (const Event& event : turn.follow_ups) queue.push_back(event);
      for (const OrderCommand& command : turn.commands) venue.submit(command, turn.event.time, sent);
    }
    for (const ExecutionReport& report : sent) {
      if (report.type != ReportType::Fill) continue;
      truly_filled[report.order] += report.last_quantity;
      truly_held += report.last_quantity * sign(report.side);
    }
    post();
  };
  const auto deliver = [&](std::uint64_t one_of) {
    std::shuffle(under_way.begin(), under_way.end(), random);
    const auto kept = std::partition(under_way.begin(), under_way.end(), [&](const auto&) { return !one_in(one_of); });
    for (auto it = kept; it != under_way.end(); ++it) queue.push_back(Event::of(*it));
    under_way.erase(kept, under_way.end());
    drain();
  };
  const Data data = {testing::minute_walk(*rc::gen::inRange<std::size_t>(50, 600), seed)};
  MarketFeed feed = feed_of(data);
  for (Event event; feed.next(event);) {
    venue.on_market(event, sent);
    queue.push_back(event);
    drain();
    deliver(3);
  }
  while (!under_way.empty()) deliver(1);
  RC_ASSERT(engine->position_stage().portfolio().net_quantity(0) == truly_held);
  std::map<OrderId, Quantity> recorded;
  for (const OrderRow& row : recorder.record().orders) {
    if (!row.filled.is_zero()) recorded[row.id] = row.filled;
  }
  RC_ASSERT(recorded == truly_filled);
}

}  // namespace
}  // namespace bellwether
