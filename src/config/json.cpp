#include "config/json.hpp"

#include <nlohmann/json.hpp>

namespace bellwether {
namespace {

template <typename Tag, int Decimals>
Json present(Fixed<Tag, Decimals> value) {
  return value.is_zero() ? Json() : Json(value.to_string());
}

Json present(std::string_view text) { return text.empty() ? Json() : Json(text); }
Json present(OrderId id) { return id.exists() ? Json(id.client_order_id()) : Json(); }

Json present(RejectReason reason) { return reason == RejectReason::None ? Json() : Json(token(reason)); }

Json number(const ParameterSpec& spec, double bound) {
  return spec.type() == ParameterType::Integer ? Json(static_cast<std::int64_t>(bound)) : Json(bound);
}

Json json_of(const ParameterValue& value) {
  return std::visit([](const auto& v) { return Json(v); }, value);
}

void append(Json& json, const OrderSpec& spec, const Names& names) {
  json["symbol"] = present(names.symbol(spec.instrument));
  json["side"] = token(spec.side);
  json["type"] = token(spec.type);
  json["time_in_force"] = token(spec.time_in_force);
  json["order_class"] = token(spec.order_class);
  json["quantity"] = spec.quantity.to_string();
  json["limit_price"] = present(spec.limit_price);
  json["stop_price"] = present(spec.stop_price);
  json["trail"] = present(spec.trail);
  json["take_profit"] = present(spec.take_profit);
  json["stop_loss"] = present(spec.stop_loss);
  json["stop_loss_offset"] = present(spec.stop_loss_offset);
}

Json json_of(const Bar& bar) {
  return {{"start", format_rfc3339(bar.start)}, {"open", bar.open.to_string()},   {"high", bar.high.to_string()},
          {"low", bar.low.to_string()},         {"close", bar.close.to_string()}, {"volume", bar.volume.to_string()}};
}

Json json_of(const SessionEvent& session) {
  return {{"date", session.date.to_string()},
          {"open", format_rfc3339(session.open)},
          {"close", format_rfc3339(session.close)},
          {"early_close", session.early_close}};
}

Json json_of(const CorporateAction& action) {
  return {{"ex_date", action.ex_date.to_string()},
          {"split_ratio", format_decimal(action.split_ratio_billionths, 9)},
          {"dividend", present(action.dividend)},
          {"price_ratio", format_decimal(action.price_ratio_billionths, 9)},
          {"traded_share", format_decimal(action.traded_share_billionths, 9)}};
}

Json json_of(const CommandEvent& command, const Names& names) {
  Json json;
  json["command"] = token(command.type);
  json["reason"] = command.reason == HaltReason::None ? Json() : Json(token(command.reason));
  json["flatten"] = command.flatten;
  json["strategy"] = present(names.strategy(command.strategy));
  json["symbol"] = present(names.symbol(command.instrument));
  json["client_order_id"] = present(command.order);
  json["quantity"] = present(command.quantity);
  json["order"] = nullptr;
  if (command.type == CommandType::SubmitOrder) append(json["order"] = Json::object(), command.spec, names);
  return json;
}

Json json_of(const CommandNoteEvent& note) { return {{"kind", token(note.kind)}, {"text", note.text.text()}}; }

Json json_of(const ConnectionEvent& connection) {
  return {{"connection", connection.market_data ? "market_data" : "venue"}, {"up", connection.up}};
}

/// What happened, under the name that the stream gives it.
struct NamedChange {
  const StateChange& change;
  const Names& names;

