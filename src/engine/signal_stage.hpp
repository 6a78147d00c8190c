// The stage that runs the strategies: every event goes to those it concerns, what they ask for becomes intents.
#pragma once

#include <memory>
#include <vector>

#include "engine/open_orders.hpp"
#include "engine/strategy.hpp"
#include "engine/strategy_context.hpp"
#include "engine/turn.hpp"

namespace bellwether {

/// Owns the strategies and what they see of the session. Reads `turn.account` and `turn.positions`; writes
/// `turn.intents` and `turn.next_timer`.
class SignalStage {
 public:
  /// Makes the strategies that `config` names. `config` must outlive the stage.
  static Expected<std::unique_ptr<SignalStage>> make(const EngineConfig& config, const StrategyRegistry& registry);

  void advance(Turn& turn);

  /// Runs the one strategy of `run.instrument` over bars until it acts or `marks` refuses one. `first_event` is the
  /// number of the first bar's event. Returns how many bars were handled; the strategy's wishes of the last one are in
  /// `turn`. Reads `turn.account`.
  std::size_t advance_run(const BarRun& run, EventNumber first_event, RunMarks& marks, Turn& turn);

  /// True where exactly one strategy trades the instrument, so that `advance_run` may be used.
  [[nodiscard]] bool has_single_strategy(InstrumentIndex instrument) const {
    return subscribers_[instrument].size() == 1;
  }
  [[nodiscard]] NextTimer next_timer() const;

  void save(ByteWriter& out) const;
  void load(ByteReader& in);

 private:
  explicit SignalStage(const EngineConfig& config);

  void enter(StrategyIndex strategy);
  template <typename Call>
  void for_subscribers(InstrumentIndex instrument, Call&& call);
  template <typename Call>
  void for_all(Call&& call);
  void on_market(Turn& turn);
  void on_report(const ExecutionReport& report);
  void on_timer(const TimerEvent& timer);
  void on_command(const CommandEvent& command);
  void flatten(bool close_positions);

  OpenOrders open_orders_;
  Context context_;
  std::vector<std::unique_ptr<Strategy>> strategies_;
  std::vector<std::vector<StrategyIndex>> subscribers_;  // By instrument.
  std::uint64_t last_execution_id_ = 0;
};

}  // namespace bellwether
