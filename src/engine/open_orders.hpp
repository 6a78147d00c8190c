// The orders that may still fill, and the one table of how an order's state changes.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "engine/order_types.hpp"

namespace bellwether {

/// What a report does to an order, as the table of transitions sees it: a Fill either completes the order or not.
enum class Transition : std::uint8_t {
  Accepted,
  Held,
  PartialFill,
  FinalFill,
  Canceled,
  Expired,
  Replaced,
  Rejected,
  Denied,
  CancelRejected,
  ReplaceRejected,
  Lost,
  CancelSent,   ///< A cancel has left.
  ReplaceSent,  ///< A replacement has left.
};
constexpr std::size_t kTransitionCount = 14;

/// The state after `transition`; nothing where that cannot happen.
std::optional<OrderState> next_state(OrderState from, Transition transition);

/// The state of an order after a report has been counted: `filled` of `quantity` with this one. Nothing where that
/// cannot happen to it. A report that ends the order and tells of executions that have not been booked makes it
/// Unknown.
std::optional<OrderState> state_after(OrderState from, Quantity filled, Quantity quantity,
                                      const ExecutionReport& report);

/// What has filled of its sibling is taken off a leg, when the venue says how much of it is open. Legs only shrink, and
/// reports may come in another order: what counts is what the whole of it was when the venue said so.
void shrink_leg(OrderId id, Quantity& quantity, const ExecutionReport& report);

constexpr bool is_terminal(OrderState state) { return state >= OrderState::Filled; }

/// An order that has not ended.
struct OpenOrder {
  OrderId id;
  StrategyIndex strategy = kNoStrategy;
  OrderSpec spec;
  OrderState state = OrderState::PendingNew;
  Quantity filled;

  [[nodiscard]] Quantity leaves() const { return spec.quantity - filled; }
  /// Leg of a group: it can only end a position, never open one.
  [[nodiscard]] bool is_protective() const { return id.leg != OrderLeg::Entry; }
};

/// All open orders of a session, in the order in which they came. Bounded by the risk stage's limit on open orders.
class OpenOrders {
 public:
  /// Takes notice of a command that is on its way: a Submit adds the order with its legs, a Replace adds the new order
  /// and marks the old one, a Cancel marks its target.
  void apply(const OrderCommand& command);

  enum class Outcome : std::uint8_t { Changed, Ended, Impossible, NotOpen };
  struct Applied {
    Outcome outcome = Outcome::NotOpen;
    const OpenOrder* order = nullptr;  ///< As it is after the report; null where it is not open. Valid until the next.
    Quantity filled;                   ///< By this report.
  };
  /// Applies a report that has not been applied before. A fill counts in any state; where all of the order has filled,
  /// or more, it ends. What cannot happen to an order in its state changes nothing.
  Applied apply(const ExecutionReport& report);

  /// A corporate action of an instrument takes effect: its orders are carried through.
  void apply(const CorporateAction& action, InstrumentIndex index, const Instrument& instrument);

  /// Null where no open order has the id.
  [[nodiscard]] const OpenOrder* find(OrderId id) const;
  [[nodiscard]] std::span<const OpenOrder> all() const { return orders_; }
  [[nodiscard]] bool empty() const { return orders_.empty(); }
  [[nodiscard]] std::size_t size() const { return orders_.size(); }

  void save(ByteWriter& out) const;
  void load(ByteReader& in);

 private:
  OpenOrder* find_open(OrderId id);
  /// A refused entry takes the legs of its group with it.
  Applied end_group(const ExecutionReport& report);
  void add(const OrderCommand& command, const OrderSpec& spec, OrderLeg leg);
  /// Takes an order that has ended out of the list; it stays readable in `ended_`.
  const OpenOrder* take_out(OpenOrder* order);

  std::vector<OpenOrder> orders_;
  OpenOrder ended_;  // The last one that did.
};

/// Brings an order that is open over a corporate action into the shares and prices after it, as brokers do (FINRA rule
/// 5330): quantities times the split's ratio, what is left to trade in whole lots, rounded down; prices divided by the
/// price ratio, in ticks, limits never for the worse. Dividends change prices by the factor by which total adjustment
/// does, where the rule subtracts the amount: so decisions are the same whatever the data's adjustment.
void carry_through(OrderSpec& spec, Quantity& filled, const CorporateAction& action, const Instrument& instrument);

/// The specs of a group's legs; a leg without a price does not exist. `entry_price` gives stops by offset their price.
std::optional<OrderSpec> target_leg(const OrderSpec& group);
std::optional<OrderSpec> stop_leg(const OrderSpec& group, Price entry_price);

}  // namespace bellwether
