// One event's way through the stages: the event, and what each stage added to it.
#pragma once

#include <vector>

#include "engine/event.hpp"

namespace bellwether {

/// Account after an event. Amounts in account currency.
struct AccountView {
  Money cash;
  Money equity;              ///< cash + market value of all positions.
  Money gross_exposure;      ///< Sum of the positions' absolute market values.
  Money realized_pnl;        ///< By average cost, before fees.
  Money fees;                ///< Paid so far.
  Money realized_fifo = {};  ///< By first in, first out, before fees.
  Money dividends = {};      ///< Received; negative: paid on short positions.

  bool operator==(const AccountView&) const = default;
};

/// A strategy's position in an instrument after an event that changed it.
struct PositionChange {
  StrategyIndex strategy = kNoStrategy;
  InstrumentIndex instrument = kNoInstrument;
  Quantity quantity;
  Price average_price;
  Money realized_pnl;  ///< Of this position since the start, by average cost, before fees; as are the next three.
  Money realized_fifo = {};
  Money fees = {};
  Money dividends = {};

  bool operator==(const PositionChange&) const = default;
};

/// The earliest timer, of strategies or of the watch over market data: due after the market events up to `at`.
struct NextTimer {
  Timestamp at = kNever;
  TimerEvent timer;

  bool operator==(const NextTimer&) const = default;
};

/// What becomes of a report, of which a venue may send any: the position stage says it, all that come after obey.
enum class ReportVerdict : std::uint8_t {
  Taken,
  Repeated,   ///< Its execution id has been taken before.
  Foreign,    ///< A fill of a strategy or an instrument that the session does not have.
  Malformed,  ///< A fill without a quantity or a price above zero, or too large for any account.
};

/// Filled by the stages in the order of the members. Reused from event to event: `begin` keeps capacities.
struct Turn {
  Event event;

  // Position stage.
  ReportVerdict verdict = ReportVerdict::Taken;
  AccountView account;
  std::vector<PositionChange> positions;
  std::vector<TradeRecord> closed_trades;

  // Signal stage; the risk stage marks what it denies.
  std::vector<Intent> intents;
  NextTimer next_timer;

  // Risk stage.
  bool halted = false;
  HaltReason halt_reason = HaltReason::None;

  // Order stage: what leaves for the venue.
  std::vector<OrderCommand> commands;

  /// Risk and order stage: events that the engine itself causes (denials, a breaker's halt); sequenced next.
  std::vector<Event> follow_ups;

  void begin(const Event& next) {
    event = next;
    clear();
  }
  /// True where the event is a report that counts.
  [[nodiscard]] bool takes_report() const { return event.type == EventType::Report && verdict == ReportVerdict::Taken; }
  /// Empties what the stages fill.
  void clear() {
    verdict = ReportVerdict::Taken;
    positions.clear();
    closed_trades.clear();
    intents.clear();
    commands.clear();
    follow_ups.clear();
  }
};

}  // namespace bellwether
