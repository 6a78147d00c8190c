#include "config/configuration_schema.hpp"

#include <algorithm>

namespace bellwether {
namespace {

// Ten thousand million, at the largest leverage, leave Money nine times as much for what the account gains.
constexpr double kAmountMax = 1e10;
constexpr double kFeeMax = 1e4;
constexpr double kQuantityMax = 1e9;
constexpr double kTextMax = 4096;
constexpr double kCountMax = 1e15;

// The path of a key is the name of its member in AppConfig.
#define BELLWETHER_KEY(member) #member, [](AppConfig & c) -> FieldRef { return &c.member; }
#define BELLWETHER_CHOICE(member) \
#member, [](AppConfig & c) -> FieldRef { return ChoiceRef{reinterpret_cast<unsigned char*>(&c.member)}; }

std::vector<ConfigKey> data_keys() {
  using enum Effect;
  return {
      {BELLWETHER_CHOICE(mode),
       Process,
       0,
       0,
       {"paper", "live"},
       "Paper trades through the built-in exchange. Live is refused: it is not available yet."},
      {BELLWETHER_KEY(data.directory),
       Source,
       1,
       kTextMax,
       {},
       "Folder with `daily/SYMBOL.csv`, `hour/SYMBOL.csv`, `minute/SYMBOL/DATE.csv`, `tick/SYMBOL/DATE.trades.csv`, "
       "`tick/SYMBOL/DATE.quotes.csv` and `adjustment/SYMBOL.csv`"},
      {BELLWETHER_CHOICE(data.timeframe),
       Result,
       0,
       0,
       {"daily", "hour", "minute", "tick"},
       "What to read: bars, or trades and quotes (`tick`)"},
      {BELLWETHER_KEY(data.interval),
       Result,
       0,
       0,
       {},
       "Length of the bars that are made from minute bars (absent: minutes as they are) or from trades (absent: 1m); "
       "1d is a whole session"},
      {BELLWETHER_KEY(data.symbols), Result, 0, kTextMax, {}, "Instruments to read and trade, in this order"},
      {BELLWETHER_KEY(data.start), Result, 0, 0, {}, "First session; absent: from the start of the data"},
      {BELLWETHER_KEY(data.end), Result, 0, 0, {}, "Last session, included; absent: to the end of the data"},
      {BELLWETHER_CHOICE(data.adjustment),
       Result,
       0,
       0,
       {"raw", "split", "total"},
       "`raw`: prices as traded. `split`: adjusted for splits. `total`: for splits and dividends"},
      {BELLWETHER_KEY(data.synthetic_minutes),
       Result,
       0,
       0,
       {},
       "Expand each daily bar into one-minute bars that hit its open, high, low, close and volume; they are marked "
       "synthetic wherever they are shown"},
      {BELLWETHER_KEY(data.synthetic_seed), Result, 0, kCountMax, {}, "Seed of the synthetic minutes"},
      {BELLWETHER_KEY(data.strict),
       Result,
       0,
       0,
       {},
       "Refuse a file with a bad row; otherwise bad rows are dropped and counted"},
      {BELLWETHER_KEY(data.extended_hours), Result, 0, 0, {}, "Keep intraday bars outside of the regular session"},
      {BELLWETHER_KEY(instruments.tick),
       Result,
       1e-9,
       kQuantityMax,
       {},
       "Smallest price step; absent: 0.01 with raw prices, 0.000001 with adjusted ones, whose steps are no cents"},
      {BELLWETHER_KEY(instruments.lot), Result, 1e-9, kQuantityMax, {}, "Smallest quantity step; 1 is whole shares"},
      {BELLWETHER_KEY(instruments.shortable), Result, 0, 0, {}, "Whether the instruments may be sold short at all"},
  };
}

std::vector<ConfigKey> account_keys() {
  using enum Effect;
  return {
      {BELLWETHER_KEY(account.initial_cash), Result, 0.01, kAmountMax, {}, "Cash at the start, in account currency"},
      {BELLWETHER_KEY(account.leverage),
       Result,
       0.01,
       100,
       {},
       "Gross exposure that one unit of equity carries; 1 is a cash account"},
      {BELLWETHER_CHOICE(account.cash_shortfall),
       Result,
       0,
       0,
       {"borrow", "reject"},
       "What happens to a buy that a cash account cannot pay for when it fills, prices having moved: the rest is "
       "borrowed "
       "free of charge, or the order is rejected"},
      {BELLWETHER_KEY(account.maintenance_long),
       Result,
       0,
       0.99,
       {},
       "Maintenance margin of long positions, as a fraction of their market value; an account worth less than its "
       "positions ask for is closed out and halted"},
      {BELLWETHER_KEY(account.maintenance_short),
       Result,
       0,
       10,
       {},
       "Maintenance margin of short positions, as a fraction of their market value"},
      {BELLWETHER_KEY(account.shorting), Result, 0, 0, {}, "Whether sells may open short positions"},
      {BELLWETHER_KEY(risk.order_notional), Result, 0, kAmountMax, {}, "Largest notional of one order"},
      {BELLWETHER_KEY(risk.order_quantity), Result, 0, kQuantityMax, {}, "Largest quantity of one order"},
      {BELLWETHER_KEY(risk.position_notional),
       Result,
       0,
       kAmountMax,
       {},
       "Largest notional of a position, open orders counted at their worst case"},
      {BELLWETHER_KEY(risk.position_quantity),
       Result,
       0,
       kQuantityMax,
       {},
       "Largest quantity of a position, open orders counted at their worst case"},
      {BELLWETHER_KEY(risk.gross_exposure), Result, 0, 100, {}, "Largest gross exposure, as a multiple of equity"},
      {BELLWETHER_KEY(risk.price_collar),
       Result,
       0,
       10,
       {},
       "Largest distance of a limit or stop from the last price, as a fraction of it: 0.05 is 5 %"},
      {BELLWETHER_KEY(risk.stale_data_age), Result, 0, 0, {}, "Oldest last price on which an order may be sent"},
      {BELLWETHER_KEY(risk.orders_per_second), Result, 1, 1'000'000, {}, "Most orders within one second"},
      {BELLWETHER_KEY(risk.open_orders), Result, 1, 1'000'000, {}, "Most open orders"},
      {BELLWETHER_KEY(risk.refuse_duplicates),
       Result,
       0,
       0,
       {},
       "Refuse an order equal to an open one in instrument, side, quantity and price"},
      {BELLWETHER_KEY(risk.daily_loss),
       Result,
       0,
       1,
       {},
       "Breaker: halts at this loss since the session's start, as a fraction of the equity then"},
      {BELLWETHER_KEY(risk.drawdown),
       Result,
       0,
       1,
       {},
       "Breaker: halts at this fall from the highest equity, as a fraction of it"},
      {BELLWETHER_KEY(risk.data_staleness),
       Result,
       0,
       0,
       {},
       "Breaker: halts when all market data has been silent for so long within a session"},
      {BELLWETHER_KEY(risk.flatten_on_halt),
       Result,
       0,
       0,
       {},
       "A breaker also cancels all orders and closes all positions"},
  };
}

std::vector<ConfigKey> cost_keys() {
  using enum Effect;
  return {
      {BELLWETHER_CHOICE(fills.fill_at),
       Result,
       0,
       0,
       {"next_open", "same_close"},
       "Where market orders fill: at the next bar's open, or at the close of the bar that caused them, for comparison "
       "with systems that do so; the latter is marked in the result"},
      {BELLWETHER_KEY(fills.touch),
       Result,
       0,
       0,
       {},
       "A limit fills when the price touches it; otherwise the price must trade through"},
      {BELLWETHER_KEY(fills.participation),
       Result,
       1e-6,
       1,
       {},
       "Largest share of a bar's volume that all orders together may take; absent: no limit, also in a bar without "
       "volume"},
      {BELLWETHER_CHOICE(fills.slippage),
       Result,
       0,
       0,
       {"none", "basis_points", "ticks", "square_root_impact"},
       "How fills of market and stop orders are worse than the price"},
      {BELLWETHER_KEY(fills.slippage_amount),
       Result,
       0,
       10'000,
       {},
       "Basis points, ticks, or the coefficient of price x sqrt(quantity / volume)"},
      {BELLWETHER_KEY(fees.per_order), Result, 0, kFeeMax, {}, "Fee of an order, once however many fills"},
      {BELLWETHER_KEY(fees.per_share), Result, 0, kFeeMax, {}, "Fee of a share"},
      {BELLWETHER_KEY(fees.per_share_minimum), Result, 0, kFeeMax, {}, "Least per-share fee of an order"},
      {BELLWETHER_KEY(fees.per_share_maximum),
       Result,
       0,
       1,
       {},
       "Most per-share fee of an order, as a fraction of its notional; absent: no cap"},
      {BELLWETHER_KEY(fees.basis_points), Result, 0, 10'000, {}, "Fee in basis points of the notional"},
      {BELLWETHER_KEY(fees.us_regulatory),
       Result,
       0,
       0,
       {},
       "SEC and FINRA fees on sells at the rates that were in force on the trade's date, in place of the next three"},
      {BELLWETHER_KEY(fees.sec_fee_per_million),
       Result,
       0,
       kFeeMax,
       {},
       "SEC section 31 fee on sells, per million of notional, rounded up to the cent"},
      {BELLWETHER_KEY(fees.taf_per_share),
       Result,
       0,
       kFeeMax,
       {},
       "FINRA trading activity fee on sells, per share, rounded up to the cent"},
      {BELLWETHER_KEY(fees.taf_maximum),
       Result,
       0,
       kFeeMax,
       {},
       "Cap of the trading activity fee of an order; 0: none"},
      {BELLWETHER_KEY(statistics.risk_free_annual), Result, -0.99, 10, {}, "Risk-free rate a year: 0.02 is 2 %"},
      {BELLWETHER_KEY(statistics.minimum_acceptable_annual),
       Result,
       -0.99,
       10,
       {},
       "Return a year below which a session counts as a loss in the Sortino ratio"},
      {BELLWETHER_KEY(statistics.periods_per_year), Result, 1, 1'000, {}, "Sessions a year"},
      {BELLWETHER_KEY(statistics.benchmark),
       Result,
       0,
       32,
       {},
       "Symbol that statistics and report compare with, bought at its first close and held; empty: none"},
  };
}

std::vector<ConfigKey> process_keys() {
  using enum Effect;
  return {
      {BELLWETHER_KEY(run.speed),
       Process,
       0.001,
       1e9,
       {},
       "Pace of `run`: `demo` plays the data in under a minute, `max` as fast as it goes, a number is market time per "
       "real time"},
      {BELLWETHER_KEY(run.exit_at_end), Process, 0, 0, {}, "End the process at the end of the data"},
      {BELLWETHER_KEY(run.log), Process, 1, kTextMax, {}, "Event log of the session"},
      {BELLWETHER_KEY(run.keep_logs),
       Process,
       0,
       1e6,
       {},
       "Logs of ended sessions that are kept beside the log as NAME.1, NAME.2, ..., the last number the newest; beyond "
       "these the oldest are removed when a new session begins"},
      {BELLWETHER_KEY(run.snapshot_every_events), Process, 1, 1e9, {}, "Events between two snapshots in the log"},
      {BELLWETHER_KEY(run.segment_events_max),
       Process,
       0,
       kCountMax,
       {},
       "Of an account by the clock: after so many events the log goes on in a new segment; 0: never"},
      {BELLWETHER_KEY(run.segment_days_max),
       Process,
       0,
       36'500,
       {},
       "Of an account by the clock: a segment of the log that is so many days old is followed by a new one; 0: never"},
      {BELLWETHER_KEY(run.durable),
       Process,
       0,
       0,
       {},
       "Events reach the disk before an order leaves; false trades safety against power loss for speed"},
      {BELLWETHER_KEY(run.log_queue_max),
       Process,
       1,
       10'000'000,
       {},
       "Events and order commands that may wait for the log; at so many, market data waits"},
      {BELLWETHER_KEY(run.recorder_lag_max),
       Process,
       1,
       10'000'000,
       {},
       "Events by which record, API and metrics may lie behind the order stage; beyond, market data waits"},
      {BELLWETHER_KEY(api.enabled), Process, 0, 0, {}, "Serve HTTP and WebSocket"},
      {BELLWETHER_KEY(api.host),
       Process,
       1,
       255,
       {},
       "Address to listen on; one that other machines reach needs `api.token_file`"},
      {BELLWETHER_KEY(api.port), Process, 0, 65'535, {}, "Port to listen on; 0 takes a free one"},
      {BELLWETHER_KEY(api.token_file),
       Process,
       0,
       kTextMax,
       {},
       "File with the token that every request must bring as `Authorization: Bearer TOKEN`, those to `/health/` left "
       "out; 16 characters or more. Empty: no token"},
      {BELLWETHER_KEY(api.allowed_hosts),
       Process,
       0,
       253,
       {},
       "Names, without port, that a request's Host and Origin headers may have beside localhost and the server's own "
       "address: those of a proxy in front"},
      {BELLWETHER_KEY(api.connections_max),
       Process,
       1,
       100'000,
       {},
       "Connections at one time; a further one takes the place of the one that has been idle for longest, or else is "
       "answered 503 and closed. `/health/` is always answered"},
      {BELLWETHER_KEY(api.header_bytes_max),
       Process,
       1024,
       1e6,
       {},
       "Header of a request; a larger one is answered 431"},
      {BELLWETHER_KEY(api.body_bytes_max), Process, 1024, 1e8, {}, "Body of a request; a larger one is answered 413"},
      {BELLWETHER_KEY(api.history_readers_max),
       Process,
       1,
       64,
       {},
       "Streams that read the event log at one time; a further one is closed with 1013, to come back later"},
      {BELLWETHER_KEY(api.stream_changes_max),
       Process,
       1,
       1e7,
       {},
       "State changes in memory for the streams; older ones come from the event log"},
      {BELLWETHER_KEY(api.ended_orders_max),
       Process,
       1,
       1e7,
       {},
       "Ended orders in `/v1/orders`; the oldest are no longer listed"},
      {BELLWETHER_KEY(api.fills_max),
       Process,
       1,
       1e7,
       {},
       "Executions in `/v1/fills`; the oldest are no longer listed"},
      {BELLWETHER_CHOICE(logging.format),
       Process,
       0,
       0,
       {"auto", "json", "text"},
       "JSON lines, or readable text; `auto` is text on a terminal"},
      {BELLWETHER_CHOICE(logging.level),
       Process,
       0,
       0,
       {"debug", "info", "notice", "warning", "error"},
       "Least severity that is logged"},
      {BELLWETHER_KEY(output.directory), Process, 1, kTextMax, {}, "Folder for the results"},
      {BELLWETHER_KEY(output.equity_points_max),
       Process,
       0,
       1e9,
       {},
       "Most rows of `equity_events.csv`, the equity by event; it is left out where there would be more. `equity.csv`, "
       "the equity by session, is always written"},
      {BELLWETHER_KEY(output.report_trades_max), Process, 0, 100'000, {}, "Trades listed in `report.html`"},
  };
}

std::vector<ConfigKey> exchange_keys() {
  using enum Effect;
  constexpr double kHour = 3'600;
  constexpr double kDay = 86'400;
  return {
      {BELLWETHER_KEY(exchange.latency.commands),
       Result,
       0,
       kHour,
       {},
       "Time that a command takes to the in-process exchange"},
      {BELLWETHER_KEY(exchange.latency.reports), Result, 0, kHour, {}, "Time that a report takes from there"},
      {BELLWETHER_KEY(exchange.latency.jitter),
       Result,
       0,
       kHour,
       {},
       "Each message takes up to so much longer, evenly spread; messages of one direction keep their order"},
      {BELLWETHER_KEY(exchange.faults.seed), Result, 0, kCountMax, {}, "Seed of the faults and of the jitter"},
      {BELLWETHER_KEY(exchange.faults.lost_commands),
       Result,
       0,
       1,
       {},
       "Probability that a command never reaches the exchange"},
      {BELLWETHER_KEY(exchange.faults.lost_reports), Result, 0, 1, {}, "Probability that a report never reaches us"},
      {BELLWETHER_KEY(exchange.faults.repeated_reports), Result, 0, 1, {}, "Probability that a report comes twice"},
      {BELLWETHER_KEY(exchange.faults.late_reports),
       Result,
       0,
       1,
       {},
       "Probability that a report comes `late_by` later, behind others that were sent after it"},
      {BELLWETHER_KEY(exchange.faults.late_by), Result, 0, kDay, {}, "See `late_reports`"},
      {BELLWETHER_KEY(exchange.faults.late_refusals),
       Result,
       0,
       1,
       {},
       "Probability that an order is refused after it has been accepted"},
      {BELLWETHER_KEY(exchange.faults.halts_per_session),
       Result,
       0,
       1'000,
       {},
       "So many times in a session, on average, nothing trades for `halt_for`"},
      {BELLWETHER_KEY(exchange.faults.halt_for), Result, 0, kDay, {}, "See `halts_per_session`"},
      {BELLWETHER_KEY(exchange.faults.restarts_per_session),
       Result,
       0,
       1'000,
       {},
       "So many times in a session, on average, the connection is lost for `restart_for`, with all that is under way; "
       "trading halts until it is back and the fate of every order is known"},
      {BELLWETHER_KEY(exchange.faults.restart_for), Result, 0, kDay, {}, "See `restarts_per_session`"},
      {BELLWETHER_KEY(orders.acknowledge_within),
       Result,
       0.001,
       kDay,
       {},
       "Without an answer for so long, an order is unknown: it counts against every limit at its worst, is not sent "
       "again, and the venue is asked about it, again after twice the time, and so on. Applies where the exchange does "
       "not answer at once, as do the next two"},
      {BELLWETHER_KEY(orders.ask_at_least_every), Result, 0.001, kDay, {}, "Longest time between two such questions"},
      {BELLWETHER_KEY(orders.check_every),
       Result,
       0.001,
       kDay,
       {},
       "In a session, the venue is asked about every open order of which nothing was heard for so long"},
  };
}

std::vector<ConfigKey> clock_keys() {
  using enum Effect;
  return {
      {BELLWETHER_CHOICE(market_data.source),
       Result,
       0,
       0,
       {"files", "simulated"},
       "`files`: the data set below. `simulated`, for `run` alone: prices from a seed, made as time passes and marked "
       "as synthetic; `run` then goes by the clock until it is stopped"},
      {BELLWETHER_KEY(market_data.seed), Result, 0, kCountMax, {}, "Seed of the simulated prices"},
      {BELLWETHER_KEY(market_data.bar_interval),
       Result,
       1,
       1'800,
       {},
       "Length of the simulated bars; divides half an hour"},
      {BELLWETHER_KEY(clock.rate),
       Process,
       0.001,
       1e6,
       {},
       "Market time per real time, with simulated prices: 390 makes a minute of a session's 390"},
      {BELLWETHER_CHOICE(clock.sessions),
       Result,
       0,
       0,
       {"us_equity", "always"},
       "Sessions of simulated prices: those of the New York Stock Exchange, or one a day from midnight to midnight "
       "UTC"},
      {BELLWETHER_CHOICE(changes.removed),
       Process,
       0,
       0,
       {"keep", "close"},
       "What becomes of positions and orders of a strategy or a symbol that a change of configuration removes: they "
       "are "
       "kept as they are, under the strategy's id and `.retired`, or closed and cancelled there"},
  };
}

#undef BELLWETHER_KEY
#undef BELLWETHER_CHOICE

std::vector<ConfigKey> all_keys() {
  std::vector<ConfigKey> keys;
  for (const auto& part : {data_keys(), account_keys(), cost_keys(), exchange_keys(), clock_keys(), process_keys()}) {
    keys.insert(keys.end(), part.begin(), part.end());
  }
  return keys;
}

}  // namespace

std::span<const ConfigKey> config_keys() {
  static const std::vector<ConfigKey> keys = all_keys();
  return keys;
}

const ConfigKey* find_config_key(std::string_view path) {
  const auto keys = config_keys();
  const auto found = std::find_if(keys.begin(), keys.end(), [&](const ConfigKey& key) { return key.path == path; });
  return found == keys.end() ? nullptr : &*found;
}

std::string ConfigKey::environment_name() const {
  std::string name = "BELLWETHER_";
  for (const char c : path) {
    if (c == '.') {
      name += "__";
    } else {
      name += static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
    }
  }
  return name;
}

}  // namespace bellwether
