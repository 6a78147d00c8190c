#include "app/live_market.hpp"

#include <algorithm>

#include "app/logging.hpp"

namespace bellwether {

SimulatedMarketOptions market_options(const AppConfig& config, const EngineConfig& engine,
                                      const StrategyRegistry& registry) {
  SimulatedMarketOptions options;
  options.seed = config.market_data.seed;
  options.instruments = engine.instruments;
  options.bar_interval = config.market_data.bar_interval;
  options.round_the_clock = config.clock.sessions == Sessions::Always;
  for (const StrategyConfig& strategy : engine.strategies) {
    const StrategyType* type = registry.find(strategy.type);
    if (type == nullptr) continue;
    options.daily_history_sessions = std::max(options.daily_history_sessions, type->daily_history_sessions);
  }
  return options;
}

Timestamp market_begin(const Running& running, const LiveRecovery& recovery) {
  const Timestamp now = LiveClock::wall();
  const double rate = running.now->config.clock.rate;
  if (rate == 1) return std::max(now, recovery.last_time);
  if (recovery.last_event > 0) return recovery.last_time;
  const SimulatedMarket market(market_options(running), {now, std::nullopt, false});
  const Duration lead(static_cast<std::int64_t>(rate * 2e9));
  return std::max(now, market.session().open - lead);
}

std::string count_text(std::uint64_t count, std::string_view what) {
  return std::to_string(count) + " " + std::string(what) + (count == 1 ? "" : "s");
}

void tell_waiting(const Running& running, Timestamp after) {
  const SimulatedMarket market(market_options(running), {after, std::nullopt, false});
  if (market.next_message() == kNever) {
    return log_event(Severity::Warning, "waiting", "the market is closed, and the calendar knows of no further session",
                     {{"after", format_rfc3339(after)}});
  }
  log_event(Severity::Notice, "waiting",
            "the market is closed: waits until " + format_rfc3339(market.session().open) + " for the session of " +
                market.session().date.to_string(),
            {{"open", format_rfc3339(market.session().open)}, {"session", market.session().date.to_string()}});
}

LiveHistory::LiveHistory(const AppConfig& config, const EngineConfig& engine, const StrategyRegistry& registry)
    : engine_(&engine),
      registry_(&registry),
      bar_interval_(config.market_data.bar_interval),
      market_(market_options(config, engine, registry), {}) {}

void LiveHistory::show(SignalStage& stage, StrategyIndex strategy, Timestamp upto) const {
  const StrategyConfig& config = engine_->strategies[strategy];
  const StrategyType* type = registry_->find(config.type);
  BELLWETHER_INVARIANT(type != nullptr, "a strategy of an unknown type");
  for (const Session& session : market_.sessions_before(upto, type->daily_history_sessions)) {
    for (const InstrumentIndex instrument : config.instruments) {
      const Bar bar = market_.daily_bar(instrument, session.date);
      stage.warm_up(strategy, instrument, {&bar, 1}, kDailyInterval, true);
    }
  }
  const std::size_t needed = type->bars_needed == nullptr ? 1 : type->bars_needed(config);
  for (const SimulatedMarket::Span& span : market_.bars_before(upto, needed)) {
    for (const InstrumentIndex instrument : config.instruments) {
      const Bar bar = market_.bar_of(instrument, span.start, span.end);
      stage.warm_up(strategy, instrument, {&bar, 1}, bar_interval_, true);
    }
  }
}

}  // namespace bellwether
