#include "api/order_form.hpp"

#include "api/route_parameters.hpp"
#include "engine/order_check.hpp"

namespace bellwether {
namespace {

/// The tokens of the enumerators up to `last`.
template <typename Enum>
std::vector<std::string> tokens(Enum last) {
  std::vector<std::string> all;
  for (unsigned i = 0; i <= static_cast<unsigned>(last); ++i) all.emplace_back(token(static_cast<Enum>(i)));
  return all;
}

/// The enumerator up to `last` with the token; `otherwise` where nothing is given.
template <typename Enum>
Enum choice(const RouteArguments& arguments, const char* name, Enum last, Enum otherwise) {
  for (unsigned i = 0; i <= static_cast<unsigned>(last); ++i) {
    if (arguments.text(name) == token(static_cast<Enum>(i))) return static_cast<Enum>(i);
  }
  return otherwise;
}

/// A price that, where it is given, is more than zero: zero would be none.
Expected<Price> price_of(const RouteArguments& arguments, const char* name) {
  if (!arguments.has(name)) return Price();
  const auto price = Price::parse(arguments.text(name));
  if (!price) return Error{name, price.error().message};
  if (!price->is_positive()) return Error{name, "found " + price->to_string() + "; allowed is more than 0"};
  return *price;
}

constexpr std::pair<const char*, Price OrderSpec::*> kPrices[] = {{"limit_price", &OrderSpec::limit_price},
                                                                  {"stop_price", &OrderSpec::stop_price},
                                                                  {"trail", &OrderSpec::trail},
                                                                  {"take_profit", &OrderSpec::take_profit},
                                                                  {"stop_loss", &OrderSpec::stop_loss},
                                                                  {"stop_loss_offset", &OrderSpec::stop_loss_offset}};

}  // namespace

std::vector<RouteParameter> order_parameters() {
  std::vector<RouteParameter> all;
  const auto needed = [&](RouteParameter parameter) {
    parameter.required = true;
    all.push_back(std::move(parameter));
  };
  needed(symbol_parameter("The symbol to trade."));
  needed(choice_parameter("side", "Of an order of class oco: the side of its two orders.", tokens(Side::Sell), {}));
  needed(decimal_parameter("quantity", "How much, in whole lots."));
  all.push_back(choice_parameter("type", "Without it, market.", tokens(OrderType::TrailingStop), {}));
  all.push_back(choice_parameter("time_in_force", "Without it, day.", tokens(TimeInForce::Cls), {}));
  all.push_back(choice_parameter("order_class",
                                 "Without it, simple, or bracket where a target or a stop loss is given.",
                                 tokens(OrderClass::Oco), {}));
  all.push_back(decimal_parameter("limit_price", "Of limit and stop_limit."));
  all.push_back(decimal_parameter("stop_price", "Of stop and stop_limit."));
  all.push_back(decimal_parameter("trail", "Of trailing_stop: the distance from the best price."));
  all.push_back(decimal_parameter("take_profit", "Of bracket and oco: the target, a limit order."));
  all.push_back(decimal_parameter("stop_loss", "Of bracket and oco: the stop, a stop order."));
  all.push_back(decimal_parameter("stop_loss_offset", "Of bracket: the stop by its distance from the entry's price."));
  return all;
}

Expected<OrderSpec> order_of(const RouteArguments& arguments, const EngineConfig& config, const Names& names) {
  OrderSpec spec;
  const auto instrument = names.find_symbol(arguments.text("symbol"));
  if (!instrument) return Error{"symbol", "this session does not trade '" + arguments.text("symbol") + "'"};
  spec.instrument = *instrument;
  spec.side = choice(arguments, "side", Side::Sell, Side::Buy);
  spec.type = choice(arguments, "type", OrderType::TrailingStop, OrderType::Market);
  spec.time_in_force = choice(arguments, "time_in_force", TimeInForce::Cls, TimeInForce::Day);
  const auto quantity = Quantity::parse(arguments.text("quantity"));
  if (!quantity) return Error{"quantity", quantity.error().message};
  spec.quantity = *quantity;
  for (const auto& [name, member] : kPrices) {
    const auto price = price_of(arguments, name);
    if (!price) return price.error();
    spec.*member = *price;
  }
  const bool legs =
      spec.take_profit.is_positive() || spec.stop_loss.is_positive() || spec.stop_loss_offset.is_positive();
  spec.order_class = choice(arguments, "order_class", OrderClass::Oco, legs ? OrderClass::Bracket : OrderClass::Simple);
  if (auto checked = check_order(spec, config.instruments[spec.instrument]); !checked) return checked.error();
  return spec;
}

}  // namespace bellwether
