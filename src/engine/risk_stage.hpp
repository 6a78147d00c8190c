// Pre-trade checks and breakers: the same live and in backtest.
#pragma once

#include <vector>

#include "engine/engine_config.hpp"
#include "engine/maintenance_margin.hpp"
#include "engine/open_orders.hpp"
#include "engine/order_reserves.hpp"
#include "engine/order_watch.hpp"
#include "engine/run_marks.hpp"
#include "engine/turn.hpp"

namespace bellwether {

struct AccountPlaces;
struct AccountState;

/// Decides, for every intent of an event, whether it may go to the venue. Reads `turn.account` and `turn.positions`;
/// sets `denied` of the intents it refuses; adds a halt to `turn.follow_ups` when a breaker trips; brings
/// `turn.next_timer` forward to when silence of market data would trip one.
///
/// Invariant: worst-case exposure over positions and open, approved and unknown orders, each at the worst of its own
/// price and the last one, never exceeds the limits through an order that this stage let pass. An order that only
/// reduces its strategy's position may always leave: limits on single orders do not hold it back, and while trading is
/// halted only cancels and such orders pass.
class RiskStage {
 public:
  /// `config` must outlive the stage.
  explicit RiskStage(const EngineConfig& config);

  void advance(Turn& turn);

  /// The equities between which a run of bars of an instrument passes without a breaker, a margin call and a new peak.
  /// `rest` is the equity without the instrument's market value.
  [[nodiscard]] EquityBounds bounds(InstrumentIndex instrument, Money rest) const;
  /// Takes notice of an equity: the drawdown is measured from the highest.
  void raise_peak(Money equity);
  /// Takes notice of a run that passed quietly, without the checks of intents. `equity` is that after the last bar.
  void finish_run(InstrumentIndex instrument, Timestamp last_time, Price last_close, Money equity);

  /// Decides the intents of the last bar of a run.
  void check_intents(Turn& turn);

  /// All orders that may still fill, as this stage let them pass: the engine's one truth about them. Only the signal
  /// stage has a view of its own, which runs ahead of this one: it holds what strategies have asked for in the event
  /// under work, the orders that will be denied among it, and live it stands on another thread, at a later event.
  [[nodiscard]] const OpenOrders& open_orders() const { return open_orders_; }
  [[nodiscard]] bool halted() const { return halt_reason_ != HaltReason::None; }
  [[nodiscard]] HaltReason halt_reason() const { return halt_reason_; }
  /// When silence of all market data, or of the venue about an order, will have lasted too long.
  [[nodiscard]] NextTimer next_timer() const;
  [[nodiscard]] const OrderWatch& order_watch() const { return order_watch_; }
  /// Of an instrument, over all strategies.
  [[nodiscard]] Quantity position(InstrumentIndex instrument) const { return exposures_[instrument].position; }
  /// True where silence of market data must be watched event by event.
  [[nodiscard]] bool watches_gaps() const { return limits_.data_staleness.has_value(); }

  /// Writes the breakers, the orders that are watched and, into the instruments of `state` in the order of `config`,
  /// the prices by which orders are checked. Open orders are not among it.
  void describe(AccountState& state, const EngineConfig& config) const;
  /// Makes a new stage the one of a state; `equity` is the account's. A limit that is exceeded already holds back what
  /// is asked for from now on; a breaker trips with the next event.
  void restore(const AccountState& state, const AccountPlaces& places, Money equity);

  void save(ByteWriter& out) const;
  void load(ByteReader& in);

 private:
  /// An instrument as the market and all strategies' fills have left it.
  struct Exposure {
    Quantity position;
    Price last_price;
    Timestamp last_time;
  };
  /// Of an instrument over all strategies, and of one of them.
  struct Reaches {
    OrderReach all;
    Quantity position;
    Quantity buys;
    Quantity sells;
  };

  void observe(Turn& turn);
  void observe_price(InstrumentIndex instrument, Price price, Timestamp time);
  void observe_action(const Turn& turn);
  void observe_pause(const CommandEvent& command);
  void apply_report(Turn& turn);
  void resume_after_reconnection(Turn& turn);
  [[nodiscard]] bool is_reconnected() const {
    return data_connected_ && order_watch_.connected() && order_watch_.unknown() == 0;
  }
  /// When silence of all market data will have lasted too long.
  [[nodiscard]] Timestamp stale_at() const;
  void watch_breakers(Turn& turn);
  void trip(Turn& turn, HaltReason reason);
  void mark_margin(InstrumentIndex instrument);
  /// True where a breaker that trips now would change something.
  [[nodiscard]] bool may_trip() const { return !halted() || (limits_.flatten_on_halt && !flattening_); }
  [[nodiscard]] DenyReason decide(const Intent& intent, Timestamp now);
  [[nodiscard]] DenyReason decide_order(const OrderCommand& command, Timestamp now);
  [[nodiscard]] DenyReason decide_size(const OrderCommand& command, Price price, Timestamp now) const;
  [[nodiscard]] DenyReason decide_exposure(const OrderSpec& spec, const Reaches& before, Price price);
  /// Without the order `except`, which may be null.
  [[nodiscard]] Reaches reaches_of(InstrumentIndex instrument, StrategyIndex strategy, const OpenOrder* except);
  /// Of all instruments but one.
  [[nodiscard]] Money worst_gross_without(InstrumentIndex instrument);
  /// Takes notice of a new price, where there is something that it gives another value.
  void touch_value(InstrumentIndex instrument) {
    if (!exposures_[instrument].position.is_zero() || !open_orders_.of(instrument).empty()) reserves_.touch(instrument);
  }
  [[nodiscard]] std::size_t slot(StrategyIndex strategy, InstrumentIndex instrument) const {
    return std::size_t{strategy} * exposures_.size() + instrument;
  }
  void measure_from_here();
  /// Works out what is derived from all else.
  void derive();
  void describe_breakers(AccountState& state) const;
  void restore_breakers(const AccountState& state);
  void approve(const OrderCommand& command, Timestamp now);

  const EngineConfig* config_;
  RiskLimits limits_;
  // Fractions of `limits_` and the account, in billionths.
  std::int64_t leverage_;
  std::int64_t gross_exposure_;
  std::int64_t price_collar_;
  std::int64_t daily_loss_;
  std::int64_t drawdown_;
  OpenOrders open_orders_;
  OrderWatch order_watch_;
  OrderReserves reserves_;                // Of the open orders. Derived.
  std::vector<Exposure> exposures_;       // By instrument.
  MaintenanceMargin margin_;              // Of the exposures. Derived.
  std::vector<Quantity> own_positions_;   // By strategy, then instrument.
  std::vector<bool> paused_;              // By strategy: only what shrinks a position may leave.
  std::vector<Timestamp> recent_orders_;  // Ring of the last orders, as many as the rate allows.
  std::size_t next_recent_ = 0;
  Money equity_;
  Money peak_equity_;
  Money session_start_equity_;
  // The equities at which the breakers trip; the lowest amount there is where a breaker is off. Derived.
  Money daily_floor_;
  Money drawdown_floor_;
  Timestamp last_market_time_;
  bool in_session_ = false;
  bool data_connected_ = true;
  bool resuming_ = false;    // The connection is back and all is settled: trading goes on with the next event.
  bool flattening_ = false;  // The halt in force has asked to close all positions.
  HaltReason halt_reason_ = HaltReason::None;
};

}  // namespace bellwether
