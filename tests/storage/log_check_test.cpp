// A whole log is called whole, with what was checked; of one that is not, everything that is wrong is listed.
#include "storage/log_check.hpp"

#include <gmock/gmock.h>

#include <filesystem>

#include "storage/sqlite_event_log.hpp"
#include "tests/storage/log_samples.hpp"

namespace bellwether {
namespace {

using namespace test;
using testing::HasSubstr;
using testing::IsEmpty;

/// Five appends of a hundred events, a segment behind each of the first two.
std::unique_ptr<SqliteEventLog> make_log(const std::string& path) {
  auto log = SqliteEventLog::create(path, {{"key", "1"}}).value();
  for (int i = 0; i < 5; ++i) {
    const EventNumber first = log->last_event() + 1;
    EXPECT_TRUE(log->append(sample_events(first, first + 99), std::vector{sample_command(first)}));
    if (i < 2) {
      EXPECT_TRUE(log->open_segment({Timestamp(), {{"key", std::to_string(i + 2)}}, "state", "broker"}));
    }
  }
  EXPECT_TRUE(log->put_snapshot({450, "older"}));
  EXPECT_TRUE(log->put_snapshot({500, "newer"}));
  return log;
}

void run_sql(const std::string& path, const char* sql) {
  auto file = SqliteConnection::open(path, SqliteAccess::ReadWrite);
  ASSERT_TRUE(file);
  const auto done = file->execute(sql);
  ASSERT_TRUE(done) << done.error().text();
}

std::vector<std::string> findings_of(const std::string& path) {
  std::vector<std::string> texts;
  for (const LogFinding& finding : check_log(path).findings) {
    EXPECT_NE(finding.advice, "");
    texts.push_back(finding.what);
  }
  return texts;
}

TEST(LogCheck, SaysWhatItHasCheckedOfAWholeLogInUseOrNot) {
  const TemporaryFolder folder;
  auto log = make_log(folder / "log");
  for (const bool in_use : {true, false}) {
    if (!in_use) log.reset();
    const LogCheck check = check_log(folder / "log");
    EXPECT_THAT(check.findings, IsEmpty());
    EXPECT_EQ(check.last_event, 500U);
    EXPECT_EQ(check.events, 500U);
    EXPECT_EQ(check.commands, 5U);
    EXPECT_EQ(check.batches, 5U);
    EXPECT_EQ(check.segments, 3U);
    EXPECT_EQ(check.snapshots, 2U);
    EXPECT_GT(check.bytes, 20'000U);
  }
  EXPECT_EQ(check_log(folder / "log").bytes, std::filesystem::file_size(folder / "log"));
}

TEST(LogCheck, ListsEverythingThatIsWrong) {
  const TemporaryFolder folder;
  const auto damage = [&](const char* sql) {
    std::filesystem::remove(folder / "log");
    make_log(folder / "log").reset();
    run_sql(folder / "log", sql);
    return testing::PrintToString(findings_of(folder / "log"));
  };
  EXPECT_THAT(damage("DELETE FROM batches WHERE sequence = 4"), HasSubstr("batch 4 behind event 300 is missing"));
  EXPECT_THAT(damage("DELETE FROM batches WHERE sequence = 5"),
              HasSubstr("it ends at event 400 where its head says 500"));
  EXPECT_THAT(
      damage("UPDATE batches SET payload = zeroblob(9) WHERE sequence IN (2, 4)"),
      AllOf(HasSubstr("batch 2 (events 101 to 200) is damaged"), HasSubstr("batch 4 (events 301 to 400) is damaged")));
  EXPECT_THAT(damage("UPDATE snapshots SET bytes = x'00' WHERE event = 450"), HasSubstr("the snapshot of event 450"));
  EXPECT_THAT(damage("UPDATE head SET last_event = 499"), HasSubstr("its head has a wrong checksum"));
  EXPECT_THAT(damage("UPDATE metadata SET value = 'x'"), HasSubstr("its metadata has a wrong checksum"));
  EXPECT_THAT(damage("UPDATE segments SET state = x'00' WHERE number = 2"),
              HasSubstr("the opening state of its segment 2 is not the one that was written"));
  EXPECT_THAT(damage("DELETE FROM segments WHERE number = 2"), HasSubstr("its segment 2 is missing"));
  EXPECT_THAT(damage("UPDATE segments SET after_event = 101 WHERE number = 2"),
              HasSubstr("segment 2 has a wrong checksum"));
}

TEST(LogCheck, FindsABatchThatWasExchangedForAnotherSoundOne) {
  const TemporaryFolder folder;
  make_log(folder / "log").reset();
  // Another log whose batches have the same places and other contents.
  {
    auto log = SqliteEventLog::create(folder / "other", {}).value();
    for (int i = 0; i < 5; ++i) {
      const EventNumber first = log->last_event() + 1;
      ASSERT_TRUE(log->append(sample_events(first, first + 99), {}));
    }
  }
  auto file = SqliteConnection::open(folder / "log", SqliteAccess::ReadWrite).value();
  ASSERT_TRUE(file.execute(("ATTACH '" + folder / "other" + "' AS other").c_str()));
  ASSERT_TRUE(file.execute("DELETE FROM main.batches WHERE sequence = 2"));
  ASSERT_TRUE(file.execute("INSERT INTO main.batches SELECT * FROM other.batches WHERE sequence = 2"));
  ASSERT_TRUE(file.execute("DETACH other"));
  EXPECT_THAT(testing::PrintToString(findings_of(folder / "log")),
              AllOf(HasSubstr("the events before its segment 3 are not those that it seals"),
                    HasSubstr("its events are not those that its head seals")));
}

TEST(LogCheck, FindsAFlippedByteWhereverItCounts) {
  const TemporaryFolder folder(fast_folder());
  make_log(folder / "log").reset();
  const std::string sound = read_file(folder / "log");
  int found = 0;
  for (std::size_t at = 7; at < sound.size(); at += 211) {
    std::string bytes = sound;
    bytes[at] = static_cast<char>(bytes[at] ^ 0x10);
    write_file(folder / "flipped", bytes);
    if (!check_log(folder / "flipped").whole()) {
      ++found;
      continue;
    }
    // What was passed over says nothing: all that the log holds is what it was.
    const auto log = SqliteEventLog::open(folder / "flipped", OpenMode::ReadOnly);
    ASSERT_TRUE(log) << at;
    EXPECT_EQ(read_all(**log)->events, sample_events(1, 500)) << at;
  }
  EXPECT_GT(found, 100);
}

TEST(LogCheck, NamesWhatIsNoLog) {
  const TemporaryFolder folder;
  write_file(folder / "text", std::string(5000, 'x'));
  EXPECT_THAT(testing::PrintToString(findings_of(folder / "text")), HasSubstr("not a Bellwether event log"));
  EXPECT_THAT(testing::PrintToString(findings_of(folder / "missing")), HasSubstr("there is no such event log"));
  EXPECT_THAT(testing::PrintToString(findings_of(folder.path())), HasSubstr("a folder, not an event log"));
}

TEST(LogCheck, ListsASecondNameAndANoteOfLostEvents) {
  const TemporaryFolder folder;
  make_log(folder / "log").reset();
  std::filesystem::create_hard_link(folder / "log", folder / "link");
  write_file(folder / "log.lost", "log-wal: has been cut short\n");
  EXPECT_THAT(testing::PrintToString(findings_of(folder / "log")),
              AllOf(HasSubstr("has 2 names"), HasSubstr("committed events are lost: log-wal: has been cut short")));
}

}  // namespace
}  // namespace bellwether
