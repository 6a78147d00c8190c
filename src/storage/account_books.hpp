// An account's books: its past as rows in one SQLite file beside the event log, for who asks about it. They are a
// function of the log: lost or damaged, they are made anew from it, and nothing that trades reads them.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "storage/book_changes.hpp"
#include "storage/sqlite_connection.hpp"

namespace bellwether {

/// The books' file of an event log.
std::string books_path(const std::string& log_path);

/// The writing side, for one thread at a time. One process writes the books of a log: the one that holds its lock.
class AccountBooks {
 public:
  /// Makes books in which nothing stands. An Error where there is a file already.
  static Expected<AccountBooks> create(const std::string& path);
  /// Opens what is there and reads what the books go on from. The Error says what is wrong with the file.
  static Expected<AccountBooks> open(const std::string& path);

  /// What the books held when they were opened.
  [[nodiscard]] const BookState& state() const { return state_; }
  /// Writes all of it in one transaction or, on an error, nothing of it.
  Expected<void> write(const BookChanges& changes);
  /// Whether their last event is `event`.
  [[nodiscard]] bool end_with(const Event& event) const;

 private:
  struct Statements;
  struct Close {
    void operator()(Statements* statements) const;
  };

  AccountBooks(SqliteConnection connection, BookState state);
  static Expected<AccountBooks> start(SqliteConnection connection);
  Expected<void> prepare();
  bool write_rows(const BookChanges& changes);
  bool write_names(const PastNames& added);
  bool write_orders(const BookChanges& changes);
  bool add_late_fill(const ExecutionReport& report);
  bool write_events(const BookChanges& changes);
  bool write_equity(const std::vector<EquityRow>& points);

  SqliteConnection connection_;
  std::unique_ptr<Statements, Close> statements_;  // Before the connection ends.
  BookState state_;
  std::size_t symbols_ = 0;  // Names that the file holds.
  std::size_t strategies_ = 0;
  std::vector<EquityRow> piece_;  // The last points, whose row is not full.
  std::optional<Error> damage_;   // Met while the last transaction was written.
};

}  // namespace bellwether
