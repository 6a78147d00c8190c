// Where the instruments and strategies of one configuration stand in the next, by their names.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/engine_config.hpp"
#include "engine/order_types.hpp"

namespace bellwether {

/// The strategy that `id` retires; `id` itself where it retires none.
std::string_view active_id(std::string_view id);

/// A strategy and an instrument in which it has something.
struct Stake {
  StrategyIndex strategy = kNoStrategy;
  InstrumentIndex instrument = kNoInstrument;

  auto operator<=>(const Stake&) const = default;
};

/// The rule for what a strategy has in a symbol: it stays with the strategy where that trades the symbol in the next
/// configuration; where it does not, it goes to the one that retires it (retired_strategy.hpp), and comes back to the
/// strategy when that trades the symbol again.
class CarryOver {
 public:
  /// Both must outlive it.
  CarryOver(const EngineConfig& from, const EngineConfig& to);

  /// kNoInstrument where the symbol has left.
  [[nodiscard]] InstrumentIndex instrument(InstrumentIndex before) const {
    return before < instruments_.size() ? instruments_[before] : kNoInstrument;
  }
  /// Who has what the strategy had in the instrument; kNoStrategy where nobody does.
  [[nodiscard]] StrategyIndex strategy(StrategyIndex before, InstrumentIndex instrument) const;
  /// The strategy of the same id, whatever it trades; kNoStrategy where there is none.
  [[nodiscard]] StrategyIndex strategy(StrategyIndex before) const;

  /// Puts the indices of the next configuration into something that names a strategy and an instrument. False, and it
  /// is of no use any more, where these have left.
  template <typename Named>
  [[nodiscard]] bool rename(Named& named, InstrumentIndex& instrument_of) const {
    const InstrumentIndex before = instrument_of;
    instrument_of = instrument(before);
    if (instrument_of == kNoInstrument) return false;
    if (named.strategy == kNoStrategy) return true;
    named.strategy = strategy(named.strategy, before);
    return named.strategy != kNoStrategy;
  }

 private:
  std::size_t strategies_;
  std::vector<InstrumentIndex> instruments_;  // By those before.
  std::vector<StrategyIndex> same_;           // By the strategies before.
  std::vector<StrategyIndex> holders_;        // By strategy, then instrument, before.
};

/// Which of the strategies of `config` has what a strategy of that id had in a symbol: see CarryOver.
StrategyIndex holder_of(const EngineConfig& config, std::string_view strategy, std::string_view symbol);

}  // namespace bellwether
