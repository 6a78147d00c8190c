// Parameters that several routes have.
#pragma once

#include <string>
#include <vector>

#include "net/route.hpp"

namespace bellwether {

RouteParameter order_parameter(std::string name, std::string meaning);
RouteParameter symbol_parameter(std::string meaning);
RouteParameter strategy_parameter(std::string meaning);
RouteParameter choice_parameter(std::string name, std::string meaning, std::vector<std::string> choices,
                                std::optional<std::string> default_value);
/// A decimal number of zero or more, in quotation marks.
RouteParameter decimal_parameter(std::string name, std::string meaning);
/// Why, in the operator's words.
RouteParameter reason_parameter();
/// The header Idempotency-Key.
RouteParameter key_parameter();
inline constexpr const char* kKeyHeader = "Idempotency-Key";

}  // namespace bellwether
