// What an account's books look like as an SQLite file: tables and marks of identity. docs/operator.md says what the
// file is for.
//
// Rows are bytes as book_rows.hpp has them; what is searched by stands beside them in columns. `orders`, `fills`,
// `trades`, `commands` and `equity` ascend by key as time passes, which finds a time without an index of its own.
#pragma once

#include "storage/sqlite_connection.hpp"

namespace bellwether {

constexpr std::int64_t kBooksApplicationId = 0x4257626b;  ///< "BWbk".
constexpr std::int64_t kBooksSchemaVersion = 1;

/// What an SQLite file is to this program.
enum class BooksIdentity : std::uint8_t {
  Known,
  Empty,     ///< Nothing stands in it.
  Foreign,   ///< Not SQLite, of another program, or damaged.
  OfNewer,   ///< Of a later version of this program,
  OfEarlier  ///< or of an earlier one.
};

/// Looks at identity, version and tables. An Error where the disk does not let it.
Expected<BooksIdentity> books_identity(SqliteConnection& connection);

/// An Error for anything but books of this version.
Expected<void> check_books_identity(SqliteConnection& connection);

/// Lays an empty file out as books, in one transaction.
Expected<void> write_books_schema(SqliteConnection& connection);

}  // namespace bellwether
