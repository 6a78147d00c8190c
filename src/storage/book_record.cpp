#include "storage/book_record.hpp"

#include <algorithm>
#include <limits>

#include "storage/book_rows.hpp"
#include "storage/book_schema.hpp"
#include "storage/book_tables.hpp"

namespace bellwether {
namespace {

/// The account between two closes.
struct Bounds {
  BookSession before;  // The close before the span; event 0: the account's beginning.
  EventNumber last = 0;
  std::optional<BookSession> end;  // The close that ends it; nothing: the last event does.
};

EventNumber event_of(std::int64_t key) { return static_cast<EventNumber>(key); }
std::int64_t key_of(EventNumber event) { return static_cast<std::int64_t>(event); }

/// The last session for which `condition` on its date holds.
Expected<std::optional<BookSession>> last_session(SqliteConnection& connection, const std::string& condition) {
  const std::string sql = "SELECT event, row FROM sessions INDEXED BY sessions_date WHERE " + condition +
                          " ORDER BY date DESC, event DESC LIMIT 1";
  auto select = connection.prepare(sql.c_str());
  if (!select) return select.error();
  const auto there = next_row(connection, *select);
  if (!there) return there.error();
  if (!*there) return std::optional<BookSession>();
  auto session = decode_session(event_of(select->integer(0)), select->blob(1));
  if (!session) return damaged_books(connection, "a session");
  return session;
}

/// Whether a session that has closed or is open lies in the span; one without bounds holds whatever there is.
Expected<bool> has_session(SqliteConnection& connection, const SessionSpan& span, const BookTotals& totals) {
  if (!span.from && !span.to) return true;
  const Date from = span.from.value_or(Date{std::numeric_limits<std::int32_t>::min()});
  const Date to = span.to.value_or(Date{std::numeric_limits<std::int32_t>::max()});
  if (totals.open_date && *totals.open_date >= from && *totals.open_date <= to) return true;
  const std::string sql = "SELECT count(*) FROM sessions WHERE date >= " + std::to_string(from.days) +
                          " AND date <= " + std::to_string(to.days);
  const auto count = connection.query_integer(sql.c_str());
  if (!count) return count.error();
  return *count > 0;
}

Expected<Bounds> bounds_of(SqliteConnection& connection, const SessionSpan& span, const BookTotals& totals) {
  Bounds bounds;
  bounds.before.account.cash = bounds.before.account.equity = totals.initial_cash;
  bounds.last = totals.last_event;
  if (span.from) {
    const auto before = last_session(connection, "date < " + std::to_string(span.from->days));
    if (!before) return before.error();
    if (*before) bounds.before = **before;
  }
  const bool ends_open = !span.to || (totals.open_date && *totals.open_date <= *span.to);
  if (!ends_open) {
    auto end = last_session(connection, "date <= " + std::to_string(span.to->days));
    if (!end) return end.error();
    bounds.end = std::move(*end);
    bounds.last = bounds.end ? bounds.end->event : 0;
  }
  const auto holds_session = has_session(connection, span, totals);
  if (!holds_session) return holds_session.error();
  if (!*holds_session || bounds.last <= bounds.before.event) return Error{"span", "the account has no session in it"};
  return bounds;
}

/// Rows of the events of a span; `end` is the first key behind it.
BookSelection rows_between(std::int64_t first, std::int64_t end) {
  BookSelection selection;
  selection.first = first;
  selection.end = end;
  return selection;
}

/// Appends to `rows` what `decode(key, bytes)` gives of every row.
template <typename Row, typename Decode>
Expected<void> read_rows(SqliteConnection& connection, const BookTable& table, const BookSelection& selection,
                         std::vector<Row>& rows, Decode&& decode) {
  return visit_rows(connection, table, selection, [&](std::int64_t key, std::string_view bytes) {
    auto row = decode(key, bytes);
    if (row) rows.push_back(std::move(*row));
    return row.has_value();
  });
}

Expected<void> read_orders_and_fills(SqliteConnection& connection, const Bounds& bounds, SessionRecord& record) {
  const EventNumber first = bounds.before.event + 1;
  const EventNumber end = bounds.last + 1;
  auto read =
      read_rows(connection, kOrders, rows_between(order_key(first, 0), order_key(end, 0)), record.orders, decode_order);
  if (!read) return read;
  read = read_rows(connection, kFills, rows_between(key_of(first), key_of(end)), record.fills,
                   [](std::int64_t key, std::string_view bytes) -> std::optional<FillRow> {
                     const auto fill = decode_fill(event_of(key), bytes);
                     if (!fill) return std::nullopt;
                     return fill->fill;
                   });
  if (!read) return read;
  return read_rows(connection, kTrades, rows_between(trade_key(first, 0), trade_key(end, 0)), record.trades,
                   [](std::int64_t key, std::string_view bytes) -> std::optional<TradeRecord> {
                     const auto row = decode_trade(key, bytes);
                     if (!row) return std::nullopt;
                     return row->trade;
                   });
}

Expected<void> read_halts(SqliteConnection& connection, const Bounds& bounds, SessionRecord& record) {
  return read_rows(connection, kHalts, rows_between(key_of(bounds.before.event + 1), key_of(bounds.last + 1)),
                   record.halts, [](std::int64_t key, std::string_view bytes) -> std::optional<HaltRow> {
                     const auto halt = decode_halt(event_of(key), bytes);
                     if (!halt) return std::nullopt;
                     return halt->halt;
                   });
}

Expected<void> read_equity(SqliteConnection& connection, const Bounds& bounds, SessionRecord& record) {
  // The span may begin within a row of points.
  BookSelection around = rows_between(0, key_of(bounds.before.event + 1));
  around.newest_first = true;
  around.limit = 1;
  std::int64_t first = around.end;
  const auto append = [&](std::int64_t key, std::string_view bytes) {
    const auto points = decode_equity(event_of(key), bytes);
    if (!points) return false;
    for (const EquityRow& point : *points) {
      if (point.event > bounds.before.event && point.event <= bounds.last)
        record.equity.append(point.time, point.equity);
    }
    return true;
  };
  if (auto read = visit_rows(connection, kEquity, around, append); !read) return read;
  return visit_rows(connection, kEquity, rows_between(first, key_of(bounds.last + 1)), append);
}

/// Counts of the span: those up to its end less those before it.
RunCounts difference(const RunCounts& upto, const RunCounts& before) {
  return {upto.events - before.events,
          upto.market_events - before.market_events,
          upto.market_events_in_market - before.market_events_in_market,
          upto.commands - before.commands,
          upto.denials - before.denials,
          MoneySum::from_raw(upto.traded_notional.raw() - before.traded_notional.raw())};
}

/// Sessions, and the lowest cash of those that have closed.
Expected<void> read_sessions(SqliteConnection& connection, const Bounds& bounds, SessionRecord& record) {
  std::vector<BookSession> sessions;
  auto read =
      read_rows(connection, kSessions, rows_between(key_of(bounds.before.event + 1), key_of(bounds.last + 1)), sessions,
                [](std::int64_t key, std::string_view bytes) { return decode_session(event_of(key), bytes); });
  if (!read) return read;
  for (const BookSession& session : sessions) {
    const RunCounts counts = difference(session.counts, bounds.before.counts);
    record.daily.push_back({session.date, session.account.equity});
    record.activity.push_back(
        {session.account.gross_exposure, counts.traded_notional, counts.market_events, counts.market_events_in_market});
    record.lowest_cash = std::min(record.lowest_cash, session.lowest_cash);
  }
  return {};
}

/// Account, counts and positions at the span's end.
Expected<void> read_end(SqliteConnection& connection, const Bounds& bounds, const BookTotals& totals,
                        SessionRecord& record) {
  const AccountView& before = bounds.before.account;
  record.account = bounds.end ? bounds.end->account : totals.account;
  record.account.realized_pnl -= before.realized_pnl;
  record.account.realized_fifo -= before.realized_fifo;
  record.account.fees -= before.fees;
  record.account.dividends -= before.dividends;
  record.counts = difference(bounds.end ? bounds.end->counts : totals.counts, bounds.before.counts);
  if (bounds.end) {
    record.positions = bounds.end->positions;
    return {};
  }
  record.lowest_cash =
      bounds.before.event == 0 ? totals.lowest_cash : std::min(record.lowest_cash, totals.session_lowest_cash);
  auto positions = read_positions(connection);
  if (!positions) return positions.error();
  record.positions = std::move(*positions);
  return {};
}

Expected<std::uint64_t> count_operator_commands(SqliteConnection& connection, const Bounds& bounds) {
  const std::string sql = "SELECT count(*) FROM commands WHERE by_operator = 1 AND event > " +
                          std::to_string(bounds.before.event) + " AND event <= " + std::to_string(bounds.last);
  const auto count = connection.query_integer(sql.c_str());
  if (!count) return count.error();
  return static_cast<std::uint64_t>(*count);
}

/// Places of `names` among those of `of`, by `name`; what is missing there is added with `add(name)`.
template <typename Things, typename Name, typename Add>
std::vector<std::uint16_t> places(const std::vector<std::string>& names, const Things& of, Name&& name, Add&& add) {
  std::vector<std::uint16_t> found;
  for (const std::string& each : names) {
    auto at = std::ranges::find_if(of, [&](const auto& thing) { return name(thing) == each; });
    found.push_back(static_cast<std::uint16_t>(at - of.begin()));
    if (at == of.end()) add(each);
  }
  return found;
}

}  // namespace

Expected<BookRecord> read_record(const std::string& path, const SessionSpan& span) {
  auto connection = SqliteConnection::open(path, SqliteAccess::ReadOnly);
  if (!connection) return connection.error();
  if (auto known = check_books_identity(*connection); !known) return known.error();
  if (auto begun = connection->execute("BEGIN"); !begun) return begun.error();
  const auto state = read_totals(*connection);
  if (!state) return state.error();
  auto names = read_names(*connection);
  if (!names) return names.error();
  const auto bounds = bounds_of(*connection, span, state->totals);
  if (!bounds) return bounds.error();
  const auto commands = count_operator_commands(*connection, *bounds);
  if (!commands) return commands.error();
  BookRecord books{{}, std::move(*names), bounds->before.event + 1, bounds->last, *commands};
  SessionRecord& record = books.record;
  record.initial_cash = bounds->before.account.equity;
  record.lowest_cash = bounds->before.account.cash;
  for (const auto part : {read_orders_and_fills, read_halts, read_equity, read_sessions}) {
    if (auto read = part(*connection, *bounds, record); !read) return read.error();
  }
  if (auto read = read_end(*connection, *bounds, state->totals, record); !read) return read.error();
  return books;
}

SessionRecord record_under(BookRecord books, EngineConfig& config) {
  const auto strategies = places(
      books.names.strategies, config.strategies, [](const StrategyConfig& each) { return each.id; },
      [&](const std::string& id) {
        StrategyConfig former;
        former.id = former.type = id;
        config.strategies.push_back(former);
      });
  const auto instruments = places(
      books.names.symbols, config.instruments, [](const Instrument& each) { return each.symbol; },
      [&](const std::string& symbol) {
        Instrument former;
        former.symbol = symbol;
        config.instruments.push_back(former);
      });
  const auto set = [&](StrategyIndex& strategy, InstrumentIndex& instrument) {
    if (strategy < strategies.size()) strategy = strategies[strategy];
    if (instrument < instruments.size()) instrument = instruments[instrument];
  };
  SessionRecord record = std::move(books.record);
  for (OrderRow& row : record.orders) set(row.strategy, row.spec.instrument);
  for (FillRow& row : record.fills) set(row.report.strategy, row.report.instrument);
  for (TradeRecord& row : record.trades) set(row.strategy, row.instrument);
  std::vector<PositionChange> positions(config.strategies.size() * config.instruments.size());
  for (PositionChange& row : record.positions) {
    set(row.strategy, row.instrument);
    const std::size_t place = row.strategy * config.instruments.size() + row.instrument;
    BELLWETHER_INVARIANT(place < positions.size(), "a position of a strategy or an instrument without a name");
    positions[place] = row;
  }
  record.positions = std::move(positions);
  return record;
}

}  // namespace bellwether
