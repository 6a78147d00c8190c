// Where a log lies: its path, what stands beside it, and how it is opened by one who does not write it.
#pragma once

#include <string>

#include "storage/sqlite_connection.hpp"

namespace bellwether {

/// Without symbolic links, so that one file has one lock. An error where no log can be at `path`.
Expected<std::string> absolute_log_path(const std::string& path);
std::string log_lock_path(const std::string& path);
std::string write_ahead_path(const std::string& path);

/// Whether anything has that name, a link that leads nowhere included.
bool is_taken(const std::string& path);
bool is_empty_file(const std::string& path);
/// Makes a rename or a new file durable.
void sync_folder_of(const std::string& path);

struct KnownLog {
  SqliteConnection reader;
  SqliteAccess access;
};

/// Opens a file for reading that is an event log; whatever else it is, it is left as it was. Where nobody writes the
/// log, no file is made beside it and none is changed.
Expected<KnownLog> open_known_log(const std::string& path);

}  // namespace bellwether
