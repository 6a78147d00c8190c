#include "storage/sqlite_connection.hpp"

#include <sqlite3.h>

#include <cstring>

namespace bellwether {
namespace {

constexpr int kBusyTimeoutMs = 5'000;

/// `path` as a URI that SQLite opens without locks.
std::string unchanging_uri(const std::string& path) {
  std::string uri = "file:";
  for (const char c : path) {
    switch (c) {
      case '%': uri += "%25"; break;
      case '?': uri += "%3f"; break;
      case '#': uri += "%23"; break;
      default: uri += c;
    }
  }
  return uri + "?immutable=1";
}

int open_flags(SqliteAccess access) {
  switch (access) {
    case SqliteAccess::ReadOnly:
    case SqliteAccess::ReadOnlyAlone: return SQLITE_OPEN_READONLY;
    case SqliteAccess::ReadOnlyUnchanging: return SQLITE_OPEN_READONLY | SQLITE_OPEN_URI;
    case SqliteAccess::ReadWrite: return SQLITE_OPEN_READWRITE;
    case SqliteAccess::Create: break;
  }
  return SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
}

std::string describe(sqlite3* handle) {
  const int code = sqlite3_extended_errcode(handle);
  switch (code & 0xff) {
    case SQLITE_FULL: return "the disk is full";
    case SQLITE_NOTADB: return "not an SQLite file";
    case SQLITE_CORRUPT: return "the file is damaged";
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return "locked by another program";
    case SQLITE_READONLY: return "the file or its folder is read-only";
    case SQLITE_IOERR:
      return "I/O error " + std::to_string(code) + " (" + std::strerror(sqlite3_system_errno(handle)) + ")";
    case SQLITE_CANTOPEN:
      return std::string("it or a file beside it cannot be opened (") + std::strerror(sqlite3_system_errno(handle)) +
             ")";
    default: return sqlite3_errmsg(handle);
  }
}

}  // namespace

void SqliteStatement::Finalize::operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }

SqliteStatement& SqliteStatement::bind(int parameter, std::int64_t value) {
  BELLWETHER_INVARIANT(sqlite3_bind_int64(statement_.get(), parameter, value) == SQLITE_OK,
                       "a parameter does not bind");
  return *this;
}

SqliteStatement& SqliteStatement::bind_blob(int parameter, std::string_view bytes) {
  const char* data = bytes.empty() ? "" : bytes.data();
  BELLWETHER_INVARIANT(sqlite3_bind_blob64(statement_.get(), parameter, data, bytes.size(), SQLITE_STATIC) == SQLITE_OK,
                       "a blob does not bind");
  return *this;
}

SqliteStatement& SqliteStatement::bind_text(int parameter, std::string_view text) {
  const char* data = text.empty() ? "" : text.data();
  BELLWETHER_INVARIANT(
      sqlite3_bind_text64(statement_.get(), parameter, data, text.size(), SQLITE_STATIC, SQLITE_UTF8) == SQLITE_OK,
      "a text does not bind");
  return *this;
}

SqliteStatement& SqliteStatement::bind_column(int parameter, const SqliteStatement& from, int column) {
  const sqlite3_value* value = sqlite3_column_value(from.statement_.get(), column);
  BELLWETHER_INVARIANT(sqlite3_bind_value(statement_.get(), parameter, value) == SQLITE_OK, "a column does not bind");
  return *this;
}

int SqliteStatement::step() { return sqlite3_step(statement_.get()); }

bool SqliteStatement::run() {
  const int code = step();
  reset();
  return code == SQLITE_DONE;
}

void SqliteStatement::reset() { sqlite3_reset(statement_.get()); }

std::int64_t SqliteStatement::integer(int column) const { return sqlite3_column_int64(statement_.get(), column); }

std::string_view SqliteStatement::blob(int column) const {
  const void* data = sqlite3_column_blob(statement_.get(), column);
  const int size = sqlite3_column_bytes(statement_.get(), column);
  return data == nullptr ? std::string_view()
                         : std::string_view(static_cast<const char*>(data), static_cast<std::size_t>(size));
}

std::string_view SqliteStatement::text(int column) const {
  const unsigned char* data = sqlite3_column_text(statement_.get(), column);
  const int size = sqlite3_column_bytes(statement_.get(), column);
  return data == nullptr ? std::string_view()
                         : std::string_view(reinterpret_cast<const char*>(data), static_cast<std::size_t>(size));
}

