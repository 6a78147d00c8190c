// The first stage: applies an event's fills, marks and corporate actions to the account.
#pragma once

#include "engine/booked_executions.hpp"
#include "engine/open_orders.hpp"
#include "engine/portfolio.hpp"
#include "engine/turn.hpp"

namespace bellwether {

/// Writes `turn.verdict`, `turn.account`, `turn.positions` and `turn.closed_trades`. An execution is booked once, in
/// whatever order and however often it is reported.
class PositionStage {
 public:
  /// `config` must outlive the stage.
  explicit PositionStage(const EngineConfig& config) : portfolio_(config) {}

  void advance(Turn& turn);

  [[nodiscard]] const Portfolio& portfolio() const { return portfolio_; }
  [[nodiscard]] Portfolio& portfolio() { return portfolio_; }

  void describe(AccountState& state, const EngineConfig& config) const;
  void restore(const AccountState& state, const AccountPlaces& places);

  void save(ByteWriter& out) const;
  void load(ByteReader& in);

 private:
  ReportVerdict judge(const ExecutionReport& report);

  Portfolio portfolio_;
  BookedExecutions booked_;
};

}  // namespace bellwether
