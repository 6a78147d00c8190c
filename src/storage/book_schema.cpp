#include "storage/book_schema.hpp"

#include <sqlite3.h>

#include <iterator>
#include <string>
#include <string_view>

namespace bellwether {
namespace {

struct Part {
  const char* name;
  const char* sql;
};

/// Ordered by name. An index ends with the key of its table, so that pages come in the order of the keys.
constexpr Part kParts[] = {
    {"commands",
     "CREATE TABLE commands(event INTEGER PRIMARY KEY, time INTEGER NOT NULL, by_operator INTEGER NOT NULL, row BLOB "
     "NOT NULL) STRICT"},
    {"equity", "CREATE TABLE equity(event INTEGER PRIMARY KEY, time INTEGER NOT NULL, row BLOB NOT NULL) STRICT"},
    {"fills",
     "CREATE TABLE fills(event INTEGER PRIMARY KEY, time INTEGER NOT NULL, strategy INTEGER NOT NULL, symbol INTEGER "
     "NOT NULL, order_number INTEGER NOT NULL, row BLOB NOT NULL) STRICT"},
    {"fills_order_number", "CREATE INDEX fills_order_number ON fills(order_number)"},
    {"fills_strategy", "CREATE INDEX fills_strategy ON fills(strategy)"},
    {"fills_strategy_symbol", "CREATE INDEX fills_strategy_symbol ON fills(strategy, symbol)"},
    {"fills_symbol", "CREATE INDEX fills_symbol ON fills(symbol)"},
    {"halts", "CREATE TABLE halts(event INTEGER PRIMARY KEY, row BLOB NOT NULL) STRICT"},
    {"orders",
     "CREATE TABLE orders(key INTEGER PRIMARY KEY, time INTEGER NOT NULL, strategy INTEGER NOT NULL, symbol INTEGER "
     "NOT NULL, open INTEGER NOT NULL, order_number INTEGER NOT NULL, row BLOB NOT NULL) STRICT"},
    {"orders_open", "CREATE INDEX orders_open ON orders(open) WHERE open = 1"},
    {"orders_order_number", "CREATE UNIQUE INDEX orders_order_number ON orders(order_number)"},
    {"orders_strategy", "CREATE INDEX orders_strategy ON orders(strategy)"},
    {"orders_strategy_symbol", "CREATE INDEX orders_strategy_symbol ON orders(strategy, symbol)"},
    {"orders_symbol", "CREATE INDEX orders_symbol ON orders(symbol)"},
    {"positions",
     "CREATE TABLE positions(strategy INTEGER NOT NULL, symbol INTEGER NOT NULL, row BLOB NOT NULL, PRIMARY "
     "KEY(strategy, symbol)) STRICT, WITHOUT ROWID"},
    {"sessions",
     "CREATE TABLE sessions(event INTEGER PRIMARY KEY, time INTEGER NOT NULL, date INTEGER NOT NULL, row BLOB NOT "
     "NULL) "
     "STRICT"},
    {"sessions_date", "CREATE INDEX sessions_date ON sessions(date)"},
    {"state", "CREATE TABLE state(id INTEGER PRIMARY KEY, row BLOB NOT NULL) STRICT"},
    {"strategies", "CREATE TABLE strategies(id INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT"},
    {"symbols", "CREATE TABLE symbols(id INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT"},
    {"trades",
     "CREATE TABLE trades(key INTEGER PRIMARY KEY, time INTEGER NOT NULL, strategy INTEGER NOT NULL, symbol INTEGER "
     "NOT NULL, row BLOB NOT NULL) STRICT"},
    {"trades_strategy", "CREATE INDEX trades_strategy ON trades(strategy)"},
    {"trades_strategy_symbol", "CREATE INDEX trades_strategy_symbol ON trades(strategy, symbol)"},
    {"trades_symbol", "CREATE INDEX trades_symbol ON trades(symbol)"},
};

Expected<bool> has_all_parts(SqliteConnection& connection) {
  auto select = connection.prepare("SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name");
  if (!select) return select.error();
  const Part* part = std::begin(kParts);
  int code = select->step();
  for (; code == SQLITE_ROW; code = select->step(), ++part) {
    if (part == std::end(kParts) || select->text(0) != part->name || select->text(1) != part->sql) return false;
  }
  if (code != SQLITE_DONE) return connection.error("cannot be read");
  return part == std::end(kParts);
}

/// Reads what the file says it is.
Expected<BooksIdentity> claimed_identity(SqliteConnection& connection) {
  const auto application = connection.query_integer("PRAGMA application_id");
  if (!application) return application.error();
  const auto version = connection.query_integer("PRAGMA user_version");
  if (!version) return version.error();
  const auto pages = connection.query_integer("PRAGMA page_count");
  if (!pages) return pages.error();
  if (*pages == 0) return BooksIdentity::Empty;
  if (*application != kBooksApplicationId) return BooksIdentity::Foreign;
  if (*version > kBooksSchemaVersion) return BooksIdentity::OfNewer;
  if (*version < kBooksSchemaVersion) return BooksIdentity::OfEarlier;
  const auto complete = has_all_parts(connection);
  if (!complete) return complete.error();
  return *complete ? BooksIdentity::Known : BooksIdentity::Foreign;
}

}  // namespace

Expected<BooksIdentity> books_identity(SqliteConnection& connection) {
  auto identity = claimed_identity(connection);
  if (!identity && connection.found_damage()) return BooksIdentity::Foreign;
  return identity;
}

Expected<void> check_books_identity(SqliteConnection& connection) {
  const auto identity = books_identity(connection);
  if (!identity) return identity.error();
  if (*identity == BooksIdentity::Known) return {};
  return Error{
      connection.path(),
      "not an account's books of this version; they can be made from the event log: bellwether log rebuild LOG"};
}

Expected<void> write_books_schema(SqliteConnection& connection) {
  const std::string marks = "PRAGMA application_id = " + std::to_string(kBooksApplicationId) +
                            "; PRAGMA user_version = " + std::to_string(kBooksSchemaVersion);
  if (auto begun = connection.execute("BEGIN IMMEDIATE"); !begun) return begun;
  // A table comes before its indexes, since these begin with its name.
  for (const Part& part : kParts) {
    if (auto made = connection.execute(part.sql); !made) return made;
  }
  if (auto marked = connection.execute(marks.c_str()); !marked) return marked;
  return connection.execute("COMMIT");
}

}  // namespace bellwether
