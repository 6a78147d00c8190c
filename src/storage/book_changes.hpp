// What an account's books hold: the rows of its past, and what one transaction adds to them. Strategies and instruments
// stand in them as places in the books' own lists of names, since a configuration's indices change with it.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/past_view.hpp"

namespace bellwether {

/// An order's row with its key in the books. Its id does not say when it came to be: a strategy may be given it before
/// its order leaves.
struct BookOrder {
  std::int64_t key = 0;
  OrderRow row;

  bool operator==(const BookOrder&) const = default;
};

/// A fill with the time of its event; the report's own time is that of the venue.
struct BookFill {
  Timestamp time;
  FillRow fill;
};

struct BookHalt {
  EventNumber event = 0;
  HaltRow halt;
};

/// The account after the last event that the books hold.
struct BookTotals {
  EventNumber last_event = 0;
  std::uint64_t last_event_hash = 0;  ///< Of that event's bytes: whether the books belong to a log.
  Timestamp last_time;                ///< Of that event.
  Money initial_cash;
  RunCounts counts;
  AccountView account;
  Money lowest_cash;              ///< After any execution; at most the initial cash.
  Money session_lowest_cash;      ///< The same since the close of the last session.
  std::optional<Date> open_date;  ///< Of the session that is open.

  bool operator==(const BookTotals&) const = default;
};

/// The account at the close of a session.
struct BookSession {
  EventNumber event = 0;  ///< The close.
  Timestamp time;         ///< Of the close.
  Date date;
  RunCounts counts;  ///< Since the account's beginning.
  AccountView account;
  Money lowest_cash;                      ///< After any execution since the close before.
  std::vector<PositionChange> positions;  ///< Those that are open.
};

/// What the books go on from.
struct BookState {
  PastNames names;
  BookTotals totals;
  std::vector<Event> notes;  ///< The last notes, which the next command may belong to.
  std::vector<BookOrder> open_orders;
  std::vector<PositionChange> positions;  ///< Open or not.
};

/// What one transaction writes. Rows of earlier transactions are replaced by those of the same key.
struct BookChanges {
  PastNames new_names;                      ///< To be added behind those that there are.
  std::map<std::int64_t, OrderRow> orders;  ///< By key.
  std::vector<ExecutionReport> late_fills;  ///< Of orders that have ended.
  std::vector<BookFill> fills;
  std::vector<TradeRow> trades;
  std::vector<EquityRow> equity;
  std::vector<BookSession> sessions;
  std::vector<BookHalt> halts;
  std::vector<CommandRow> commands;
  std::map<std::pair<StrategyIndex, InstrumentIndex>, PositionChange> positions;
  BookTotals totals;
  std::vector<Event> notes;

  /// How many rows it holds.
  [[nodiscard]] std::size_t rows() const {
    return orders.size() + late_fills.size() + fills.size() + trades.size() + equity.size() + sessions.size() +
           halts.size() + commands.size() + positions.size();
  }
};

}  // namespace bellwether
