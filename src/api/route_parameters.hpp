// Parameters that several routes have.
#pragma once

#include <string>
#include <vector>

#include "engine/time.hpp"
#include "net/route.hpp"

namespace bellwether {

RouteParameter order_parameter(std::string name, std::string meaning);
RouteParameter symbol_parameter(std::string meaning);
RouteParameter strategy_parameter(std::string meaning);
RouteParameter choice_parameter(std::string name, std::string meaning, std::vector<std::string> choices,
                                std::optional<std::string> default_value);
/// Most rows of a page.
RouteParameter limit_parameter();
/// The number of an event.
RouteParameter event_parameter(std::string name, std::string meaning, std::optional<std::string> default_value);
/// A round trip: the event that closed it and its place among those of the event.
RouteParameter trade_parameter(std::string name, std::string meaning);
/// A time in RFC 3339, or a date: a day in New York.
RouteParameter time_parameter(std::string name, std::string meaning);
RouteParameter date_parameter(std::string name, std::string meaning);
/// Which end of its day a date stands for.
enum class DayEnd : std::uint8_t { First, Last };
/// Reads what fits a `time_parameter`.
Expected<Timestamp> parse_time_or_date(const std::string& text, DayEnd end);
/// A decimal number of zero or more, in quotation marks.
RouteParameter decimal_parameter(std::string name, std::string meaning);
/// Why, in the operator's words.
RouteParameter reason_parameter();
/// The header Idempotency-Key.
RouteParameter key_parameter();
inline constexpr const char* kKeyHeader = "Idempotency-Key";

}  // namespace bellwether
