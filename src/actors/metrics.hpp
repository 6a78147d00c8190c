// The engine's metrics for Prometheus. All names and labels are fixed when the session starts, so that counting costs
// no look-up and labels cannot grow without bound.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "actors/account_marks.hpp"
#include "engine/engine.hpp"
#include "engine/turn.hpp"

namespace bellwether {

/// Parts of the conveyor that are watched. The log has a queue and its own histogram of latency; the sequencer's queue
/// is that of the venue, and `Total`, from the sequencer to the end of the conveyor, has none.
enum class Stage : std::uint8_t { Sequencer, Log, Position, Signal, Risk, Order, Venue, Recorder, Total };
constexpr std::size_t kStageCount = 9;
std::string_view token(Stage stage);
constexpr bool has_latency(Stage stage) { return stage != Stage::Log; }
constexpr bool has_queue(Stage stage) { return stage != Stage::Sequencer && stage != Stage::Total; }

class EngineMetrics {
 public:
  /// `process_start`: wall clock, for process_start_time_seconds.
  EngineMetrics(const EngineConfig& config, const std::string& version, Timestamp process_start);
  EngineMetrics(const EngineMetrics&) = delete;
  EngineMetrics& operator=(const EngineMetrics&) = delete;
  ~EngineMetrics();

  /// The session stands where `engine` does, under a configuration that may be another than before: counters go on,
  /// gauges of strategies and positions are those of `config`.
  void open(const EngineConfig& config, const Engine& engine, const AccountState& state, const AccountMarks& marks);

  /// Counts what the stages made of one event. One thread calls this; all else may be called from any thread.
  void apply(const Turn& turn);

  /// From an event's arrival at a stage, which has a latency, to its departure.
  void observe_stage(Stage stage, double seconds);
  /// Of a stage that has a queue.
  void set_queue_depth(Stage stage, std::size_t events);
  /// How many may wait before the market data has to.
  void set_queue_limit(Stage stage, std::size_t events);
  /// One durable write to the log, of so many events.
  void observe_commit(double seconds, std::size_t events);
  /// How many events the books are behind what was recorded, and whether they have stopped.
  void set_books(std::uint64_t behind_events, bool stopped);
  /// Seconds since the last bar, trade or quote arrived, whatever time it carries; NaN before the first.
  void set_data_age(double seconds);
  /// The session has failed: a halt.
  void count_failure();

  /// Prometheus text exposition, version 0.0.4.
  [[nodiscard]] std::string text() const;

 private:
  struct Handles;
  std::unique_ptr<Handles> handles_;
};

}  // namespace bellwether
