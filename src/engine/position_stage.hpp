// The first stage: applies an event's fills, marks and corporate actions to the account.
#pragma once

#include "engine/open_orders.hpp"
#include "engine/portfolio.hpp"
#include "engine/turn.hpp"

namespace bellwether {

/// Writes `turn.account`, `turn.positions` and `turn.closed_trades`. A repeated execution report changes nothing.
class PositionStage {
 public:
  /// `config` must outlive the stage.
  explicit PositionStage(const EngineConfig& config) : portfolio_(config) {}

  void advance(Turn& turn);

  [[nodiscard]] const Portfolio& portfolio() const { return portfolio_; }
  [[nodiscard]] Portfolio& portfolio() { return portfolio_; }

  void save(ByteWriter& out) const;
  void load(ByteReader& in);

 private:
  Portfolio portfolio_;
  std::uint64_t last_execution_id_ = 0;
};

}  // namespace bellwether
