// What can be asked about an account's past, of any age, page by page, by anyone on any thread. Who answers stands
// elsewhere.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/session_view.hpp"

namespace bellwether {

/// What the indices of an answer's rows stand for: names outlive the configurations that gave them indices.
struct PastNames {
  std::vector<std::string> symbols;
  std::vector<std::string> strategies;

  bool operator==(const PastNames&) const = default;
};

/// A round trip with the event that closed it and its place among those that this event closed.
struct TradeRow {
  EventNumber event = 0;
  std::uint16_t index = 0;
  Timestamp time;  ///< Of the event.
  TradeRecord trade;

  bool operator==(const TradeRow&) const = default;
};

/// The account's equity after a market event, or at the close of a session.
struct EquityRow {
  EventNumber event = 0;
  Timestamp time;
  Money equity;
  std::optional<Date> session = {};  ///< Of a close.

  bool operator==(const EquityRow&) const = default;
};

/// Rows of events from `from` on and before `to`, as the events' own times have it; absent: without bound.
struct PastFilter {
  std::optional<std::string> strategy = {};
  std::optional<std::string> symbol = {};
  std::optional<Timestamp> from = {};
  std::optional<Timestamp> to = {};
  bool newest_first = false;
  std::size_t limit = 100;  ///< At least 1.
};

struct PastOrderFilter : PastFilter {
  OrderFilter::Status status = OrderFilter::Status::All;
  OrderId id = {};     ///< This one alone; none: all.
  OrderId after = {};  ///< The last row of the page before; none: from the first.
};

struct PastFillFilter : PastFilter {
  OrderId order = {};     ///< Of this one alone; none: of all.
  EventNumber after = 0;  ///< The event of the last row of the page before; 0: from the first.
};

struct PastTradeFilter : PastFilter {
  EventNumber after = 0;  ///< As of fills; with
  std::uint16_t after_index = 0;
};

/// Of commands and equity, which belong to no strategy and no symbol.
struct PastEventFilter : PastFilter {
  EventNumber after = 0;  ///< As of fills.
};

template <typename Row>
struct PastPage : Page<Row> {
  EventNumber upto = 0;  ///< What followed from every event up to this one is in the answer.
  std::shared_ptr<const PastNames> names;
};

/// An Error whose field is "strategy", "symbol" or "after" says that the account never had it; any other, that there is
/// no answer now.
class PastView {
 public:
  PastView() = default;
  PastView(const PastView&) = delete;
  PastView& operator=(const PastView&) = delete;
  virtual ~PastView() = default;

  /// In an order that does not change: that in which they came to be, or that of their ids.
  [[nodiscard]] virtual Expected<PastPage<OrderRow>> orders(const PastOrderFilter& filter) const = 0;
  [[nodiscard]] virtual Expected<PastPage<FillRow>> fills(const PastFillFilter& filter) const = 0;
  [[nodiscard]] virtual Expected<PastPage<TradeRow>> trades(const PastTradeFilter& filter) const = 0;
  [[nodiscard]] virtual Expected<PastPage<CommandRow>> commands(const PastEventFilter& filter) const = 0;
  /// After every market event, or at the close of every session.
  [[nodiscard]] virtual Expected<PastPage<EquityRow>> equity(const PastEventFilter& filter, bool by_session) const = 0;
};

}  // namespace bellwether
