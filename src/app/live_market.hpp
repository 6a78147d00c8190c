// The market of an account that trades by the clock: seeded prices that are made as time passes, and their past.
#pragma once

#include "actors/recovery.hpp"
#include "app/running_session.hpp"
#include "brokers/simulated/simulated_market.hpp"

namespace bellwether {

SimulatedMarketOptions market_options(const AppConfig& config, const EngineConfig& engine,
                                      const StrategyRegistry& registry);
inline SimulatedMarketOptions market_options(const Running& running) {
  return market_options(running.now->config, running.now->engine, running.registry);
}

/// At another pace than the wall clock's, a log is continued where it ended, and a new account begins shortly before an
/// open, since nobody wants to wait for it.
Timestamp market_begin(const Running& running, const LiveRecovery& recovery);

/// Says until when the account waits for a session to open.
void tell_waiting(const Running& running, Timestamp after);

/// Bars that lie before the time at which a strategy begins in the middle of an account.
class LiveHistory {
 public:
  /// All must outlive it.
  LiveHistory(const AppConfig& config, const EngineConfig& engine, const StrategyRegistry& registry);

  /// Shows a fresh strategy the bars up to `upto` that it needs before it can act; daily ones first, where it wants
  /// them.
  void show(SignalStage& stage, StrategyIndex strategy, Timestamp upto) const;

 private:
  const EngineConfig* engine_;
  const StrategyRegistry* registry_;
  Duration bar_interval_;
  SimulatedMarket market_;
};

}  // namespace bellwether
