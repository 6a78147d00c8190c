// The risk stage's part of an account's state.
#include <algorithm>

#include "engine/account_places.hpp"
#include "engine/risk_stage.hpp"

namespace bellwether {

void RiskStage::describe(AccountState& state, const EngineConfig& config) const {
  for (std::size_t i = 0; i < exposures_.size(); ++i) {
    state.instruments[i].checked_price = exposures_[i].last_price;
    state.instruments[i].checked_at = exposures_[i].last_time;
  }
  for (std::size_t s = 0; s < config.strategies.size(); ++s) state.strategies[s].paused = paused_[s];
  order_watch_.describe(state);
  state.market_data_connected = data_connected_;
  describe_breakers(state);
}

void RiskStage::describe_breakers(AccountState& state) const {
  AccountBreakers& breakers = state.breakers;
  breakers.peak_equity = peak_equity_;
  breakers.session_start_equity = session_start_equity_;
  breakers.last_market_time = last_market_time_;
  breakers.halt_reason = halt_reason_;
  breakers.flattening = flattening_;
  breakers.resuming = resuming_;
  for (std::size_t i = 0; i < recent_orders_.size(); ++i) {
    const Timestamp sent = recent_orders_[(next_recent_ + i) % recent_orders_.size()];
    if (sent.ns != 0) breakers.recent_orders.push_back(sent);
  }
}

void RiskStage::restore(const AccountState& state, const AccountPlaces& places, Money equity) {
  equity_ = equity;
  for (std::size_t i = 0; i < state.instruments.size(); ++i) {
    if (places.instruments[i] == kNoInstrument) continue;
    Exposure& exposure = exposures_[places.instruments[i]];
    exposure.last_price = state.instruments[i].checked_price;
    exposure.last_time = state.instruments[i].checked_at;
  }
  for (std::size_t i = 0; i < state.positions.size(); ++i) {
    const AccountPlaces::Place place = places.positions[i];
    if (!place.exists()) continue;
    exposures_[place.instrument].position += state.positions[i].quantity;
    own_positions_[slot(place.strategy, place.instrument)] += state.positions[i].quantity;
  }
  for (std::size_t i = 0; i < state.strategies.size(); ++i) {
    if (places.strategies[i] != kNoStrategy) paused_[places.strategies[i]] = state.strategies[i].paused;
  }
  open_orders_.restore(open_orders_of(state, places, &AccountOrder::state));
  order_watch_.restore(state);
  in_session_ = state.session_close.has_value();
  data_connected_ = state.market_data_connected;
  restore_breakers(state);
  derive();
}

void RiskStage::restore_breakers(const AccountState& state) {
  const AccountBreakers& breakers = state.breakers;
  peak_equity_ = breakers.peak_equity;
  session_start_equity_ = breakers.session_start_equity;
  last_market_time_ = breakers.last_market_time;
  halt_reason_ = breakers.halt_reason;
  flattening_ = breakers.flattening;
  resuming_ = breakers.resuming;
  // Under a lower limit, the last ones alone count.
  const std::size_t kept = std::min(recent_orders_.size(), breakers.recent_orders.size());
  std::copy(breakers.recent_orders.end() - static_cast<std::ptrdiff_t>(kept), breakers.recent_orders.end(),
            recent_orders_.begin());
  next_recent_ = kept == recent_orders_.size() ? 0 : kept;
}

}  // namespace bellwether
