// What an account is, free of how the engine holds it: names instead of indices, nothing that follows from the rest.
// An engine of another version or configuration opens it and goes on. docs/account-state.md tells the same of its JSON.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/booked_executions.hpp"
#include "engine/engine_config.hpp"
#include "engine/event.hpp"
#include "engine/open_orders.hpp"
#include "engine/position.hpp"
#include "engine/position_goal.hpp"

namespace bellwether {

/// The prices at which an instrument stands. Zero, and no time, before the first.
struct AccountInstrument {
  std::string symbol = {};
  Price mark = {};            ///< Values positions: of the last market event or fill.
  Price strategy_price = {};  ///< What strategies see as the last one.
  Price checked_price = {};   ///< By which orders are checked.
  Timestamp checked_at = {};  ///< When `checked_price` was.

  bool operator==(const AccountInstrument&) const = default;
};

/// A strategy with what it has saved of itself.
struct AccountStrategy {
  std::string id = {};
  std::string type = {};
  std::uint32_t state_version = 1;        ///< StrategyType::state_version of the engine that wrote it.
  std::vector<std::string> symbols = {};  ///< In the order of its configuration.
  std::vector<std::pair<std::string, ParameterValue>> parameters = {};
  bool paused = false;     ///< By an operator.
  std::string saved = {};  ///< Bytes of Strategy::save.

  bool operator==(const AccountStrategy&) const = default;
};

/// A strategy's position in an instrument, or what is left of one: its totals, in account currency, since the start.
struct AccountPosition {
  std::string strategy = {};
  std::string symbol = {};
  Quantity quantity = {};
  Money cost = {};              ///< Of the open quantity, by average cost; negative for a short.
  Money realized_average = {};  ///< Before fees, as is the next.
  Money realized_fifo = {};
  Money fees = {};
  Money dividends = {};
  std::vector<Position::Lot> lots = {};  ///< Oldest first; together they are `quantity`.
  Position::RoundTrip trip = {};         ///< Blank where the position is flat.

  bool operator==(const AccountPosition&) const = default;
};

/// What a strategy's position in an instrument is on its way to.
struct AccountGoal {
  std::string strategy = {};
  std::string symbol = {};
  PositionGoal goal = {};

  bool operator==(const AccountGoal&) const = default;
};

/// An order that has not ended. The risk stage's and the strategies' view of it differ where a replacement was refused
/// before it left, and while the refusal of an order is under way.
struct AccountOrder {
  OrderId id = {};
  std::string strategy = {};
  std::string symbol = {};
  OrderSpec spec = {};  ///< `spec.instrument` means nothing.
  Quantity filled = {};
  std::optional<OrderState> state = {};  ///< Where it stands; nothing where the risk stage has not let it pass.
  std::optional<OrderState> strategy_state = {};  ///< As the strategies see it.

  bool operator==(const AccountOrder&) const = default;
};

/// A cancel or a replacement of an order whose fate is unknown: it leaves once that is known.
struct AccountWaiting {
  std::string strategy = {};
  std::string symbol = {};    ///< Replace: of `command.spec`; empty for a cancel.
  OrderCommand command = {};  ///< `command.strategy` and `command.spec.instrument` mean nothing.

  bool operator==(const AccountWaiting&) const = default;
};

/// Until when the venue's silence about an order is borne.
struct AccountWatch {
  OrderId id;
  Timestamp due = kNever;   ///< When it becomes unknown, or the venue is asked about it.
  std::uint32_t asked = 0;  ///< Questions since it was last heard of.
  bool absent = false;      ///< The venue has said once that it does not know the order.
  bool unknown = false;

  bool operator==(const AccountWatch&) const = default;
};

struct AccountTimer {
  Timestamp at = {};
  std::string strategy = {};
  std::uint32_t tag = 0;

  bool operator==(const AccountTimer&) const = default;
};

/// Amounts in account currency, since the start.
struct AccountCash {
  Money cash = {};
  Money realized = {};  ///< By average cost, before fees.
  Money realized_fifo = {};
  Money fees = {};
  Money dividends = {};

  bool operator==(const AccountCash&) const = default;
};

/// The marks from which the breakers measure, and whether trading is halted.
struct AccountBreakers {
  Money peak_equity;
  Money session_start_equity;
  Timestamp last_market_time;
  HaltReason halt_reason = HaltReason::None;
  bool flattening = false;               ///< The halt has asked to close all positions.
  bool resuming = false;                 ///< The connection is back: trading goes on with the next event.
  std::vector<Timestamp> recent_orders;  ///< Oldest first; as many as the limit of orders per second needs.

  bool operator==(const AccountBreakers&) const = default;
};

/// All of it. The lists of instruments, strategies, positions, goals and timers are in the order of their names, so
/// that equal accounts have equal states, however their configurations are ordered.
struct AccountState {
  EventNumber last_event = 0;  ///< Order ids are made of event numbers: those that follow run on from here.
  Timestamp time;              ///< Of that event.
  std::uint32_t epoch = 1;     ///< Of the engine's own order ids.

  AccountCash cash;
  std::vector<AccountInstrument> instruments;
  std::vector<AccountStrategy> strategies;
  std::vector<AccountPosition> positions;
  std::vector<AccountGoal> goals;
  std::vector<AccountOrder> orders;           ///< In the order in which they came.
  std::vector<AccountWaiting> waiting;        ///< In the order in which they were asked for.
  std::vector<AccountWatch> watched;          ///< By id.
  std::vector<OrderId> given_up;              ///< Orders that ended as never sent, in that order.
  std::vector<BookedExecutions::Run> booked;  ///< Executions that have been taken, ascending.
  std::vector<AccountTimer> timers;           ///< By time.
  AccountBreakers breakers;
  std::optional<Timestamp> session_close;  ///< Of the session that is open.
  bool market_data_connected = true;
  bool venue_connected = true;

  bool operator==(const AccountState&) const = default;
};

/// What no account can be: names that are given twice or stand for nothing, lots that do not add up, amounts out of
/// range. The Error's field is the place, such as `positions[3].lots`.
Expected<void> check(const AccountState& state);

/// A strategy's stake in an instrument.
struct HeldPair {
  std::string strategy;
  std::string symbol;

  auto operator<=>(const HeldPair&) const = default;
};

/// The pairs that a configuration must have to open the state: with a position, an open order or a goal. By name.
std::vector<HeldPair> held_pairs(const AccountState& state);

}  // namespace bellwether
