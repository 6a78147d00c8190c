// Orders as the engine speaks of them: what a strategy asks for, what a venue is told, what a venue answers.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "engine/bytes.hpp"
#include "engine/deny_reason.hpp"
#include "engine/market.hpp"
#include "engine/trade_record.hpp"

namespace bellwether {

using EventNumber = std::uint64_t;

enum class Side : std::uint8_t { Buy, Sell };
enum class OrderType : std::uint8_t { Market, Limit, Stop, StopLimit, TrailingStop };
enum class TimeInForce : std::uint8_t {
  Day,  ///< Until the close of the session; after the close, for the next one.
  Gtc,  ///< Until filled or cancelled.
  Ioc,  ///< What fills at once; the rest is cancelled.
  Fok,  ///< All at once or nothing.
  Opg,  ///< At the session's opening price only.
  Cls,  ///< At the session's closing price only.
};
enum class OrderClass : std::uint8_t {
  Simple,
  Bracket,  ///< Entry; once it is wholly filled, a target and a stop of which one cancels the other.
  Oco,      ///< A target and a stop for a position that exists; one cancels the other.
};

/// At the opening or closing price of a session only.
constexpr bool is_auction(TimeInForce tif) { return tif == TimeInForce::Opg || tif == TimeInForce::Cls; }

constexpr Side opposite(Side side) { return side == Side::Buy ? Side::Sell : Side::Buy; }
constexpr std::int64_t sign(Side side) { return side == Side::Buy ? 1 : -1; }

/// Which order of a group an id names.
enum class OrderLeg : std::uint16_t { Entry, Target, StopLoss };

/// Identity of an order, the same on every run: derived from the lease epoch, the event that caused the order and the
/// order's place among those of that event. Its text is the client_order_id that a broker sees.
struct OrderId {
  EventNumber event = 0;  ///< 0: no order.
  std::uint32_t epoch = 0;
  std::uint16_t index = 0;
  OrderLeg leg = OrderLeg::Entry;

  constexpr auto operator<=>(const OrderId&) const = default;
  [[nodiscard]] constexpr bool exists() const { return event != 0; }
  [[nodiscard]] constexpr OrderId with_leg(OrderLeg which) const { return {event, epoch, index, which}; }
  /// "bw-<epoch>-<event>-<index>", with "-tp" or "-sl" for the legs of a group.
  [[nodiscard]] std::string client_order_id() const;
  /// The inverse of `client_order_id`.
  static Expected<OrderId> parse(std::string_view client_order_id);
};

/// What an order is to do. A price of zero is an absent price.
struct OrderSpec {
  InstrumentIndex instrument = kNoInstrument;
  Side side = Side::Buy;
  OrderType type = OrderType::Market;
  TimeInForce time_in_force = TimeInForce::Day;
  OrderClass order_class = OrderClass::Simple;
  Quantity quantity;  ///< Positive.
  Price limit_price;  ///< Limit and StopLimit.
  Price stop_price;   ///< Stop and StopLimit.
  Price trail;        ///< TrailingStop: distance from the best price since the order became active.
  /// Bracket and Oco: target (a limit order) and stop loss (a stop order).
  Price take_profit;
  Price stop_loss;
  /// Bracket: stop loss as a distance from the entry's average fill price, instead of `stop_loss`.
  Price stop_loss_offset;

  bool operator==(const OrderSpec&) const = default;
};

enum class CommandKind : std::uint8_t {
  Submit,
  Cancel,
  Replace,
  Query,  ///< What has become of `target`? The answer is its executions and a report of where it stands.
};
constexpr std::size_t kCommandKindCount = 4;
/// True for commands that bring a new order.
constexpr bool adds_order(CommandKind kind) { return kind == CommandKind::Submit || kind == CommandKind::Replace; }

/// What a venue is told. A Replace carries the new order's id, the old one's in `target`, and the whole new spec.
struct OrderCommand {
  CommandKind kind = CommandKind::Submit;
  StrategyIndex strategy = kNoStrategy;
  OrderId id;      ///< The order (Submit, Replace) or the command itself (Cancel); Query: none.
  OrderId target;  ///< Cancel, Replace, Query: the order it is about.
  OrderSpec spec;  ///< Submit, Replace.

