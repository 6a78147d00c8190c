// Sessions in which everything happens that an account's state must carry: orders of every kind by several strategies,
// operators' commands, corporate actions, halts, broken connections, a venue that is slow or unreliable. By a seed.
#pragma once

#include <memory>
#include <vector>

#include "engine/backtest_runner.hpp"
#include "engine/manual_strategy.hpp"
#include "tests/support/engine_setup.hpp"
#include "tests/support/market_walk.hpp"
#include "tests/support/wild_strategy.hpp"

namespace bellwether::testing {

inline StrategyConfig wild_strategy_of(const std::string& id, std::int64_t seed,
                                       std::vector<InstrumentIndex> instruments) {
  StrategyConfig config;
  config.id = id;
  config.type = "wild";
  config.instruments = std::move(instruments);
  const std::pair<std::string, ParameterValue> given{"seed", seed};
  config.parameters = std::get<Parameters>(Parameters::check(wild_registry().find("wild")->parameters, {&given, 1}));
  return config;
}

/// What was recorded of it: the turns are what one engine made of the events without interruption.
class AccountSession {
 public:
  explicit AccountSession(std::uint64_t seed) : draws_(seed * 0x9e3779b97f4a7c15 + 7), config_(make_config(seed)) {
    for (std::size_t i = 0; i < config_.instruments.size(); ++i) {
      series_.push_back(minute_walk(700, seed * 10 + i));
    }
    record();
  }

  [[nodiscard]] const EngineConfig& config() const { return config_; }
  [[nodiscard]] const std::vector<Turn>& turns() const { return observer_.turns; }

 private:
  struct Observer final : TurnObserver {
    void on_turn(const Turn& turn) override { turns.push_back(turn); }
    std::vector<Turn> turns;
  };