void SqliteConnection::Close::operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }

Expected<SqliteConnection> SqliteConnection::open(const std::string& path, SqliteAccess access) {
  const std::string name = access == SqliteAccess::ReadOnlyUnchanging ? unchanging_uri(path) : path;
  sqlite3* handle = nullptr;
  const int code =
      sqlite3_open_v2(name.c_str(), &handle, open_flags(access) | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE,
                      access == SqliteAccess::ReadOnlyAlone ? "unix-none" : nullptr);
  if (handle == nullptr) return Error{path, "cannot be opened: out of memory"};
  SqliteConnection connection(path, handle);
  if (code != SQLITE_OK) return connection.error("cannot be opened");
  sqlite3_busy_timeout(handle, kBusyTimeoutMs);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  if (access == SqliteAccess::ReadOnlyAlone) {
    // The index of the write-ahead file is then held in memory, and the file itself stays as it is.
    sqlite3_db_config(handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
    if (auto done = connection.execute("PRAGMA locking_mode = EXCLUSIVE"); !done) return done.error();
  }
  if (auto done = connection.execute("PRAGMA cell_size_check = ON"); !done) return done.error();
  return connection;
}

Expected<void> SqliteConnection::execute(const char* sql) {
  if (sqlite3_exec(handle_.get(), sql, nullptr, nullptr, nullptr) != SQLITE_OK) return error("cannot be used");
  return {};
}

Expected<SqliteStatement> SqliteConnection::prepare(const char* sql) {
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v3(handle_.get(), sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr) != SQLITE_OK) {
    return error("cannot be used");
  }
  return SqliteStatement(statement);
}

Expected<std::int64_t> SqliteConnection::query_integer(const char* sql) {
  auto statement = prepare(sql);
  if (!statement) return statement.error();
  if (statement->step() != SQLITE_ROW) return error("cannot be read");
  return statement->integer(0);
}

Expected<std::string> SqliteConnection::query_text(const char* sql) {
  auto statement = prepare(sql);
  if (!statement) return statement.error();
  if (statement->step() != SQLITE_ROW) return error("cannot be read");
  return std::string(statement->text(0));
}

void SqliteConnection::count_frames(int* frames) {
  const auto note = [](void* out, sqlite3*, const char*, int count) {
    *static_cast<int*>(out) = count;
    return SQLITE_OK;
  };
  sqlite3_wal_hook(handle_.get(), note, frames);
}

bool SqliteConnection::fold() {
  int frames = 0;
  int done = 0;
  const int code = sqlite3_wal_checkpoint_v2(handle_.get(), nullptr, SQLITE_CHECKPOINT_PASSIVE, &frames, &done);
  return code == SQLITE_OK && frames == done;
}

Expected<void> SqliteConnection::copy_into(SqliteConnection& target) {
  sqlite3_backup* copy = sqlite3_backup_init(target.handle_.get(), "main", handle_.get(), "main");
  if (copy == nullptr) return target.error("cannot be copied");
  constexpr int kPagesAtOnce = 1024;
  int code = SQLITE_OK;
  while (code == SQLITE_OK) code = sqlite3_backup_step(copy, kPagesAtOnce);
  sqlite3_backup_finish(copy);
  if (code != SQLITE_DONE) return target.error("cannot be copied");
  return {};
}

void SqliteConnection::keep_files_on_close() {
  sqlite3_db_config(handle_.get(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
}

std::int64_t SqliteConnection::changes() const { return sqlite3_changes64(handle_.get()); }

void SqliteConnection::roll_back() {
  if (sqlite3_get_autocommit(handle_.get()) == 0) sqlite3_exec(handle_.get(), "ROLLBACK", nullptr, nullptr, nullptr);
}

bool SqliteConnection::found_no_database() const {
  return (sqlite3_extended_errcode(handle_.get()) & 0xff) == SQLITE_NOTADB;
}

bool SqliteConnection::found_damage() const {
  return found_no_database() || (sqlite3_extended_errcode(handle_.get()) & 0xff) == SQLITE_CORRUPT;
}

Error SqliteConnection::error(std::string_view doing) const {
  return Error{path_, std::string(doing) + ": " + describe(handle_.get())};
}

}  // namespace bellwether