  [[nodiscard]] Json named(std::string_view type, const Json& rest) const {
    Json json;
    json["type"] = type;
    json.update(rest);
    return json;
  }
  Json operator()(const OrderCommand& command) const { return named("order_command", json_of(command, names)); }
  Json operator()(const ExecutionReport& report) const {
    const bool fill = report.type == ReportType::Fill;
    const bool denied = report.type == ReportType::Denied;
    return named(fill ? "fill" : denied ? "denial" : "order_report", json_of(report, names));
  }
  Json operator()(const PositionChange& position) const { return named("position", json_of(position, names)); }
  Json operator()(const TradeRecord& trade) const { return named("trade", json_of(trade, names)); }
  Json operator()(const AccountView& account) const { return named("account", bellwether::json_of(account)); }
  Json operator()(const SessionEvent& session) const { return named(token(change.cause), json_of(session)); }
  Json operator()(const CorporateAction& action) const {
    Json rest;
    rest["symbol"] = present(names.symbol(change.instrument));
    rest.update(json_of(action));
    return named("corporate_action", rest);
  }
  Json operator()(const CommandEvent& command) const { return named("command", json_of(command, names)); }
  Json operator()(const CommandNoteEvent& note) const { return named("command_note", json_of(note)); }
  Json operator()(const ConnectionEvent& connection) const { return named("connection", json_of(connection)); }
};

}  // namespace

Names::Names(const EngineConfig& config) {
  for (const Instrument& instrument : config.instruments) symbols_.push_back(instrument.symbol);
  for (const StrategyConfig& strategy : config.strategies) strategies_.push_back(strategy.id);
}

std::string Names::symbol(InstrumentIndex index) const {
  if (index == kNoInstrument) return "";
  return index < symbols_.size() ? symbols_[index] : "#" + std::to_string(index);
}

std::string Names::strategy(StrategyIndex index) const {
  if (index == kNoStrategy) return "";
  return index < strategies_.size() ? strategies_[index] : "#" + std::to_string(index);
}

std::optional<InstrumentIndex> Names::find_symbol(std::string_view symbol) const {
  for (std::size_t i = 0; i < symbols_.size(); ++i) {
    if (symbols_[i] == symbol) return static_cast<InstrumentIndex>(i);
  }
  return std::nullopt;
}

std::optional<StrategyIndex> Names::find_strategy(std::string_view id) const {
  for (std::size_t i = 0; i < strategies_.size(); ++i) {
    if (strategies_[i] == id) return static_cast<StrategyIndex>(i);
  }
  return std::nullopt;
}

Json json_of(const Event& event, const Names& names) {
  Json json;
  json["event"] = event.number;
  json["time"] = format_rfc3339(event.time);
  json["type"] = token(event.type);
  if (event.instrument != kNoInstrument) json["symbol"] = names.symbol(event.instrument);
  switch (event.type) {
    case EventType::Bar:
      json.update(json_of(event.bar.bar));
      json["interval_seconds"] = static_cast<double>(event.bar.interval_ns) / 1e9;
      json["synthetic"] = event.bar.synthetic;
      json["history"] = event.bar.history;
      break;
    case EventType::Trade:
      json["price"] = event.trade.price.to_string();
      json["size"] = event.trade.size.to_string();
      break;
    case EventType::Quote:
      json["bid"] = event.quote.bid.to_string();
      json["bid_size"] = event.quote.bid_size.to_string();
      json["ask"] = event.quote.ask.to_string();
      json["ask_size"] = event.quote.ask_size.to_string();
      break;
    case EventType::SessionOpen:
    case EventType::SessionClose: json.update(json_of(event.session)); break;
    case EventType::CorporateAction: json.update(json_of(event.corporate_action)); break;
    case EventType::Report: json.update(json_of(event.report, names)); break;
    case EventType::Timer:
      json["strategy"] = present(names.strategy(event.timer.strategy));
      json["tag"] = event.timer.tag;
      break;
    case EventType::Command: json.update(json_of(event.command, names)); break;
    case EventType::Connection: json.update(json_of(event.connection)); break;
    case EventType::CommandNote: json.update(json_of(event.note)); break;
  }
  return json;
}

Json json_of(const OrderCommand& command, const Names& names) {
  Json json;
  json["kind"] = token(command.kind);
  json["client_order_id"] = command.id.client_order_id();
  json["target"] = present(command.target);
  json["strategy"] = present(names.strategy(command.strategy));
  if (!adds_order(command.kind)) return json;
  Json order;
  append(order, command.spec, names);
  json["order"] = std::move(order);
  return json;
}

Json json_of(const ExecutionReport& report, const Names& names) {
  Json json;
  json["report"] = token(report.type);
  json["client_order_id"] = report.order.client_order_id();
  json["related"] = present(report.related);
  json["strategy"] = present(names.strategy(report.strategy));
  json["symbol"] = present(names.symbol(report.instrument));
  json["side"] = token(report.side);
  if (report.type == ReportType::Fill) {
    json["quantity"] = report.last_quantity.to_string();
    json["price"] = report.last_price.to_string();
    json["cumulative_quantity"] = report.cumulative_quantity.to_string();
    json["leaves_quantity"] = report.leaves_quantity.to_string();
    json["fee"] = report.fee.to_string();
  }
  json["denied_reason"] = present(token(report.denied));
  json["reject_reason"] = present(report.rejected);
  json["execution_id"] = report.execution_id;
  json["venue_time"] = format_rfc3339(report.time);
  return json;
}

Json json_of(const OrderRow& row, const Names& names) {
  Json json;
  json["client_order_id"] = row.id.client_order_id();
  json["strategy"] = present(names.strategy(row.strategy));
  append(json, row.spec, names);
  json["state"] = token(row.state);
  json["filled_quantity"] = row.filled.to_string();
  json["average_fill_price"] = row.filled.is_zero() ? Json() : Json(row.average_price().to_string());
  json["fees"] = row.fees.to_string();
  json["denied_reason"] = present(token(row.denied));
  json["reject_reason"] = present(row.rejected);
  json["created_at"] = format_rfc3339(row.created);
  json["updated_at"] = format_rfc3339(row.updated);
  return json;
}

Json json_of(const FillRow& row, const Names& names) {
  Json json;
  json["event"] = row.event;
  json["time"] = format_rfc3339(row.report.time);
  json["client_order_id"] = row.report.order.client_order_id();
  json["strategy"] = present(names.strategy(row.report.strategy));
  json["symbol"] = present(names.symbol(row.report.instrument));
  json["side"] = token(row.report.side);
  json["quantity"] = row.report.last_quantity.to_string();
  json["price"] = row.report.last_price.to_string();
  json["fee"] = row.report.fee.to_string();
  json["execution_id"] = row.report.execution_id;
  return json;
}

Json json_of(const TradeRecord& trade, const Names& names) {
  Json json;
  json["strategy"] = present(names.strategy(trade.strategy));
  json["symbol"] = present(names.symbol(trade.instrument));
  json["direction"] = trade.direction == TradeDirection::Long ? "long" : "short";
  json["entry_time"] = format_rfc3339(trade.entry_time);
  json["exit_time"] = format_rfc3339(trade.exit_time);
  json["entry_price"] = trade.entry_price.to_string();
  json["exit_price"] = trade.exit_price.to_string();
  json["quantity"] = trade.quantity.to_string();
  json["gross_pnl"] = trade.gross_pnl.to_string();
  json["fees"] = trade.fees.to_string();
  json["net_pnl"] = trade.net_pnl.to_string();
  json["mae"] = trade.mae.to_string();
  json["mfe"] = trade.mfe.to_string();
  json["initial_risk"] = trade.initial_risk ? Json(trade.initial_risk->to_string()) : Json();
  json["bars_held"] = trade.bars_held;
  return json;
}

Json json_of(const PositionChange& change, const Names& names) {
  Json json;
  json["strategy"] = present(names.strategy(change.strategy));
  json["symbol"] = present(names.symbol(change.instrument));
  json["quantity"] = change.quantity.to_string();
  json["average_price"] = present(change.average_price);
  json["realized_pnl"] = change.realized_pnl.to_string();
  json["realized_pnl_fifo"] = change.realized_fifo.to_string();
  json["fees"] = change.fees.to_string();
  json["dividends"] = change.dividends.to_string();
  return json;
}

Json json_of(const PositionRow& row, const Names& names) {
  Json json;
  json["strategy"] = present(names.strategy(row.strategy));
  json["symbol"] = present(names.symbol(row.instrument));
  json["quantity"] = row.quantity.to_string();
  json["average_price"] = present(row.average_price);
  json["last_price"] = present(row.last_price);
  json["market_value"] = row.market_value.to_string();
  json["unrealized_pnl"] = row.unrealized_pnl.to_string();
  json["realized_pnl"] = row.realized_pnl.to_string();
  json["realized_pnl_fifo"] = row.realized_fifo.to_string();
  json["fees"] = row.fees.to_string();
  json["dividends"] = row.dividends.to_string();
  return json;
}

Json json_of(const AccountView& account) {
  Json json;
  json["cash"] = account.cash.to_string();
  json["equity"] = account.equity.to_string();
  json["gross_exposure"] = account.gross_exposure.to_string();
  json["realized_pnl"] = account.realized_pnl.to_string();
  json["fees"] = account.fees.to_string();
  json["realized_pnl_fifo"] = account.realized_fifo.to_string();
  json["dividends"] = account.dividends.to_string();
  return json;
}

Json json_of(const OrderOutcomes& outcomes) {
  Json json;
  for (const auto& [name, member] : kOutcomeCounts) json[name] = outcomes.*member;
  json["denied_by"] = json["rejected_by"] = Json::object();
  for (const auto& [reason, count] : outcomes.denials()) json["denied_by"][std::string(reason)] = count;
  for (const auto& [reason, count] : outcomes.rejections()) json["rejected_by"][std::string(reason)] = count;
  return json;
}

Json json_of(const StrategyTotals& totals) {
  Json json;
  json["market_value"] = totals.market_value.to_string();
  json["unrealized_pnl"] = totals.unrealized_pnl.to_string();
  json["realized_pnl"] = totals.realized_pnl.to_string();
  json["realized_pnl_fifo"] = totals.realized_fifo.to_string();
  json["fees"] = totals.fees.to_string();
  json["dividends"] = totals.dividends.to_string();
  json["orders"] = json_of(totals.orders);
  return json;
}

Json json_of(const AccountSummary& summary) {
  Json json = json_of(summary.account);
  json["initial_cash"] = summary.initial_cash.to_string();
  json["peak_equity"] = summary.peak_equity.to_string();
  json["drawdown"] = summary.drawdown;
  json["day_profit"] = summary.day_profit.to_string();
  json["trades_30d"] = summary.recent_trades;
  json["win_rate_30d"] = summary.win_rate ? Json(*summary.win_rate) : Json();
  json["expectancy_30d"] = summary.expectancy ? Json(summary.expectancy->to_string()) : Json();
  return json;
}

Json json_of(const CommandRow& row, const Names& names) {
  Json json;
  json["event"] = row.event;
  json["time"] = format_rfc3339(row.time);
  json.update(json_of(row.command, names));
  json["note"] = present(row.words.reason.text());
  json["key"] = present(row.words.key.text());
  return json;
}

Json json_of(const SessionStatus& status) {
  Json json;
  json["phase"] = token(status.phase);
  json["detail"] = present(status.detail);
  json["halted"] = status.halted;
  json["halt_reason"] = status.halt_reason == HaltReason::None ? Json() : Json(token(status.halt_reason));
  json["halt_note"] = present(status.halt_note);
  json["last_event"] = status.last_event;
  json["time"] = status.last_event == 0 ? Json() : Json(format_rfc3339(status.time));
  json["session_date"] = status.session_date ? Json(status.session_date->to_string()) : Json();
  json["session_open"] = status.session_open;
  json["synthetic_data"] = status.synthetic;
  json["open_orders"] = status.open_orders;
  json["open_positions"] = status.open_positions;
  json["counts"] = {{"events", status.counts.events},     {"market_events", status.counts.market_events},
                    {"commands", status.counts.commands}, {"fills", status.counts.fills},
                    {"denials", status.counts.denials},   {"trades", status.counts.trades}};
  return json;
}

Json json_of(const StrategyView& strategy, bool paused, const Names& names) {
  Json json;
  json["id"] = strategy.config.id;
  json["type"] = strategy.config.type;
  json["meaning"] = present(strategy.meaning);
  json["paused"] = paused;
  json["symbols"] = Json::array();
  for (const InstrumentIndex index : strategy.config.instruments) json["symbols"].push_back(names.symbol(index));
  json["parameters"] = Json::object();
  for (const auto& [name, value] : strategy.config.parameters.values()) json["parameters"][name] = json_of(value);
  json["parameter_schema"] = parameter_schema(strategy.parameters);
  return json;
}

Json json_of(const StateChange& change, const Names& names) {
  return std::visit(NamedChange{change, names}, change.what);
}

Json parameter_schema(std::span<const ParameterSpec> parameters) {
  Json properties = Json::object();
  for (const ParameterSpec& spec : parameters) {
    Json& property = properties[spec.name];
    switch (spec.type()) {
      case ParameterType::Integer: property["type"] = "integer"; break;
      case ParameterType::Real: property["type"] = "number"; break;
      case ParameterType::Boolean: property["type"] = "boolean"; break;
      case ParameterType::Text: property["type"] = "string"; break;
    }
    property["description"] = spec.meaning;
    property["default"] = json_of(spec.default_value);
    if (spec.type() == ParameterType::Integer || spec.type() == ParameterType::Real) {
      property["minimum"] = number(spec, spec.minimum);
      property["maximum"] = number(spec, spec.maximum);
    }
    if (!spec.choices.empty()) property["enum"] = spec.choices;
  }
  return {{"type", "object"}, {"properties", std::move(properties)}, {"additionalProperties", false}};
}

std::string stream_message(std::span<const StateChange> changes, const Names& names) {
  Json json;
  json["event"] = changes.front().event;
  json["time"] = format_rfc3339(changes.front().time);
  json["changes"] = Json::array();
  for (const StateChange& change : changes) json["changes"].push_back(json_of(change, names));
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace bellwether
