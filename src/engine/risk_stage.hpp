// Pre-trade checks and breakers: the same live and in backtest.
#pragma once

#include <vector>

#include "engine/engine_config.hpp"
#include "engine/open_orders.hpp"
#include "engine/run_marks.hpp"
#include "engine/turn.hpp"

namespace bellwether {

/// Decides, for every intent of an event, whether it may go to the venue. Reads `turn.account` and `turn.positions`;
/// sets `denied` of the intents it refuses; adds a halt to `turn.follow_ups` when a breaker trips.
///
/// Invariant: worst-case exposure over positions and open, approved and unknown orders never exceeds the limits through
/// an order that this stage let pass. While trading is halted only cancels and orders that reduce a position pass.
class RiskStage {
 public:
  /// `config` must outlive the stage.
  explicit RiskStage(const EngineConfig& config);

  void advance(Turn& turn);

  /// The equities between which a run of bars passes without a breaker and without a new peak.
  [[nodiscard]] EquityBounds bounds() const;
  /// Takes notice of an equity: the drawdown is measured from the highest.
  void raise_peak(Money equity);
  /// Takes notice of a run that passed quietly, without the checks of intents. `equity` is that after the last bar.
  void finish_run(InstrumentIndex instrument, Timestamp last_time, Price last_close, Money equity);

  /// Decides the intents of the last bar of a run.
  void check_intents(Turn& turn);

  [[nodiscard]] bool halted() const { return halt_reason_ != HaltReason::None; }
  [[nodiscard]] HaltReason halt_reason() const { return halt_reason_; }
  /// True where silence of market data must be watched event by event.
  [[nodiscard]] bool watches_gaps() const { return limits_.data_staleness.has_value(); }

  void save(ByteWriter& out) const;
  void load(ByteReader& in);

 private:
  /// What an instrument may grow to: its position and its open orders, by side.
  struct Exposure {
    Quantity position;
    Quantity open_buy;
    Quantity open_sell;
    Price last_price;
    Timestamp last_time;

    [[nodiscard]] Quantity worst() const;
  };

  void observe(const Turn& turn);
  void apply_report(const ExecutionReport& report);
  void watch_breakers(Turn& turn);
  void trip(Turn& turn, HaltReason reason);
  [[nodiscard]] DenyReason decide(const Intent& intent, Timestamp now) const;
  [[nodiscard]] DenyReason decide_order(const OrderSpec& spec, StrategyIndex strategy, Timestamp now) const;
  [[nodiscard]] DenyReason decide_exposure(const OrderSpec& spec, const Exposure& before, Price price) const;
  /// With the legs of groups as far as their entry has filled: another order may end the same position before them.
  [[nodiscard]] Exposure exposure_of(InstrumentIndex instrument) const;
  /// Of all instruments but one.
  [[nodiscard]] Money worst_gross_without(InstrumentIndex instrument) const;
  void measure_from_here();
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
  std::vector<Exposure> exposures_;       // By instrument.
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
  HaltReason halt_reason_ = HaltReason::None;
};

}  // namespace bellwether
