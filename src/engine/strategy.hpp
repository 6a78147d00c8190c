// What a strategy is. To write one: derive from StrategyBase, override the handlers you need, act through the Context,
// and list the type in a StrategyRegistry.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "engine/engine_config.hpp"
#include "engine/event.hpp"
#include "engine/parameters.hpp"
#include "engine/strategy_context.hpp"

namespace bellwether {

/// A closed bar as a strategy sees it.
struct BarView {
  InstrumentIndex instrument;
  const Bar& bar;
  Duration interval;
  bool synthetic;
  bool history;  ///< Warm-up: orders would have nothing to fill against.
};

/// Handlers of one strategy. All calls come from one thread, in the order of the events. A handler must depend on its
/// arguments, the context and its own state alone.
class Strategy {
 public:
  Strategy() = default;
  Strategy(const Strategy&) = delete;
  Strategy& operator=(const Strategy&) = delete;
  virtual ~Strategy() = default;

  /// A bar has closed.
  virtual void on_bar(const BarView&, Context&) {}
  virtual void on_trade(InstrumentIndex, const Trade&, Context&) {}
  virtual void on_quote(InstrumentIndex, const Quote&, Context&) {}
  /// One of this strategy's orders was executed; the position is up to date.
  virtual void on_fill(const ExecutionReport&, Context&) {}
  /// Any other report about one of this strategy's orders: accepted, denied, rejected, cancelled, ...
  virtual void on_order(const ExecutionReport&, Context&) {}
  virtual void on_session_open(const SessionEvent&, Context&) {}
  virtual void on_session_close(const SessionEvent&, Context&) {}
  /// A split or dividend of an instrument it trades takes effect; position and last price are in the new shares. Prices
  /// that the strategy remembers are not: divided by the price ratio they compare with those that follow.
  virtual void on_corporate_action(InstrumentIndex, const CorporateAction&, Context&) {}
  /// A timer set with `Context::set_timer` is due.
  virtual void on_timer(std::uint32_t /*tag*/, Context&) {}

  /// State for snapshots and for engines of other configurations: what `save` writes, `load` of a freshly made strategy
  /// of the same parameters and symbols reads back. An instrument's index may be another one then: what is saved of
  /// instruments is told apart by their places in StrategyConfig::instruments, and so are the tags of timers.
  virtual void save(ByteWriter&) const {}
  virtual void load(ByteReader&) {}

  /// Handles consecutive bars of one instrument until one made the strategy act or the run ends. Returns how many were
  /// handled. Equal to as many calls of `on_bar`; StrategyBase makes it one loop without virtual calls.
  virtual std::size_t on_bars(const BarRun& run, Context& context) = 0;
};

/// Base of all strategies: `class Mine final : public StrategyBase<Mine>`.
///
/// A strategy may also have `std::size_t pass_over(InstrumentIndex, std::span<const Bar>)`: it takes in the bars up to
/// the first on which it may act, just as `on_bar` would, and returns how many those were. It is a shorter loop for
/// long backtests and changes no result.
template <typename Derived>
class StrategyBase : public Strategy {
 public:
  [[gnu::flatten]] std::size_t on_bars(const BarRun& run, Context& context) final {
    auto& derived = static_cast<Derived&>(*this);
    std::size_t handled = 0;
    for (;;) {
      if constexpr (requires { derived.pass_over(run.instrument, run.bars); }) {
        const std::size_t passed = derived.pass_over(run.instrument, run.bars.subspan(handled));
        handled += passed;
        if (passed > 0) context.step(run, handled - 1, passed);
      }
      if (handled == run.bars.size()) return handled;
      context.step(run, handled, 1);
      derived.Derived::on_bar(BarView{run.instrument, run.bars[handled], run.interval, run.synthetic, false}, context);
      ++handled;
      if (context.acted()) return handled;
    }
  }
};

/// A kind of strategy: its name, its parameters and how to make one.
struct StrategyType {
  using Made = Expected<std::unique_ptr<Strategy>>;

  std::string name;
  std::string meaning;
  std::vector<ParameterSpec> parameters;
  /// Makes a strategy from checked values. An Error names parameters that contradict each other.
  Made (*make)(const StrategyConfig& config);
  /// So many sessions before the run must be known by their daily bars before the strategy trades; 0: none. It gets
  /// daily bars, of the sessions in the run too, beside intraday bars.
  std::size_t daily_history_sessions = 0;
  /// The longest bars that it works on.
  Duration bar_interval_max = kDailyInterval;
  /// So many bars of an instrument it must have seen before it can act; null: one.
  std::size_t (*bars_needed)(const StrategyConfig& config) = nullptr;
  /// Of what its strategies save: goes up with every change after which `load` would not read, or would misread, what
  /// the version before has saved. A state of another version is not loaded: the strategy starts afresh.
  std::uint32_t state_version = 1;
};

/// The strategies a program knows.
class StrategyRegistry {
 public:
  /// buy_and_hold, sma_cross, donchian_breakout, rsi_reversion, dp20.
  static StrategyRegistry built_in();

  void add(StrategyType type);
  /// Null where there is none of that name.
  [[nodiscard]] const StrategyType* find(std::string_view name) const;
  [[nodiscard]] std::span<const StrategyType> types() const { return types_; }

 private:
  std::vector<StrategyType> types_;
};

}  // namespace bellwether
