#include "engine/carry_over.hpp"

#include <algorithm>

#include "engine/retired_strategy.hpp"

namespace bellwether {
namespace {

InstrumentIndex find_symbol(const EngineConfig& config, std::string_view symbol) {
  const auto found = std::ranges::find(config.instruments, symbol, &Instrument::symbol);
  if (found == config.instruments.end()) return kNoInstrument;
  return static_cast<InstrumentIndex>(found - config.instruments.begin());
}

StrategyIndex find_strategy(const EngineConfig& config, std::string_view id) {
  const auto found = std::ranges::find(config.strategies, id, &StrategyConfig::id);
  if (found == config.strategies.end()) return kNoStrategy;
  return static_cast<StrategyIndex>(found - config.strategies.begin());
}

bool trades(const EngineConfig& config, StrategyIndex strategy, InstrumentIndex instrument) {
  if (strategy == kNoStrategy || instrument == kNoInstrument) return false;
  const std::vector<InstrumentIndex>& traded = config.strategies[strategy].instruments;
  return std::ranges::find(traded, instrument) != traded.end();
}

}  // namespace

std::string_view active_id(std::string_view id) {
  const std::size_t dot = id.rfind('.');  // No other id has one.
  return dot == std::string_view::npos || retired_id(id.substr(0, dot)) != id ? id : id.substr(0, dot);
}

StrategyIndex holder_of(const EngineConfig& config, std::string_view strategy, std::string_view symbol) {
  const InstrumentIndex instrument = find_symbol(config, symbol);
  const std::string_view active = active_id(strategy);
  for (const std::string& id : {std::string(active), retired_id(active)}) {
    const StrategyIndex found = find_strategy(config, id);
    if (trades(config, found, instrument)) return found;
  }
  return kNoStrategy;
}

CarryOver::CarryOver(const EngineConfig& from, const EngineConfig& to) : strategies_(from.strategies.size()) {
  for (const Instrument& instrument : from.instruments) instruments_.push_back(find_symbol(to, instrument.symbol));
  for (const StrategyConfig& strategy : from.strategies) {
    same_.push_back(find_strategy(to, strategy.id));
    for (const Instrument& instrument : from.instruments) {
      holders_.push_back(holder_of(to, strategy.id, instrument.symbol));
    }
  }
}

StrategyIndex CarryOver::strategy(StrategyIndex before, InstrumentIndex instrument) const {
  if (before >= strategies_ || instrument >= instruments_.size()) return kNoStrategy;
  return holders_[std::size_t{before} * instruments_.size() + instrument];
}

StrategyIndex CarryOver::strategy(StrategyIndex before) const {
  return before < strategies_ ? same_[before] : kNoStrategy;
}

}  // namespace bellwether