  bool operator==(const OrderCommand&) const = default;
};

/// A command that a strategy or a breaker asks for; `denied` tells whether and why the risk stage refused it.
struct Intent {
  OrderCommand command;
  DenyReason denied = DenyReason::None;
};

/// Where an order stands.
enum class OrderState : std::uint8_t {
  PendingNew,       ///< Approved and on its way; the venue has not answered.
  Held,             ///< Leg of a group that waits for its entry to fill.
  Working,          ///< At the venue, nothing filled.
  PartiallyFilled,  ///< At the venue, something filled.
  PendingCancel,    ///< A cancel is on its way.
  PendingReplace,   ///< A replacement is on its way.
  Unknown,          ///< Its fate is not known: counts at its worst case until the venue says.
  Filled,
  Canceled,
  Expired,
  Replaced,
  Rejected,  ///< By the venue.
  Denied,    ///< By the risk stage; it never left.
};
constexpr std::size_t kOrderStateCount = 13;

enum class ReportType : std::uint8_t {
  Accepted,  ///< The venue has the order; of a leg, also that its price or quantity is now as the report says.
  Held,      ///< The venue holds a leg until its entry fills.
  Fill,      ///< A part or all of it was executed.
  Canceled,
  Expired,
  Replaced,  ///< The order gave way to `related`.
  Rejected,
  Denied,          ///< Written by the engine: the risk stage refused it.
  CancelRejected,  ///< The order stays as it was.
  ReplaceRejected,
  Lost,  ///< Written by a broker connection: whether the venue has the order is not known.
};
constexpr std::size_t kReportTypeCount = 11;

/// Why a venue refused.
enum class RejectReason : std::uint8_t {
  None,
  UnknownOrder,
  TooLate,
  Unsupported,
  NoMarket,
  DuplicateId,
  BadOrder,
  InsufficientCash,
  NeverArrived,  ///< Asked about the order, the venue has no such id: it was never sent, or got lost.
};
constexpr std::size_t kRejectReasonCount = 9;

/// What a venue says about one order.
struct ExecutionReport {
  OrderId order;
  OrderId related;  ///< Replaced: the new order. Legs and sibling cancels: the group's entry.
  ReportType type = ReportType::Accepted;
  Side side = Side::Buy;
  DenyReason denied = DenyReason::None;        ///< Denied only.
  RejectReason rejected = RejectReason::None;  ///< Rejected, CancelRejected, ReplaceRejected.
  StrategyIndex strategy = kNoStrategy;
  InstrumentIndex instrument = kNoInstrument;
  std::uint64_t execution_id = 0;  ///< Of one report of the venue, in any order; 0: the engine wrote it itself.
  Timestamp time;                  ///< When it happened at the venue.
  Quantity last_quantity;          ///< Fill: of this execution.
  Price last_price;                ///< Fill: of this execution. Accepted legs: the leg's price.
  Quantity cumulative_quantity;    ///< All fills so far.
  Quantity leaves_quantity;        ///< Still to fill.
  Money fee;                       ///< Fill: cost of this execution; positive is a cost.
  Price protective_stop;           ///< Fill of a bracket's entry: the stop that guards it.

  bool operator==(const ExecutionReport&) const = default;
};

std::string_view token(Side side);
std::string_view token(OrderType type);
std::string_view token(TimeInForce tif);
std::string_view token(OrderClass order_class);
std::string_view token(OrderLeg leg);
std::string_view token(CommandKind kind);
std::string_view token(OrderState state);
std::string_view token(ReportType type);
std::string_view token(RejectReason reason);

void write(ByteWriter& out, const OrderId& id);
void write(ByteWriter& out, const OrderSpec& spec);
void write(ByteWriter& out, const OrderCommand& command);
void write(ByteWriter& out, const ExecutionReport& report);
OrderId read_order_id(ByteReader& in);
OrderSpec read_order_spec(ByteReader& in);
OrderCommand read_order_command(ByteReader& in);
ExecutionReport read_execution_report(ByteReader& in);

}  // namespace bellwether
