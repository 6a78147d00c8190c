// Archived segments: the log goes on without them, reads through them, misses none silently, and nothing is lost
// wherever the archiver is killed.
#include "storage/log_archive.hpp"

#include <gmock/gmock.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <random>
#include <thread>

#include "storage/log_backup.hpp"
#include "storage/log_check.hpp"
#include "storage/sqlite_event_log.hpp"
#include "tests/storage/log_samples.hpp"

namespace bellwether {
namespace {

using namespace test;
using testing::HasSubstr;
namespace fs = std::filesystem;

constexpr EventNumber kSegmentEvents = 3'000;

SegmentOpening opening(std::uint64_t number) {
  const std::string name = std::to_string(number);
  return {Timestamp::from_seconds(static_cast<std::int64_t>(number)),
          {{"configuration", name}},
          "state " + name,
          "broker " + name};
}

void append_segment(SqliteEventLog& log) {
  const EventNumber end = log.last_event() + kSegmentEvents;
  while (log.last_event() < end) {
    const EventNumber first = log.last_event() + 1;
    ASSERT_TRUE(log.append(sample_events(first, first + 99), std::vector{sample_command(first)}));
  }
}

/// Four segments of 3000 events each, and a fifth with `current` hundreds of them.
void write_log(const std::string& path, int current) {
  auto log = SqliteEventLog::create(path, opening(1).metadata).value();
  for (std::uint64_t number = 2; number <= 5; ++number) {
    append_segment(*log);
    ASSERT_TRUE(log->open_segment(opening(number)));
  }
  for (int i = 0; i < current; ++i) {
    const EventNumber first = log->last_event() + 1;
    ASSERT_TRUE(log->append(sample_events(first, first + 99), {}));
  }
}

std::unique_ptr<SqliteEventLog> open_log(const std::string& path, OpenMode mode = OpenMode::ReadOnly) {
  auto log = SqliteEventLog::open(path, mode);
  EXPECT_TRUE(log) << log.error().text();
  return log ? std::move(*log) : nullptr;
}

std::string first_finding(const std::string& path) {
  const LogCheck check = check_log(path);
  return check.whole() ? "" : check.findings.front().what;
}

TEST(LogArchive, TheLogIsReadThroughItsArchivesAndBecomesSmaller) {
  for (const int current : {0, 1, 5}) {
    const TemporaryFolder folder(fast_folder());
    write_log(folder / "log", current);
    const EventNumber last = 4 * kSegmentEvents + static_cast<EventNumber>(current) * 100;
    const auto size = fs::file_size(folder / "log");
    const Recorded before = read_all(*open_log(folder / "log")).value();
    const auto done = archive_segments(folder / "log", 4, "");
    ASSERT_TRUE(done) << done.error().text();
    ASSERT_EQ(done->moved.size(), 3U);
    EXPECT_EQ(done->bytes_before, size);
    EXPECT_EQ(done->bytes_after, fs::file_size(folder / "log"));
    EXPECT_LT(done->bytes_after, size / 2);
    EXPECT_EQ(first_finding(folder / "log"), "");
    EXPECT_EQ(check_log(folder / "log").archived, 3U);
    const auto log = open_log(folder / "log");
    EXPECT_EQ(log->last_event(), last);
    EXPECT_EQ(read_all(*log).value(), before);
    // From within an archive, from its end, and from behind all of them.
    for (const EventNumber after : {EventNumber{1}, kSegmentEvents - 1, kSegmentEvents, 3 * kSegmentEvents, last}) {
      EXPECT_EQ(read_all(*log, after)->events, sample_events(after + 1, last)) << after;
    }
    for (std::uint64_t number = 2; number <= 5; ++number) {
      EXPECT_EQ(log->segment_opening(number)->state, opening(number).state);
      EXPECT_EQ(log->segment_opening(number)->broker, opening(number).broker);
    }
  }
}

TEST(LogArchive, EachFileIsALogOfOneSegment) {
  const TemporaryFolder folder(fast_folder());
  write_log(folder / "log", 1);
  ASSERT_TRUE(archive_segments(folder / "log", 5, ""));
  for (std::uint64_t number = 1; number <= 4; ++number) {
    const std::string file = folder / ("log.segment-" + std::to_string(number));
    EXPECT_TRUE(check_log_alone(file).whole());
    const auto segment = open_log(file);
    Metadata metadata = opening(number).metadata;
    metadata["archived_segment"] = std::to_string(number);
    EXPECT_EQ(segment->metadata(), metadata);
    EXPECT_EQ(segment->readable_after().value(), (number - 1) * kSegmentEvents);
    EXPECT_EQ(check_log(file).archived, number - 1);
    EXPECT_EQ(segment->last_event(), number * kSegmentEvents);
    EXPECT_EQ(segment->segments()->back().after, (number - 1) * kSegmentEvents);
    EXPECT_EQ(read_all(*segment, (number - 1) * kSegmentEvents)->events,
              sample_events((number - 1) * kSegmentEvents + 1, number * kSegmentEvents));
    if (number > 1) {
      EXPECT_EQ(segment->segment_opening(number)->state, opening(number).state);
    }
  }
}

TEST(LogArchive, TheAccountGoesOnWithoutTheFilesAndIsArchivedAgain) {
  const TemporaryFolder folder(fast_folder());
  const TemporaryFolder elsewhere(fast_folder());
  write_log(folder / "log", 1);
  ASSERT_TRUE(archive_segments(folder / "log", 3, elsewhere.path()));
  for (const auto& entry : fs::directory_iterator(elsewhere.path()))
    fs::rename(entry.path(), folder / "away-" + entry.path().filename().string());
  {
    auto log = open_log(folder / "log", OpenMode::ReadWrite);
    append_segment(*log);
    ASSERT_TRUE(log->open_segment(opening(6)));
    append_segment(*log);
    EXPECT_EQ(read_all(*log, 2 * kSegmentEvents)->events, sample_events(2 * kSegmentEvents + 1, log->last_event()));
    const auto missing = read_all(*log, 10);
    ASSERT_FALSE(missing);
    EXPECT_THAT(missing.error().text(), HasSubstr("segment 1 is archived in " + elsewhere / "log.segment-1"));
    EXPECT_FALSE(log->segment_opening(2));
    EXPECT_EQ(log->readable_after().value(), 2 * kSegmentEvents);
  }
  const auto again = archive_segments(folder / "log", 6, elsewhere.path());
  ASSERT_TRUE(again) << again.error().text();
  EXPECT_EQ(again->moved.size(), 3U);
  // Log and files have moved together.
  for (int number : {1, 2}) {
    const std::string name = "log.segment-" + std::to_string(number);
    fs::rename(folder / "away-" + name, folder / name);
  }
  for (int number : {3, 4, 5}) {
    const std::string name = "log.segment-" + std::to_string(number);
    fs::rename(elsewhere / name, folder / name);
  }
  EXPECT_EQ(first_finding(folder / "log"), "");
  const auto log = open_log(folder / "log");
  EXPECT_EQ(read_all(*log)->events, sample_events(1, log->last_event()));
}

TEST(LogArchive, AMissingSwappedOrAlteredFileIsNamed) {
  const TemporaryFolder folder(fast_folder());
  write_log(folder / "log", 1);
  ASSERT_TRUE(archive_segments(folder / "log", 4, ""));
  const std::string one = folder / "log.segment-1";
  const std::string two = folder / "log.segment-2";
  fs::rename(two, folder / "away");
  EXPECT_THAT(first_finding(folder / "log"), HasSubstr("segment 2 is archived in " + two + ", which is neither there"));
  fs::copy(one, two);
  EXPECT_THAT(first_finding(folder / "log"), HasSubstr(two + ", which is not the file that was made"));
  EXPECT_THAT(read_all(*open_log(folder / "log")).error().text(), HasSubstr(two + ": is not segment 2 of this log"));
  fs::remove(two);
  std::string bytes = read_file(folder / "away");
  bytes[bytes.size() - 1] = static_cast<char>(bytes[bytes.size() - 1] ^ 1);
  write_file(two, bytes);
  EXPECT_THAT(first_finding(folder / "log"), HasSubstr(two + ", which is not the file that was made"));
  fs::rename(folder / "away", two);
  EXPECT_EQ(first_finding(folder / "log"), "");
}

TEST(LogArchive, RefusesWhileTheLogIsWrittenAndWhereAnotherFileStands) {
  const TemporaryFolder folder(fast_folder());
  write_log(folder / "log", 1);
  {
    const auto owner = open_log(folder / "log", OpenMode::ReadWrite);
    const auto refused = archive_segments(folder / "log", 3, "");
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().text(), HasSubstr("stop the service"));
  }
  write_file(folder / "log.segment-1", "somebody else's");
  const auto refused = archive_segments(folder / "log", 3, "");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().text(), folder / "log.segment-1" +
                                        ": exists already, and is not segment 1 of this log; name another folder, or "
                                        "remove it");
  EXPECT_EQ(read_file(folder / "log.segment-1"), "somebody else's");
  EXPECT_EQ(first_finding(folder / "log"), "");
  EXPECT_THAT(archive_segments(folder / "log", 3, folder / "none").error().text(), HasSubstr("does not exist"));
}

