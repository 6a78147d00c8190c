// Reading the tables of an account's books.
#pragma once

#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "storage/book_changes.hpp"
#include "storage/sqlite_connection.hpp"

namespace bellwether {

/// A table whose rows ascend by key as time passes.
struct BookTable {
  const char* name;
  const char* key;
};
inline constexpr BookTable kOrders{"orders", "key"};
inline constexpr BookTable kFills{"fills", "event"};
inline constexpr BookTable kTrades{"trades", "key"};
inline constexpr BookTable kCommands{"commands", "event"};
inline constexpr BookTable kEquity{"equity", "event"};
inline constexpr BookTable kSessions{"sessions", "event"};
inline constexpr BookTable kHalts{"halts", "event"};  // Without times.

constexpr std::int64_t kKeyMax = std::numeric_limits<std::int64_t>::max();

/// Rows of one table by key; what is absent does not matter.
struct BookSelection {
  std::optional<std::int64_t> strategy = {};
  std::optional<std::int64_t> symbol = {};
  std::optional<std::int64_t> order_number = {};
  std::optional<bool> open = {};  ///< Of orders.
  std::int64_t first = 0;         ///< The lowest key
  std::int64_t end = kKeyMax;     ///< and the one behind the highest.
  bool newest_first = false;
  std::optional<std::size_t> limit = {};
};

/// Says that a part of the books is damaged, and what helps.
Error damaged_books(const SqliteConnection& connection, const std::string& part);

/// Calls `visit(key, row)` for every row of the selection, in the order of the keys, until it gives false: then the row
/// is damaged. An Error where it is, or where the file cannot be read.
template <typename Visit>
Expected<void> visit_rows(SqliteConnection& connection, const BookTable& table, const BookSelection& selection,
                          Visit&& visit);

/// The key of the first row of time `time` or later; kKeyMax where there is none. Some dozens of look-ups.
Expected<std::int64_t> first_key_from(SqliteConnection& connection, const BookTable& table, Timestamp time);

Expected<PastNames> read_names(SqliteConnection& connection);
/// Totals and notes alone; books in which nothing stands give none of either.
Expected<BookState> read_totals(SqliteConnection& connection);
/// All that the books go on from.
Expected<BookState> read_book_state(SqliteConnection& connection);
/// Positions that are open or were.
Expected<std::vector<PositionChange>> read_positions(SqliteConnection& connection);
/// The points of the last row of `equity`; none where there is no row.
Expected<std::vector<EquityRow>> read_last_equity(SqliteConnection& connection);

/// The statement of a selection: key and row.
Expected<SqliteStatement> select_rows(SqliteConnection& connection, const BookTable& table,
                                      const BookSelection& selection);
/// Steps; an Error where that fails.
Expected<bool> next_row(const SqliteConnection& connection, SqliteStatement& select);

template <typename Visit>
Expected<void> visit_rows(SqliteConnection& connection, const BookTable& table, const BookSelection& selection,
                          Visit&& visit) {
  auto select = select_rows(connection, table, selection);
  if (!select) return select.error();
  for (;;) {
    const auto there = next_row(connection, *select);
    if (!there) return there.error();
    if (!*there) return {};
    const std::int64_t key = select->integer(0);
    if (visit(key, select->blob(1))) continue;
    return damaged_books(connection, std::string("row ") + std::to_string(key) + " of " + table.name);
  }
}

}  // namespace bellwether
