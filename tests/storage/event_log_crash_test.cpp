// kill -9 at random points: what was reported durable is there, whole and without gaps, and the log goes on.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <random>
#include <thread>

#include "storage/log_writer.hpp"
#include "storage/sqlite_event_log.hpp"
#include "tests/storage/log_samples.hpp"

namespace bellwether {
namespace {

using namespace test;

constexpr int kKills = 30;

void report(int pipe, EventNumber number) {
  if (::write(pipe, &number, sizeof number) != sizeof number) ::_exit(3);
}

/// Goes on with the log at `path` as fast as it can and tells the pipe what is durable; never returns.
[[noreturn]] void append_forever(const std::string& path, int pipe) {
  auto log = SqliteEventLog::open(path, OpenMode::ReadWrite);
  if (!log) ::_exit(2);
  LogWriter writer(**log, {.on_commit = [pipe](EventNumber durable) { report(pipe, durable); }}, {.capacity = 300});
  for (EventNumber number = writer.durable() + 1;; ++number) {
    writer.enqueue(sample_event(number));
    if (number % 5 == 0) writer.enqueue(sample_command(number));
    if (number % 100 == 0) writer.enqueue(Snapshot{number, std::to_string(number)});
  }
}

/// The last number that came through the pipe before it broke off.
EventNumber last_reported(int pipe, EventNumber before) {
  EventNumber number = before;
  EventNumber read = 0;
  while (::read(pipe, &read, sizeof read) == sizeof read) number = read;
  return number;
}

TEST(EventLogCrash, EveryEventReportedDurableSurvivesKill) {
  const TemporaryFolder folder;
  ASSERT_TRUE(SqliteEventLog::create(folder / "log", {}));
  std::mt19937_64 random(2001);
  EventNumber durable = 0;
  for (int kill = 0; kill < kKills; ++kill) {
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    const pid_t child = ::fork();
    if (child == 0) append_forever(folder / "log", ends[1]);
    ::close(ends[1]);
    std::this_thread::sleep_for(std::chrono::microseconds(random() % 30'000));
    ::kill(child, SIGKILL);
    durable = last_reported(ends[0], durable);
    ::close(ends[0]);
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status)) << "the child ended by itself: " << status;

    const auto log = SqliteEventLog::open(folder / "log", kill % 2 == 0 ? OpenMode::ReadWrite : OpenMode::ReadOnly);
    ASSERT_TRUE(log) << log.error().text();
    ASSERT_GE((*log)->last_event(), durable);
    const auto all = read_all(**log);
    ASSERT_TRUE(all) << all.error().text();
    ASSERT_EQ(all->events, sample_events(1, (*log)->last_event()));
    const auto snapshots = (*log)->snapshot_events();
    ASSERT_TRUE(snapshots) << snapshots.error().text();
    for (const EventNumber event : *snapshots) {
      EXPECT_EQ((*log)->snapshot(event)->bytes, std::to_string(event));
    }
    for (const LoggedCommand& command : all->commands) ASSERT_EQ(command, sample_command(command.event));
    durable = (*log)->last_event();
  }
  EXPECT_GT(durable, 1000U);
}

TEST(EventLogCrash, KilledWhileItIsCreatedALogIsWholeOrAbsent) {
  const TemporaryFolder folder;
  std::mt19937_64 random(1987);
  for (int kill = 0; kill < kKills; ++kill) {
    const std::string path = folder / ("log" + std::to_string(kill / 2));
    const pid_t child = ::fork();
    if (child == 0) {
      const auto log = SqliteEventLog::create(path, {{"key", "value"}});
      ::pause();
    }
    std::this_thread::sleep_for(std::chrono::microseconds(random() % 8'000));
    ::kill(child, SIGKILL);
    ASSERT_EQ(::waitpid(child, nullptr, 0), child);
    const auto log = std::filesystem::exists(path) ? SqliteEventLog::open(path, OpenMode::ReadWrite)
                                                   : SqliteEventLog::create(path, {{"key", "value"}});
    ASSERT_TRUE(log) << log.error().text();
    EXPECT_EQ((*log)->metadata(), (Metadata{{"key", "value"}}));
    EXPECT_EQ((*log)->last_event(), 0U);
    if (kill % 2 == 0) {
      for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(path + suffix);
    }
  }
}

}  // namespace
}  // namespace bellwether
