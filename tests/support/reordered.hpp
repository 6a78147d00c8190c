// A configuration with its instruments and strategies in another order, and what happens in it in these indices.
#pragma once

#include <algorithm>
#include <numeric>
#include <vector>

#include "engine/manual_strategy.hpp"
#include "engine/turn.hpp"

namespace bellwether::testing {

/// Gives everything of one configuration the indices of the reordered one.
class Reordered {
 public:
  /// Instruments in the reverse order; strategies too where `strategies` is set, but for the manual one.
  Reordered(const EngineConfig& config, bool strategies) : config_(config) {
    std::ranges::reverse(config_.instruments);
    const auto last = static_cast<InstrumentIndex>(config.instruments.size() - 1);
    for (InstrumentIndex i = 0; i <= last; ++i) instruments_.push_back(static_cast<InstrumentIndex>(last - i));
    for (StrategyConfig& strategy : config_.strategies) {
      for (InstrumentIndex& instrument : strategy.instruments) instrument = of(instrument);
    }
    strategies_.resize(config.strategies.size());
    std::iota(strategies_.begin(), strategies_.end(), StrategyIndex{0});
    if (!strategies) return;
    const auto movable = config_.strategies.size() - (manual_strategy(config) ? 1 : 0);
    std::reverse(config_.strategies.begin(), config_.strategies.begin() + static_cast<std::ptrdiff_t>(movable));
    std::reverse(strategies_.begin(), strategies_.begin() + static_cast<std::ptrdiff_t>(movable));
  }

  [[nodiscard]] const EngineConfig& config() const { return config_; }

  [[nodiscard]] Event of(Event event) const {
    event.instrument = of(event.instrument);
    if (event.type == EventType::Report) event.report = of(event.report);
    if (event.type == EventType::Timer) event.timer.strategy = strategy(event.timer.strategy);
    if (event.type == EventType::Command) {
      event.command.strategy = strategy(event.command.strategy);
      event.command.instrument = of(event.command.instrument);
      event.command.spec.instrument = of(event.command.spec.instrument);
    }
    return event;
  }

  /// Changes of one event's positions, which come in the order of the strategies, in that of the reordered ones.
  [[nodiscard]] Turn of(Turn turn) const {
    turn.event = of(turn.event);
    turn.next_timer.timer.strategy = strategy(turn.next_timer.timer.strategy);
    for (PositionChange& each : turn.positions) place(each);
    for (TradeRecord& each : turn.closed_trades) place(each);
    std::ranges::sort(turn.positions, {}, &PositionChange::strategy);
    std::ranges::sort(turn.closed_trades, {}, &TradeRecord::strategy);
    for (Intent& each : turn.intents) each.command = of(each.command);
    for (OrderCommand& each : turn.commands) each = of(each);
    for (Event& each : turn.follow_ups) each = of(each);
    return turn;
  }

 private:
  [[nodiscard]] InstrumentIndex of(InstrumentIndex index) const {
    return index < instruments_.size() ? instruments_[index] : index;
  }
  [[nodiscard]] StrategyIndex strategy(StrategyIndex index) const {
    return index < strategies_.size() ? strategies_[index] : index;
  }
  template <typename Record>
  void place(Record& record) const {
    record.strategy = strategy(record.strategy);
    record.instrument = of(record.instrument);
  }
  [[nodiscard]] ExecutionReport of(ExecutionReport report) const {
    place(report);
    return report;
  }
  [[nodiscard]] OrderCommand of(OrderCommand command) const {
    command.strategy = strategy(command.strategy);
    command.spec.instrument = of(command.spec.instrument);
    return command;
  }

  EngineConfig config_;
  // By the index of the configuration that is reordered.
  std::vector<InstrumentIndex> instruments_;
  std::vector<StrategyIndex> strategies_;
};

}  // namespace bellwether::testing
