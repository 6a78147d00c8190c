#include "api/past_routes.hpp"

#include <nlohmann/json.hpp>

#include "api/json_response.hpp"
#include "api/route_parameters.hpp"
#include "config/json.hpp"
#include "engine/past_view.hpp"

namespace bellwether {
namespace {

HttpResponse bad(const std::string& field, const std::string& message) {
  return error_response(400, "bad_parameter", message, field);
}

/// An answer that could not be had.
HttpResponse refusal(const Error& error) {
  const bool by_asker = error.field == "strategy" || error.field == "symbol" || error.field == "after";
  if (by_asker) return bad(error.field, error.message);
  return error_response(503, "books_unavailable", error.text());
}

/// Reads filter parameters by name; the first that is wrong gives `problem`.
class PastFilterReader {
 public:
  explicit PastFilterReader(const RouteArguments& arguments) : arguments_(arguments) {}

  /// What all of them have.
  void read(PastFilter& filter) {
    filter.newest_first = arguments_.text("direction") == "desc";
    filter.limit = arguments_.integer("limit");
    filter.from = time("from", DayEnd::First);
    filter.to = time("to", DayEnd::Last);
  }
  void read_names(PastFilter& filter) const {
    if (arguments_.has("strategy")) filter.strategy = arguments_.text("strategy");
    if (arguments_.has("symbol")) filter.symbol = arguments_.text("symbol");
  }
  OrderId order(const std::string& name) {
    if (!arguments_.has(name)) return {};
    const auto id = OrderId::parse(arguments_.text(name));
    if (id) return *id;
    refuse(name, id.error().message);
    return {};
  }
  /// "12-0": an event and a place among its round trips.
  void read_trade(PastTradeFilter& filter) {
    if (!arguments_.has("after")) return;
    const std::string text = arguments_.text("after");
    const std::size_t dash = text.find('-');
    const auto event = parse_decimal(text.substr(0, dash), 0);
    const auto index = parse_decimal(text.substr(dash + 1), 0);
    if (!event || !index || *index > 0xffff) return refuse("after", "'" + text + "' is none: it is a page's `next`");
    filter.after = static_cast<EventNumber>(*event);
    filter.after_index = static_cast<std::uint16_t>(*index);
  }

  std::optional<HttpResponse> problem;

 private:
  std::optional<Timestamp> time(const std::string& name, DayEnd end) {
    if (!arguments_.has(name)) return std::nullopt;
    const auto read = parse_time_or_date(arguments_.text(name), end);
    if (read) return *read;
    refuse(name, read.error().message);
    return std::nullopt;
  }
  void refuse(const std::string& name, const std::string& message) {
    if (!problem) problem = bad(name, message);
  }
  const RouteArguments& arguments_;
};

/// A page as JSON: `rows` under `name`, what comes after it, and how far it goes.
template <typename Row, typename RowJson, typename Next>
HttpResponse page_answer(const char* name, const Expected<PastPage<Row>>& page, RowJson&& row_json, Next&& next) {
  if (!page) return refusal(page.error());
  const Names names(page->names->symbols, page->names->strategies);
  Json json = {{name, Json::array()}, {"next", nullptr}, {"books_event", page->upto}};
  for (const Row& row : page->rows) json[name].push_back(row_json(row, names));
  if (page->more) json["next"] = next(page->rows.back());
  return json_response(json);
}

/// The handlers of one request: the session stays the same one throughout.
struct PastHandlers {
  explicit PastHandlers(const ApiPorts& ports)
      : session(ports.session()), past(ports.past != nullptr ? ports.past : &session->past()) {}

  const SessionViewPtr session;
  const PastView* const past;

  /// A row of the books with what has been asked of the venue since, which the books do not hold.
  [[nodiscard]] OrderRow with_requests(OrderRow row) const {
    if (is_terminal(row.state)) return row;
    const auto open = session->order(row.id);
    if (!open || is_terminal(open->state)) return row;
    row.state = open->state;
    row.updated = std::max(row.updated, open->updated);
    return row;
  }

  [[nodiscard]] HttpResponse orders(const RouteArguments& arguments) const {
    PastFilterReader reader(arguments);
    PastOrderFilter filter;
    reader.read(filter);
    reader.read_names(filter);
    const std::string status = arguments.text("status");
    if (status == "open") filter.status = OrderFilter::Status::Open;
    if (status == "closed") filter.status = OrderFilter::Status::Closed;
    filter.id = reader.order("client_order_id");
    filter.after = reader.order("after");
    if (reader.problem) return *reader.problem;
    return page_answer(
        "orders", past->orders(filter),
        [this](const OrderRow& row, const Names& names) { return json_of(with_requests(row), names); },
        [](const OrderRow& last) { return last.id.client_order_id(); });
  }

