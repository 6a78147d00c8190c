// A strategy's view of the session, and its only way to act on it.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "engine/engine_config.hpp"
#include "engine/event.hpp"
#include "engine/open_orders.hpp"
#include "engine/position_goal.hpp"
#include "engine/turn.hpp"

namespace bellwether {

/// A position of one strategy.
struct PositionView {
  Quantity quantity;  ///< Negative is short.
  Price average_price;
};

/// Owned by the signal stage, one for all strategies; says "this strategy" of the one whose handler runs.
class Context {
 public:
  Context(const EngineConfig& config, OpenOrders& open_orders);

  /// Time of the event.
  [[nodiscard]] Timestamp now() const { return now_; }
  [[nodiscard]] const Instrument& instrument(InstrumentIndex index) const { return config_->instruments[index]; }
  /// Instruments that this strategy is configured to trade.
  [[nodiscard]] std::span<const InstrumentIndex> instruments() const;
  /// This strategy's position.
  [[nodiscard]] PositionView position(InstrumentIndex instrument) const {
    return positions_[slot(strategy_, instrument)];
  }
  /// Signed quantity that this strategy's open orders may still add to its position, protective legs left out.
  [[nodiscard]] Quantity pending(InstrumentIndex instrument) const;
  /// This strategy's open orders of an instrument.
  [[nodiscard]] std::vector<OpenOrder> open_orders(InstrumentIndex instrument) const;
  [[nodiscard]] bool has_open_orders() const { return !open_orders_->empty(); }
  /// Last price seen; nothing before the first.
  [[nodiscard]] std::optional<Price> last_price(InstrumentIndex instrument) const;
  /// Of the whole account.
  [[nodiscard]] Money cash() const { return cash_; }
  /// Of the whole account, at the last prices seen.
  [[nodiscard]] Money equity() const;

  OrderId buy(InstrumentIndex instrument, Quantity quantity, const OrderOptions& options = {});
  OrderId sell(InstrumentIndex instrument, Quantity quantity, const OrderOptions& options = {});
  OrderId submit(const OrderSpec& spec);
  /// Brings the position to `target` (signed) and lasts until it is there. Trades the difference between target and
  /// position plus pending; nothing where there is none. Open orders that stand against it (of the other side, or legs
  /// that guard more than is to be left) are cancelled first, and the order leaves once they have ended; the id is that
  /// of the order that leaves at once.
  ///
  /// What an order leaves open at its end is sent again: at once where it expired or the venue cancelled it (for the
  /// next session, where this one is over), at the next price where it was IOC or FOK, and where it was refused once
  /// that may have changed: at the next price for lack of data or by the rate limit, when a position shrinks for lack
  /// of buying power or room under a position limit, else on the next session's open. The target is given up where
  /// the strategy asks for anything else in the instrument, cancels or replaces the order, or a leg that guards the
  /// position fills against it, or an operator cancels all orders; where trading halts or the strategy is paused, all
  /// of it but what shrinks the position.
  OrderId target_position(InstrumentIndex instrument, Quantity target, const OrderOptions& options = {});
  /// Closes this strategy's position at the market. Where it has open orders of the instrument, they are cancelled
  /// first and the closing order leaves once all of them have ended, so that nothing can fill twice. What an order
  /// could not close is tried again as for `target_position`, until the position is flat or the strategy asks for
  /// something else in the instrument.
  void close(InstrumentIndex instrument);
  /// The position that `target_position` or `close` is still on its way to; nothing where there is none or it has been
  /// reached.
  [[nodiscard]] std::optional<Quantity> target(InstrumentIndex instrument) const;
  /// Where the order's fate is unknown, the cancel leaves once it is known; so it is with `cancel_all` and `replace`.
  void cancel(OrderId order);
  void cancel_all(InstrumentIndex instrument);
  /// Cancels this strategy's orders that could open a position or make one grow, and gives up what of a target would.
  /// What can only shrink the position, the legs that guard it among it, stays.
  void cancel_growth(InstrumentIndex instrument);
  /// Replaces an open order by one of another price or quantity (what is still to trade). Returns the new order's id;
  /// asks for nothing and returns none while a cancel or replacement is under way.
  OrderId replace(OrderId order, const OrderSpec& spec);
  /// Calls `on_timer(tag)` at `at`, after all market events up to then; asked for by a timer's handler, at a later
  /// time.
  void set_timer(Timestamp at, std::uint32_t tag);