TEST(LogArchive, TheCurrentSegmentStays) {
  const TemporaryFolder folder(fast_folder());
  write_log(folder / "log", 1);
  const auto done = archive_segments(folder / "log", 100, "");
  ASSERT_TRUE(done);
  EXPECT_EQ(done->moved.size(), 4U);
  EXPECT_EQ(read_all(*open_log(folder / "log"), 4 * kSegmentEvents)->events.size(), 100U);
}

TEST(LogArchive, KilledAnywhereNothingIsLostAndTheNextCallGoesOn) {
  const TemporaryFolder folder(fast_folder());
  std::mt19937_64 random(1789);
  int unfinished = 0;
  for (int round = 0; round < 8; ++round) {
    const std::string path = folder / ("log" + std::to_string(round));
    write_log(path, 1);
    for (int kill = 0; kill < 8; ++kill) {
      const pid_t child = ::fork();
      if (child == 0) ::_exit(archive_segments(path, 5, "") ? 0 : 1);
      std::this_thread::sleep_for(std::chrono::microseconds(random() % 30'000));
      ::kill(child, SIGKILL);
      int status = 0;
      ASSERT_EQ(::waitpid(child, &status, 0), child);
      ASSERT_TRUE(WIFSIGNALED(status) || WEXITSTATUS(status) == 0);
      unfinished += WIFSIGNALED(status) ? 1 : 0;
      EXPECT_EQ(first_finding(path), "");
      const auto log = open_log(path);
      ASSERT_NE(log, nullptr);
      ASSERT_EQ(read_all(*log)->events, sample_events(1, 4 * kSegmentEvents + 100));
    }
    const auto done = archive_segments(path, 5, "");
    ASSERT_TRUE(done) << done.error().text();
    EXPECT_EQ(check_log(path).archived, 4U);
    EXPECT_LT(fs::file_size(path), 200'000U);
  }
  EXPECT_GT(unfinished, 0);
}

TEST(LogArchive, OnAFullDiskTheLogStaysWhole) {
  const TemporaryFolder folder(fast_folder());
  write_log(folder / "log", 1);
  const std::string mounted = folder / "small";
  fs::create_directory(mounted);
  if (::mount("tmpfs", mounted.c_str(), "tmpfs", 0, "size=100k") != 0) GTEST_SKIP() << "mounting needs privileges";
  const auto refused = archive_segments(folder / "log", 5, mounted);
  ::umount(mounted.c_str());
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().text(), HasSubstr("the disk is full"));
  const auto done = archive_segments(folder / "log", 5, "");
  ASSERT_TRUE(done) << done.error().text();
  EXPECT_EQ(read_all(*open_log(folder / "log"))->events, sample_events(1, 4 * kSegmentEvents + 100));
}

TEST(LogArchive, ABackupOfAnArchivedLogFindsTheFilesBesideIt) {
  const TemporaryFolder folder(fast_folder());
  const TemporaryFolder elsewhere(fast_folder());
  write_log(folder / "log", 1);
  ASSERT_TRUE(archive_segments(folder / "log", 3, ""));
  const auto backup = back_up_log(folder / "log", elsewhere / "backup");
  ASSERT_TRUE(backup) << backup.error().text();
  EXPECT_EQ(backup->check.archived, 2U);
  for (int number : {1, 2}) {
    const std::string name = "log.segment-" + std::to_string(number);
    fs::rename(folder / name, elsewhere / name);
  }
  EXPECT_EQ(first_finding(elsewhere / "backup"), "");
}

}  // namespace
}  // namespace bellwether
