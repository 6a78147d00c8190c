#include "storage/book_opening.hpp"

#include <filesystem>
#include <optional>

#include "storage/book_schema.hpp"

namespace bellwether {
namespace {

namespace fs = std::filesystem;

constexpr const char* kSideFiles[] = {"-wal", "-shm"};

void remove_side_files(const std::string& path) {
  std::error_code ignored;
  for (const char* side : kSideFiles) fs::remove(path + side, ignored);
}

Expected<void> remove_books(const std::string& path) {
  std::error_code failed;
  fs::remove(path, failed);
  if (failed) return Error{path, "cannot be removed: " + failed.message()};
  remove_side_files(path);
  return {};
}

/// Moves the file away. What stands beside it goes: it belongs to a file of its name.
Expected<std::string> set_aside(const std::string& path) {
  std::string aside = path + ".aside";
  std::error_code failed;
  fs::rename(path, aside, failed);
  if (failed) return Error{path, "cannot be moved aside: " + failed.message()};
  remove_side_files(path);
  return aside;
}

/// Whether the last event of the books is the log's of that number.
Expected<bool> belong_to(const AccountBooks& books, EventLog& log) {
  const EventNumber last = books.state().totals.last_event;
  if (last == 0) return true;
  if (last > log.last_event()) return false;
  std::vector<Event> events;
  std::vector<LoggedCommand> commands;
  const auto cursor = log.read(last - 1);
  while (events.empty()) {
    const auto count = cursor->next(events, commands);
    if (!count) return count.error();
    if (*count == 0) return false;
  }
  return books.end_with(events.front());
}

/// What is wrong with a file that cannot be gone on with.
struct Fault {
  std::string why;
  bool keep = false;  // Under another name.
};

Expected<AccountBooks> anew(const std::string& path, const Fault& fault, std::string& kept_as) {
  if (fault.keep) {
    auto aside = set_aside(path);
    if (!aside) return aside.error();
    kept_as = std::move(*aside);
  }
  return replace_books(path);
}

/// What is wrong with the file before anything is written there; nothing where it is books of this version.
Expected<std::optional<Fault>> fault_of_file(const std::string& path) {
  std::error_code ignored;
  if (!fs::exists(path, ignored)) return std::optional(Fault{"there are none"});
  auto connection = SqliteConnection::open(path, SqliteAccess::ReadWrite);
  if (!connection) return connection.error();
  const auto identity = books_identity(*connection);
  if (!identity) return identity.error();
  switch (*identity) {
    case BooksIdentity::Known: break;
    case BooksIdentity::Empty: return std::optional(Fault{"the file is empty"});
    case BooksIdentity::Foreign: return std::optional(Fault{"the file is damaged, or no books of this program", true});
    case BooksIdentity::OfEarlier:
      return std::optional(Fault{"they were written by an earlier version of this program"});
    case BooksIdentity::OfNewer:
      return Error{
          path,
          "the books were written by a later version of this program; `bellwether log rebuild` makes them anew "
          "for this one"};
  }
  return std::optional<Fault>();
}

}  // namespace

Expected<AccountBooks> replace_books(const std::string& path) {
  if (auto removed = remove_books(path); !removed) return removed.error();
  return AccountBooks::create(path);
}

Expected<OpenedBooks> open_books(const std::string& path, EventLog& log) {
  auto fault = fault_of_file(path);
  if (!fault) return fault.error();
  if (!*fault) {
    auto books = AccountBooks::open(path);
    if (books) {
      const auto belong = belong_to(*books, log);
      if (!belong) return belong.error();
      if (*belong) return OpenedBooks{std::move(*books), "", ""};
      *fault = {"they do not end with an event of this log: the log is another, or an older copy of it", true};
    } else {
      *fault = {books.error().message, true};
    }
  }
  std::string kept_as;
  auto books = anew(path, **fault, kept_as);
  if (!books) return books.error();
  return OpenedBooks{std::move(*books), log.last_event() == 0 ? "" : (*fault)->why, std::move(kept_as)};
}

}  // namespace bellwether
