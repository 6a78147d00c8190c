// A node and everything around it, under virtual time: see whole_node.hpp.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "actors/command_keys.hpp"
#include "actors/live_intake.hpp"
#include "actors/recovery.hpp"
#include "brokers/simulated/simulated_broker.hpp"
#include "brokers/simulated/simulated_market.hpp"
#include "engine/engine.hpp"
#include "engine/exchange_link.hpp"
#include "tests/simulation/node_setup.hpp"
#include "tests/simulation/whole_node.hpp"
#include "tests/support/memory_log.hpp"

namespace bellwether::testing {

/// One life of the process.
struct Node {
  std::unique_ptr<Engine> engine;
  std::unique_ptr<LiveIntake> intake;
  std::shared_ptr<CommandKeys> keys;
  EventNumber last_event = 0;
  Timestamp last_time;
  std::vector<Event> waiting_events;            // For the log.
  std::vector<LoggedCommand> waiting_commands;  // For the log.
  struct Passing {
    Turn turn;
    Timestamp at;  // When it comes to the end of the conveyor.
  };
  std::deque<Passing> conveyor;
  std::optional<OperatorCommand> asked;  // An operator waits for its answer.
};

class World {
 public:
  explicit World(const SimulationOptions& options);
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  SimulationResult run();

 private:
  void fail(const std::string& what);
  void say(const std::string& what) const;
  void trace(const Turn& turn) const;
  /// Draws, whether it is left out or not.
  bool happens(Disturbance disturbance, double probability);

  // --- The world
  void step();
  void move_world();
  void jump_clock();
  void settle();
  [[nodiscard]] Timestamp node_clock() const { return now_ + skew_; }
  [[nodiscard]] SimulatedMarketOptions market_options(const EngineConfig& config) const;
  [[nodiscard]] const EngineConfig& config() const { return *configs_.back(); }
  [[nodiscard]] const ExchangeLink& link() const { return outside_ ? *outside_ : broker_->link(); }
  void send(const OrderCommand& command);
  void operate();
  void ask(OperatorCommand& command);
  void slander();

  // --- The node
  void start();
  [[nodiscard]] LiveRecoveryPorts recovery_ports();
  void set_market(bool fresh);
  void kill(const char* how);
  void commit();
  void collect();
  void enter(Event event);
  void advance_risk(Turn& turn);
  bool let_in(Event& event);
  void pass();
  void answer(const Turn& turn);

  // --- Segments
  bool drain();
  bool dies_here();
  void disturb_segments();
  void roll_over(const NodeSetup& setup, const char* why);
  void stop_cleanly();
  void take_snapshot();
  /// A segment of that configuration; false where the process has died of it.
  bool open_segment(const AccountState& opening, std::unique_ptr<EngineConfig> next);
  void forget(AccountState& state, const EngineConfig& next) const;
  void warm_up(Engine::Opened& opened, const EngineConfig& config, Timestamp upto) const;
  [[nodiscard]] std::vector<HeldPair> held(const AccountState& state) const;

  // --- What must hold
  void check();
  void check_limits();
  void check_answers();
  void check_keys();
  void check_places(const CarryOver& carry);
  void check_carried(const AccountState& before, const AccountState& after);
  void check_end();
  void check_segments();
  void check_segment(std::size_t index, const std::vector<SegmentNote>& notes);
  void check_order_ids();
  void compare_books();
  [[nodiscard]] bool is_at_rest() const;
  [[nodiscard]] bool says_the_same_of_orders() const;
  [[nodiscard]] std::string what_is_open() const;

  struct Answered {
    Event event;
    OperatorCommand command;
  };

  SimulationOptions options_;
  SplitMix64 draws_;
  EngineConfig lasting_;
  NodeSetup setup_;
  std::vector<std::unique_ptr<EngineConfig>> configs_;  // By segment.
  std::uint32_t version_ = 1;                           // Of the program.
  std::vector<std::uint32_t> versions_;                 // By segment: who wrote it.
  StrategyRegistry registry_;                           // Of that version.
  Timestamp now_;
  std::unique_ptr<ExchangeLink> outside_;  // A broker that lives on without the node; null: it dies with it.
  std::optional<SimulatedMarket> market_;
  std::optional<SessionEvent> session_;  // Of the market, open.
  MemoryLog log_;
  std::unique_ptr<Node> node_;
  SimulatedBroker* broker_ = nullptr;  // Of the node, where none is outside.
  bool wild_ = true;                   // Until the faults end.
  std::set<std::string> afresh_;       // Strategies whose saved state the program could not read at its start.
  Duration skew_{0};                   // Of the node's clock.
  std::set<OrderId> sent_;
  std::map<std::string, Quantity> bounds_;  // By symbol: what the position may be.
  std::vector<Answered> answered_;
  std::uint64_t last_id_ = 0;
  std::map<OrderId, std::uint64_t> last_ids_;
  std::uint64_t invented_id_ = 1'000'000'000;
  SimulationResult result_;
};

}  // namespace bellwether::testing
