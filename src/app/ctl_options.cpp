#include "app/ctl_options.hpp"

#include <cstdlib>

namespace bellwether {
namespace {

/// Where `bellwether run` serves its API in the same environment, unless its host is another.
std::string default_url() {
  const char* const port = std::getenv("BELLWETHER_API__PORT");
  return "http://127.0.0.1:" + std::string(port == nullptr ? "8080" : port);
}

CLI::App& add_action(CLI::App& ctl, CtlOptions& options, const char* name, const char* meaning) {
  CLI::App* action = ctl.add_subcommand(name, meaning);
  action->fallthrough();  // What all of them have may stand behind, too.
  action->callback([&options, name] { options.action = name; });
  return *action;
}

/// An option, or without dashes a word, that is a member of the request.
CLI::Option* add_member(CLI::App& action, CtlOptions& options, const char* flag, const char* member,
                        const char* meaning) {
  return action.add_option_function<std::string>(
      flag, [&options, member](const std::string& value) { options.members[member] = value; }, meaning);
}

void add_order(CLI::App& ctl, CtlOptions& options) {
  CLI::App& order = add_action(ctl, options, "order", "Place an order by hand, under the strategy `manual`");
  add_member(order, options, "SIDE", "side", "buy or sell")->required();
  add_member(order, options, "QUANTITY", "quantity", "How much")->required();
  order.add_option("SYMBOL", options.symbol, "What")->required();
  add_member(order, options, "--type", "type",
             "market, limit, stop, stop_limit or trailing_stop; as the prices tell, unless given");
  add_member(order, options, "--tif", "time_in_force", "day, gtc, ioc, fok, opg or cls");
  add_member(order, options, "--limit", "limit_price", "Limit price");
  add_member(order, options, "--stop", "stop_price", "Stop price");
  add_member(order, options, "--trail", "trail", "Distance of a trailing stop");
  add_member(order, options, "--take-profit", "take_profit", "Target: makes it a bracket");
  add_member(order, options, "--stop-loss", "stop_loss", "Stop: makes it a bracket");
  add_member(order, options, "--stop-loss-offset", "stop_loss_offset", "Stop by its distance from the entry's price");
  order.add_flag_callback(
      "--oco", [&options] { options.members["order_class"] = "oco"; },
      "Target and stop for a position that exists: one cancels the other");
}

}  // namespace

void add_ctl(CLI::App& program, CtlOptions& options) {
  CLI::App& ctl = *program.add_subcommand("ctl", "Act on a running session over its API");
  ctl.require_subcommand(1);
  options.url = default_url();
  ctl.add_option("--url", options.url, "Of the session's API")->capture_default_str();
  ctl.add_option("--token-file", options.token_file, "File with the API's token");
  ctl.add_option("--reason", options.reason, "Why, in words: stays in the event log");
  ctl.add_option("--key", options.key, "Idempotency key, to repeat a command safely; a random one unless given");
  ctl.add_flag("--json", options.json, "Print the API's answer");
  add_action(ctl, options, "status", "Show how the session stands");
  CLI::App& reload = add_action(ctl, options, "reload", "Read the configuration's file again and take it");
  reload.add_flag("--dry-run", options.dry_run, "Only show what would change");
  reload
      .add_option("--removed", options.members["removed"],
                  "What becomes of positions and orders of strategies and symbols that are removed")
      ->check(CLI::IsMember({"keep", "close"}));
  CLI::App& halt = add_action(ctl, options, "halt", "Stop new orders");
  halt.add_flag("--flatten", options.flatten, "Also close every position");
  CLI::App& resume = add_action(ctl, options, "resume", "End a halt, or the pause of a strategy");
  resume.add_option("--strategy", options.strategy, "Which strategy, to end its pause");
  add_action(ctl, options, "flatten", "Cancel every order and close every position; strategies trade on");
  CLI::App& cancel = add_action(ctl, options, "cancel", "Cancel one order, those of a symbol, or all");
  cancel.add_option("ORDER", options.order, "client_order_id");
  cancel.add_option("--symbol", options.symbol, "All orders of this symbol");
  cancel.add_flag("--all", options.all, "All orders");
  CLI::App& close = add_action(ctl, options, "close", "Close a position, or a part of it");
  close.add_option("SYMBOL", options.symbol, "Of which symbol")->required();
  add_member(close, options, "--quantity", "quantity", "How much of it; all unless given");
  close.add_option("--strategy", options.strategy, "Of which strategy; of all that hold unless given");
  CLI::App& pause = add_action(ctl, options, "pause", "Pause a strategy: it may only shrink its positions");
  pause.add_option("STRATEGY", options.strategy, "Its id")->required();
  add_order(ctl, options);
}

}  // namespace bellwether