  [[nodiscard]] HttpResponse order(const RouteArguments& arguments) const {
    PastFilterReader reader(arguments);
    PastOrderFilter filter;
    filter.id = reader.order("client_order_id");
    if (reader.problem) return *reader.problem;
    filter.limit = 1;
    const auto page = past->orders(filter);
    if (page && !page->rows.empty()) {
      const Names names(page->names->symbols, page->names->strategies);
      return single(with_requests(page->rows[0]), names, page->upto);
    }
    // An order that works can be seen whatever has become of the books.
    const EventNumber upto = session->last_event();
    if (const auto row = session->order(filter.id)) return single(*row, Names(session->config()), upto);
    if (!page) return refusal(page.error());
    return error_response(404, "not_found", "there is no order '" + filter.id.client_order_id() + "'",
                          "client_order_id");
  }

  static HttpResponse single(const OrderRow& row, const Names& names, EventNumber upto) {
    Json json = json_of(row, names);
    json["books_event"] = upto;
    return json_response(json);
  }

  [[nodiscard]] HttpResponse fills(const RouteArguments& arguments) const {
    PastFilterReader reader(arguments);
    PastFillFilter filter;
    reader.read(filter);
    reader.read_names(filter);
    filter.order = reader.order("client_order_id");
    filter.after = arguments.integer("after");
    if (reader.problem) return *reader.problem;
    return page_answer(
        "fills", past->fills(filter), [](const FillRow& row, const Names& names) { return json_of(row, names); },
        [](const FillRow& last) { return last.event; });
  }

  [[nodiscard]] HttpResponse trades(const RouteArguments& arguments) const {
    PastFilterReader reader(arguments);
    PastTradeFilter filter;
    reader.read(filter);
    reader.read_names(filter);
    reader.read_trade(filter);
    if (reader.problem) return *reader.problem;
    return page_answer(
        "trades", past->trades(filter),
        [](const TradeRow& row, const Names& names) {
          Json json = {{"event", row.event}, {"index", row.index}};
          json.update(json_of(row.trade, names));
          return json;
        },
        [](const TradeRow& last) { return std::to_string(last.event) + "-" + std::to_string(last.index); });
  }

  [[nodiscard]] HttpResponse commands(const RouteArguments& arguments) const {
    PastFilterReader reader(arguments);
    PastEventFilter filter;
    reader.read(filter);
    filter.after = arguments.integer("after");
    if (reader.problem) return *reader.problem;
    return page_answer(
        "commands", past->commands(filter),
        [](const CommandRow& row, const Names& names) { return json_of(row, names); },
        [](const CommandRow& last) { return last.event; });
  }

