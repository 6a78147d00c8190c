// One-minute bars made from daily bars, for intraday demonstrations without intraday data. They are invented: every
// series made here says `synthetic`.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "engine/calendar.hpp"
#include "engine/market.hpp"

namespace bellwether {

/// Appends the one-minute bars of one session to `minutes`: together they have exactly the open, high, low, close and
/// volume of `daily`. Each opens where the one before closed; prices are multiples of 0.01, or of the largest power of
/// ten below of which the day's prices are; volumes are whole shares where the day's is. The path is a random
/// walk tied to open and close and stretched to the extremes, drawn in integers from symbol, date and seed alone: its
/// minutes are all but uncorrelated, so that no strategy has anything to find in them.
/// `daily` must satisfy low <= open, close <= high, and `session` last at least three minutes.
void expand_session(const Bar& daily, const Session& session, std::string_view symbol, std::uint64_t seed,
                    std::vector<Bar>& minutes);

/// All sessions of `daily`, whose bars must lie on sessions of `calendar`.
BarSeries expand_daily(const BarSeries& daily, const SessionCalendar& calendar, std::uint64_t seed);

}  // namespace bellwether
