#include "engine/account_places.hpp"

#include <algorithm>
#include <map>

#include "engine/retired_strategy.hpp"

namespace bellwether {
namespace {

using Place = AccountPlaces::Place;

/// The names of a configuration.
class ConfigurationNames {
 public:
  explicit ConfigurationNames(const EngineConfig& config) : config_(&config) {
    for (std::size_t i = 0; i < config.instruments.size(); ++i) {
      symbols_.emplace(config.instruments[i].symbol, static_cast<InstrumentIndex>(i));
    }
    trades_.resize(config.strategies.size() * config.instruments.size());
    for (std::size_t s = 0; s < config.strategies.size(); ++s) {
      ids_.emplace(config.strategies[s].id, static_cast<StrategyIndex>(s));
      for (const InstrumentIndex i : config.strategies[s].instruments)
        trades_[s * config.instruments.size() + i] = true;
    }
  }

  [[nodiscard]] InstrumentIndex instrument(std::string_view symbol) const {
    const auto found = symbols_.find(symbol);
    return found == symbols_.end() ? kNoInstrument : found->second;
  }
  [[nodiscard]] StrategyIndex strategy(std::string_view id) const {
    const auto found = ids_.find(id);
    return found == ids_.end() ? kNoStrategy : found->second;
  }
  /// Nowhere where the configuration has no such strategy or it does not trade the instrument.
  [[nodiscard]] Place pair(std::string_view id, std::string_view symbol) const {
    const Place place{strategy(id), instrument(symbol)};
    if (place.strategy == kNoStrategy || place.instrument == kNoInstrument) return {};
    return trades_[place.strategy * config_->instruments.size() + place.instrument] ? place : Place();
  }
  /// The same, or else the pair of the strategy that retires this one.
  [[nodiscard]] Place heir(std::string_view id, std::string_view symbol) const {
    if (const Place same = pair(id, symbol); same.exists()) return same;
    const Place place = pair(retired_id(id), symbol);
    return place.exists() && config_->strategies[place.strategy].type == kRetiredStrategy ? place : Place();
  }

 private:
  const EngineConfig* config_;
  std::map<std::string_view, InstrumentIndex> symbols_;
  std::map<std::string_view, StrategyIndex> ids_;
  std::vector<bool> trades_;  // By strategy, then instrument.
};

/// Finds the places of what cannot be left behind.
class Heirs {
 public:
  explicit Heirs(const ConfigurationNames& names) : names_(&names) {}

  /// `list` and `index` say where in the state the pair stands, `what` what it has: for the Error.
  Expected<Place> find(std::string_view strategy, std::string_view symbol, std::string_view list, std::size_t index,
                       std::string_view what) {
    const auto known = found_.find({strategy, symbol});
    if (known != found_.end()) return known->second;
    const Place place = names_->heir(strategy, symbol);
    const auto refuse = [&](const std::string& why) {
      return Error{std::string(list) + "[" + std::to_string(index) + "]", "strategy '" + std::string(strategy) +
                                                                              "' has " + std::string(what) + " in " +
                                                                              std::string(symbol) + ", and " + why};
    };
    if (!place.exists()) return refuse(missing(strategy, symbol));
    const auto [owner, is_first] = owners_.try_emplace(place, strategy);
    if (!is_first) return refuse("so has '" + std::string(owner->second) + "': one strategy cannot hold both");
    found_.emplace(std::pair(strategy, symbol), place);
    return place;
  }

 private:
  [[nodiscard]] std::string missing(std::string_view strategy, std::string_view symbol) const {
    if (names_->instrument(symbol) == kNoInstrument) return "the configuration does not have the instrument";
    if (names_->strategy(strategy) == kNoStrategy) return "the configuration does not have the strategy";
    return "the strategy does not trade it in the configuration";
  }

  const ConfigurationNames* names_;
  std::map<std::pair<std::string_view, std::string_view>, Place> found_;
  std::map<Place, std::string_view> owners_;  // The strategy of the state that has it.
};

/// The places of commands that wait: a cancel is of whoever has its order now.
std::vector<Place> places_of_waiting(const AccountState& state, const std::vector<Place>& orders,
                                     const ConfigurationNames& names) {
  std::vector<Place> places;
  if (state.waiting.empty()) return places;
  std::map<OrderId, StrategyIndex> owners;
  for (std::size_t i = 0; i < orders.size(); ++i) owners.emplace(state.orders[i].id, orders[i].strategy);
  for (const AccountWaiting& each : state.waiting) {
    const auto owner = owners.find(each.command.target);
    if (each.command.kind == CommandKind::Replace) {
      places.push_back(names.heir(each.strategy, each.symbol));
    } else {
      places.push_back({owner == owners.end() ? names.strategy(each.strategy) : owner->second, kNoInstrument});
    }
  }
  return places;
}

}  // namespace

Expected<AccountPlaces> AccountPlaces::find(const AccountState& state, const EngineConfig& config) {
  const ConfigurationNames names(config);
  Heirs heirs(names);
  AccountPlaces places;
  for (const AccountInstrument& each : state.instruments) places.instruments.push_back(names.instrument(each.symbol));
  for (const AccountStrategy& each : state.strategies) places.strategies.push_back(names.strategy(each.id));
  for (std::size_t i = 0; i < state.positions.size(); ++i) {
    const AccountPosition& each = state.positions[i];
    if (each.quantity.is_zero()) {
      places.positions.push_back(names.pair(each.strategy, each.symbol));
      continue;
    }
    const auto place = heirs.find(each.strategy, each.symbol, "positions", i, "a position");
    if (!place) return place.error();
    places.positions.push_back(*place);
  }
  for (std::size_t i = 0; i < state.orders.size(); ++i) {
    const AccountOrder& each = state.orders[i];
    const auto place = heirs.find(each.strategy, each.symbol, "orders", i, "an open order");
    if (!place) return place.error();
    places.orders.push_back(*place);
  }
  for (std::size_t i = 0; i < state.goals.size(); ++i) {
    const AccountGoal& each = state.goals[i];
    const auto place = heirs.find(each.strategy, each.symbol, "goals", i, "a goal");
    if (!place) return place.error();
    places.goals.push_back(*place);
  }
  places.waiting = places_of_waiting(state, places.orders, names);
  for (const AccountTimer& each : state.timers) places.timers.push_back(names.strategy(each.strategy));
  return places;
}

std::vector<OpenOrder> open_orders_of(const AccountState& state, const AccountPlaces& places,
                                      std::optional<OrderState> AccountOrder::*view) {
  std::vector<OpenOrder> orders;
  orders.reserve(state.orders.size());
  for (std::size_t i = 0; i < state.orders.size(); ++i) {
    const AccountOrder& each = state.orders[i];
    if (!(each.*view)) continue;
    OpenOrder& order = orders.emplace_back();
    order = {each.id, places.orders[i].strategy, each.spec, *(each.*view), each.filled};
    order.spec.instrument = places.orders[i].instrument;
  }
  return orders;
}

}  // namespace bellwether
