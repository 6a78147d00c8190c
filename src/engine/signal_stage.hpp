// The stage that runs the strategies: every event goes to those it concerns, what they ask for becomes intents.
#pragma once

#include <memory>
#include <vector>

#include "engine/open_orders.hpp"
#include "engine/strategy.hpp"
#include "engine/strategy_context.hpp"
#include "engine/turn.hpp"

namespace bellwether {

struct AccountPlaces;
struct AccountState;
struct AccountStrategy;
struct FeedSource;

struct MadeStrategy {
  std::unique_ptr<Strategy> strategy;
  std::uint32_t state_version = 1;  ///< See StrategyType.
};
/// An Error where there is no such type, or its parameters contradict each other.
Expected<MadeStrategy> make_strategy(const StrategyConfig& config, const StrategyRegistry& registry);

/// Owns the strategies and what they see of the session. Reads `turn.account` and `turn.positions`; writes
/// `turn.intents` and `turn.next_timer`.
class SignalStage {
 public:
  /// Makes the strategies that `config` names. `config` must outlive the stage.
  static Expected<std::unique_ptr<SignalStage>> make(const EngineConfig& config, const StrategyRegistry& registry);

  void advance(Turn& turn);

  /// Begins a run of bars of an instrument that one strategy trades; the first bar's event will follow `last_event`.
  /// Reads `turn.account`.
  void begin_run(EventNumber last_event, Turn& turn);
  /// Runs that strategy over the next bars of the run until it acts. Returns how many were handled; what it asked for
  /// on the last one is in the turn.
  std::size_t advance_run(const BarRun& run);
  /// True where the strategy has acted on the run's last bar.
  [[nodiscard]] bool acted() const { return context_.acted(); }

  /// True where `advance_run` may be used: exactly one strategy trades the instrument, and nothing waits for a price.
  [[nodiscard]] bool may_run(InstrumentIndex instrument) const {
    return subscribers_[instrument].size() == 1 && !context_.waits_for_price_;
  }
  [[nodiscard]] NextTimer next_timer() const;

  /// What strategies have asked for and not been refused yet, and what else is open.
  [[nodiscard]] const OpenOrders& open_orders() const { return open_orders_; }

  /// Shows one strategy, and no other, bars that lie before its session, as `BarView::history` and in the order of
  /// their times: of its instruments, intraday, and of days where it needs these too. What it asks for on them goes
  /// nowhere, and what it has asked for before stays. For one that `restore` left afresh, before the next event.
  void warm_up(StrategyIndex strategy, std::span<const FeedSource> bars);

  /// Writes strategies, goals, timers and what else strategies see and the risk stage does not know; into the
  /// instruments of `state`, in the order of `config`, their last prices. Open orders are not among it.
  void describe(AccountState& state, const EngineConfig& config) const;
  /// Makes a new stage the one of a state; `cash` is the account's. Returns the strategies that start afresh, for want
  /// of a saved state of the same type, state version, parameters and symbols that they can read.
  std::vector<StrategyIndex> restore(const AccountState& state, const AccountPlaces& places,
                                     const StrategyRegistry& registry, Money cash);

  void save(ByteWriter& out) const;
  void load(ByteReader& in);

 private:
  explicit SignalStage(const EngineConfig& config);

  void enter(StrategyIndex strategy) { context_.strategy_ = strategy; }
  template <typename Call>
  void for_subscribers(InstrumentIndex instrument, Call&& call);
  template <typename Call>
  void for_all(Call&& call);
  void on_market(Turn& turn);
  void on_report(const ExecutionReport& report);
  void on_timer(const TimerEvent& timer);
  void on_command(const CommandEvent& command);
  void cancel_growth();
  void flatten();
  void resume();
  void cancel_all(InstrumentIndex only);
  void cancel_order(OrderId id);
  void close_position(const CommandEvent& command);
  void submit_by_hand(const CommandEvent& command);
  /// Calls `call(instrument)` for each instrument of each strategy.
  template <typename Call>
  void for_all_slots(Call&& call);
  /// Lets the goals of the strategy that was entered go on that wait and of which `due` is true.
  template <typename Due>
  void resume_own_goals(Due&& due);
  /// Lets the goals go on that wait and of which `due` is true.
  template <typename Due>
  void resume_goals(Due&& due);
  void resume_at_price(InstrumentIndex instrument);
  bool load_strategy(StrategyIndex index, const AccountStrategy& state, const StrategyRegistry& registry);
  [[nodiscard]] bool is_same(StrategyIndex index, const AccountStrategy& state) const;
  void restore_positions(const AccountState& state, const AccountPlaces& places);
  void restore_waiting(const AccountState& state, const AccountPlaces& places);
  static void save_goal(const Context::Goal& goal, ByteWriter& out);
  static void load_goal(Context::Goal& goal, ByteReader& in);

  OpenOrders open_orders_;
  Context context_;
  std::vector<std::unique_ptr<Strategy>> strategies_;
  std::vector<std::uint32_t> state_versions_;            // By strategy: of what it saves.
  std::vector<std::vector<StrategyIndex>> subscribers_;  // By instrument.
  bool answers_later_;                                   // The venue.
};

template <typename Call>
void SignalStage::for_all(Call&& call) {
  for (std::size_t i = 0; i < strategies_.size(); ++i) {
    enter(static_cast<StrategyIndex>(i));
    call(*strategies_[i]);
  }
}

template <typename Call>
void SignalStage::for_all_slots(Call&& call) {
  for_all([&](Strategy&) {
    for (InstrumentIndex instrument : context_.instruments()) call(instrument);
  });
}

template <typename Due>
void SignalStage::resume_own_goals(Due&& due) {
  for (InstrumentIndex instrument : context_.instruments()) {
    Context::Goal& goal = context_.goal(instrument);
    if (goal.wait == Context::Goal::Wait::No || !due(goal)) continue;
    goal.wait = Context::Goal::Wait::No;
    context_.pursue(instrument);
  }
}

template <typename Due>
void SignalStage::resume_goals(Due&& due) {
  for_all([&](Strategy&) { resume_own_goals(due); });
}

}  // namespace bellwether