  /// Largest whole number of lots that `fraction` of the equity buys at the last price.
  [[nodiscard]] Quantity quantity_for(InstrumentIndex instrument, double fraction_of_equity) const;

  // For the loop that runs strategies.

  /// True once the running handler asked for something.
  [[nodiscard]] bool acted() const { return acted_; }
  /// Moves on by `bars` bars, to that at `index` of a run.
  void step(const BarRun& run, std::size_t index, std::size_t bars) {
    now_ = run.bars[index].start + run.interval;
    event_ += bars;
    last_prices_[run.instrument] = run.bars[index].close;
  }

 private:
  friend class SignalStage;
  struct Timer {
    Timestamp at;
    StrategyIndex strategy;
    std::uint32_t tag;
    auto operator<=>(const Timer&) const = default;
  };

  [[nodiscard]] std::size_t slot(StrategyIndex strategy, InstrumentIndex instrument) const {
    return std::size_t{strategy} * config_->instruments.size() + instrument;
  }
  using Goal = PositionGoal;

  [[nodiscard]] Goal& goal(InstrumentIndex instrument) { return goals_[slot(strategy_, instrument)]; }
  /// Takes the next step towards the goal of this strategy in an instrument.
  OrderId pursue(InstrumentIndex instrument);
  bool cancel_what_stands_against(InstrumentIndex instrument, const Goal& wanted, Quantity difference);
  OrderId set_goal(InstrumentIndex instrument, Goal::Kind kind, Quantity target = {}, const OrderOptions& options = {});
  /// Ends what the strategy set out for with target_position.
  void give_up_target(InstrumentIndex instrument);
  /// What a report means for the goal in its instrument.
  void apply_to_goal(const ExecutionReport& report);
  void apply_to_goal(const CorporateAction& action, InstrumentIndex instrument);
  void wait_for_price(Goal& wanted);
  /// Works out `waits_for_price_`.
  void note_waits();
  static Goal::Wait wait_after(const ExecutionReport& refusal);
  OrderId send(const OrderSpec& spec);
  void ask_to_cancel(OrderId order);
  /// A cancel that got lost leaves again once the order's fate is known.
  void cancel_once_settled(OrderId order);
  /// The fate of an order has become known.
  void send_what_waited(OrderId order);
  /// An order stands that was to be cancelled for a goal: it is asked for again, but not at once.
  void wait_after_refused_cancel(InstrumentIndex instrument);
  OrderSpec spec_of(InstrumentIndex instrument, Side side, Quantity quantity, const OrderOptions& options) const;
  OrderId next_id();
  void ask(const OrderCommand& command);

  const EngineConfig* config_;
  OpenOrders* open_orders_;
  std::vector<PositionView> positions_;  // By strategy, then instrument.
  std::vector<Quantity> net_positions_;  // By instrument.
  std::vector<Price> last_prices_;       // Zero before the first.
  std::vector<Goal> goals_;              // By strategy, then instrument.
  std::vector<OrderCommand> waiting_;    // Cancels and replacements of orders whose fate is unknown.
  Timestamp session_close_;              // Of the session that is open.
  bool in_session_ = false;
  bool waits_for_price_ = false;  // Some goal does, or did when this was last worked out.
  Money cash_;
  std::vector<Timer> timers_;  // A heap, earliest first.

  Timestamp now_;
  EventNumber event_ = 0;
  StrategyIndex strategy_ = 0;
  std::uint16_t next_index_ = 0;
  bool acted_ = false;
  bool in_timer_ = false;    // A timer's handler runs.
  bool warming_up_ = false;  // Orders asked for on a history bar go nowhere.
  std::vector<Intent>* intents_ = nullptr;
};

}  // namespace bellwether
