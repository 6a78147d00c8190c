// What an account is, out of the stages of one engine and into those of another.
#include <algorithm>
#include <tuple>

#include "engine/account_places.hpp"
#include "engine/engine.hpp"

namespace bellwether {
namespace {

/// An order of which at least one view is there.
AccountOrder described(const OpenOrder* seen, const OpenOrder* checked, const EngineConfig& config) {
  const OpenOrder& order = checked != nullptr ? *checked : *seen;
  AccountOrder state;
  state.id = order.id;
  state.strategy = config.strategies[order.strategy].id;
  state.symbol = config.instruments[order.spec.instrument].symbol;
  state.spec = order.spec;
  state.spec.instrument = kNoInstrument;
  state.filled = order.filled;
  if (checked != nullptr) state.state = checked->state;
  if (seen != nullptr) state.strategy_state = seen->state;
  return state;
}

/// Both views hold their orders in the order in which they came.
std::vector<AccountOrder> merged(const OpenOrders& seen, const OpenOrders& checked, const EngineConfig& config) {
  std::vector<AccountOrder> orders;
  orders.reserve(std::max(seen.size(), checked.size()));
  const auto all_checked = checked.all();
  auto next = all_checked.begin();
  const auto take_what_strategies_do_not_see = [&] {
    for (; next != all_checked.end() && seen.find(next->id) == nullptr; ++next) {
      orders.push_back(described(nullptr, &*next, config));
    }
  };
  for (const OpenOrder& order : seen.all()) {
    take_what_strategies_do_not_see();
    orders.push_back(described(&order, checked.find(order.id), config));
    if (next != all_checked.end() && next->id == order.id) ++next;
  }
  take_what_strategies_do_not_see();
  return orders;
}

void put_in_order(AccountState& state) {
  const auto by_pair = [](const auto& a, const auto& b) {
    return std::tie(a.strategy, a.symbol) < std::tie(b.strategy, b.symbol);
  };
  std::ranges::sort(state.instruments, {}, &AccountInstrument::symbol);
  std::ranges::sort(state.strategies, {}, &AccountStrategy::id);
  std::ranges::sort(state.positions, by_pair);
  std::ranges::sort(state.goals, by_pair);
  std::ranges::sort(state.timers, [](const AccountTimer& a, const AccountTimer& b) {
    return std::tie(a.at, a.strategy, a.tag) < std::tie(b.at, b.strategy, b.tag);
  });
}

}  // namespace

AccountState describe(const PositionStage& position, const SignalStage& signal, const RiskStage& risk,
                      const EngineConfig& config) {
  AccountState state;
  position.describe(state, config);
  signal.describe(state, config);
  risk.describe(state, config);
  state.orders = merged(signal.open_orders(), risk.open_orders(), config);
  put_in_order(state);
  return state;
}

AccountState Engine::state() const { return describe(position_, *signal_, risk_, *config_); }

Expected<Engine::Opened> Engine::open(const EngineConfig& config, const StrategyRegistry& registry,
                                      const AccountState& state) {
  if (const auto sound = check(state); !sound) return sound.error();
  if (config.epoch < state.epoch) {
    return Error{"epoch", std::to_string(state.epoch) + " is later than that of the engine, which is " +
                              std::to_string(config.epoch)};
  }
  const auto places = AccountPlaces::find(state, config);
  if (!places) return places.error();
  auto engine = make(config, registry);
  if (!engine) return engine.error();
  Engine& opened = **engine;
  opened.position_.restore(state, *places);
  const Portfolio& portfolio = opened.position_.portfolio();
  auto fresh = opened.signal_->restore(state, *places, registry, portfolio.cash());
  opened.risk_.restore(state, *places, portfolio.equity());
  return Opened{std::move(*engine), std::move(fresh)};
}

}  // namespace bellwether
