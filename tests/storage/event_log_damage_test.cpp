// Damage: whatever byte of a log's files is changed, what is read is the original or nothing.
#include <random>

#include "storage/sqlite_event_log.hpp"
#include "tests/storage/log_samples.hpp"

namespace bellwether {
namespace {

using namespace test;

constexpr EventNumber kEvents = 60;

/// All that a log says.
struct Contents {
  Recorded recorded;
  Metadata metadata;
  std::vector<Snapshot> snapshots;

  bool operator==(const Contents&) const = default;
};

Expected<Contents> read_contents(const std::string& path, OpenMode mode) {
  auto log = SqliteEventLog::open(path, mode);
  if (!log) return log.error();
  auto recorded = read_all(**log);
  if (!recorded) return recorded.error();
  Contents contents{*recorded, (*log)->metadata(), {}};
  // A snapshot may get lost, which refuses nothing: replay from an older one, or from the start, stands in for it.
  if (const auto snapshots = (*log)->snapshot_events()) {
    for (const EventNumber event : *snapshots) {
      if (auto snapshot = (*log)->snapshot(event)) contents.snapshots.push_back(*snapshot);
    }
  }
  return contents;
}

/// Appends of six events and one command each.
void write_sample(SqliteEventLog& log) {
  for (EventNumber first = 1; first < kEvents; first += 6) {
    ASSERT_TRUE(log.append(sample_events(first, first + 5), std::vector{sample_command(first)}));
  }
}

/// A log's files as bytes, to be laid out again and again.
struct LogFiles {
  std::string main;
  std::string write_ahead;

  explicit LogFiles(const std::string& path) : main(read_file(path)), write_ahead(read_file(path + "-wal")) {}
  void lay_out(const std::string& path) const {
    std::filesystem::remove(path + "-shm");
    std::filesystem::remove(path + "-wal");
    write_file(path, main);
    if (!write_ahead.empty()) write_file(path + "-wal", write_ahead);
  }
};

/// Positions to change: every one of the first and last bytes and a random choice of the others.
std::vector<std::size_t> positions(std::size_t size, std::size_t count) {
  std::vector<std::size_t> chosen;
  for (std::size_t i = 0; i < 110; ++i) chosen.push_back(i);
  std::mt19937_64 random(20130930);
  while (chosen.size() < count) chosen.push_back(random() % size);
  return chosen;
}

TEST(EventLogDamage, AFlippedByteOfTheFileYieldsTheOriginalOrAnError) {
  const TemporaryFolder folder(fast_folder());
  {
    auto log = SqliteEventLog::create(folder / "log", {{"engine", "0.1.0"}, {"seed", "17"}}).value();
    write_sample(*log);
    ASSERT_TRUE(log->put_snapshot({kEvents, std::string(500, 's')}));
  }
  const LogFiles sound(folder / "log");
  ASSERT_TRUE(sound.write_ahead.empty());
  const Contents original = *read_contents(folder / "log", OpenMode::ReadOnly);
  ASSERT_EQ(original.recorded.events, sample_events(1, kEvents));
  int refused = 0;
  const auto changed = positions(sound.main.size(), 1500);
  for (std::size_t i = 0; i < changed.size(); ++i) {
    LogFiles files = sound;
    files.main[changed[i]] = static_cast<char>(files.main[changed[i]] ^ (i % 3 == 0 ? 0xff : 1 << (i % 8)));
    files.lay_out(folder / "flipped");
    const auto contents = read_contents(folder / "flipped", i % 8 == 0 ? OpenMode::ReadWrite : OpenMode::ReadOnly);
    if (!contents) {
      ++refused;
      EXPECT_EQ(contents.error().field, folder / "flipped") << changed[i];
      EXPECT_NE(contents.error().message, "") << changed[i];
      continue;
    }
    EXPECT_EQ(contents->recorded, original.recorded) << changed[i];
    EXPECT_EQ(contents->metadata, original.metadata) << changed[i];
    for (const Snapshot& snapshot : contents->snapshots) EXPECT_EQ(snapshot, original.snapshots[0]) << changed[i];
  }
  EXPECT_GT(refused, 200);
}

TEST(EventLogDamage, AFileCutShortIsRefused) {
  const TemporaryFolder folder(fast_folder());
  {
    auto log = SqliteEventLog::create(folder / "log", {}).value();
    write_sample(*log);
  }
  const LogFiles sound(folder / "log");
  for (std::size_t size = 0; size < sound.main.size(); size += 1019) {
    LogFiles files = sound;
    files.main.resize(size);
    files.lay_out(folder / "cut");
    EXPECT_FALSE(read_contents(folder / "cut", size % 2 == 0 ? OpenMode::ReadWrite : OpenMode::ReadOnly)) << size;
  }
}

TEST(EventLogDamage, AFlippedByteOfTheWriteAheadFileLosesAtMostTheUnsettledLastTransaction) {
  const TemporaryFolder folder(fast_folder());
  auto log = SqliteEventLog::create(folder / "log", {}).value();
  write_sample(*log);
  const LogFiles crashed(folder / "log");  // As a crash would leave them: the log is still open.
  ASSERT_GT(crashed.write_ahead.size(), 10'000U);
  const Recorded original = *read_all(*log);
  Recorded without_last = original;
  without_last.events.resize(kEvents - 6);
  without_last.commands.pop_back();
  crashed.lay_out(folder / "copy");
  ASSERT_EQ(read_contents(folder / "copy", OpenMode::ReadWrite)->recorded, original);
  int refused = 0;
  int lost = 0;
  for (const std::size_t position : positions(crashed.write_ahead.size(), 1000)) {
    LogFiles files = crashed;
    files.write_ahead[position] = static_cast<char>(files.write_ahead[position] ^ 0x20);
    files.lay_out(folder / "flipped");
    const auto contents =
        read_contents(folder / "flipped", position % 8 == 0 ? OpenMode::ReadWrite : OpenMode::ReadOnly);
    if (!contents) {
      ++refused;
    } else if (contents->recorded != original) {
      ++lost;
      EXPECT_EQ(contents->recorded, without_last) << position;
    }
  }
  EXPECT_GT(refused, 500);
  EXPECT_LT(lost, 250);
}

}  // namespace
}  // namespace bellwether
