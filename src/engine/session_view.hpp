// What can be asked about a session while it runs, by anyone on any thread. Who answers stands elsewhere.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "engine/operator_command.hpp"
#include "engine/order_outcomes.hpp"
#include "engine/session_record.hpp"
#include "engine/state_change.hpp"
#include "engine/strategy.hpp"

namespace bellwether {

enum class SessionPhase : std::uint8_t {
  Starting,
  Recovering,  ///< Re-executes the event log.
  Trading,
  Finished,  ///< The market data has ended; the service stays up.
  Stopping,
  Failed,
};
constexpr std::size_t kSessionPhaseCount = 6;

constexpr std::string_view token(SessionPhase phase) {
  constexpr std::string_view kNames[] = {"starting", "recovering", "trading", "finished", "stopping", "failed"};
  return kNames[static_cast<std::size_t>(phase)];
}

struct SessionCounts {
  std::uint64_t events = 0;
  std::uint64_t market_events = 0;  ///< Bars, trades and quotes, warm-up left out.
  std::uint64_t commands = 0;
  std::uint64_t fills = 0;
  std::uint64_t denials = 0;
  std::uint64_t trades = 0;  ///< Round trips.

  bool operator==(const SessionCounts&) const = default;
};

struct SessionStatus {
  SessionPhase phase = SessionPhase::Starting;
  std::string detail;  ///< Why, in words; may be empty.
  bool halted = false;
  HaltReason halt_reason = HaltReason::None;
  std::string halt_note;  ///< Of the operator who halted, in his words; may be empty.
  EventNumber last_event = 0;
  Timestamp time;                    ///< Of the last event; meaningless before the first.
  std::optional<Date> session_date;  ///< Of the session that opened last.
  bool session_open = false;
  bool synthetic = false;  ///< Some bars of this session were not observed but made from coarser ones.
  std::size_t open_orders = 0;
  std::size_t open_positions = 0;  ///< By strategy and instrument.
  SessionCounts counts;
};

/// Amounts in account currency.
struct AccountSummary {
  AccountView account;
  Money initial_cash;
  Money peak_equity;
  double drawdown = 0;  ///< Fall from the peak, as a fraction of it.
  Money day_profit;     ///< Equity now less equity at the open of the last session.
  /// Over the round trips that ended within the last 30 days before the last event.
  std::uint64_t recent_trades = 0;
  std::optional<double> win_rate;   ///< Share with a positive net profit; nothing where there was no trade.
  std::optional<Money> expectancy;  ///< Mean net profit.
};

struct PositionRow {
  StrategyIndex strategy = kNoStrategy;  ///< kNoStrategy: the sum over all strategies, which has no average price.
  InstrumentIndex instrument = kNoInstrument;
  Quantity quantity;
  Price average_price;
  Price last_price;  ///< Zero before the first.
  Money market_value;
  Money unrealized_pnl;      ///< Before fees.
  Money realized_pnl;        ///< Since the start, by average cost, before fees.
  Money realized_fifo = {};  ///< The same by first in, first out.
  Money fees = {};
  Money dividends = {};

  bool operator==(const PositionRow&) const = default;
};

/// What one strategy has made of its positions, since the start.
struct StrategyTotals {
  Money market_value;
  Money unrealized_pnl;  ///< Before fees, as are the next two.
  Money realized_pnl;    ///< By average cost.
  Money realized_fifo;   ///< By first in, first out.
  Money fees;
  Money dividends;
  OrderOutcomes orders;  ///< Since this process began.

  bool operator==(const StrategyTotals&) const = default;
};

struct OrderFilter {
  enum class Status : std::uint8_t { All, Open, Closed };
  Status status = Status::All;
  std::optional<InstrumentIndex> instrument;
  std::optional<StrategyIndex> strategy;
  OrderId after;  ///< The last order of the page before; none: from the first.
  bool newest_first = false;
  std::size_t limit = 100;
};

/// A command that entered the conveyor: an operator's, or a breaker's halt.
struct CommandRow {
  EventNumber event = 0;
  Timestamp time;
  CommandEvent command;
  CommandWords words = {};

  bool operator==(const CommandRow&) const = default;
};

/// Rows, and whether there are more after the last.
template <typename Row>
struct Page {
  std::vector<Row> rows;
  bool more = false;
};

struct StrategyView {
  StrategyConfig config;
  std::string meaning;
  std::vector<ParameterSpec> parameters;
};

/// Changes of whole events.
struct ChangeBatch {
  std::vector<StateChange> changes;
  EventNumber upto = 0;  ///< Every change after the asked event up to this one is in `changes`.
  bool gap = false;      ///< Older changes than are kept were asked for; nothing is in `changes`.
};

/// Re-executes the event log and calls `visit` for every event in order, from some event at or before `after` + 1 up to
/// and including `upto`, until it returns false. The configuration is the one of the turn's indices; it stays the same
/// object for as long as it stays the same. Called on a thread of the caller's, several at a time.
using TurnVisitor = std::function<bool(const Turn&, const EngineConfig&)>;
using HistorySource = std::function<Expected<void>(EventNumber after, EventNumber upto, const TurnVisitor& visit)>;

class PastView;

class SessionView {
 public:
  SessionView() = default;
  SessionView(const SessionView&) = delete;
  SessionView& operator=(const SessionView&) = delete;
  virtual ~SessionView() = default;

  /// Does not change; where the session's configuration does, another view takes over.
  [[nodiscard]] virtual const EngineConfig& config() const = 0;
  /// True where another view has taken over: nothing changes here any more.
  [[nodiscard]] virtual bool is_superseded() const = 0;
  [[nodiscard]] virtual const std::vector<StrategyView>& strategies() const = 0;

  [[nodiscard]] virtual SessionStatus status() const = 0;
  [[nodiscard]] virtual AccountSummary account() const = 0;
  /// Positions that are open or were, by strategy and instrument.
  [[nodiscard]] virtual std::vector<PositionRow> positions() const = 0;
  /// The same summed over the strategies, by instrument.
  [[nodiscard]] virtual std::vector<PositionRow> net_positions() const = 0;
  /// The same summed over the instruments, by strategy: one for each of the configuration.
  [[nodiscard]] virtual std::vector<StrategyTotals> strategy_totals() const = 0;
  /// In the order of their ids.
  [[nodiscard]] virtual Page<OrderRow> orders(const OrderFilter& filter) const = 0;
  [[nodiscard]] virtual std::optional<OrderRow> order(OrderId id) const = 0;
  /// Fills of events after `after`, oldest first. One event has at most one fill.
  [[nodiscard]] virtual Page<FillRow> fills(EventNumber after, std::size_t limit) const = 0;

  /// Commands of events after `after`, oldest first; or before `after`, newest first, where 0 means the newest.
  [[nodiscard]] virtual Page<CommandRow> commands(EventNumber after, std::size_t limit, bool newest_first) const = 0;
  /// By strategy: whether an operator has paused it.
  [[nodiscard]] virtual std::vector<bool> paused() const = 0;

  /// The past as far as it is remembered here.
  [[nodiscard]] virtual const PastView& past() const = 0;

  [[nodiscard]] virtual EventNumber last_event() const = 0;
  /// Changes after event `after`; stops after the event that brings `limit` changes together.
  [[nodiscard]] virtual ChangeBatch changes(EventNumber after, std::size_t limit) const = 0;
  /// Changes that are no longer kept. An Error where there is no history to read.
  virtual Expected<void> history(EventNumber after, EventNumber upto, const TurnVisitor& visit) const = 0;
};

}  // namespace bellwether
