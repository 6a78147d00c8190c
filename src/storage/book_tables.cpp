#include "storage/book_tables.hpp"

#include <sqlite3.h>

#include "storage/book_rows.hpp"

namespace bellwether {
namespace {

/// The index whose entries are the selection's, and hardly another's: left to itself, SQLite has no figures to choose
/// by.
std::string index_of(const BookTable& table, const BookSelection& selection) {
  const std::string name = table.name;
  if (selection.order_number) return " INDEXED BY " + name + "_order_number";
  if (selection.open.value_or(false)) return " INDEXED BY " + name + "_open";
  if (!selection.strategy && !selection.symbol) return " NOT INDEXED";
  return " INDEXED BY " + name + (selection.strategy ? "_strategy" : "") + (selection.symbol ? "_symbol" : "");
}

Expected<std::vector<std::string>> read_name_list(SqliteConnection& connection, const char* sql) {
  auto select = connection.prepare(sql);
  if (!select) return select.error();
  std::vector<std::string> names;
  for (;;) {
    const auto there = next_row(connection, *select);
    if (!there) return there.error();
    if (!*there) return names;
    if (select->number(0) != names.size()) return damaged_books(connection, "its list of names");
    names.emplace_back(select->text(1));
  }
}

}  // namespace

Error damaged_books(const SqliteConnection& connection, const std::string& part) {
  return Error{connection.path(), "the books are damaged (" + part +
                                      "); they can be made anew from the event log: bellwether log rebuild LOG"};
}

Expected<SqliteStatement> select_rows(SqliteConnection& connection, const BookTable& table,
                                      const BookSelection& selection) {
  const std::string key = table.key;
  std::string sql = "SELECT " + key + ", row FROM " + table.name + index_of(table, selection) + " WHERE " + key +
                    " >= " + std::to_string(selection.first) + " AND " + key + " < " + std::to_string(selection.end);
  const auto equals = [&sql](const char* column, const auto& value) {
    if (value) sql += std::string(" AND ") + column + " = " + std::to_string(*value);
  };
  equals("strategy", selection.strategy);
  equals("symbol", selection.symbol);
  equals("order_number", selection.order_number);
  equals("open", selection.open);
  sql += " ORDER BY " + key + (selection.newest_first ? " DESC" : "");
  if (selection.limit) sql += " LIMIT " + std::to_string(*selection.limit);
  return connection.prepare(sql.c_str());
}

Expected<bool> next_row(const SqliteConnection& connection, SqliteStatement& select) {
  const int code = select.step();
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return connection.error("cannot be read");
}

Expected<std::int64_t> first_key_from(SqliteConnection& connection, const BookTable& table, Timestamp time) {
  const std::string key = table.key;
  const std::string sql = "SELECT " + key + ", time FROM " + table.name + " NOT INDEXED WHERE " + key +
                          " >= ?1 ORDER BY " + key + " LIMIT 1";
  auto select = connection.prepare(sql.c_str());
  if (!select) return select.error();
  std::int64_t low = 0;  // Every row before is earlier.
  std::int64_t high = kKeyMax;
  std::int64_t found = kKeyMax;  // The first row from `high` on.
  while (low < high) {
    const std::int64_t middle = low + (high - low) / 2;
    const auto there = next_row(connection, select->bind(1, middle));
    if (!there) return there.error();
    const std::int64_t at = *there ? select->integer(0) : kKeyMax;
    const bool is_late = !*there || select->integer(1) >= time.ns;
    select->reset();
    if (is_late) {
      found = at;
      high = middle;
    } else {
      low = at + 1;
    }
  }
  return found;
}

Expected<PastNames> read_names(SqliteConnection& connection) {
  auto symbols = read_name_list(connection, "SELECT id, name FROM symbols ORDER BY id");
  if (!symbols) return symbols.error();
  auto strategies = read_name_list(connection, "SELECT id, name FROM strategies ORDER BY id");
  if (!strategies) return strategies.error();
  return PastNames{std::move(*symbols), std::move(*strategies)};
}

Expected<BookState> read_totals(SqliteConnection& connection) {
  auto select = connection.prepare("SELECT row FROM state WHERE id = 1");
  if (!select) return select.error();
  BookState state;
  const auto there = next_row(connection, *select);
  if (!there) return there.error();
  if (*there && !decode_totals(select->blob(0), state.totals, state.notes)) {
    return damaged_books(connection, "its totals");
  }
  return state;
}

Expected<BookState> read_book_state(SqliteConnection& connection) {
  auto state = read_totals(connection);
  if (!state) return state;
  auto names = read_names(connection);
  if (!names) return names.error();
  state->names = std::move(*names);
  BookSelection open;
  open.open = true;
  auto read = visit_rows(connection, kOrders, open, [&](std::int64_t key, std::string_view bytes) {
    const auto row = decode_order(key, bytes);
    if (row) state->open_orders.push_back({key, *row});
    return row.has_value();
  });
  if (!read) return read.error();
  auto positions = read_positions(connection);
  if (!positions) return positions.error();
  state->positions = std::move(*positions);
  return state;
}

Expected<std::vector<PositionChange>> read_positions(SqliteConnection& connection) {
  auto select = connection.prepare("SELECT strategy, symbol, row FROM positions");
  if (!select) return select.error();
  std::vector<PositionChange> positions;
  for (;;) {
    const auto there = next_row(connection, *select);
    if (!there) return there.error();
    if (!*there) return positions;
    const auto position = decode_position(static_cast<StrategyIndex>(select->integer(0)),
                                          static_cast<InstrumentIndex>(select->integer(1)), select->blob(2));
    if (!position) return damaged_books(connection, "a position");
    positions.push_back(*position);
  }
}

Expected<std::vector<EquityRow>> read_last_equity(SqliteConnection& connection) {
  BookSelection last;
  last.newest_first = true;
  last.limit = 1;
  std::vector<EquityRow> points;
  auto read = visit_rows(connection, kEquity, last, [&](std::int64_t key, std::string_view bytes) {
    auto decoded = decode_equity(static_cast<EventNumber>(key), bytes);
    if (decoded) points = std::move(*decoded);
    return decoded.has_value();
  });
  if (!read) return read.error();
  return points;
}

}  // namespace bellwether
