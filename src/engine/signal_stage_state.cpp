// The signal stage's part of an account's state, and the warm-up of strategies that it does not serve.
#include <algorithm>

#include "engine/account_places.hpp"
#include "engine/manual_strategy.hpp"
#include "engine/market_feed.hpp"
#include "engine/retired_strategy.hpp"
#include "engine/signal_stage.hpp"

namespace bellwether {
namespace {

std::vector<std::string> symbols_of(const StrategyConfig& strategy, const EngineConfig& config) {
  std::vector<std::string> symbols;
  for (const InstrumentIndex instrument : strategy.instruments) {
    symbols.push_back(config.instruments[instrument].symbol);
  }
  return symbols;
}

/// True for a strategy that bars teach nothing.
bool needs_no_history(const StrategyConfig& strategy) {
  return strategy.type == kManualStrategy || strategy.type == kRetiredStrategy;
}

}  // namespace

void SignalStage::describe(AccountState& state, const EngineConfig& config) const {
  state.last_event = context_.event_;
  state.time = context_.now_;
  state.epoch = config.epoch;
  for (std::size_t i = 0; i < config.instruments.size(); ++i) {
    state.instruments[i].strategy_price = context_.last_prices_[i];
  }
  for (std::size_t s = 0; s < strategies_.size(); ++s) {
    const StrategyConfig& strategy = config.strategies[s];
    const auto parameters = strategy.parameters.values();
    ByteWriter saved;
    strategies_[s]->save(saved);
    state.strategies.push_back({strategy.id,
                                strategy.type,
                                state_versions_[s],
                                symbols_of(strategy, config),
                                {parameters.begin(), parameters.end()},
                                false,
                                saved.take()});
    for (std::size_t i = 0; i < config.instruments.size(); ++i) {
      const PositionGoal& goal = context_.goals_[s * config.instruments.size() + i];
      if (goal.kind == PositionGoal::Kind::None) continue;
      state.goals.push_back({strategy.id, config.instruments[i].symbol, goal});
    }
  }
  for (const OrderCommand& command : context_.waiting_) {
    const bool replaces = command.kind == CommandKind::Replace;
    AccountWaiting& waiting = state.waiting.emplace_back();
    waiting.strategy = config.strategies[command.strategy].id;
    if (replaces) waiting.symbol = config.instruments[command.spec.instrument].symbol;
    waiting.command = command;
    waiting.command.strategy = kNoStrategy;
    waiting.command.spec.instrument = kNoInstrument;
  }
  for (const Context::Timer& timer : context_.timers_) {
    state.timers.push_back({timer.at, config.strategies[timer.strategy].id, timer.tag});
  }
  if (context_.in_session_) state.session_close = context_.session_close_;
}

std::vector<StrategyIndex> SignalStage::restore(const AccountState& state, const AccountPlaces& places,
                                                const StrategyRegistry& registry, Money cash) {
  context_.event_ = state.last_event;
  context_.now_ = state.time;
  context_.cash_ = cash;
  context_.in_session_ = state.session_close.has_value();
  context_.session_close_ = state.session_close.value_or(Timestamp());
  for (std::size_t i = 0; i < state.instruments.size(); ++i) {
    if (places.instruments[i] == kNoInstrument) continue;
    context_.last_prices_[places.instruments[i]] = state.instruments[i].strategy_price;
  }
  open_orders_.restore(open_orders_of(state, places, &AccountOrder::strategy_state));
  restore_positions(state, places);
  restore_waiting(state, places);
  std::vector<bool> loaded(strategies_.size());
  for (std::size_t i = 0; i < state.strategies.size(); ++i) {
    const StrategyIndex index = places.strategies[i];
    if (index != kNoStrategy) loaded[index] = load_strategy(index, state.strategies[i], registry);
  }
  // When to be woken, and for what, is part of what a strategy knows.
  for (std::size_t i = 0; i < state.timers.size(); ++i) {
    const StrategyIndex index = places.timers[i];
    if (index != kNoStrategy && loaded[index]) {
      context_.timers_.push_back({state.timers[i].at, index, state.timers[i].tag});
    }
  }
  std::make_heap(context_.timers_.begin(), context_.timers_.end(), std::greater<>());
  std::vector<StrategyIndex> fresh;
  for (std::size_t s = 0; s < strategies_.size(); ++s) {
    if (!loaded[s] && !needs_no_history(context_.config_->strategies[s]))
      fresh.push_back(static_cast<StrategyIndex>(s));
  }
  return fresh;
}

void SignalStage::restore_positions(const AccountState& state, const AccountPlaces& places) {
  for (std::size_t i = 0; i < state.positions.size(); ++i) {
    const AccountPosition& each = state.positions[i];
    const AccountPlaces::Place place = places.positions[i];
    if (!place.exists() || each.quantity.is_zero()) continue;
    context_.positions_[context_.slot(place.strategy, place.instrument)] = {each.quantity,
                                                                            price_of(each.cost, each.quantity)};
    context_.net_positions_[place.instrument] += each.quantity;
  }
  for (std::size_t i = 0; i < state.goals.size(); ++i) {
    const AccountPlaces::Place place = places.goals[i];
    context_.goals_[context_.slot(place.strategy, place.instrument)] = state.goals[i].goal;
  }
  context_.note_waits();
}

void SignalStage::restore_waiting(const AccountState& state, const AccountPlaces& places) {
  for (std::size_t i = 0; i < state.waiting.size(); ++i) {
    if (!places.waiting[i].exists()) continue;
    OrderCommand& command = context_.waiting_.emplace_back(state.waiting[i].command);
    command.strategy = places.waiting[i].strategy;
    command.spec.instrument = places.waiting[i].instrument;
  }
}

bool SignalStage::is_same(StrategyIndex index, const AccountStrategy& state) const {
  const StrategyConfig& config = context_.config_->strategies[index];
  return config.type == state.type && state_versions_[index] == state.state_version &&
         std::ranges::equal(config.parameters.values(), state.parameters) &&
         symbols_of(config, *context_.config_) == state.symbols;
}

/// False where the strategy is as new.
bool SignalStage::load_strategy(StrategyIndex index, const AccountStrategy& state, const StrategyRegistry& registry) {
  if (!is_same(index, state)) return false;
  ByteReader reader(state.saved);
  strategies_[index]->load(reader);
  if (reader.done()) return true;
  // It may have read a part of it.
  auto made = make_strategy(context_.config_->strategies[index], registry);
  BELLWETHER_INVARIANT(made.has_value(), "a strategy can be made once but not twice");
  strategies_[index] = std::move(made->strategy);
  return false;
}

void SignalStage::warm_up(StrategyIndex strategy, std::span<const FeedSource> bars) {
  MarketFeed feed({bars.begin(), bars.end()}, {}, SessionCalendar::us_equity());
  const Timestamp now = context_.now_;
  enter(strategy);
  context_.warming_up_ = true;
  for (Event event; feed.next(event);) {
    if (event.type != EventType::Bar) continue;
    context_.now_ = event.time;
    context_.next_index_ = 0;
    const BarEvent& e = event.bar;
    strategies_[strategy]->on_bar({event.instrument, e.bar, Duration(e.interval_ns), e.synthetic, true}, context_);
  }
  context_.warming_up_ = false;
  context_.now_ = now;
}

}  // namespace bellwether