  [[nodiscard]] HttpResponse equity(const RouteArguments& arguments) const {
    PastFilterReader reader(arguments);
    PastEventFilter filter;
    reader.read(filter);
    filter.after = arguments.integer("after");
    if (reader.problem) return *reader.problem;
    return page_answer(
        "equity", past->equity(filter, arguments.text("resolution") == "session"),
        [](const EquityRow& row, const Names&) {
          return Json{{"event", row.event},
                      {"time", format_rfc3339(row.time)},
                      {"session", row.session ? Json(row.session->to_string()) : Json()},
                      {"equity", row.equity.to_string()}};
        },
        [](const EquityRow& last) { return last.event; });
  }
};

std::optional<Date> date_argument(const RouteArguments& arguments, const std::string& name,
                                  std::optional<HttpResponse>& problem) {
  if (!arguments.has(name)) return std::nullopt;
  const auto date = Date::parse(arguments.text(name));
  if (date) return *date;
  if (!problem) problem = bad(name, date.error().message);
  return std::nullopt;
}

HttpResponse results(const ApiPorts& ports, const RouteArguments& arguments) {
  std::optional<HttpResponse> problem;
  const auto from = date_argument(arguments, "from", problem);
  const auto to = date_argument(arguments, "to", problem);
  if (problem) return *problem;
  if (!ports.results) {
    return error_response(409, "refused", "this session has an end: its results are written when it comes to it");
  }
  const auto document = ports.results(from, to);
  if (document) return {200, "application/json", *document};
  const bool nothing = document.error().field == "span";
  return nothing ? error_response(404, "not_found", document.error().message) : refusal(document.error());
}

/// Behind the parameters of its own, what every list has.
std::vector<RouteParameter> list_parameters(std::vector<RouteParameter> own) {
  own.push_back(time_parameter("from", "Only what happened at this time or later; of a date, from its beginning on."));
  own.push_back(time_parameter("to", "Only what happened before this time; of a date, up to its end."));
  own.push_back(choice_parameter("direction", "Oldest or newest first.", {"asc", "desc"}, "asc"));
  own.push_back(limit_parameter());
  return own;
}

RouteParameter next_event_parameter() {
  return event_parameter("after", "The page after the row of this event: the `next` of the page before.", "0");
}

RouteAnswer unavailable() {
  return {503, "The books cannot be read: they are not open yet, or damaged; the message says which.", "Error"};
}

/// A route of the past: it may wait for the disk.
void add(Route route, std::vector<Route>& out) {
  route.answers.push_back(unavailable());
  route.blocks = true;
  out.push_back(std::move(route));
}

void add_order_routes(const ApiPorts& ports, std::vector<Route>& out) {
  add({.method = "GET",
       .path = "/v1/orders",
       .name = "listOrders",
       .summary = "Orders of any age, filtered, page by page. `from` and `to` are about when they came to be.",
       .query = list_parameters(
           {choice_parameter("status", "Which orders.", {"all", "open", "closed"}, "all"),
            symbol_parameter("Only orders of this symbol."),
            strategy_parameter("Only orders of the strategy with this id."),
            order_parameter("client_order_id", "Only the order with this id."),
            order_parameter("after", "The page after this client_order_id: the `next` of the page before.")}),
       .answers = {{200, "A page of orders.", "OrderPage"}},
       .handle = [ports](const RouteArguments& a) { return PastHandlers(ports).orders(a); }},
      out);
  add({.method = "GET",
       .path = "/v1/orders/{client_order_id}",
       .name = "getOrder",
       .summary = "One order.",
       .segments = {order_parameter("client_order_id", "The order's id.")},
       .answers = {{200, "The order.", "SingleOrder"}},
       .handle = [ports](const RouteArguments& a) { return PastHandlers(ports).order(a); }},
      out);
  add({.method = "GET",
       .path = "/v1/fills",
       .name = "listFills",
       .summary = "Executions of any age, filtered, page by page.",
       .query = list_parameters({symbol_parameter("Only executions in this symbol."),
                                 strategy_parameter("Only executions of the strategy with this id."),
                                 order_parameter("client_order_id", "Only executions of this order."),
                                 next_event_parameter()}),
       .answers = {{200, "A page of executions.", "FillPage"}},
       .handle = [ports](const RouteArguments& a) { return PastHandlers(ports).fills(a); }},
      out);
}

}  // namespace

void add_past_routes(const ApiPorts& ports, std::vector<Route>& out) {
  add_order_routes(ports, out);
  add({.method = "GET",
       .path = "/v1/trades",
       .name = "listTrades",
       .summary = "Round trips of any age, filtered, page by page. `from` and `to` are about when they ended.",
       .query = list_parameters({symbol_parameter("Only round trips in this symbol."),
                                 strategy_parameter("Only round trips of the strategy with this id."),
                                 trade_parameter("after", "The page after this one: the `next` of the page before.")}),
       .answers = {{200, "A page of round trips.", "TradePage"}},
       .handle = [ports](const RouteArguments& a) { return PastHandlers(ports).trades(a); }},
      out);
  add({.method = "GET",
       .path = "/v1/equity",
       .name = "listEquity",
       .summary = "The account's equity at the close of every session, or after every bar, trade and quote, page by "
                  "page.",
       .query = list_parameters(
           {choice_parameter("resolution", "How closely.", {"session", "event"}, "session"), next_event_parameter()}),
       .answers = {{200, "A page of equity.", "EquityPage"}},
       .handle = [ports](const RouteArguments& a) { return PastHandlers(ports).equity(a); }},
      out);
  add({.method = "GET",
       .path = "/v1/results",
       .name = "getResults",
       .summary = "The results of a span of sessions of an account that has no end: the document of a backtest's "
                  "result.json.",
       .query = {date_parameter("from", "The first session; without it, the account's first."),
                 date_parameter("to", "The last session; without it, up to now.")},
       .answers = {{200, "The results.", "Results"},
                   {404, "No session lies in the span.", "Error"},
                   {409, "The session has an end.", "Error"}},
       .handle = [ports](const RouteArguments& a) { return results(ports, a); }},
      out);
  add({.method = "GET",
       .path = "/v1/commands",
       .name = "listCommands",
       .summary = "Commands of operators and halts of breakers, with the operator's words and keys, page by page.",
       .query = list_parameters({next_event_parameter()}),
       .answers = {{200, "A page of commands.", "CommandPage"}},
       .handle = [ports](const RouteArguments& a) { return PastHandlers(ports).commands(a); }},
      out);
}

}  // namespace bellwether
