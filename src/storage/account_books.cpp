#include "storage/account_books.hpp"

#include <sqlite3.h>

#include <filesystem>

#include "storage/book_keeper.hpp"
#include "storage/book_rows.hpp"
#include "storage/book_schema.hpp"
#include "storage/book_tables.hpp"

namespace bellwether {
namespace {

/// Points of one row of `equity`.
constexpr std::size_t kPiecePoints = 1'024;

/// The books may lose their last transactions with the power, never their shape: they catch up from the log.
constexpr const char* kSettings =
    "PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 4096; PRAGMA journal_size_limit = 67108864;"
    "PRAGMA temp_store = MEMORY; PRAGMA cache_size = -65536";

}  // namespace

struct AccountBooks::Statements {
  SqliteStatement symbol;
  SqliteStatement strategy;
  SqliteStatement order;
  SqliteStatement order_row;
  SqliteStatement amended_order;
  SqliteStatement fill;
  SqliteStatement trade;
  SqliteStatement session;
  SqliteStatement halt;
  SqliteStatement command;
  SqliteStatement equity;
  SqliteStatement position;
  SqliteStatement state;
};

void AccountBooks::Close::operator()(Statements* statements) const { delete statements; }

std::string books_path(const std::string& log_path) { return log_path + ".books"; }

AccountBooks::AccountBooks(SqliteConnection connection, BookState state)
    : connection_(std::move(connection)),
      state_(std::move(state)),
      symbols_(state_.names.symbols.size()),
      strategies_(state_.names.strategies.size()) {}

Expected<AccountBooks> AccountBooks::create(const std::string& path) {
  std::error_code ignored;
  if (std::filesystem::exists(path, ignored)) return Error{path, "exists already"};
  auto connection = SqliteConnection::open(path, SqliteAccess::Create);
  if (!connection) return connection.error();
  if (auto written = write_books_schema(*connection); !written) return written.error();
  return start(std::move(*connection));
}

Expected<AccountBooks> AccountBooks::open(const std::string& path) {
  auto connection = SqliteConnection::open(path, SqliteAccess::ReadWrite);
  if (!connection) return connection.error();
  if (auto known = check_books_identity(*connection); !known) return known.error();
  return start(std::move(*connection));
}

Expected<AccountBooks> AccountBooks::start(SqliteConnection connection) {
  const auto mode = connection.query_text("PRAGMA journal_mode = WAL");
  if (!mode) return mode.error();
  if (*mode != "wal") return Error{connection.path(), "the file system cannot hold a write-ahead log"};
  if (auto set = connection.execute(kSettings); !set) return set.error();
  auto state = read_book_state(connection);
  if (!state) return state.error();
  auto points = read_last_equity(connection);
  if (!points) return points.error();
  AccountBooks books(std::move(connection), std::move(*state));
  if (points->size() < kPiecePoints) books.piece_ = std::move(*points);
  if (auto prepared = books.prepare(); !prepared) return prepared.error();
  return books;
}

Expected<void> AccountBooks::prepare() {
  constexpr const char* kSql[] = {
      "INSERT INTO symbols VALUES(?1, ?2)",
      "INSERT INTO strategies VALUES(?1, ?2)",
      // What an order is found by stays as it is: only the index of the open ones is touched again.
      "INSERT INTO orders VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT(key) DO UPDATE SET open = ?5, row = ?7",
      "SELECT key, row FROM orders WHERE order_number = ?1",
      "UPDATE orders SET row = ?2 WHERE key = ?1",
      "INSERT INTO fills VALUES(?1, ?2, ?3, ?4, ?5, ?6)",
      "INSERT INTO trades VALUES(?1, ?2, ?3, ?4, ?5)",
      "INSERT INTO sessions VALUES(?1, ?2, ?3, ?4)",
      "INSERT INTO halts VALUES(?1, ?2)",
      "INSERT INTO commands VALUES(?1, ?2, ?3, ?4)",
      "INSERT OR REPLACE INTO equity VALUES(?1, ?2, ?3)",
      "INSERT OR REPLACE INTO positions VALUES(?1, ?2, ?3)",
      "INSERT OR REPLACE INTO state VALUES(1, ?1)",
  };
  std::vector<SqliteStatement> made;
  for (const char* sql : kSql) {
    auto statement = connection_.prepare(sql);
    if (!statement) return statement.error();
    made.push_back(std::move(*statement));
  }
  auto next = made.begin();
  const auto take = [&]() -> SqliteStatement&& { return std::move(*next++); };
  // Braces evaluate from left to right.
  statements_.reset(new Statements{take(), take(), take(), take(), take(), take(), take(), take(), take(), take(),
                                   take(), take(), take()});
  return {};
}

bool AccountBooks::end_with(const Event& event) const {
  return event.number == state_.totals.last_event && event_hash(event) == state_.totals.last_event_hash;
}

Expected<void> AccountBooks::write(const BookChanges& changes) {
  if (auto begun = connection_.execute("BEGIN IMMEDIATE"); !begun) return begun;
  const std::vector<EquityRow> piece = piece_;
  const auto undo = [&](Error error) {
    connection_.roll_back();
    piece_ = piece;
    return error;
  };
  damage_.reset();
  if (!write_rows(changes)) return undo(damage_ ? *damage_ : connection_.error("cannot be written"));
  if (auto committed = connection_.execute("COMMIT"); !committed) return undo(committed.error());
  symbols_ += changes.new_names.symbols.size();
  strategies_ += changes.new_names.strategies.size();
  return {};
}

bool AccountBooks::write_rows(const BookChanges& changes) {
  return write_names(changes.new_names) && write_orders(changes) && write_events(changes) &&
         write_equity(changes.equity) && statements_->state.bind_blob(1, encode(changes.totals, changes.notes)).run();
}

bool AccountBooks::write_names(const PastNames& added) {
  const auto write = [](SqliteStatement& insert, const std::vector<std::string>& names, std::size_t id) {
    for (const std::string& name : names) {
      if (!insert.bind(1, std::uint64_t{id++}).bind_text(2, name).run()) return false;
    }
    return true;
  };
  return write(statements_->symbol, added.symbols, symbols_) &&
         write(statements_->strategy, added.strategies, strategies_);
}

bool AccountBooks::write_orders(const BookChanges& changes) {
  for (const auto& [key, row] : changes.orders) {
    const std::string bytes = encode(BookOrder{key, row});
    const bool written = statements_->order.bind(1, key)
                             .bind(2, row.created.ns)
                             .bind(3, std::uint64_t{row.strategy})
                             .bind(4, std::uint64_t{row.spec.instrument})
                             .bind(5, std::int64_t{is_terminal(row.state) ? 0 : 1})
                             .bind(6, order_number(row.id))
                             .bind_blob(7, bytes)
                             .run();
    if (!written) return false;
  }
  for (const ExecutionReport& report : changes.late_fills) {
    if (!add_late_fill(report)) return false;
  }
  return true;
}

/// A fill of an order that is not in the books changes nothing.
bool AccountBooks::add_late_fill(const ExecutionReport& report) {
  SqliteStatement& select = statements_->order_row;
  const int code = select.bind(1, order_number(report.order)).step();
  const std::int64_t key = code == SQLITE_ROW ? select.integer(0) : 0;
  std::optional<OrderRow> row;
  if (code == SQLITE_ROW) row = decode_order(key, select.blob(1));
  select.reset();
  if (code == SQLITE_DONE || (row && row->id != report.order)) return true;
  if (code == SQLITE_ROW && !row) {
    damage_ = damaged_books(connection_, "the order " + report.order.client_order_id());
  }
  if (!row) return false;
  bellwether::add_late_fill(*row, report, notional(report.last_price, report.last_quantity));
  return statements_->amended_order.bind(1, key).bind_blob(2, encode(BookOrder{key, *row})).run();
}

bool AccountBooks::write_events(const BookChanges& changes) {
  Statements& s = *statements_;
  bool written = true;
  for (const BookFill& fill : changes.fills) {
    const ExecutionReport& report = fill.fill.report;
    written = written && s.fill.bind(1, fill.fill.event)
                             .bind(2, fill.time.ns)
                             .bind(3, std::uint64_t{report.strategy})
                             .bind(4, std::uint64_t{report.instrument})
                             .bind(5, order_number(report.order))
                             .bind_blob(6, encode(fill))
                             .run();
  }
  for (const TradeRow& row : changes.trades) {
    written = written && s.trade.bind(1, trade_key(row.event, row.index))
                             .bind(2, row.time.ns)
                             .bind(3, std::uint64_t{row.trade.strategy})
                             .bind(4, std::uint64_t{row.trade.instrument})
                             .bind_blob(5, encode(row))
                             .run();
  }
  for (const BookSession& session : changes.sessions) {
    written = written && s.session.bind(1, session.event)
                             .bind(2, session.time.ns)
                             .bind(3, std::int64_t{session.date.days})
                             .bind_blob(4, encode(session))
                             .run();
  }
  for (const BookHalt& halt : changes.halts) {
    written = written && s.halt.bind(1, halt.event).bind_blob(2, encode(halt)).run();
  }
  for (const CommandRow& row : changes.commands) {
    const bool by_operator = is_operator_command(Event::of(row.time, row.command));
    written = written && s.command.bind(1, row.event)
                             .bind(2, row.time.ns)
                             .bind(3, std::int64_t{by_operator ? 1 : 0})
                             .bind_blob(4, encode(row))
                             .run();
  }
  for (const auto& [key, position] : changes.positions) {
    written = written && s.position.bind(1, std::uint64_t{position.strategy})
                             .bind(2, std::uint64_t{position.instrument})
                             .bind_blob(3, encode(position))
                             .run();
  }
  return written;
}

bool AccountBooks::write_equity(const std::vector<EquityRow>& points) {
  const auto write = [this] {
    const std::string bytes = encode(piece_);
    return statements_->equity.bind(1, piece_.front().event).bind(2, piece_.front().time.ns).bind_blob(3, bytes).run();
  };
  for (const EquityRow& point : points) {
    piece_.push_back(point);
    if (piece_.size() < kPiecePoints) continue;
    if (!write()) return false;
    piece_.clear();
  }
  return points.empty() || piece_.empty() || write();
}

}  // namespace bellwether
