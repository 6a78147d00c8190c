// What the event log refuses: files that are not logs, second owners, places where it cannot be, full disks.
#include <fcntl.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "storage/sqlite_event_log.hpp"
#include "tests/storage/log_samples.hpp"

namespace bellwether {
namespace {

using namespace test;
using testing::HasSubstr;

std::unique_ptr<SqliteEventLog> make_log(const std::string& path) {
  auto log = SqliteEventLog::create(path, {{"key", "value"}});
  EXPECT_TRUE(log) << log.error().text();
  return log ? std::move(*log) : nullptr;
}

/// The reason why `path` does not open, the same for readers and writers.
std::string refusal(const std::string& path) {
  const auto reader = SqliteEventLog::open(path, OpenMode::ReadOnly);
  const auto writer = SqliteEventLog::open(path, OpenMode::ReadWrite);
  EXPECT_FALSE(reader);
  EXPECT_FALSE(writer);
  if (reader || writer) return "";
  EXPECT_EQ(reader.error().text(), writer.error().text());
  EXPECT_EQ(reader.error().field, path);
  return reader.error().message;
}

void run_sql(const std::string& path, const char* sql) {
  auto file = SqliteConnection::open(path, SqliteAccess::Create);
  ASSERT_TRUE(file);
  const auto done = file->execute(sql);
  ASSERT_TRUE(done) << done.error().text();
}

TEST(EventLogRefusal, NamesWhatAForeignFileIs) {
  const TemporaryFolder folder;
  EXPECT_THAT(refusal(folder / "missing"), HasSubstr("there is no such event log"));
  EXPECT_THAT(refusal(folder / "no/such/folder/log"), HasSubstr("/no/such/folder does not exist"));
  EXPECT_THAT(refusal(folder.path()), HasSubstr("a folder, not an event log"));

  write_file(folder / "text", std::string(5000, 'x'));
  EXPECT_THAT(refusal(folder / "text"), HasSubstr("not a Bellwether event log: not an SQLite file"));
  EXPECT_EQ(read_file(folder / "text"), std::string(5000, 'x'));

  write_file(folder / "empty", "");
  EXPECT_THAT(refusal(folder / "empty"), HasSubstr("not a Bellwether event log: an empty file"));
  EXPECT_EQ(read_file(folder / "empty"), "");

  run_sql(folder / "foreign", "CREATE TABLE bookmarks(url TEXT)");
  const std::string before = read_file(folder / "foreign");
  EXPECT_THAT(refusal(folder / "foreign"), HasSubstr("an SQLite file of another program"));
  EXPECT_EQ(read_file(folder / "foreign"), before);
  EXPECT_FALSE(SqliteEventLog::open(folder / "foreign", OpenMode::ReadWrite));
  EXPECT_FALSE(std::filesystem::exists(folder / "foreign.lock"));
}

TEST(EventLogRefusal, NamesAnotherSchemaAndForeignTables) {
  const TemporaryFolder folder;
  make_log(folder / "newer").reset();
  const std::string known = std::to_string(kEventLogSchemaVersion);
  const std::string next = std::to_string(kEventLogSchemaVersion + 1);
  run_sql(folder / "newer", ("PRAGMA user_version = " + next).c_str());
  EXPECT_THAT(refusal(folder / "newer"),
              HasSubstr("schema version " + next + "; this program reads up to version " + known));
  make_log(folder / "older").reset();
  run_sql(folder / "older", "PRAGMA user_version = 1");
  EXPECT_THAT(refusal(folder / "older"), HasSubstr("schema version 1, of an earlier version of this program"));
  make_log(folder / "more").reset();
  run_sql(folder / "more", "CREATE TABLE stray(a)");
  EXPECT_THAT(refusal(folder / "more"), HasSubstr("foreign tables"));
  make_log(folder / "less").reset();
  run_sql(folder / "less", "DROP TABLE snapshots");
  EXPECT_THAT(refusal(folder / "less"), HasSubstr("snapshots is missing"));
}

TEST(EventLogRefusal, CreateNeverReplacesAnything) {
  const TemporaryFolder folder;
  make_log(folder / "log").reset();
  const auto again = SqliteEventLog::create(folder / "log", {});
  ASSERT_FALSE(again);
  EXPECT_THAT(again.error().text(), HasSubstr("exists already"));
  EXPECT_THAT(SqliteEventLog::create(folder / "no/log", {}).error().text(), HasSubstr("does not exist"));
  write_file(folder / "orphan-wal", "rest");
  EXPECT_THAT(SqliteEventLog::create(folder / "orphan", {}).error().text(), HasSubstr("whose main file is gone"));
  EXPECT_FALSE(std::filesystem::exists(folder / "orphan"));
}

TEST(EventLogRefusal, AnEmptyWriteAheadFileOfARemovedLogIsNoObstacle) {
  const TemporaryFolder folder;
  write_file(folder / "log-wal", "");
  write_file(folder / "log-shm", "stale");
  auto log = make_log(folder / "log");
  ASSERT_NE(log, nullptr);
  ASSERT_TRUE(log->append(sample_events(1, 3), {}));
  EXPECT_EQ(read_all(*log)->events, sample_events(1, 3));
}

TEST(EventLogRefusal, ASymbolicLinkIsTheSameLog) {
  const TemporaryFolder folder;
  auto owner = make_log(folder / "log");
  std::filesystem::create_symlink(folder / "log", folder / "link");
  const auto second = SqliteEventLog::open(folder / "link", OpenMode::ReadWrite);
  ASSERT_FALSE(second);
  EXPECT_THAT(second.error().text(), HasSubstr("in use by another process"));
  owner.reset();
  auto through_link = SqliteEventLog::open(folder / "link", OpenMode::ReadWrite);
  ASSERT_TRUE(through_link);
  EXPECT_FALSE(SqliteEventLog::open(folder / "log", OpenMode::ReadWrite));
}

TEST(EventLogRefusal, ANameThatIsTooLongIsNamed) {
  const TemporaryFolder folder;
  const std::string path = folder / std::string(300, 'n');
  EXPECT_THAT(SqliteEventLog::create(path, {}).error().text(), HasSubstr("too long"));
  EXPECT_FALSE(SqliteEventLog::open(path, OpenMode::ReadOnly));
}

TEST(EventLogRefusal, AReplacedLogKeepsEverythingThoughSomebodyReadsIt) {
  const TemporaryFolder folder;
  auto log = make_log(folder / "log");
  ASSERT_TRUE(log->append(sample_events(1, 500), {}));
  const auto reader = SqliteEventLog::open(folder / "log", OpenMode::ReadOnly);
  ASSERT_TRUE(reader);
  auto replaced = SqliteEventLog::replace(std::move(log), {{"key", "new"}});
  ASSERT_TRUE(replaced) << replaced.error().text();
  EXPECT_EQ(replaced->kept_as, folder / "log.1");
  // The one file holds it all.
  std::filesystem::copy_file(folder / "log.1", folder / "copy");
  const auto copy = SqliteEventLog::open(folder / "copy", OpenMode::ReadOnly);
  ASSERT_TRUE(copy);
  EXPECT_EQ(read_all(**copy)->events, sample_events(1, 500));
  // The new one is empty, owned and writable.
  EXPECT_EQ(replaced->log->last_event(), 0U);
  EXPECT_FALSE(SqliteEventLog::open(folder / "log", OpenMode::ReadWrite));
  ASSERT_TRUE(replaced->log->append(sample_events(1, 2), {}));
  EXPECT_EQ(read_all(*replaced->log)->events, sample_events(1, 2));
}

TEST(EventLogRefusal, ALogIsNotReplacedWhileAReaderHoldsItsWriteAheadFile) {
  const TemporaryFolder folder;
  auto log = make_log(folder / "log");
  ASSERT_TRUE(log->append(sample_events(1, 500), {}));
  auto reader = SqliteConnection::open(folder / "log", SqliteAccess::ReadOnly);
  ASSERT_TRUE(reader);
  ASSERT_TRUE(reader->execute("BEGIN"));
  ASSERT_TRUE(reader->query_integer("SELECT count(*) FROM batches"));
  const auto replaced = SqliteEventLog::replace(std::move(log), {});
  ASSERT_FALSE(replaced);
  EXPECT_THAT(replaced.error().text(), HasSubstr("another process reads it"));
  EXPECT_FALSE(std::filesystem::exists(folder / "log.1"));
  reader->roll_back();
  const auto again = SqliteEventLog::open(folder / "log", OpenMode::ReadWrite);
  ASSERT_TRUE(again);
  EXPECT_EQ(read_all(**again)->events, sample_events(1, 500));
}

TEST(EventLogRefusal, ASecondOwnerIsTurnedAwayUntilTheFirstIsGone) {
  const TemporaryFolder folder;
  auto owner = make_log(folder / "log");
  const auto second = SqliteEventLog::open(folder / "log", OpenMode::ReadWrite);
  ASSERT_FALSE(second);
  EXPECT_THAT(second.error().text(), HasSubstr("in use by another process (pid " + std::to_string(::getpid()) + ")"));
  const pid_t child = ::fork();
  if (child == 0) {
    const auto other = SqliteEventLog::open(folder / "log", OpenMode::ReadWrite);
    ::_exit(!other && other.error().text().find("in use by another process") != std::string::npos ? 0 : 1);
  }
  int status = -1;
  ::waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
  EXPECT_TRUE(owner->append(sample_events(1, 1), {}));
  owner.reset();
  EXPECT_TRUE(SqliteEventLog::open(folder / "log", OpenMode::ReadWrite));
}

TEST(EventLogRefusal, AMissingBatchOrTailIsNamed) {
  const TemporaryFolder folder;
  const auto damage = [&](const std::string& name, const char* sql) {
    auto log = make_log(folder / name);
    for (EventNumber first = 1; first <= 19; first += 3) EXPECT_TRUE(log->append(sample_events(first, first + 2), {}));
    log.reset();
    run_sql(folder / name, sql);
    auto opened = SqliteEventLog::open(folder / name, OpenMode::ReadOnly);
    if (!opened) return opened.error().text();
    const auto all = read_all(**opened);
    return all ? "" : all.error().text();
  };
  EXPECT_THAT(damage("hole", "DELETE FROM batches WHERE sequence = 3"), HasSubstr("batch 3 behind event 6 is missing"));
  EXPECT_THAT(damage("tail", "DELETE FROM batches WHERE sequence = 7"), HasSubstr("batch 7 is missing"));
  EXPECT_THAT(damage("all", "DELETE FROM batches"), HasSubstr("is missing"));
  EXPECT_THAT(damage("moved", "UPDATE batches SET first_event = 8 WHERE sequence = 3"),
              HasSubstr("batch 3 (events 8 to 9) does not continue the log behind event 6"));
  EXPECT_THAT(damage("bytes", "UPDATE batches SET payload = zeroblob(9) WHERE sequence = 2"),
              HasSubstr("batch 2 (events 4 to 6) is damaged: wrong checksum"));
  EXPECT_THAT(damage("head", "UPDATE head SET batches = 6, last_event = 18"),
              HasSubstr("its head has a wrong checksum"));
  EXPECT_THAT(damage("metadata", "UPDATE metadata SET value = 'other'"),
              HasSubstr("its metadata has a wrong checksum"));
}

TEST(EventLogRefusal, APayloadThatDoesNotDecodeIsNamed) {
  const BatchHeader header{3, 7, 8};
  ByteWriter payload;
  encode_batch(payload, sample_events(7, 8), {});
  const auto message = [&](const std::string& bytes) {
    std::vector<Event> events;
    std::vector<LoggedCommand> commands;
    const auto decoded = decode_batch(header, bytes, batch_checksum(header, bytes), 0, events, commands);
    return decoded ? "" : decoded.error().message;
  };
  EXPECT_EQ(message(payload.str()), "");
  EXPECT_EQ(message(payload.str() + "x"), "batch 3 (events 7 to 8) does not decode");
  EXPECT_EQ(message(payload.str().substr(0, payload.size() - 1)), "batch 3 (events 7 to 8) does not decode");
  encode_batch(payload, sample_events(8, 9), {});
  EXPECT_EQ(message(payload.str()), "batch 3 (events 7 to 8) does not decode");
  encode_batch(payload, sample_events(7, 9), {});
  EXPECT_EQ(message(payload.str()), "batch 3 (events 7 to 8) does not decode");
}

/// Appends until the log refuses; gives the refusal, or nothing if it never does.
std::string fill(SqliteEventLog& log) {
  for (int i = 0; i < 1000; ++i) {
    const EventNumber last = log.last_event();
    const auto appended = log.append(sample_events(last + 1, last + 200), {});
    if (!appended) {
      EXPECT_EQ(log.last_event(), last);
      return appended.error().text();
    }
  }
  return "";
}

void expect_whole(SqliteEventLog& log) {
  const auto all = read_all(log);
  ASSERT_TRUE(all) << all.error().text();
  EXPECT_EQ(all->events, sample_events(1, log.last_event()));
}

TEST(EventLogRefusal, AFullDiskLosesNothingAndTheLogGoesOnWhenThereIsRoom) {
  const TemporaryFolder folder;
  const std::string mounted = folder / "small";
  std::filesystem::create_directory(mounted);
  if (::mount("tmpfs", mounted.c_str(), "tmpfs", 0, "size=2m") != 0) GTEST_SKIP() << "mounting needs privileges";
  write_file(mounted + "/ballast", std::string(500'000, 'x'));
  {
    auto log = make_log(mounted + "/log");
    EXPECT_THAT(fill(*log), HasSubstr("the disk is full"));
    EXPECT_GT(log->last_event(), 0U);
    expect_whole(*log);
    EXPECT_FALSE(log->append(sample_events(log->last_event() + 1, log->last_event() + 1000), {}));
    std::filesystem::remove(mounted + "/ballast");
    const EventNumber last = log->last_event();
    const auto appended = log->append(sample_events(last + 1, last + 1000), {});
    EXPECT_TRUE(appended) << appended.error().text();
    expect_whole(*log);
    EXPECT_NE(fill(*log), "");
    const auto full = SqliteEventLog::create(mounted + "/another", {{"large", std::string(3'000'000, 'x')}});
    ASSERT_FALSE(full);
    EXPECT_FALSE(std::filesystem::exists(mounted + "/another"));
    EXPECT_FALSE(std::filesystem::exists(mounted + "/another.new"));
  }
  // Full or not, what was durable is read back.
  auto log = SqliteEventLog::open(mounted + "/log", OpenMode::ReadOnly);
  EXPECT_TRUE(log) << log.error().text();
  if (log) {
    EXPECT_GT((*log)->last_event(), 1000U);
    expect_whole(**log);
    log->reset();
  }
  ::umount(mounted.c_str());
}

TEST(EventLogRefusal, AFailingWriteLosesNothingAndTheLogGoesOnAfterwards) {
  const TemporaryFolder folder;
  auto log = make_log(folder / "log");
  rlimit old_limit{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &old_limit), 0);
  auto* const old_handler = ::signal(SIGXFSZ, SIG_IGN);
  const rlimit low{300'000, old_limit.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &low), 0);
  const std::string refused = fill(*log);
  ::setrlimit(RLIMIT_FSIZE, &old_limit);
  ::signal(SIGXFSZ, old_handler);
  EXPECT_THAT(refused, HasSubstr("cannot be written"));
  const EventNumber last = log->last_event();
  EXPECT_GT(last, 0U);
  expect_whole(*log);
  const auto appended = log->append(sample_events(last + 1, last + 2000), {});
  EXPECT_TRUE(appended) << appended.error().text();
  log.reset();
  expect_whole(**SqliteEventLog::open(folder / "log", OpenMode::ReadWrite));
}

TEST(EventLogRefusal, AReadOnlyFolderCanBeReadButNotWritten) {
  const TemporaryFolder folder;
  const std::string sealed = folder / "sealed";
  std::filesystem::create_directory(sealed);
  auto log = make_log(sealed + "/log");
  EXPECT_TRUE(log->append(sample_events(1, 5), {}));
  log.reset();
  if (::mount(sealed.c_str(), sealed.c_str(), nullptr, MS_BIND, nullptr) != 0)
    GTEST_SKIP() << "mounting needs privileges";
  ASSERT_EQ(::mount(nullptr, sealed.c_str(), nullptr, MS_BIND | MS_REMOUNT | MS_RDONLY, nullptr), 0);
  const auto writer = SqliteEventLog::open(sealed + "/log", OpenMode::ReadWrite);
  const auto created = SqliteEventLog::create(sealed + "/new", {});
  auto reader = SqliteEventLog::open(sealed + "/log", OpenMode::ReadOnly);
  EXPECT_TRUE(reader) << reader.error().text();
  if (reader) {
    expect_whole(**reader);
    EXPECT_EQ((*reader)->last_event(), 5U);
    reader->reset();
  }
  ::umount(sealed.c_str());
  ASSERT_FALSE(writer);
  EXPECT_THAT(writer.error().text(), HasSubstr("Read-only file system"));
  ASSERT_FALSE(created);
  EXPECT_THAT(created.error().text(), HasSubstr("Read-only file system"));
}

}  // namespace
}  // namespace bellwether