  EngineConfig make_config(std::uint64_t seed) {
    EngineConfig config = built_in_config(seed / 4 % 3);
    const auto number = static_cast<std::int64_t>(seed);
    config.strategies.push_back(wild_strategy_of("wild", number, {0, 1}));
    config.strategies.push_back(wild_strategy_of("other", number + 1'000, {2, 1}));
    add_manual_strategy(config);
    config.account.leverage = 4;
    config.account.shorting = draws_.chance(0.5);
    config.risk.position_quantity = Quantity::from_int(80);
    config.risk.gross_exposure = 0.5;
    if (draws_.chance(0.5)) config.risk.orders_per_second = 2;
    if (draws_.chance(0.5)) config.risk.open_orders = 12;
    if (draws_.chance(0.4)) config.risk.drawdown = 0.0001;
    if (draws_.chance(0.3)) config.risk.daily_loss = 0.0001;
    if (draws_.chance(0.5)) config.risk.stale_data_age = std::chrono::minutes(1);
    if (draws_.chance(0.5)) config.risk.data_staleness = std::chrono::minutes(2);
    config.risk.flatten_on_halt = draws_.chance(0.3);
    if (draws_.chance(0.7)) config.fills.participation = 0.0005 + draws_.fraction() * 0.002;
    config.fees.per_share = *Money::parse("0.005");
    set_exchange(config, seed % 4);
    return config;
  }

  static EngineConfig built_in_config(std::uint64_t kind) {
    const std::vector<std::string> symbols = {"A", "B", "C"};
    constexpr std::int64_t kShort = 4;
    if (kind == 0) {
      return config_with("sma_cross", {{"fast", std::int64_t{3}}, {"slow", std::int64_t{8}}, {"allocation", 0.03}},
                         symbols);
    }
    if (kind == 1) {
      return config_with(
          "donchian_breakout",
          {{"entry", kShort}, {"exit", kShort}, {"atr", kShort}, {"stop_atr", 1.0}, {"allocation", 0.03}}, symbols);
    }
    return config_with("rsi_reversion", {{"period", kShort}, {"allocation", 0.03}}, symbols);
  }

  void set_exchange(EngineConfig& config, std::uint64_t kind) {
    if (kind == 0) return;  // It answers at once.
    const auto time = [&](std::int64_t seconds) { return Duration(draws_.up_to(seconds * 1'000'000'000)); };
    config.exchange.asynchronous = kind == 1;
    config.exchange.latency = {time(40), time(40), time(20)};
    config.orders = {std::chrono::seconds(30), std::chrono::minutes(4), std::chrono::minutes(6)};
    if (kind != 3) return;
    config.exchange.faults = {draws_.next(), 0.1, 0.1, 0.2, 0.2, time(200), 0.1, 1, time(600), 2, time(300)};
  }

  void record() {
    std::vector<FeedSource> sources;
    std::vector<InstrumentActions> actions;
    for (std::size_t i = 0; i < series_.size(); ++i) {
      FeedSource source;
      source.instrument = static_cast<InstrumentIndex>(i);
      source.bars = series_[i].bars;
      source.interval = series_[i].interval;
      sources.push_back(source);
    }
    CorporateAction split{Date::from_ymd(2000, 1, 4), 1'500'000'000, {}, 1'500'000'000};
    CorporateAction dividend{Date::from_ymd(2000, 1, 4), 1'000'000'000, *Price::parse("0.5"), 1'005'000'000};
    actions.push_back({0, {split}});
    actions.push_back({1, {dividend}});
    auto runner =
        BacktestRunner::make(config_, wild_registry(), MarketFeed(sources, actions, SessionCalendar::us_equity()));
    BELLWETHER_INVARIANT(runner.has_value(), "a session without a runner");
    (*runner)->set_observer(&observer_);
    while ((*runner)->step()) {
      if (draws_.chance(0.02)) disturb(**runner);
      if (draws_.chance(0.2)) accept_anew(**runner);
    }
  }

  void disturb(BacktestRunner& runner) {
    OperatorCommand made;
    CommandEvent& command = made.command;
    made.words = {OperatorNote("a test"), OperatorNote("k")};
    command.strategy = static_cast<StrategyIndex>(draws_.up_to(2));
    const auto instrument = static_cast<InstrumentIndex>(draws_.up_to(2));
    switch (draws_.up_to(11)) {
      case 0: command = {CommandType::Halt, HaltReason::Operator, draws_.chance(0.3)}; break;
      case 1:
      case 2:
      case 3: command = {CommandType::Resume}; break;
      case 4: command = {CommandType::CancelAll}; break;
      case 5: command = {draws_.chance(0.3) ? CommandType::Flatten : CommandType::Resume}; break;
      case 6: command.type = CommandType::PauseStrategy; break;
      case 7: command.type = CommandType::ResumeStrategy; break;
      case 8: {
        const OpenOrders& open = runner.engine().risk_stage().open_orders();
        if (open.empty()) return;
        command = {CommandType::CancelOrder};
        command.order = open.all().front().id;
        break;
      }
      case 9:
        command = {CommandType::ClosePosition};
        command.instrument = instrument;
        command.quantity = Quantity::from_int(draws_.up_to(10));
        break;
      case 10: return connect(runner);
      default:
        command.type = CommandType::SubmitOrder;
        command.strategy = *manual_strategy(config_);
        command.spec = order_by_hand(instrument);
    }
    runner.command(made);
  }

  OrderSpec order_by_hand(InstrumentIndex instrument) {
    OrderSpec spec;
    spec.instrument = instrument;
    spec.quantity = Quantity::from_int(10);
    switch (draws_.up_to(2)) {
      case 0:
        spec.order_class = OrderClass::Bracket;
        spec.stop_loss_offset = Price::from_int(1);
        break;
      case 1:
        spec.order_class = OrderClass::Oco;
        spec.side = Side::Sell;
        spec.time_in_force = TimeInForce::Gtc;
        spec.take_profit = Price::from_int(130);
        spec.stop_loss = Price::from_int(70);
        break;
      default:
        spec.type = OrderType::TrailingStop;
        spec.side = Side::Sell;
        spec.trail = Price::from_int(1);
    }
    return spec;
  }

  void connect(BacktestRunner& runner) {
    runner.take(Event::of(runner.last_time(), ConnectionEvent{true, draws_.chance(0.85)}));
  }

  /// The venue speaks up about an order of the past, of which it may have said before that it does not know it.
  void accept_anew(BacktestRunner& runner) {
    const auto& turn = observer_.turns[static_cast<std::size_t>(draws_.up_to(std::ssize(observer_.turns) - 1))];
    const bool is_refusal = turn.event.type == EventType::Report && turn.event.report.type == ReportType::Rejected;
    if (!is_refusal) return;
    ExecutionReport report = turn.event.report;
    report.type = ReportType::Accepted;
    report.rejected = RejectReason::None;
    report.execution_id = 1'000'000'000 + observer_.turns.size();
    report.leaves_quantity = Quantity::from_int(1);
    runner.take(Event::of(report));
  }

  SplitMix64 draws_;
  EngineConfig config_;
  std::vector<BarSeries> series_;
  Observer observer_;
};

}  // namespace bellwether::testing
