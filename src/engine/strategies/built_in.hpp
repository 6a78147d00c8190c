// The strategies that come with the program.
#pragma once

#include "engine/strategy.hpp"

namespace bellwether {

StrategyType buy_and_hold();
StrategyType sma_cross();
StrategyType donchian_breakout();
StrategyType rsi_reversion();
StrategyType dp20();

}  // namespace bellwether
