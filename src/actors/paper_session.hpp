// A session of paper trading: the actors, the log and what watches them, from start to stop.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "actors/clock_pace.hpp"
#include "actors/command_keys.hpp"
#include "actors/conveyor_progress.hpp"
#include "engine/backtest_runner.hpp"
#include "storage/event_log.hpp"

namespace bellwether {

class BookWriter;
class EngineMetrics;
class SessionBoard;
struct LiveEntry;

struct PaperSessionOptions {
  Pace pace;
  std::uint64_t snapshot_every_events = 50'000;
  EventNumber last_snapshot = 0;                                        ///< The event of the log's last snapshot.
  std::shared_ptr<CommandKeys> keys = std::make_shared<CommandKeys>();  ///< Of the commands in the log.
  /// Events that the order stage has let go and the recorder has not seen, those that are not durable yet included.
  std::uint64_t recorder_lag_max = 32'768;
  std::size_t log_queue_max = 16'384;
  /// See SessionPorts::on_halt. A session that begins halted has said so before.
  std::function<void(const Turn&)> on_halt = {};
  /// See SessionPorts::on_session.
  std::function<void(const Turn&)> on_session = {};
  std::size_t threads = 2;
  /// Runs all actors on the caller's thread with simulated time, for tests: `wait` then does the work.
  bool deterministic = false;
  /// A snapshot could not be stored: the session goes on without it. On the log's thread; may be empty.
  std::function<void(const Error&)> on_snapshot_error = {};
  /// Is given every durable turn; null: no books are kept. Outlives the session.
  BookWriter* books = nullptr;
  /// Sees every order command that reaches the venue, on the venue's thread; may be empty.
  std::function<void(const OrderCommand&)> on_order_command = {};
};

/// Owns the actors. Begins where `runner` stands: at the start, or where `recover` brought it.
class PaperSession {
 public:
  /// Failed is final: an actor died or the log cannot be written. From then on no event enters, no command leaves, and
  /// board and metrics show a halt.
  enum class Outcome : std::uint8_t { Running, Ended, Failed };

  /// The runner's configuration must outlive the session; `log`, `board` and `metrics` too, which may be null.
  PaperSession(BacktestRunner& runner, const PaperSessionOptions& options, EventLog* log, SessionBoard* board,
               EngineMetrics* metrics);
  /// A session by the clock, which has no end: events enter as `live` brings them; `start` holds no feed. What it did
  /// is in `options.books`, not in memory.
  PaperSession(BacktestRunner::Parts start, std::shared_ptr<LiveEntry> live, const PaperSessionOptions& options,
               EventLog* log, SessionBoard* board, EngineMetrics* metrics);
  /// Stops.
  ~PaperSession();
  PaperSession(const PaperSession&) = delete;
  PaperSession& operator=(const PaperSession&) = delete;

  void start();
  /// Waits until the data has ended, something failed or `timeout` has passed.
  Outcome wait(std::chrono::milliseconds timeout);
  [[nodiscard]] Outcome outcome() const;
  /// Why the session failed.
  [[nodiscard]] std::string failure() const;

  /// Takes an operator's command; says what became of it once that is durable, or gives the event 0 where the conveyor
  /// has not come so far within a second: it is carried out when it does. An error says why it will not be. From any
  /// thread, between `start` and the destructor.
  Expected<CommandReceipt> command(const OperatorCommand& command);
  /// A copy of the record as it is; null in a session by the clock.
  [[nodiscard]] std::shared_ptr<const SessionRecord> record();
  /// Lets what is under way come to its end, writes the log and ends the actors. What takes longer than `patience` is
  /// left to a restart.
  void stop(std::chrono::milliseconds patience = std::chrono::seconds(2));
  /// What a session by the clock leaves behind once it was stopped: everything that was numbered has passed all stages
  /// and is durable. Null where it did not come so far, or has failed.
  struct Left {
    std::shared_ptr<PositionStage> position;
    std::shared_ptr<SignalStage> signal;
    std::shared_ptr<RiskStage> risk;
    std::shared_ptr<LiveEntry> live;
    std::shared_ptr<CommandKeys> keys;
  };
  [[nodiscard]] std::unique_ptr<Left> take_left();
  /// Ends one actor, as a defect in it would; for tests. False where there is none of this name.
  bool kill(std::string_view actor);

  [[nodiscard]] const ConveyorProgress& progress() const;
  /// Tells the metrics how long the queues are and how old the market data is.
  void measure() const;

 private:
  struct Actors;
  std::unique_ptr<Actors> actors_;
};

}  // namespace bellwether
