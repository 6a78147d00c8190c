// Events as lines for people.
#include <cstdio>

#include "config/json.hpp"
#include "config/json_value.hpp"

namespace bellwether {
namespace {

std::string text_of(const Bar& bar) {
  return "open " + bar.open.to_string() + " high " + bar.high.to_string() + " low " + bar.low.to_string() + " close " +
         bar.close.to_string() + " volume " + bar.volume.to_string();
}

std::string text_of(const SessionEvent& session) {
  return session.date.to_string() + " " + format_rfc3339(session.open) + " to " + format_rfc3339(session.close) +
         (session.early_close ? " (early close)" : "");
}

std::string text_of(const CorporateAction& action) {
  std::string text = "ex " + action.ex_date.to_string();
  if (action.split_ratio_billionths != Price::kScale) {
    text += " split " + format_decimal(action.split_ratio_billionths, 9) + ":1";
  }
  if (!action.dividend.is_zero()) text += " dividend " + action.dividend.to_string();
  if (!action.is_announced()) text += " a share stands for " + format_decimal(action.traded_share_billionths, 9);
  return text;
}

std::string text_of(const ExecutionReport& report, const Names& names) {
  std::string text = std::string(token(report.type)) + " " + report.order.client_order_id() + " ";
  text += std::string(token(report.side)) + " ";
  if (report.type == ReportType::Fill) {
    text += report.last_quantity.to_string() + " " + names.symbol(report.instrument) + " at " +
            report.last_price.to_string() + " fee " + report.fee.to_string() + " leaves " +
            report.leaves_quantity.to_string();
  } else {
    text += names.symbol(report.instrument);
  }
  if (report.denied != DenyReason::None) text += ": " + std::string(token(report.denied));
  if (report.rejected != RejectReason::None) text += ": " + std::string(token(report.rejected));
  if (report.related.exists()) text += " (with " + report.related.client_order_id() + ")";
  const std::string strategy = names.strategy(report.strategy);
  return strategy.empty() ? text : text + " [" + strategy + "]";
}

std::string text_of(const OrderSpec& spec, const Names& names) {
  std::string text = std::string(token(spec.side)) + " " + spec.quantity.to_string() + " " +
                     names.symbol(spec.instrument) + " " + std::string(token(spec.type)) + " " +
                     std::string(token(spec.time_in_force));
  if (spec.order_class != OrderClass::Simple) text += " " + std::string(token(spec.order_class));
  const std::pair<const char*, Price> prices[] = {
      {"limit", spec.limit_price},       {"stop", spec.stop_price},     {"trail", spec.trail},
      {"take profit", spec.take_profit}, {"stop loss", spec.stop_loss}, {"stop loss offset", spec.stop_loss_offset}};
  for (const auto& [name, price] : prices) {
    if (!price.is_zero()) text += std::string(" ") + name + " " + price.to_string();
  }
  return text;
}

std::string text_of(const CommandEvent& command, const Names& names) {
  std::string text(token(command.type));
  if (command.reason != HaltReason::None) text += ": " + std::string(token(command.reason));
  if (command.flatten) text += ", flatten";
  if (command.order.exists()) text += " " + command.order.client_order_id();
  if (!command.quantity.is_zero()) text += " " + command.quantity.to_string();
  if (command.instrument != kNoInstrument) text += " " + names.symbol(command.instrument);
  if (command.type == CommandType::SubmitOrder) text += " " + text_of(command.spec, names);
  return command.strategy == kNoStrategy ? text : text + " [" + names.strategy(command.strategy) + "]";
}

std::string text_of(const Event& event, const Names& names) {
  const std::string symbol = names.symbol(event.instrument);
  switch (event.type) {
    case EventType::Bar:
      return symbol + " " + text_of(event.bar.bar) + (event.bar.synthetic ? " synthetic" : "") +
             (event.bar.history ? " history" : "");
    case EventType::Trade: return symbol + " " + event.trade.size.to_string() + " at " + event.trade.price.to_string();
    case EventType::Quote:
      return symbol + " bid " + event.quote.bid.to_string() + " x " + event.quote.bid_size.to_string() + " ask " +
             event.quote.ask.to_string() + " x " + event.quote.ask_size.to_string();
    case EventType::SessionOpen:
    case EventType::SessionClose: return text_of(event.session);
    case EventType::CorporateAction: return symbol + " " + text_of(event.corporate_action);
    case EventType::Report: return text_of(event.report, names);
    case EventType::Timer: {
      const std::string strategy = names.strategy(event.timer.strategy);
      return strategy.empty() ? "heartbeat" : strategy + " tag " + std::to_string(event.timer.tag);
    }
    case EventType::Command: return text_of(event.command, names);
    case EventType::CommandNote: return std::string(token(event.note.kind)) + " " + json_quoted(event.note.text.text());
    case EventType::Connection:
      return std::string(event.connection.market_data ? "market data" : "venue") +
             (event.connection.up ? " up" : " down");
  }
  return "";
}

}  // namespace

std::string readable(const Event& event, const Names& names) {
  char head[96];
  std::snprintf(head, sizeof head, "%10llu  %-30s  %-16s  ", static_cast<unsigned long long>(event.number),
                format_rfc3339(event.time).c_str(), std::string(token(event.type)).c_str());
  return head + text_of(event, names);
}

}  // namespace bellwether
