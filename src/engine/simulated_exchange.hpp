// The in-process exchange as a broker stands behind it: it remembers what it has said of every order, refuses an id
// that it knows, and answers when it is asked.
#pragma once

#include <deque>
#include <map>
#include <set>
#include <vector>

#include "engine/fill_simulator.hpp"

namespace bellwether {

class SimulatedExchange {
 public:
  /// `config` must outlive the exchange.
  explicit SimulatedExchange(const EngineConfig& config) : simulator_(config), books_(config) {}

  /// See FillSimulator.
  void on_market(const Event& event, std::vector<ExecutionReport>& out);
  /// Carries out a command at `now`. An order whose id it knows is rejected as DuplicateId. A Query is answered by all
  /// executions of the order, with the ids that they had, and a report of where it stands with an id of its own:
  /// Rejected as NeverArrived where no order of that id has come. Of orders that it has forgotten it says nothing.
  void submit(const OrderCommand& command, Timestamp now, std::vector<ExecutionReport>& out);
  /// See FillSimulator::refuse.
  void refuse(OrderId id, Timestamp now, std::vector<ExecutionReport>& out);
  void set_halted(bool halted) { simulator_.set_halted(halted); }
  void end_market() { simulator_.end_market(); }

  /// An order as the exchange has it.
  struct Known {
    ExecutionReport last;  ///< Where it stands: the last report that was no refusal of a cancel or replacement.
    std::vector<ExecutionReport> executions;
    bool ended = false;
  };
  /// All orders that have not ended, and so many of the last that have.
  static constexpr std::size_t kEndedMax = 10'000;
  [[nodiscard]] const std::map<OrderId, Known>& orders() const { return known_; }
  /// Positions and cash as the exchange has booked them.
  [[nodiscard]] const Portfolio& books() const { return books_; }

  /// See FillSimulator. What it knows of orders that nobody holds any more is forgotten.
  void take_over(const SimulatedExchange& before, const CarryOver& carry);
  /// Adds whose positions it holds, and whose orders that have not ended.
  void add_stakes(std::set<Stake>& stakes) const;

  void save(ByteWriter& out) const;
  void load(ByteReader& in);

 private:
  /// Takes notice of what is said in `out` from `first` on, and gives it its execution ids.
  void note(std::vector<ExecutionReport>& out, std::size_t first);
  void end(OrderId id, Known& known);
  void carry_executions(InstrumentIndex instrument, const CorporateAction& action);
  /// True where it has an order of this id, or a leg of it.
  [[nodiscard]] bool knows(OrderId id) const;
  void say_rejected(OrderId id, const OrderCommand& command, RejectReason reason, Timestamp now,
                    std::vector<ExecutionReport>& out);
  void answer(const OrderCommand& query, Timestamp now, std::vector<ExecutionReport>& out);

  FillSimulator simulator_;
  Portfolio books_;
  std::map<OrderId, Known> known_;
  std::deque<OrderId> ended_;       // In the order of their ends.
  EventNumber forgotten_upto_ = 0;  // No id up to this event proves anything by its absence.
  std::uint64_t last_execution_ = 0;
};

}  // namespace bellwether
