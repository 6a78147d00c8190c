// Feed, simulated venue and stages on one thread: a backtest, and the reference for what the actors must do.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <vector>

#include "engine/engine.hpp"
#include "engine/exchange_link.hpp"
#include "engine/fill_simulator.hpp"
#include "engine/market_feed.hpp"
#include "engine/operator_command.hpp"
#include "engine/session_recorder.hpp"

namespace bellwether {

/// Receives every turn of a run, one after the other.
class TurnObserver {
 public:
  TurnObserver() = default;
  TurnObserver(const TurnObserver&) = delete;
  TurnObserver& operator=(const TurnObserver&) = delete;
  virtual ~TurnObserver() = default;
  virtual void on_turn(const Turn& turn) = 0;
};

/// The order of events, which the actors keep too: a market event's fills, then the event itself, then, one after the
/// other, what these caused (the engine's own follow-ups before the venue's answers), and only then the next market
/// event. A timer comes after the market events of its instant and before later ones.
///
/// Where the exchange does not answer at once (EngineConfig::exchange), a market event waits for nothing: what reaches
/// us by its time comes before it, and what it fills is reported later.
class BacktestRunner {
 public:
  /// `config` and the data behind `feed` must outlive the runner.
  static Expected<std::unique_ptr<BacktestRunner>> make(const EngineConfig& config, const StrategyRegistry& registry,
                                                        MarketFeed feed);

  /// Runs to the end of the feed.
  void run();
  /// Runs the next timer, market event or run of bars, with all that follows from it. False at the end of the feed.
  bool step();
  /// Takes an operator's command between two market events, at the time of the last event.
  void command(const OperatorCommand& command);
  /// Takes one of the events that make up such a command.
  void take(const Event& from_operator);

  /// Runs of bars in which nothing can happen but marks and the strategy's own work are taken in one sweep; off, every
  /// bar takes the long way, with the same result. Observers see every turn, so they turn it off.
  void set_fast_runs(bool on) { fast_runs_ = on; }
  void set_observer(TurnObserver* observer);

  [[nodiscard]] const SessionRecord& record() const { return recorder_.record(); }
  [[nodiscard]] const SessionRecorder& recorder() const { return recorder_; }
  /// Gives a loaded runner the record of what came before.
  void set_recorder(SessionRecorder recorder) { recorder_ = std::move(recorder); }
  [[nodiscard]] SessionRecord take_record() { return recorder_.take(); }
  [[nodiscard]] EventNumber last_event() const { return last_event_; }
  /// Time of the last event; before the first, the earliest time there is.
  [[nodiscard]] Timestamp last_time() const { return last_time_; }
  [[nodiscard]] const MarketFeed& feed() const { return feed_; }
  /// Null where the exchange answers at once.
  [[nodiscard]] const ExchangeLink* link() const { return link_.get(); }
  [[nodiscard]] Engine& engine() { return *engine_; }
  [[nodiscard]] bool halted() { return engine_->risk_stage().halted(); }

  /// What a runner is made of, for actors to go on with. The runner is empty afterwards.
  struct Parts {
    std::unique_ptr<Engine> engine;
    FillSimulator venue;
    std::unique_ptr<ExchangeLink> link;  ///< Null where the exchange answers at once.
    MarketFeed feed;
    SessionRecorder recorder;
    std::optional<Event> held;  ///< Taken from the feed but not processed yet.
    EventNumber last_event;
    Timestamp last_time;
  };
  [[nodiscard]] Parts release();

  /// State between two steps, the feed's position included. What was recorded is no part of it: the state stays small.
  void save(ByteWriter& out) const;
  /// Continues where `save` was called, with an empty record. Malformed input makes `in.ok()` false and the runner
  /// unusable.
  void load(ByteReader& in);

 private:
  BacktestRunner(const EngineConfig& config, std::unique_ptr<Engine> engine, MarketFeed feed);

  bool step_later_answers();
  void process_market();
  void process_fills();
  void process(const Event& event);
  void process_in_place();
  void drain();
  void take_outcome(Turn& turn);
  bool step_run();
  bool take_run(const BarRun& run);
  std::size_t process_block(const BarRun& block);

  std::unique_ptr<Engine> engine_;
  FillSimulator venue_;
  std::unique_ptr<ExchangeLink> link_;  // In place of the venue, where it does not answer at once.
  MarketFeed feed_;
  SessionRecorder recorder_;
  TurnObserver* observer_ = nullptr;
  bool fast_runs_ = true;
  EventNumber last_event_ = 0;
  Timestamp last_time_{std::numeric_limits<std::int64_t>::min()};
  Event held_;  // Taken from the feed, waiting for a timer that comes first.
  bool has_held_ = false;
  std::vector<Event> queue_;
  std::size_t queue_front_ = 0;
  std::vector<ExecutionReport> fills_;    // Of the market event under work.
  std::vector<ExecutionReport> reports_;  // On the command under work.
  std::vector<Money> run_equity_;         // Of the run under work.
};

}  // namespace bellwether
