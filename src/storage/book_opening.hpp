// Opens the books of an event log, or makes new ones where those that are there cannot be trusted.
#pragma once

#include <memory>
#include <string>

#include "storage/account_books.hpp"
#include "storage/event_log.hpp"

namespace bellwether {

struct OpenedBooks {
  AccountBooks books;
  /// Why books begin anew though the log has events; empty where they go on.
  std::string rebuilt_because;
  /// What the former file is called now; empty where it was not kept.
  std::string kept_as;
};

/// Opens the books at `path` for the log they are a function of, whose lock the caller holds. Where they are missing,
/// damaged, of another program, of an earlier version, or do not end with an event of the log, new ones take their
/// place, and a file that may be of use to somebody is kept beside them under another name, one at a time. An Error for
/// books of a later version, and where the disk refuses.
Expected<OpenedBooks> open_books(const std::string& path, EventLog& log);

/// New books in the place of whatever is at `path`, of which nothing is kept.
Expected<AccountBooks> replace_books(const std::string& path);

}  // namespace bellwether
