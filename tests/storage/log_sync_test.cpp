// How often the event log makes the disk write: this program's own fsync and fdatasync count the calls that SQLite
// makes.
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>

#include "storage/sqlite_event_log.hpp"
#include "tests/storage/log_samples.hpp"

namespace {
std::atomic<int> syncs = 0;
}

extern "C" int fsync(int descriptor) {
  syncs.fetch_add(1);
  return static_cast<int>(::syscall(SYS_fsync, descriptor));
}
extern "C" int fdatasync(int descriptor) {
  syncs.fetch_add(1);
  return static_cast<int>(::syscall(SYS_fdatasync, descriptor));
}

namespace bellwether {
namespace {

using namespace test;

int syncs_of_ten_appends(SqliteEventLog& log) {
  const EventNumber first = log.last_event() + 1;
  const int before = syncs.load();
  for (EventNumber number = first; number < first + 10; ++number) {
    EXPECT_TRUE(log.append(sample_events(number, number), {}));
  }
  return syncs.load() - before;
}

TEST(LogSync, EveryCommitWaitsForTheDiskUnlessToldOtherwise) {
  const TemporaryFolder folder;
  auto log = SqliteEventLog::create(folder / "log", {}).value();
  EXPECT_GE(syncs_of_ten_appends(*log), 10);
  ASSERT_TRUE(log->sync_commits(false));
  EXPECT_EQ(syncs_of_ten_appends(*log), 0);
  ASSERT_TRUE(log->sync_commits(true));
  EXPECT_GE(syncs_of_ten_appends(*log), 10);
  EXPECT_EQ(read_all(*log)->events, sample_events(1, 30));
}

}  // namespace
}  // namespace bellwether
