// How the report writes figures, times and what comes from outside.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "backtest/report/grouped_number.hpp"
#include "engine/decimal.hpp"
#include "engine/statistics.hpp"
#include "engine/time.hpp"

namespace bellwether {

/// `text` for HTML content and quoted attributes.
std::string html_escaped(std::string_view text);

/// `text` for HTML content, line feeds kept.
std::string html_escaped_lines(std::string_view text);

std::string count_text(std::uint64_t count);
std::string amount_text(Money amount);
/// Two to four decimals: average prices have many.
std::string price_text(Price price);
/// 0.1234 as "12.34 %"; "" for none.
std::string percent_text(const std::optional<double>& fraction, int decimals = 2);

/// "2013-10-07 13:30", UTC.
std::string time_text(Timestamp time);
/// "3 d 4 h", as statistics show lengths of time.
std::string elapsed_text(Duration duration);

/// "1 trade", "1,000 trades".
std::string plural_text(std::uint64_t count, std::string_view noun);

/// The CSS class of a profit or loss.
std::string_view signed_class(double value);

/// The figure `key` of `statistics` as the terminal shows it, amounts and counts with commas between thousands.
std::string figure_text(const StatisticField& field, const Statistics& statistics);
const StatisticField& figure_field(std::string_view key);

}  // namespace bellwether
