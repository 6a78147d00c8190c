// One strategy's position in one instrument: average-cost and FIFO profit, and the round trip under way.
#pragma once

#include <optional>
#include <vector>

#include "engine/order_types.hpp"
#include "engine/trade_record.hpp"

namespace bellwether {

struct AccountPosition;

/// Position with its accounting. All amounts exact; cost is removed in proportion, and is zero exactly when flat.
class Position {
 public:
  struct Lot {
    Quantity quantity;  ///< Signed like the position.
    Money cost;

    bool operator==(const Lot&) const = default;
  };
  /// From flat to flat, as far as it has come.
  struct RoundTrip {
    Timestamp entry_time;
    Quantity opened;  ///< Sum of the entries' quantities.
    Quantity closed;
    Quantity peak;
    Money entry_notional;
    Money exit_notional;
    Money realized;
    Money fees;
    Money mae;
    Money mfe;
    Quantity risk_quantity;
    Money risk;
    std::uint64_t events = 0;

    bool operator==(const RoundTrip&) const = default;
  };

  Position() = default;
  Position(StrategyIndex strategy, InstrumentIndex instrument) : strategy_(strategy), instrument_(instrument) {}

  /// Applies one execution. Returns the round trip that it completed, if any; an execution that turns a long into a
  /// short completes one and begins the next, its fee divided by quantity.
  /// `amount` is the notional of the execution, signed like its quantity.
  std::optional<TradeRecord> apply_fill(const ExecutionReport& fill, Money amount);
  std::optional<TradeRecord> apply_fill(const ExecutionReport& fill) {
    return apply_fill(fill, notional(fill.last_price, fill.last_quantity * sign(fill.side)));
  }

  /// Takes a market event's price range into the round trip's worst and best profit. `events` counts market events.
  void observe(Price low, Price high, std::uint64_t events = 1);

  /// Multiplies shares by ratio / 10^9; cost stays. Returns the change in quantity.
  Quantity apply_split(std::int64_t ratio_billionths);

  [[nodiscard]] Quantity quantity() const { return quantity_; }
  [[nodiscard]] bool is_flat() const { return quantity_.is_zero(); }
  /// Flat, and nothing is known of what was.
  [[nodiscard]] bool is_blank() const {
    return is_flat() && realized_average_.is_zero() && realized_fifo_.is_zero() && fees_.is_zero() &&
           dividends_.is_zero();
  }
  /// Average cost of a share; zero when flat.
  [[nodiscard]] Price average_price() const;
  /// What the open quantity cost; negative for a short: what it brought.
  [[nodiscard]] Money cost() const { return cost_; }
  [[nodiscard]] Money realized_average() const { return realized_average_; }
  [[nodiscard]] Money realized_fifo() const { return realized_fifo_; }
  [[nodiscard]] Money fees() const { return fees_; }
  [[nodiscard]] Money dividends() const { return dividends_; }
  void add_dividend(Money amount) { dividends_ += amount; }

  /// The same position under the indices of another configuration.
  [[nodiscard]] Position renamed(StrategyIndex strategy, InstrumentIndex instrument) const {
    Position position = *this;
    position.strategy_ = strategy;
    position.instrument_ = instrument;
    return position;
  }
  /// Without the names of strategy and instrument.
  [[nodiscard]] AccountPosition state() const;
  /// Makes a flat position, in place, the one of a state. Totals add up.
  void restore(const AccountPosition& state);

  void save(ByteWriter& out) const;
  void load(ByteReader& in);

 private:
  // `amount` and `value` are signed like the quantity they are the price of.
  void open(const ExecutionReport& fill, Quantity quantity, Money amount, Money fee);
  std::optional<TradeRecord> close(const ExecutionReport& fill, Quantity quantity, Money value, Money fee);
  void close_lots(Quantity quantity, Money value);
  void observe_profit(Price price);
  TradeRecord finished_trade(const ExecutionReport& fill) const;

  StrategyIndex strategy_ = kNoStrategy;
  InstrumentIndex instrument_ = kNoInstrument;
  Quantity quantity_;
  Money cost_;
  Money realized_average_;
  Money realized_fifo_;
  Money fees_;
  Money dividends_;
  std::vector<Lot> lots_;  // Oldest first, from first_lot_ on.
  std::size_t first_lot_ = 0;
  RoundTrip trip_;
};

}  // namespace bellwether
