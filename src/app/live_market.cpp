#include "app/live_market.hpp"

#include <algorithm>
#include <deque>

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
  const std::vector<Session> days = market_.sessions_before(upto, type->daily_history_sessions);
  const std::size_t needed = type->bars_needed == nullptr ? 1 : type->bars_needed(config);
  const std::vector<SimulatedMarket::Span> spans = market_.bars_before(upto, needed);
  std::deque<std::vector<Bar>> bars;
  std::vector<FeedSource> sources;
  const auto add = [&](InstrumentIndex instrument, Duration interval) {
    FeedSource& source = sources.emplace_back();
    source.instrument = instrument;
    source.bars = bars.back();
    source.interval = interval;
    source.synthetic = source.history = true;
  };
  for (const InstrumentIndex instrument : config.instruments) {
    std::vector<Bar>& intraday = bars.emplace_back();
    for (const auto& span : spans) intraday.push_back(market_.bar_of(instrument, span.start, span.end));
    add(instrument, bar_interval_);
    if (days.empty()) continue;
    std::vector<Bar>& daily = bars.emplace_back();
    for (const Session& day : days) daily.push_back(market_.daily_bar(instrument, day.date));
    add(instrument, kDailyInterval);
  }
  stage.warm_up(strategy, sources);
}

}  // namespace bellwether
