// A backup is a whole log by itself, whatever goes on while it is made; a killed one leaves nothing under its name.
#include "storage/log_backup.hpp"

#include <gmock/gmock.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <random>
#include <thread>

#include "storage/sqlite_event_log.hpp"
#include "tests/storage/log_samples.hpp"

namespace bellwether {
namespace {

using namespace test;
using testing::HasSubstr;
namespace fs = std::filesystem;

std::unique_ptr<SqliteEventLog> make_log(const std::string& path, EventNumber events) {
  auto log = SqliteEventLog::create(path, {{"key", "value"}}).value();
  for (EventNumber first = 1; first <= events; first += 100) {
    EXPECT_TRUE(log->append(sample_events(first, first + 99), std::vector{sample_command(first)}));
  }
  return log;
}

/// Names in a folder, sorted.
std::vector<std::string> names_in(const std::string& folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) names.push_back(entry.path().filename().string());
  std::sort(names.begin(), names.end());
  return names;
}

TEST(LogBackup, OfALogInUseIsOneFileThatIsTheWholeLogAndGoesOn) {
  const TemporaryFolder folder;
  const TemporaryFolder elsewhere;
  const auto log = make_log(folder / "log", 1000);
  ASSERT_TRUE(log->put_snapshot({900, "snapshot"}));
  const auto backup = back_up_log(folder / "log", elsewhere / "backup");
  ASSERT_TRUE(backup) << backup.error().text();
  EXPECT_EQ(backup->check.last_event, 1000U);
  EXPECT_EQ(backup->check.commands, 10U);
  EXPECT_FALSE(backup->leftover);
  EXPECT_EQ(names_in(elsewhere.path()), std::vector<std::string>{"backup"});
  ASSERT_TRUE(log->append(sample_events(1001, 1001), {}));  // The owner goes on, and so does the copy, its own way.
  auto copy = SqliteEventLog::open(elsewhere / "backup", OpenMode::ReadWrite);
  ASSERT_TRUE(copy) << copy.error().text();
  EXPECT_EQ((*copy)->metadata(), (Metadata{{"key", "value"}}));
  EXPECT_EQ((*copy)->snapshot(900)->bytes, "snapshot");
  ASSERT_TRUE((*copy)->append(sample_events(1001, 1100), {}));
  EXPECT_EQ(read_all(**copy)->events, sample_events(1, 1100));
}

TEST(LogBackup, OfAKilledWritersLogHoldsWhatItsWriteAheadFileHolds) {
  const TemporaryFolder folder;
  const pid_t child = ::fork();
  if (child == 0) {
    const auto log = make_log(folder / "log", 500);
    ::kill(::getpid(), SIGKILL);
  }
  ASSERT_EQ(::waitpid(child, nullptr, 0), child);
  ASSERT_GT(fs::file_size(folder / "log-wal"), 0U);
  const auto before = names_in(folder.path());
  ASSERT_TRUE(back_up_log(folder / "log", folder / "z-backup"));
  auto after = names_in(folder.path());
  EXPECT_EQ(after.back(), "z-backup");
  after.pop_back();
  EXPECT_EQ(after, before);
  EXPECT_EQ(read_all(**SqliteEventLog::open(folder / "z-backup", OpenMode::ReadOnly))->events, sample_events(1, 500));
}

TEST(LogBackup, NeverReplacesAFile) {
  const TemporaryFolder folder;
  const auto log = make_log(folder / "log", 100);
  write_file(folder / "taken", "precious");
  const auto refused = back_up_log(folder / "log", folder / "taken");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().text(), folder / "taken" + ": exists already, and is not replaced");
  EXPECT_EQ(read_file(folder / "taken"), "precious");
  EXPECT_FALSE(back_up_log(folder / "log", folder / "log"));
  EXPECT_THAT(back_up_log(folder / "log", folder / "no/such/file").error().text(), HasSubstr("does not exist"));
  EXPECT_THAT(back_up_log(folder / "none", folder / "new").error().text(), HasSubstr("there is no such event log"));
}

TEST(LogBackup, ADamagedLogGivesNone) {
  const TemporaryFolder folder;
  make_log(folder / "log", 1000).reset();
  std::string bytes = read_file(folder / "log");
  bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
  write_file(folder / "log", bytes);
  const auto refused = back_up_log(folder / "log", folder / "backup");
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("the copy is not whole"));
  EXPECT_EQ(names_in(folder.path()), (std::vector<std::string>{"log", "log.lock"}));
}

TEST(LogBackup, DoesNotHoldTheWriterUp) {
  const TemporaryFolder folder;
  const auto log = make_log(folder / "log", 100'000);
  std::atomic<bool> done = false;
  std::thread backup([&] {
    for (int i = 0; i < 5; ++i) EXPECT_TRUE(back_up_log(folder / "log", folder / std::to_string(i)));
    done = true;
  });
  EventNumber number = log->last_event();
  auto longest = std::chrono::steady_clock::duration();
  while (!done) {
    const auto begin = std::chrono::steady_clock::now();
    ++number;
    ASSERT_TRUE(log->append(sample_events(number, number), {}));
    longest = std::max(longest, std::chrono::steady_clock::now() - begin);
  }
  backup.join();
  EXPECT_GT(number, 100'010U);
  // A writer that is locked out would wait for five seconds and fail.
  EXPECT_LT(longest, std::chrono::seconds(2));
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(check_log(folder / std::to_string(i)).whole());
}

TEST(LogBackup, KilledAnywhereLeavesAWholeBackupOrNothingUnderItsName) {
  const TemporaryFolder folder;
  const auto log = make_log(folder / "log", 20'000);
  std::mt19937_64 random(1601);
  int whole = 0;
  int leftovers = 0;
  for (int kill = 0; kill < 60; ++kill) {
    const std::string target = folder / ("backup" + std::to_string(kill));
    const pid_t child = ::fork();
    if (child == 0) ::_exit(back_up_log(folder / "log", target) ? 0 : 1);
    std::this_thread::sleep_for(std::chrono::microseconds(random() % 60'000));
    ::kill(child, SIGKILL);
    ASSERT_EQ(::waitpid(child, nullptr, 0), child);
    if (fs::exists(target)) {
      EXPECT_TRUE(check_log(target).whole());
      ++whole;
    } else {
      const auto again = back_up_log(folder / "log", target);
      ASSERT_TRUE(again) << again.error().text();
      leftovers += again->leftover ? 1 : 0;
    }
    EXPECT_FALSE(fs::exists(target + ".unfinished"));
    fs::remove(target);
  }
  EXPECT_GT(leftovers, 0);
  EXPECT_LT(whole, 60);
}

TEST(LogBackup, OnAFullDiskLeavesNothing) {
  const TemporaryFolder folder;
  const auto log = make_log(folder / "log", 20'000);
  const std::string mounted = folder / "small";
  fs::create_directory(mounted);
  if (::mount("tmpfs", mounted.c_str(), "tmpfs", 0, "size=1m") != 0) GTEST_SKIP() << "mounting needs privileges";
  const auto refused = back_up_log(folder / "log", mounted + "/backup");
  const auto left = names_in(mounted);
  ::umount(mounted.c_str());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().text(), mounted + "/backup: cannot be copied: the disk is full");
  EXPECT_TRUE(left.empty());
}

}  // namespace
}  // namespace bellwether
