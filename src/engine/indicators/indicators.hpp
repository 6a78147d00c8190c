// All indicators, and what they have in common.
//
// Each is a value type that allocates at construction and never after. `update` takes the next value or bar and is O(1)
// (the Donchian channel amortised). `ready()` turns true at the update that the type's comment names and stays so until
// `reset()`, which gives the state of a new object. `value()` is the indicator's main line; it may be asked for only
// when `ready()`. `save` writes the state to a ByteWriter; `load`, on an object of the same parameters, restores it
// such that every later value is bit for bit the same, and fails the reader and resets where the bytes do not fit.
// `rescale`, where there is one, brings the state into the shares of after a split: as if all prices before had been
// divided by its ratio.
#pragma once

#include "engine/indicators/average_true_range.hpp"
#include "engine/indicators/bollinger_bands.hpp"
#include "engine/indicators/donchian_channel.hpp"
#include "engine/indicators/ema_true_range.hpp"
#include "engine/indicators/exponential_moving_average.hpp"
#include "engine/indicators/macd.hpp"
#include "engine/indicators/rate_of_change.hpp"
#include "engine/indicators/relative_strength_index.hpp"
#include "engine/indicators/rolling_standard_deviation.hpp"
#include "engine/indicators/session_vwap.hpp"
#include "engine/indicators/simple_moving_average.hpp"
