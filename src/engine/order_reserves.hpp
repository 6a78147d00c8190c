// What open orders may still do to positions, summed up as they come, change and end.
#pragma once

#include <array>
#include <limits>
#include <vector>

#include "engine/open_orders.hpp"

namespace bellwether {

/// What a position may become through open orders: each side as if all its orders filled and none of the other's.
struct OrderReach {
  Quantity position;
  Quantity buys;
  Quantity sells;
  Money buy_value;  ///< At the orders' own prices, where these are worse than the last one.
  Money sell_value;

  void add(Side side, Quantity quantity, Price price);
  /// The largest position, without its sign, to which the orders of a side may lead.
  [[nodiscard]] Quantity worst(Side side) const;
  /// `last_price` values the position.
  [[nodiscard]] Money worst_value(Side side, Price last_price) const;
  /// Of both sides.
  [[nodiscard]] Money worst_value(Price last_price) const;

  bool operator==(const OrderReach&) const = default;
};

/// The price at which an order may cost the most.
Price worst_price(const OrderSpec& spec, Price last_price);

/// Sums over the open orders of every instrument, and of every strategy in it, exactly those that a walk over the
/// orders gives: held without a limit, and brought into the range of an amount only where they are asked for. Legs of
/// groups count as far as their entry has filled: another order may end the same position before them. To ask costs the
/// same however many orders there are, as long as the price has passed none of the orders' own since it was last asked
/// for; otherwise, as much as a walk over the instrument's. While few orders are open, no sums are kept, and a walk
/// gives the answers: that costs less.
class OrderReserves {
 public:
  OrderReserves(std::size_t instruments, std::size_t strategies);

  /// Takes notice of the order that a command has added, with its legs.
  void add(const OpenOrders& open, const OrderCommand& command);
  /// Applies a report to `open`.
  OpenOrders::Applied apply(OpenOrders& open, const ExecutionReport& report);
  /// Applies a corporate action to `open`.
  void apply(OpenOrders& open, const CorporateAction& action, InstrumentIndex index, const Instrument& instrument);
  /// Takes notice of all of `open`, after nothing or a snapshot.
  void reset(const OpenOrders& open);

  /// Over all strategies, at a last price, without the order `except`, which may be null.
  [[nodiscard]] OrderReach reach_of(const OpenOrders& open, InstrumentIndex instrument, Quantity position,
                                    Price last_price, const OpenOrder* except);
  /// What of a strategy's orders on one side is open, without the order `except`, which may be null.
  [[nodiscard]] Quantity open_of(const OpenOrders& open, StrategyIndex strategy, InstrumentIndex instrument, Side side,
                                 const OpenOrder* except) const;
  /// True where an order of the command's strategy that no command is on its way for, other than its target, asks for
  /// the same.
  [[nodiscard]] bool has_same(const OpenOrders& open, const OrderCommand& command) const;

  /// The instrument's price, position or orders have changed, and with them what it may be worth at worst.
  void touch(InstrumentIndex instrument) {
    if (worst_[instrument].stale) return;
    worst_[instrument].stale = true;
    stale_.push_back(instrument);
  }
  /// Sets the worst values of all instruments touched since but `except` to what `worst_of` gives.
  template <typename WorstOf>
  void settle(InstrumentIndex except, WorstOf&& worst_of) {
    bool keep = false;
    for (const InstrumentIndex instrument : stale_) {
      keep |= instrument == except;
      if (instrument != except) set_worst(instrument, worst_of(instrument));
    }
    stale_.clear();
    if (keep) stale_.push_back(except);
  }
  /// The sum of the worst values, as they were settled, of all instruments but one.
  [[nodiscard]] Money worst_without(InstrumentIndex instrument) const;

 private:
  /// Of one side of an instrument.
  struct Tally {
    Int128 quantity = 0;
    Int128 value = 0;     // Of each order at the worse of its own price and the tallies' price.
    Int128 floating = 0;  // The quantity of the orders that the tallies' price is the worse of.
  };
  struct Tallies {
    std::array<Tally, 2> sides;
    Price price;  // At which the values are.
    // Above the one and up to the other, the same orders float.
    Price low = Price::from_raw(std::numeric_limits<std::int64_t>::min());
    Price high = Price::max();
    std::uint32_t count = 0;  // Of orders.
    std::uint32_t odd = 0;    // Of them, those of a quantity that is not in whole shares: their values are rounded.
  };
  struct Worst {
    Money value;
    bool stale = false;
  };
  /// An order with what of it counts.
  struct Share {
    const OpenOrder* order = nullptr;
    Quantity quantity;
  };
  /// Of a group, in the order of its legs; those that are not open left out.
  struct Group {
    std::array<Share, 3> shares;
    std::size_t size = 0;
    [[nodiscard]] const Share* begin() const { return shares.data(); }
    [[nodiscard]] const Share* end() const { return shares.data() + size; }
  };

  [[nodiscard]] static OrderReach reach_of_few(const OpenOrders& open, InstrumentIndex instrument, Quantity position,
                                               Price last_price, const OpenOrder* except);
  template <typename Take>
  static void walk(const OpenOrders& open, InstrumentIndex instrument, const OpenOrder* except, Take&& take);
  [[nodiscard]] static Quantity counted_of(Quantity leaves, const OpenOrder* entry, Quantity counted);
  [[nodiscard]] static Group group_of(const OpenOrders& open, OrderId id, const OpenOrder* except);
  static OrderReach clamped(const std::array<Tally, 2>& sides, Quantity position);
  static void clear(Tallies& tallies, Price price);
  static void count(Tallies& tallies, const OrderSpec& spec, Quantity quantity, std::int64_t times);
  void count_all(const OpenOrders& open, const Group& group, std::int64_t times);
  OpenOrders::Applied apply_to_few(OpenOrders& open, const ExecutionReport& report);
  OpenOrders::Applied apply_to_many(OpenOrders& open, const ExecutionReport& report);
  void begin_sums(const OpenOrders& open);
  void end_sums(const OpenOrders& open);
  void count_each(const OpenOrders& open, std::int64_t times);
  void count_one(const OpenOrder& order, Quantity quantity, std::int64_t times);
  void set_worst(InstrumentIndex instrument, Money value) {
    worst_sum_ += Int128{value.raw()} - worst_[instrument].value.raw();
    worst_[instrument] = {value, false};
  }
  void bring_to(const OpenOrders& open, InstrumentIndex instrument, Price price);
  void value_anew(const OpenOrders& open, InstrumentIndex instrument, Price price);
  [[nodiscard]] std::size_t slot(StrategyIndex strategy, InstrumentIndex instrument) const {
    return std::size_t{strategy} * tallies_.size() + instrument;
  }

  std::vector<Tallies> tallies_;            // By instrument.
  std::vector<std::array<Int128, 2>> own_;  // By strategy, then instrument: open quantities by side.
  HashChains by_spec_;                      // Of all open orders, by what they ask for.
  bool keeps_sums_ = false;                 // Or else, all of the above is empty.
  std::vector<Worst> worst_;                // By instrument.
  std::vector<InstrumentIndex> stale_;
  Int128 worst_sum_ = 0;
};

}  // namespace bellwether
