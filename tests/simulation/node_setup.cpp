#include "tests/simulation/node_setup.hpp"

#include <algorithm>

#include "engine/carry_over.hpp"
#include "engine/manual_strategy.hpp"
#include "engine/retired_strategy.hpp"
#include "tests/support/wild_strategy.hpp"

namespace bellwether::testing {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

bool left_out(const SimulationOptions& options, Disturbance disturbance) {
  return (options.without >> static_cast<unsigned>(disturbance) & 1U) != 0;
}

/// What is drawn is drawn, so that the rest stays as it was.
void leave_out(const SimulationOptions& options, ExchangeConfig& exchange) {
  using enum Disturbance;
  ExchangeFaults& faults = exchange.faults;
  if (left_out(options, Latency)) exchange.latency = {};
  if (left_out(options, LostCommands)) faults.lost_commands = 0;
  if (left_out(options, LostReports)) faults.lost_reports = 0;
  if (left_out(options, RepeatedReports)) faults.repeated_reports = 0;
  if (left_out(options, LateReports)) faults.late_reports = 0;
  if (left_out(options, LateRefusals)) faults.late_refusals = 0;
  if (left_out(options, Halts)) faults.halts_per_session = 0;
  if (left_out(options, Restarts)) faults.restarts_per_session = 0;
}

template <typename T>
void shuffle(std::vector<T>& list, SplitMix64& draws) {
  for (std::size_t i = list.size(); i > 1; --i) {
    std::swap(list[i - 1], list[static_cast<std::size_t>(draws.up_to(static_cast<std::int64_t>(i) - 1))]);
  }
}

/// At least one of them.
std::vector<std::string> some_of(const std::vector<std::string>& symbols, SplitMix64& draws) {
  std::vector<std::string> some;
  for (const std::string& symbol : symbols) {
    if (draws.chance(0.8)) some.push_back(symbol);
  }
  if (some.empty()) some.push_back(symbols.front());
  return some;
}

/// Its index; it is added where it is missing.
InstrumentIndex place_of(const std::string& symbol, EngineConfig& config) {
  auto found = std::ranges::find(config.instruments, symbol, &Instrument::symbol);
  if (found == config.instruments.end()) {
    Instrument instrument;
    instrument.symbol = symbol;
    found = config.instruments.insert(found, instrument);
  }
  return static_cast<InstrumentIndex>(found - config.instruments.begin());
}

Parameters parameters_of(const NodeSetup::Wanted& wanted, std::uint64_t seed) {
  std::vector<std::pair<std::string, ParameterValue>> given;
  if (wanted.type == "wild") {
    given = {{"seed", static_cast<std::int64_t>(seed)}};
  } else {
    given = {{"fast", wanted.fast}, {"slow", std::int64_t{5}}, {"allocation", 0.03}};
  }
  return std::get<Parameters>(Parameters::check(wild_registry().find(wanted.type)->parameters, given));
}

void add_strategy(EngineConfig& config, const NodeSetup::Wanted& wanted, std::uint64_t seed) {
  StrategyConfig strategy;
  strategy.id = strategy.type = wanted.type;
  strategy.parameters = parameters_of(wanted, seed);
  for (const std::string& symbol : wanted.symbols) strategy.instruments.push_back(place_of(symbol, config));
  config.strategies.push_back(strategy);
}

/// Gives the retired strategy of that id the symbol.
void retire(EngineConfig& config, const std::string& id, const std::string& symbol, bool close) {
  const InstrumentIndex instrument = place_of(symbol, config);
  auto found = std::ranges::find(config.strategies, id, &StrategyConfig::id);
  if (found == config.strategies.end()) {
    StrategyConfig strategy;
    strategy.id = id;
    strategy.type = kRetiredStrategy;
    strategy.parameters = retired_parameters(close);
    found = config.strategies.insert(found, strategy);
  }
  if (std::ranges::find(found->instruments, instrument) == found->instruments.end()) {
    found->instruments.push_back(instrument);
  }
}

}  // namespace

NodeSetup draw_setup(SplitMix64& draws) {
  NodeSetup setup;
  setup.symbols = some_of({"A", "B"}, draws);
  if (draws.chance(0.3)) setup.symbols.emplace_back("C");
  shuffle(setup.symbols, draws);
  setup.strategies.clear();
  for (const char* type : {"sma_cross", "wild"}) {
    const bool wanted = draws.chance(0.8);
    NodeSetup::Wanted strategy{type, some_of(setup.symbols, draws), 2 + draws.up_to(1)};
    shuffle(strategy.symbols, draws);
    if (wanted) setup.strategies.push_back(std::move(strategy));
  }
  shuffle(setup.strategies, draws);
  setup.position_max = kPositionMax - 20 * draws.up_to(2);
  setup.close_removed = draws.chance(0.5);
  return setup;
}

EngineConfig lasting_config(const SimulationOptions& options, SplitMix64& draws) {
  EngineConfig config;
  config.account.leverage = 4;
  config.account.shorting = draws.chance(0.5);
  if (draws.chance(0.7)) config.fills.participation = 0.0005 + draws.fraction() * 0.002;
  const auto share = [&](double most) { return draws.chance(0.6) ? draws.fraction() * most : 0.0; };
  const auto time = [&](double seconds) { return Duration(draws.up_to(static_cast<std::int64_t>(seconds * 1e9))); };
  config.exchange.asynchronous = true;
  config.exchange.latency = {time(3), time(3), time(2)};
  config.exchange.faults = {draws.next(), share(0.2), share(0.2), share(0.3), share(0.3), time(200),
                            share(0.1),   share(3),   time(600),  share(4),   time(300)};
  config.orders = {Duration(kSecond + draws.up_to(20 * kSecond)), std::chrono::minutes(2), std::chrono::minutes(3)};
  leave_out(options, config.exchange);
  return config;
}

EngineConfig engine_config(const EngineConfig& lasting, const NodeSetup& setup, std::uint64_t seed,
                           const std::vector<HeldPair>& held) {
  EngineConfig config = lasting;
  config.risk.position_quantity = Quantity::from_int(setup.position_max);
  for (const std::string& symbol : setup.symbols) place_of(symbol, config);
  for (const NodeSetup::Wanted& wanted : setup.strategies) add_strategy(config, wanted, seed);
  EngineConfig wanted = config;
  add_manual_strategy(wanted);
  for (const HeldPair& pair : held) {
    if (holder_of(wanted, pair.strategy, pair.symbol) != kNoStrategy) continue;
    retire(config, retired_id(active_id(pair.strategy)), pair.symbol, setup.close_removed);
  }
  add_manual_strategy(config);
  return config;
}

StrategyRegistry registry_of(std::uint32_t version) {
  StrategyRegistry registry;
  const StrategyRegistry known = wild_registry();
  for (StrategyType type : known.types()) {
    type.state_version = version;
    registry.add(std::move(type));
  }
  return registry;
}

}  // namespace bellwether::testing
