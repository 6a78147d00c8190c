// One owner per file: whatever the name, and as long as the owner lives.
#include "storage/inode_lock.hpp"

#include <gmock/gmock.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>

#include "storage/sqlite_event_log.hpp"
#include "tests/storage/log_samples.hpp"

namespace bellwether {
namespace {

using namespace test;
using testing::HasSubstr;

/// Another process that writes a log with three events until the end of the test.
class Owner {
 public:
  explicit Owner(const std::string& path) {
    int ends[2];
    if (::pipe(ends) != 0) return;
    child_ = ::fork();
    if (child_ == 0) {
      const auto log = SqliteEventLog::create(path, {}).value();
      const char sign = log->append(sample_events(1, 3), {}) ? '+' : '-';
      if (::write(ends[1], &sign, 1) == 1) ::pause();
      ::_exit(1);
    }
    ::close(ends[1]);
    char sign = '-';
    EXPECT_EQ(::read(ends[0], &sign, 1), 1);
    EXPECT_EQ(sign, '+');
    ::close(ends[0]);
  }
  ~Owner() {
    if (child_ <= 0) return;
    ::kill(child_, SIGKILL);
    ::waitpid(child_, nullptr, 0);
  }
  Owner(const Owner&) = delete;
  Owner& operator=(const Owner&) = delete;

 private:
  pid_t child_ = -1;
};

std::string refusal(const std::string& path) {
  const auto log = SqliteEventLog::open(path, OpenMode::ReadWrite);
  return log ? "" : log.error().text();
}

constexpr const char* kInUse = "in use by another process, which writes the same file, maybe under another name";

TEST(InodeLock, HoldsAFileUnderEveryName) {
  const TemporaryFolder folder;
  write_file(folder / "file", "text");
  std::filesystem::create_hard_link(folder / "file", folder / "link");
  auto held = InodeLock::acquire(folder / "file");
  ASSERT_TRUE(held) << held.error().text();
  EXPECT_THAT(InodeLock::acquire(folder / "file").error().text(), HasSubstr("in use by another process"));
  EXPECT_THAT(InodeLock::acquire(folder / "link").error().text(), HasSubstr("in use by another process"));
  { const InodeLock gone = std::move(*held); }
  EXPECT_TRUE(InodeLock::acquire(folder / "link"));
  EXPECT_THAT(InodeLock::acquire(folder / "missing").error().text(), HasSubstr("No such file"));
}

TEST(InodeLock, ALogInUseIsRefusedUnderAHardLinkAndAfterARename) {
  const TemporaryFolder folder;
  const Owner owner(folder / "log");
  std::filesystem::create_hard_link(folder / "log", folder / "link");
  EXPECT_EQ(refusal(folder / "link"), folder / "link" + ": " + kInUse);
  std::filesystem::remove(folder / "link");
  std::filesystem::rename(folder / "log", folder / "renamed");
  EXPECT_EQ(refusal(folder / "renamed"), folder / "renamed" + ": " + kInUse);
}

TEST(InodeLock, ALogInUseIsRefusedThroughABindMount) {
  const TemporaryFolder folder;
  const Owner owner(folder / "log");
  write_file(folder / "bound", "");
  if (::mount((folder / "log").c_str(), (folder / "bound").c_str(), nullptr, MS_BIND, nullptr) != 0) {
    GTEST_SKIP() << "mounting needs privileges";
  }
  EXPECT_EQ(refusal(folder / "bound"), folder / "bound" + ": " + kInUse);
  ::umount((folder / "bound").c_str());
}

TEST(InodeLock, ARefusalInTheOwnersProcessReleasesNoLockOfSqlite) {
  const TemporaryFolder folder;
  auto owner = SqliteEventLog::create(folder / "log", {}).value();
  ASSERT_TRUE(owner->append(sample_events(1, 3), {}));
  std::filesystem::create_hard_link(folder / "log", folder / "link");
  EXPECT_EQ(refusal(folder / "link"), folder / "link" + ": " + kInUse);
  std::filesystem::remove(folder / "link");
  // Whoever closes the file as the only one that has it open removes the write-ahead file.
  const pid_t child = ::fork();
  if (child == 0) {
    bool read = false;
    {
      auto other = SqliteConnection::open(folder / "log", SqliteAccess::ReadWrite).value();
      read = other.query_integer("SELECT count(*) FROM batches").has_value();
    }
    ::_exit(read ? 0 : 2);
  }
  int status = -1;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  EXPECT_TRUE(std::filesystem::exists(folder / "log-wal"));
  EXPECT_TRUE(owner->append(sample_events(4, 6), {}));
}

TEST(InodeLock, ALogWithTwoNamesIsReadButNotWritten) {
  const TemporaryFolder folder;
  {
    auto log = SqliteEventLog::create(folder / "log", {}).value();
    ASSERT_TRUE(log->append(sample_events(1, 3), {}));
  }
  std::filesystem::create_hard_link(folder / "log", folder / "link");
  const auto writer = SqliteEventLog::open(folder / "log", OpenMode::ReadWrite);
  ASSERT_FALSE(writer);
  EXPECT_EQ(writer.error().field, folder / "log");
  EXPECT_THAT(writer.error().message, HasSubstr("has 2 names (hard links)"));
  EXPECT_EQ(read_all(**SqliteEventLog::open(folder / "link", OpenMode::ReadOnly))->events, sample_events(1, 3));
  std::filesystem::remove(folder / "link");
  EXPECT_TRUE(SqliteEventLog::open(folder / "log", OpenMode::ReadWrite));
}

}  // namespace
}  // namespace bellwether
