// A log is a chain of segments: what each began with is kept, the change from one to the next happens whole or not at
// all, and what was altered is found.
#include <signal.h>
#include <sqlite3.h>
#include <sys/wait.h>
#include <unistd.h>

#include <random>
#include <thread>

#include "storage/file_bytes.hpp"
#include "storage/sqlite_event_log.hpp"
#include "tests/storage/log_samples.hpp"

namespace bellwether {
namespace {

using namespace test;

SegmentOpening opening(std::uint64_t number) {
  const std::string name = std::to_string(number);
  return {Timestamp::from_seconds(static_cast<std::int64_t>(number)),
          {{"configuration", name}, {"engine_version", "0." + name}},
          "state " + name,
          number % 2 == 0 ? "broker " + name : ""};
}

void expect_opening(EventLog& log, std::uint64_t number) {
  const auto found = log.segment_opening(number);
  ASSERT_TRUE(found) << found.error().text();
  const SegmentOpening expected = opening(number);
  EXPECT_EQ(found->opened, expected.opened);
  EXPECT_EQ(found->metadata, expected.metadata);
  EXPECT_EQ(found->state, expected.state);
  EXPECT_EQ(found->broker, expected.broker);
}

/// Runs SQL on a log as nobody should.
void tamper(const std::string& path, const std::string& sql) {
  sqlite3* handle = nullptr;
  ASSERT_EQ(sqlite3_open(path.c_str(), &handle), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(handle, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK) << sqlite3_errmsg(handle);
  ASSERT_EQ(sqlite3_wal_checkpoint_v2(handle, nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr), SQLITE_OK);
  sqlite3_close(handle);
}

std::int64_t count_snapshots(const std::string& path) {
  auto connection = SqliteConnection::open(path, SqliteAccess::ReadOnly);
  return *connection->query_integer("SELECT count(*) FROM snapshots");
}

TEST(LogSegments, AnEmptyLogHasOne) {
  const TemporaryFolder folder;
  const auto log = SqliteEventLog::create(folder / "log", {{"key", "value"}}).value();
  const auto segments = log->segments();
  ASSERT_TRUE(segments);
  ASSERT_EQ(segments->size(), 1U);
  EXPECT_EQ(segments->front(), (SegmentNote{1, 0, Timestamp(), 0, "", "", {{"key", "value"}}, ""}));
  EXPECT_EQ(log->segment_opening(1)->state, "");
  EXPECT_FALSE(log->segment_opening(2));
}

TEST(LogSegments, EventsRunOnAndEachSegmentKeepsWhatItBeganWith) {
  const TemporaryFolder folder;
  {
    auto log = SqliteEventLog::create(folder / "log", opening(1).metadata).value();
    ASSERT_TRUE(log->append(sample_events(1, 10), std::vector{sample_command(3)}));
    ASSERT_TRUE(log->put_snapshot({10, "of segment 1"}));
    ASSERT_TRUE(log->open_segment(opening(2)));
    EXPECT_TRUE(log->snapshot_events()->empty()) << "a snapshot of another layout";
    EXPECT_EQ(count_snapshots(folder / "log"), 0) << "it takes no room any more";
    EXPECT_EQ(log->metadata(), opening(2).metadata);
    ASSERT_TRUE(log->open_segment(opening(3)));  // Without an event between them.
    ASSERT_TRUE(log->append(sample_events(11, 25), std::vector{sample_command(12)}));
    ASSERT_TRUE(log->put_metadata("ended", "true"));
    ASSERT_TRUE(log->put_snapshot({20, "of segment 3"}));
  }
  for (const OpenMode mode : {OpenMode::ReadOnly, OpenMode::ReadWrite}) {
    auto log = SqliteEventLog::open(folder / "log", mode).value();
    EXPECT_EQ(*read_all(*log), (Recorded{sample_events(1, 25), {sample_command(3), sample_command(12)}}));
    EXPECT_TRUE(log->metadata().contains("ended"));
    EXPECT_EQ(*log->snapshot_events(), (std::vector<EventNumber>{20}));
    const auto segments = log->segments();
    ASSERT_TRUE(segments) << segments.error().text();
    ASSERT_EQ(segments->size(), 3U);
    const EventNumber after[] = {0, 10, 10};
    for (std::size_t i = 0; i < 3; ++i) {
      EXPECT_EQ((*segments)[i].number, i + 1);
      EXPECT_EQ((*segments)[i].after, after[i]);
      EXPECT_EQ((*segments)[i].metadata, opening(i + 1).metadata);
    }
    EXPECT_EQ((*segments)[0].state_sha256, "");
    EXPECT_EQ((*segments)[1].state_sha256, sha256_hex("state 2"));
    EXPECT_EQ((*segments)[1].broker_sha256, sha256_hex("broker 2"));
    EXPECT_NE((*segments)[1].chain, 0U);
    EXPECT_EQ((*segments)[1].chain, (*segments)[2].chain);
    expect_opening(*log, 2);
    expect_opening(*log, 3);
  }
}

TEST(LogSegments, WhatWasAlteredIsFound) {
  const TemporaryFolder folder;
  const char* const of_entries[] = {"UPDATE segments SET after_event = 5 WHERE number = 2",
                                    "UPDATE segments SET first_batch = 1 WHERE number = 2",
                                    "UPDATE segments SET opened = 7 WHERE number = 2",
                                    "UPDATE segments SET chain = 7 WHERE number = 2",
                                    "UPDATE segments SET metadata = x'00' WHERE number = 2",
                                    "UPDATE segments SET archive = 'x' WHERE number = 2",
                                    "DELETE FROM segments WHERE number = 1",
                                    "DELETE FROM segments WHERE number = 3",
                                    "UPDATE segments SET state_sha256 = '' WHERE number = 2"};
  const char* const of_states[] = {"UPDATE segments SET state = x'00' WHERE number = 2",
                                   "UPDATE segments SET state = x'' WHERE number = 2",
                                   "UPDATE segments SET broker = x'00' WHERE number = 2"};
  const auto make = [&] {
    for (const char* suffix : {"", "-wal", "-shm", ".lock"}) std::filesystem::remove(folder / "log" + suffix);
    auto log = SqliteEventLog::create(folder / "log", opening(1).metadata).value();
    for (std::uint64_t number = 1; number <= 3; ++number) {
      if (number > 1) {
        ASSERT_TRUE(log->open_segment(opening(number)));
      }
      ASSERT_TRUE(log->append(sample_events(number * 10 - 9, number * 10), {}));
    }
  };
  for (const char* sql : of_entries) {
    make();
    tamper(folder / "log", sql);
    const auto log = SqliteEventLog::open(folder / "log", OpenMode::ReadOnly);
    if (!log) continue;
    const auto segments = (*log)->segments();
    ASSERT_FALSE(segments) << sql;
    EXPECT_NE(segments.error().message.find("damaged"), std::string::npos) << sql;
  }
  for (const char* sql : of_states) {
    make();
    tamper(folder / "log", sql);
    const auto log = SqliteEventLog::open(folder / "log", OpenMode::ReadOnly);
    ASSERT_TRUE(log) << sql;
    EXPECT_FALSE((*log)->segment_opening(2)) << sql;
    expect_opening(**log, 3);
  }
}

/// Appends and opens segments as fast as it can; never returns.
[[noreturn]] void roll_over_forever(const std::string& path) {
  auto log = SqliteEventLog::open(path, OpenMode::ReadWrite);
  if (!log) ::_exit(2);
  for (;;) {
    const EventNumber last = (*log)->last_event();
    if (!(*log)->append(sample_events(last + 1, last + 3), {})) ::_exit(3);
    if (!(*log)->open_segment(opening((*log)->segments()->size() + 1))) ::_exit(4);
  }
}

TEST(LogSegments, KilledAnywhereASegmentIsOpenWithAllThatItBeginsWithOrNotAtAll) {
  const TemporaryFolder folder;
  ASSERT_TRUE(SqliteEventLog::create(folder / "log", opening(1).metadata));
  std::mt19937_64 random(31);
  std::size_t segments = 0;
  for (int kill = 0; kill < 30; ++kill) {
    const pid_t child = ::fork();
    if (child == 0) roll_over_forever(folder / "log");
    std::this_thread::sleep_for(std::chrono::microseconds(random() % 20'000));
    ::kill(child, SIGKILL);
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status)) << "the child ended by itself: " << status;
    const auto log = SqliteEventLog::open(folder / "log", OpenMode::ReadOnly);
    ASSERT_TRUE(log) << log.error().text();
    const auto found = (*log)->segments();
    ASSERT_TRUE(found) << found.error().text();
    segments = found->size();
    ASSERT_EQ((*log)->metadata(), opening(segments).metadata);
    // Killed between its two steps, it appended without opening.
    ASSERT_GE(found->back().after, 3 * (segments - 1));
    ASSERT_LE(found->back().after, (*log)->last_event());
    ASSERT_EQ(read_all(**log)->events, sample_events(1, (*log)->last_event()));
    for (std::uint64_t number = 2; number <= segments; ++number) expect_opening(**log, number);
  }
  EXPECT_GT(segments, 2U);
}

}  // namespace
}  // namespace bellwether
