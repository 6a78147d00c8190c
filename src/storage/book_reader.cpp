#include "storage/book_reader.hpp"

#include <algorithm>
#include <functional>

#include "storage/book_rows.hpp"
#include "storage/book_schema.hpp"
#include "storage/book_tables.hpp"

namespace bellwether {

struct BookReader::Connection {
  SqliteConnection sqlite;
  std::shared_ptr<const PastNames> names = std::make_shared<const PastNames>();
};

namespace {

/// Brings `names` to what the books hold by now; names are only ever added.
Expected<void> refresh_names(SqliteConnection& connection, std::shared_ptr<const PastNames>& names) {
  const auto symbols = connection.query_integer("SELECT count(*) FROM symbols");
  if (!symbols) return symbols.error();
  const auto strategies = connection.query_integer("SELECT count(*) FROM strategies");
  if (!strategies) return strategies.error();
  if (std::cmp_equal(*symbols, names->symbols.size()) && std::cmp_equal(*strategies, names->strategies.size()))
    return {};
  auto read = read_names(connection);
  if (!read) return read.error();
  names = std::make_shared<const PastNames>(std::move(*read));
  return {};
}

/// Finds strategy and symbol of a filter among the names.
Expected<void> find_names(const PastFilter& filter, const PastNames& names, BookSelection& selection) {
  const auto find = [](const std::vector<std::string>& among, const std::string& name) -> std::optional<std::int64_t> {
    const auto found = std::ranges::find(among, name);
    if (found == among.end()) return std::nullopt;
    return found - among.begin();
  };
  if (filter.strategy) {
    selection.strategy = find(names.strategies, *filter.strategy);
    if (!selection.strategy) return Error{"strategy", "this account never had a strategy '" + *filter.strategy + "'"};
  }
  if (filter.symbol) {
    selection.symbol = find(names.symbols, *filter.symbol);
    if (!selection.symbol) return Error{"symbol", "this account never traded '" + *filter.symbol + "'"};
  }
  return {};
}

/// The keys between which a page lies: its times, and what the page before left. `after` is the key of that one's last
/// row, 0 for none.
Expected<void> bound(SqliteConnection& connection, const BookTable& table, const PastFilter& filter, std::int64_t after,
                     BookSelection& selection) {
  selection.newest_first = filter.newest_first;
  selection.limit = filter.limit + 1;  // One more tells whether there are more.
  if (filter.from) {
    const auto first = first_key_from(connection, table, *filter.from);
    if (!first) return first.error();
    selection.first = *first;
  }
  if (filter.to) {
    const auto end = first_key_from(connection, table, *filter.to);
    if (!end) return end.error();
    selection.end = *end;
  }
  if (after == 0) return {};
  if (filter.newest_first) {
    selection.end = std::min(selection.end, after);
  } else {
    selection.first = std::max(selection.first, after + 1);
  }
  return {};
}

/// Reads a page; `decode(key, bytes)` gives a row, or nothing where it is damaged.
template <typename Row, typename Decode>
Expected<void> read_page(SqliteConnection& connection, const BookTable& table, const BookSelection& selection,
                         std::size_t limit, Page<Row>& page, Decode&& decode) {
  auto read = visit_rows(connection, table, selection, [&](std::int64_t key, std::string_view bytes) {
    auto row = decode(key, bytes);
    if (row) page.rows.push_back(std::move(*row));
    return row.has_value();
  });
  page.more = page.rows.size() > limit;
  if (page.more) page.rows.pop_back();
  return read;
}

std::int64_t key_of(EventNumber event) { return static_cast<std::int64_t>(event); }

/// The key of the order that ended the page before; 0 for none.
Expected<std::int64_t> key_of(SqliteConnection& connection, OrderId id) {
  if (!id.exists()) return std::int64_t{0};
  BookSelection selection;
  selection.order_number = order_number(id);
  auto select = select_rows(connection, kOrders, selection);
  if (!select) return select.error();
  const auto there = next_row(connection, *select);
  if (!there) return there.error();
  if (!*there) return Error{"after", "there is no order '" + id.client_order_id() + "'"};
  return select->integer(0);
}

/// The points of a filter in one row of `equity`, in its order.
void append_points(const std::vector<EquityRow>& points, const PastEventFilter& filter, Page<EquityRow>& page) {
  const auto add = [&](const EquityRow& point) {
    const bool passed =
        filter.after != 0 && (filter.newest_first ? point.event >= filter.after : point.event <= filter.after);
    if (passed || (filter.from && point.time < *filter.from) || (filter.to && point.time >= *filter.to)) return;
    if (page.rows.size() == filter.limit) {
      page.more = true;
    } else {
      page.rows.push_back(point);
    }
  };
  if (filter.newest_first) {
    std::for_each(points.rbegin(), points.rend(), add);
  } else {
    std::for_each(points.begin(), points.end(), add);
  }
}

/// The key of the last row that begins before `key`, since what is sought may stand in it; `key` where there is none.
Expected<std::int64_t> row_around(SqliteConnection& connection, std::int64_t key) {
  BookSelection before;
  before.end = key;
  before.newest_first = true;
  before.limit = 1;
  auto select = select_rows(connection, kEquity, before);
  if (!select) return select.error();
  const auto there = next_row(connection, *select);
  if (!there) return there.error();
  return *there ? select->integer(0) : key;
}

/// Reads rows of points one by one until the page is full.
Expected<void> read_points(SqliteConnection& connection, const PastEventFilter& filter, Page<EquityRow>& page) {
  BookSelection selection;
  if (auto bounded = bound(connection, kEquity, filter, 0, selection); !bounded) return bounded;
  if (filter.after != 0 && filter.newest_first) selection.end = std::min(selection.end, key_of(filter.after));
  if (filter.after != 0 && !filter.newest_first) selection.first = std::max(selection.first, key_of(filter.after) + 1);
  const auto first = row_around(connection, selection.first);
  if (!first) return first.error();
  selection.first = *first;
  selection.limit = 1;
  while (selection.first < selection.end && !page.more) {
    std::int64_t at = -1;
    auto read = visit_rows(connection, kEquity, selection, [&](std::int64_t key, std::string_view bytes) {
      at = key;
      const auto points = decode_equity(static_cast<EventNumber>(key), bytes);
      if (points) append_points(*points, filter, page);
      return points.has_value();
    });
    if (!read) return read;
    if (at < 0) return {};
    (filter.newest_first ? selection.end : selection.first) = filter.newest_first ? at : at + 1;
  }
  return {};
}

}  // namespace

BookReader::BookReader(std::string path, std::function<void()> before)
    : path_(std::move(path)), before_(std::move(before)) {}

BookReader::~BookReader() = default;

void BookReader::open() {
  const std::lock_guard lock(mutex_);
  is_open_ = true;
}

Expected<std::unique_ptr<BookReader::Connection>> BookReader::take() const {
  std::unique_lock lock(mutex_);
  if (!is_open_) return Error{"", "the account's books are not open yet; /v1/status shows what the session does"};
  free_.wait(lock, [this] { return taken_ < kBookReadersMax; });
  ++taken_;
  if (!idle_.empty()) {
    auto connection = std::move(idle_.back());
    idle_.pop_back();
    return connection;
  }
  lock.unlock();
  auto sqlite = SqliteConnection::open(path_, SqliteAccess::ReadOnly);
  const Expected<void> known = sqlite ? check_books_identity(*sqlite) : Expected<void>(sqlite.error());
  if (known) return std::make_unique<Connection>(Connection{std::move(*sqlite)});
  give_back(nullptr);
  return known.error();
}

void BookReader::give_back(std::unique_ptr<Connection> connection) const {
  {
    const std::lock_guard lock(mutex_);
    --taken_;
    if (connection) idle_.push_back(std::move(connection));
  }
  free_.notify_one();
}

template <typename Row, typename Fill>
Expected<PastPage<Row>> BookReader::read(Fill&& fill) const {
  if (before_) before_();
  auto taken = take();
  if (!taken) return taken.error();
  std::unique_ptr<Connection> connection = std::move(*taken);
  PastPage<Row> page;
  Expected<void> done = connection->sqlite.execute("BEGIN");
  if (done) done = refresh_names(connection->sqlite, connection->names);
  if (done) {
    const auto state = read_totals(connection->sqlite);
    if (state) {
      page.upto = state->totals.last_event;
    } else {
      done = state.error();
    }
  }
  page.names = connection->names;
  if (done) done = fill(connection->sqlite, page);
  connection->sqlite.roll_back();
  give_back(std::move(connection));
  if (!done) return done.error();
  return page;
}

Expected<PastPage<OrderRow>> BookReader::orders(const PastOrderFilter& filter) const {
  return read<OrderRow>([&](SqliteConnection& connection, PastPage<OrderRow>& page) -> Expected<void> {
    BookSelection selection;
    if (auto found = find_names(filter, *page.names, selection); !found) return found;
    const auto after = key_of(connection, filter.after);
    if (!after) return after.error();
    if (auto bounded = bound(connection, kOrders, filter, *after, selection); !bounded) return bounded;
    if (filter.status != OrderFilter::Status::All) selection.open = filter.status == OrderFilter::Status::Open;
    if (filter.id.exists()) selection.order_number = order_number(filter.id);
    auto done = read_page(connection, kOrders, selection, filter.limit, page, decode_order);
    // Of another epoch, it is another order.
    if (filter.id.exists()) std::erase_if(page.rows, [&](const OrderRow& row) { return row.id != filter.id; });
    return done;
  });
}

Expected<PastPage<FillRow>> BookReader::fills(const PastFillFilter& filter) const {
  return read<FillRow>([&](SqliteConnection& connection, PastPage<FillRow>& page) -> Expected<void> {
    BookSelection selection;
    if (auto found = find_names(filter, *page.names, selection); !found) return found;
    if (auto bounded = bound(connection, kFills, filter, key_of(filter.after), selection); !bounded) return bounded;
    if (filter.order.exists()) selection.order_number = order_number(filter.order);
    return read_page(connection, kFills, selection, filter.limit, page,
                     [](std::int64_t key, std::string_view bytes) -> std::optional<FillRow> {
                       const auto fill = decode_fill(static_cast<EventNumber>(key), bytes);
                       if (!fill) return std::nullopt;
                       return fill->fill;
                     });
  });
}

Expected<PastPage<TradeRow>> BookReader::trades(const PastTradeFilter& filter) const {
  return read<TradeRow>([&](SqliteConnection& connection, PastPage<TradeRow>& page) -> Expected<void> {
    BookSelection selection;
    if (auto found = find_names(filter, *page.names, selection); !found) return found;
    const std::int64_t after = filter.after == 0 ? 0 : trade_key(filter.after, filter.after_index);
    if (auto bounded = bound(connection, kTrades, filter, after, selection); !bounded) return bounded;
    return read_page(connection, kTrades, selection, filter.limit, page, decode_trade);
  });
}

Expected<PastPage<CommandRow>> BookReader::commands(const PastEventFilter& filter) const {
  return read<CommandRow>([&](SqliteConnection& connection, PastPage<CommandRow>& page) -> Expected<void> {
    BookSelection selection;
    if (auto bounded = bound(connection, kCommands, filter, key_of(filter.after), selection); !bounded) return bounded;
    return read_page(
        connection, kCommands, selection, filter.limit, page,
        [](std::int64_t key, std::string_view bytes) { return decode_command(static_cast<EventNumber>(key), bytes); });
  });
}

Expected<PastPage<EquityRow>> BookReader::equity(const PastEventFilter& filter, bool by_session) const {
  return read<EquityRow>([&](SqliteConnection& connection, PastPage<EquityRow>& page) -> Expected<void> {
    if (!by_session) return read_points(connection, filter, page);
    BookSelection selection;
    if (auto bounded = bound(connection, kSessions, filter, key_of(filter.after), selection); !bounded) return bounded;
    return read_page(connection, kSessions, selection, filter.limit, page,
                     [](std::int64_t key, std::string_view bytes) -> std::optional<EquityRow> {
                       const auto session = decode_session(static_cast<EventNumber>(key), bytes);
                       if (!session) return std::nullopt;
                       return EquityRow{session->event, session->time, session->account.equity, session->date};
                     });
  });
}

}  // namespace bellwether
