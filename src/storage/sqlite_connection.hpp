// A thin owner of SQLite's handles: connections and prepared statements that close themselves and speak in Errors.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "engine/expected.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace bellwether {

/// A prepared statement. Parameters count from 1, columns from 0, as in SQLite.
class SqliteStatement {
 public:
  explicit SqliteStatement(sqlite3_stmt* statement) : statement_(statement) {}

  SqliteStatement& bind(int parameter, std::int64_t value);
  SqliteStatement& bind(int parameter, std::uint64_t value) {
    return bind(parameter, static_cast<std::int64_t>(value));
  }
  /// The bytes must stay until the statement is reset.
  SqliteStatement& bind_blob(int parameter, std::string_view bytes);
  SqliteStatement& bind_text(int parameter, std::string_view text);

  /// The value of a column of another statement's current row.
  SqliteStatement& bind_column(int parameter, const SqliteStatement& from, int column);

  /// SQLITE_ROW, SQLITE_DONE or an error code.
  int step();
  /// Steps a statement that gives no rows, and resets it. True if it went through; on false the connection's error is
  /// still that of the step.
  bool run();
  void reset();

  /// Columns of the current row; text and blobs live until the next step or reset.
  [[nodiscard]] std::int64_t integer(int column) const;
  [[nodiscard]] std::uint64_t number(int column) const { return static_cast<std::uint64_t>(integer(column)); }
  [[nodiscard]] std::string_view blob(int column) const;
  [[nodiscard]] std::string_view text(int column) const;

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

enum class SqliteAccess : std::uint8_t {
  ReadOnly,
  ReadOnlyUnchanging,  ///< Nobody can write the file: no lock or side file is made. Shows the main file alone.
  ReadOnlyAlone,       ///< As above, with what stands in the write-ahead file.
  ReadWrite,
  Create,
};

/// A connection for one thread at a time.
class SqliteConnection {
 public:
  /// Opens `path`, an absolute path.
  static Expected<SqliteConnection> open(const std::string& path, SqliteAccess access);

  /// Runs statements that give no rows.
  Expected<void> execute(const char* sql);
  Expected<SqliteStatement> prepare(const char* sql);
  /// The first column of the first row of a query, as an integer or as text.
  Expected<std::int64_t> query_integer(const char* sql);
  Expected<std::string> query_text(const char* sql);

  /// From now on, `frames` says after every commit how many frames the write-ahead file holds. Nothing is folded into
  /// the main file any more unless `fold` is called. `frames` must outlive the connection.
  void count_frames(int* frames);
  /// Folds the write-ahead file into the main file as far as no reader needs it; the next commit then begins it anew.
  /// Whether all of it was folded.
  bool fold();
  /// Copies the whole database, page by page, over `target`. Errors, those of reading too, are in the name of `target`.
  Expected<void> copy_into(SqliteConnection& target);
  /// Closing will neither fold nor remove the write-ahead file.
  void keep_files_on_close();

  /// How many rows the last statement that wrote any has changed.
  [[nodiscard]] std::int64_t changes() const;

  /// Undoes an open transaction, if there is one.
  void roll_back();

  /// The last failure on this connection in plain words, behind `doing`, in the name of the file.
  [[nodiscard]] Error error(std::string_view doing) const;
  /// Whether that failure says that the file is none of SQLite's.
  [[nodiscard]] bool found_no_database() const;
  /// Whether it says that, or that the file is damaged.
  [[nodiscard]] bool found_damage() const;
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  struct Close {
    void operator()(sqlite3* handle) const;
  };
  SqliteConnection(std::string path, sqlite3* handle) : path_(std::move(path)), handle_(handle) {}

  std::string path_;
  std::unique_ptr<sqlite3, Close> handle_;
};

}  // namespace bellwether
