// Where in a configuration stands what an account's state names.
#pragma once

#include <vector>

#include "engine/account_state.hpp"

namespace bellwether {

/// By the places in the lists of a state. What the configuration does not have and need not have is nowhere: such parts
/// of the state are left behind.
struct AccountPlaces {
  /// A strategy and an instrument of the configuration.
  struct Place {
    StrategyIndex strategy = kNoStrategy;
    InstrumentIndex instrument = kNoInstrument;

    [[nodiscard]] bool exists() const { return strategy != kNoStrategy; }
    auto operator<=>(const Place&) const = default;
  };

  std::vector<InstrumentIndex> instruments;  ///< kNoInstrument: nowhere.
  std::vector<StrategyIndex> strategies;     ///< kNoStrategy: nowhere.
  std::vector<Place> positions;
  std::vector<Place> goals;
  std::vector<Place> orders;
  std::vector<Place> waiting;
  std::vector<StrategyIndex> timers;  ///< kNoStrategy: nowhere.

  /// Looks everything up. A position, order or goal whose pair of strategy and instrument the configuration lacks is
  /// taken over by the strategy that retires it (see retired_strategy.hpp); where there is none, an Error names it.
  static Expected<AccountPlaces> find(const AccountState& state, const EngineConfig& config);
};

/// The open orders of a state by one view of them, with the indices of the configuration.
std::vector<OpenOrder> open_orders_of(const AccountState& state, const AccountPlaces& places,
                                      std::optional<OrderState> AccountOrder::*view);

/// Puts a state's names in the places that they have in `config`: see CarryOver. What a strategy and the one that
/// retires it have made of a symbol is added up where both come to one place.
void rename_holders(AccountState& state, const EngineConfig& config);

}  // namespace bellwether
