// Runs a built-in strategy over hand-made bars and tells what it asked for.
#pragma once

#include <map>

#include "engine/backtest_runner.hpp"
#include "tests/support/engine_setup.hpp"
#include "tests/support/turns.hpp"

namespace bellwether::testing {

/// A command and the event that caused it.
struct Asked {
  EventNumber event;
  Timestamp time;
  OrderCommand command;
};

struct CommandLog {
  std::vector<Asked> commands;
  std::vector<EventNumber> bar_events;  ///< Of the bars that are no warm-up.
};

class CommandObserver final : public TurnObserver {
 public:
  explicit CommandObserver(CommandLog& log) : log_(&log) {}
  void on_turn(const Turn& turn) override {
    if (turn.event.type == EventType::Bar && !turn.event.bar.history) log_->bar_events.push_back(turn.event.number);
    for (const OrderCommand& each : turn.commands) log_->commands.push_back({turn.event.number, turn.event.time, each});
  }

 private:
  CommandLog* log_;
};

struct StrategyRun {
  CommandLog log;
  SessionRecord record;
};

/// One instrument; `daily` are the sessions before, for warm-up.
inline StrategyRun run_strategy(const EngineConfig& config, const std::vector<Bar>& bars, Duration interval,
                                const std::vector<Bar>& daily = {}, const std::vector<CorporateAction>& actions = {}) {
  std::vector<FeedSource> sources;
  FeedSource history;
  history.instrument = 0;
  history.bars = daily;
  history.interval = kDailyInterval;
  history.history = true;
  if (!daily.empty()) sources.push_back(history);
  FeedSource source;
  source.instrument = 0;
  source.bars = bars;
  source.interval = interval;
  sources.push_back(source);
  StrategyRun run;
  auto runner = BacktestRunner::make(config, StrategyRegistry::built_in(),
                                     MarketFeed(std::move(sources), {{0, actions}}, SessionCalendar::us_equity()))
                    .value();
  CommandObserver observer(run.log);
  runner->set_observer(&observer);
  runner->run();
  run.record = runner->take_record();
  return run;
}

/// Daily bars of one price for the `count` sessions before `date`.
inline std::vector<Bar> sessions_before(Date date, std::size_t count, std::string_view close) {
  std::vector<Bar> bars;
  const Session* session = SessionCalendar::us_equity().previous(date);
  while (bars.size() < count) {
    bars.insert(bars.begin(), Bar{session->open, price(close), price(close), price(close), price(close), shares(1)});
    session = SessionCalendar::us_equity().previous(session->date);
  }
  return bars;
}

}  // namespace bellwether::testing
