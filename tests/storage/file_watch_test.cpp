// What other programs do to the files of a log while it is written: noticed, named, nothing more is called durable, and
// what the files hold afterwards is not mistaken for a whole log.
#include <gmock/gmock.h>
#include <unistd.h>

#include <filesystem>
#include <functional>
#include <future>

#include "storage/log_writer.hpp"
#include "storage/sqlite_event_log.hpp"
#include "tests/storage/log_samples.hpp"

namespace bellwether {
namespace {

using namespace test;
using testing::HasSubstr;
namespace fs = std::filesystem;

/// As `cp` does it: the same file, cut and written anew.
void copy_over(const std::string& from, const std::string& to) { write_file(to, read_file(from)); }

/// A folder with `log`, which is being written, and `other`, a larger log that is closed.
struct Scene {
  TemporaryFolder folder{fast_folder()};
  std::string place = folder / "place";
  std::string path = place + "/log";
  std::unique_ptr<SqliteEventLog> log;

  Scene() {
    fs::create_directory(place);
    auto other = SqliteEventLog::create(folder / "other", {{"key", "other"}}).value();
    EXPECT_TRUE(other->append(sample_events(1, 5'000), {}));
    other.reset();
    log = SqliteEventLog::create(path, {{"key", "value"}}).value();
    EXPECT_TRUE(log->append(sample_events(1, 60), {}));
    EXPECT_TRUE(log->check_files());
  }
};

struct Mischief {
  std::string name;
  std::function<void(Scene&)> act;
  std::string file;  ///< Which one the error names, behind the log's path.
  std::string says;  ///< Part of the error.
};

std::vector<Mischief> mischiefs() {
  return {
      {"deleted", [](Scene& s) { fs::remove(s.path); }, "", "has been deleted while"},
      {"moved", [](Scene& s) { fs::rename(s.path, s.place + "/elsewhere"); }, "", "has been moved away while"},
      {"replaced", [](Scene& s) { fs::rename(s.folder / "other", s.path); }, "", "has been replaced by another file"},
      {"emptied", [](Scene& s) { write_file(s.path, ""); }, "", "has been cut short from"},
      {"cut", [](Scene& s) { fs::resize_file(s.path, fs::file_size(s.path) - 1); }, "", "has been cut short from"},
      {"copied over", [](Scene& s) { copy_over(s.folder / "other", s.path); }, "",
       "has been changed by another program"},
      {"folder deleted", [](Scene& s) { fs::remove_all(s.place); }, "", "has been deleted with its folder"},
      {"folder moved", [](Scene& s) { fs::rename(s.place, s.folder / "new"); }, "",
       "has been moved away with its folder"},
      {"wal deleted", [](Scene& s) { fs::remove(s.path + "-wal"); }, "-wal", "has been deleted or moved away"},
      {"wal emptied", [](Scene& s) { write_file(s.path + "-wal", ""); }, "-wal", "has been cut short from"},
      {"wal replaced",
       [](Scene& s) {
         fs::copy(s.path + "-wal", s.folder / "copy");
         fs::rename(s.folder / "copy", s.path + "-wal");
       },
       "-wal", "has been replaced by another file"},
      {"wal copied over", [](Scene& s) { copy_over(s.folder / "other", s.path + "-wal"); }, "-wal", "has been changed"},
      {"shm deleted", [](Scene& s) { fs::remove(s.path + "-shm"); }, "-shm", "has been deleted or moved away"},
  };
}

void expect_named(const Expected<void>& result, const Scene& scene, const Mischief& mischief) {
  ASSERT_FALSE(result) << mischief.name;
  EXPECT_EQ(result.error().field, scene.path + mischief.file) << mischief.name;
  EXPECT_THAT(result.error().message, HasSubstr(mischief.says)) << mischief.name;
}

TEST(FileWatch, ALookNamesWhatWasDoneAndNothingIsWrittenFromThenOn) {
  for (const Mischief& mischief : mischiefs()) {
    Scene scene;
    mischief.act(scene);
    expect_named(scene.log->check_files(), scene, mischief);
    expect_named(scene.log->append(sample_events(61, 61), {}), scene, mischief);
    expect_named(scene.log->put_metadata("key", "new"), scene, mischief);
    EXPECT_EQ(scene.log->last_event(), 60U) << mischief.name;
  }
}

TEST(FileWatch, ACommitThatComesBeforeTheLookIsNotCalledDurable) {
  for (const Mischief& mischief : mischiefs()) {
    // Readers need that file, a commit does not: the look finds it.
    if (mischief.name == "shm deleted") continue;
    Scene scene;
    mischief.act(scene);
    const auto appended = scene.log->append(sample_events(61, 61), {});
    ASSERT_FALSE(appended) << mischief.name;
    EXPECT_EQ(appended.error().field, scene.path + mischief.file) << mischief.name;
    EXPECT_EQ(scene.log->last_event(), 60U) << mischief.name;
  }
}

TEST(FileWatch, TheWriterTellsWithinASecondThoughNothingIsWritten) {
  for (const Mischief& mischief : mischiefs()) {
    Scene scene;
    std::promise<Error> told;
    LogWriter writer(*scene.log, {.on_error = [&](const Error& error) { told.set_value(error); }});
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    mischief.act(scene);
    auto error = told.get_future();
    ASSERT_EQ(error.wait_for(std::chrono::seconds(1)), std::future_status::ready) << mischief.name;
    expect_named(error.get(), scene, mischief);
    writer.enqueue(sample_event(61));
    EXPECT_FALSE(writer.flush());
    EXPECT_EQ(writer.durable(), 60U);
  }
}

TEST(FileWatch, TheWriterTellsWithinASecondThoughItNeverRests) {
  for (const Mischief& mischief : mischiefs()) {
    // What hits the main file in the very moment in which the writer folds into it may pass until it is read.
    if (mischief.name == "emptied" || mischief.name == "cut" || mischief.name == "copied over") continue;
    Scene scene;
    std::promise<Error> told;
    LogWriter writer(*scene.log, {.on_error = [&](const Error& error) { told.set_value(error); }});
    std::atomic<bool> done = false;
    std::thread producer([&] {
      for (EventNumber number = 61; !done; ++number) writer.enqueue(sample_event(number));
    });
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    mischief.act(scene);
    auto error = told.get_future();
    const bool ready = error.wait_for(std::chrono::seconds(1)) == std::future_status::ready;
    done = true;
    producer.join();
    writer.close();
    ASSERT_TRUE(ready) << mischief.name;
    EXPECT_EQ(error.get().field.substr(0, scene.path.size()), scene.path) << mischief.name;
  }
}

TEST(FileWatch, WhereOnlyANameIsGoneTheMainFileHoldsEverythingInTheEnd) {
  const auto expect_whole = [](const std::string& path, const std::string& what) {
    const auto log = SqliteEventLog::open(path, OpenMode::ReadWrite);
    ASSERT_TRUE(log) << what << ": " << log.error().text();
    EXPECT_EQ(read_all(**log)->events, sample_events(1, 60)) << what;
  };
  for (const Mischief& mischief : mischiefs()) {
    Scene scene;
    mischief.act(scene);
    EXPECT_FALSE(scene.log->check_files());
    scene.log.reset();
    if (mischief.name == "moved") expect_whole(scene.place + "/elsewhere", mischief.name);
    if (mischief.name == "folder moved") expect_whole(scene.folder / "new/log", mischief.name);
    for (const char* harmless : {"wal deleted", "wal replaced", "shm deleted"}) {
      if (mischief.name == harmless) expect_whole(scene.path, mischief.name);
    }
  }
}

TEST(FileWatch, AFileThatTookThePlaceIsLeftWithoutTheWriteAheadFileOfTheFormer) {
  for (const Mischief& mischief : mischiefs()) {
    if (mischief.name != "replaced" && mischief.name != "copied over") continue;
    Scene scene;
    mischief.act(scene);
    EXPECT_FALSE(scene.log->check_files());
    scene.log.reset();
    EXPECT_TRUE(fs::exists(scene.path + "-wal.aside"));
    const auto other = SqliteEventLog::open(scene.path, OpenMode::ReadWrite);
    ASSERT_TRUE(other) << other.error().text();
    EXPECT_EQ((*other)->metadata(), (Metadata{{"key", "other"}}));
    EXPECT_EQ(read_all(**other)->events, sample_events(1, 5'000)) << mischief.name;
  }
}

TEST(FileWatch, LostEventsAreNotPassedOverByTheNextStart) {
  for (const Mischief& mischief : mischiefs()) {
    if (mischief.name != "wal emptied" && mischief.name != "wal copied over") continue;
    Scene scene;
    mischief.act(scene);
    EXPECT_FALSE(scene.log->check_files());
    scene.log.reset();
    fs::remove(scene.path + "-wal");
    const auto refused = SqliteEventLog::open(scene.path, OpenMode::ReadWrite);
    ASSERT_FALSE(refused) << mischief.name;
    EXPECT_THAT(refused.error().message, HasSubstr("committed events are lost"));
    EXPECT_THAT(refused.error().message, HasSubstr("events up to 60 had been committed"));
    fs::remove(scene.path + ".lost");
    EXPECT_TRUE(SqliteEventLog::open(scene.path, OpenMode::ReadWrite));
  }
}

TEST(FileWatch, ADeletedLogIsNotBegunAnewUnnoticed) {
  Scene scene;
  fs::remove(scene.path);
  EXPECT_FALSE(scene.log->check_files());
  scene.log.reset();
  const auto created = SqliteEventLog::create(scene.path, {});
  ASSERT_FALSE(created);
  EXPECT_THAT(created.error().text(), HasSubstr("the rest of an event log whose main file is gone"));
}

/// Appends events one by one, more than the write-ahead file takes before it is begun anew.
void append_past_a_fold(SqliteEventLog& log) {
  for (EventNumber number = log.last_event() + 1, end = number + 4'500; number < end; ++number) {
    const auto written = log.append(std::vector{sample_event(number)}, {});
    ASSERT_TRUE(written) << written.error().text();
  }
}

TEST(FileWatch, AWriteAheadFileThatAKilledProcessLeftIsBegunAnewWithoutFault) {
  const TemporaryFolder folder(fast_folder());
  {
    auto log = SqliteEventLog::create(folder / "first", {});
    ASSERT_TRUE(log);
    append_past_a_fold(**log);
    for (const char* part : {"", "-wal"}) {
      std::filesystem::copy_file((folder / "first") + part, (folder / "killed") + part);
    }
  }
  // Who comes first brings the file in order, and knows how often it was begun anew; the writer does not.
  auto reader = SqliteConnection::open(folder / "killed", SqliteAccess::ReadOnly);
  ASSERT_TRUE(reader && reader->query_integer("SELECT count(*) FROM batches"));
  auto log = SqliteEventLog::open(folder / "killed", OpenMode::ReadWrite);
  ASSERT_TRUE(log);
  append_past_a_fold(**log);
  EXPECT_TRUE((*log)->check_files());
}

TEST(FileWatch, TheLogsOwnWritesAndReadersAreNoFault) {
  const TemporaryFolder folder(fast_folder());
  auto log = SqliteEventLog::create(folder / "log", {}).value();
  for (EventNumber first = 1; first < 150'000; first += 1000) {
    ASSERT_TRUE(log->append(sample_events(first, first + 999), {}));  // Enough to fold several times.
    ASSERT_TRUE(log->check_files());
    if (first % 20'000 != 1) continue;
    ASSERT_TRUE(log->put_snapshot({first, std::string(30'000'000, 's')}));  // More than is folded at once.
    const auto reader = SqliteEventLog::open(folder / "log", OpenMode::ReadOnly);
    ASSERT_TRUE(reader);
    ASSERT_EQ(read_all(**reader, first)->events.size(), 999U);
  }
  EXPECT_TRUE(log->check_files());
}

}  // namespace
}  // namespace bellwether
