// bellwether log backup, check, segments and archive as they are called: what they print and how they end.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <sstream>

#include "app/commands.hpp"
#include "storage/sqlite_event_log.hpp"
#include "tests/support/temporary_folder.hpp"

namespace bellwether {
namespace {

using ::testing::HasSubstr;
namespace fs = std::filesystem;

Metadata metadata(const std::string& version, const std::string& configuration) {
  return {{"engine_version", version}, {"configuration", configuration}};
}

void append(SqliteEventLog& log, int count) {
  std::vector<Event> events;
  for (int i = 0; i < count; ++i) {
    Event event = Event::of(Timestamp(), TimerEvent{1, 1});
    event.number = log.last_event() + static_cast<EventNumber>(i) + 1;
    events.push_back(event);
  }
  EXPECT_TRUE(log.append(events, {}));
}

/// Three segments: the second has another limit and one strategy less, the third another version.
std::string write_log(const TemporaryFolder& folder) {
  const std::string path = (folder.path() / "log").string();
  const std::string strict = R"({"risk":{"drawdown":0.2},"strategies":[{"id":"a","fast":5}]})";
  auto log = SqliteEventLog::create(
                 path, metadata("0.1.0", R"({"risk":{"drawdown":0.25},"strategies":[{"id":"a","fast":5},{"id":"b"}]})"))
                 .value();
  append(*log, 10);
  EXPECT_TRUE(log->open_segment({Timestamp::from_seconds(86'400), metadata("0.1.0", strict), "state", ""}));
  append(*log, 20);
  EXPECT_TRUE(log->open_segment({Timestamp::from_seconds(2 * 86'400), metadata("0.2.0", strict), "state", ""}));
  return path;
}

struct Printed {
  int code = 0;
  std::string out;
  std::string err;
};

template <typename Call>
Printed printed(Call&& call) {
  ::testing::internal::CaptureStdout();
  ::testing::internal::CaptureStderr();
  Printed result;
  result.code = call();
  result.out = ::testing::internal::GetCapturedStdout();
  result.err = ::testing::internal::GetCapturedStderr();
  return result;
}

TEST(LogSegmentsCommand, TellsWhatChangedFromOneToTheNext) {
  const TemporaryFolder folder;
  const std::string path = write_log(folder);
  const Printed text = printed([&] { return log_segments_command(path, false); });
  EXPECT_EQ(text.code, kExitDone);
  EXPECT_THAT(text.out, HasSubstr("segment 1: events 1 to 10, version 0.1.0, "));
  EXPECT_THAT(text.out, HasSubstr("segment 2: events 11 to 30, opened 1970-01-02T00:00:00Z, version 0.1.0, "));
  EXPECT_THAT(text.out, HasSubstr("\n  risk.drawdown: 0.25 -> 0.2\n  strategies.b.id: \"b\" -> absent\nsegment 3: "));
  EXPECT_THAT(text.out, HasSubstr("segment 3: events 31 to 30 (none yet), opened 1970-01-03T00:00:00Z, version 0.2.0, "
                                  "0 bytes, current\n  engine_version: 0.1.0 -> 0.2.0\n"));
  const Printed json = printed([&] { return log_segments_command(path, true); });
  std::istringstream lines(json.out);
  std::vector<nlohmann::json> segments;
  for (std::string line; std::getline(lines, line);) segments.push_back(nlohmann::json::parse(line));
  ASSERT_EQ(segments.size(), 3U);
  EXPECT_EQ(segments[0]["opened"], nullptr);
  EXPECT_EQ(segments[0]["state"], "closed");
  EXPECT_EQ(segments[1]["first_event"], 11);
  EXPECT_EQ(segments[1]["last_event"], 30);
  EXPECT_EQ(segments[1]["opened"], "1970-01-02T00:00:00Z");
  EXPECT_EQ(segments[1]["changes"][0],
            (nlohmann::json{{"key", "risk.drawdown"}, {"before", "0.25"}, {"after", "0.2"}}));
  EXPECT_EQ(segments[2]["changes"].size(), 1U);
  EXPECT_EQ(segments[2]["state"], "current");
}

TEST(LogArchiveCommand, MovesAllButTheNewestAndNamesTheFiles) {
  const TemporaryFolder folder;
  const std::string path = write_log(folder);
  const Printed done = printed([&] { return log_archive_command({path, {}, 2, ""}); });
  EXPECT_EQ(done.code, kExitDone);
  EXPECT_THAT(done.out, HasSubstr("segment 1 is in " + path + ".segment-1, "));
  EXPECT_THAT(printed([&] { return log_segments_command(path, false); }).out,
              HasSubstr("archived\n  in " + path + ".segment-1\n"));
  EXPECT_THAT(printed([&] {
                return log_archive_command({path, {}, 2, ""});
              }).out,
              HasSubstr("No segment was to be archived."));
  fs::remove(path + ".segment-1");
  EXPECT_THAT(printed([&] { return log_segments_command(path, false); }).out, HasSubstr("archived, file missing\n"));
  const std::string lines = printed([&] { return log_segments_command(path, true); }).out;
  const auto missing = nlohmann::json::parse(lines.substr(0, lines.find('\n')));
  EXPECT_EQ(missing["archive"]["missing"], true);
  const Printed check = printed([&] { return log_check_command(path); });
  EXPECT_EQ(check.code, kExitFailed);
  EXPECT_THAT(check.out, HasSubstr("segment 1 is archived in " + path + ".segment-1, which is neither there"));
  EXPECT_THAT(check.out, HasSubstr("not whole, 1 finding: " + path + ", checked 20 events up to 30, "));
}

TEST(LogArchiveCommand, WantsToKnowWhichSegments) {
  const TemporaryFolder folder;
  const std::string path = write_log(folder);
  const Printed refused = printed([&] { return log_archive_command({path, {}, {}, ""}); });
  EXPECT_EQ(refused.code, kExitUsage);
  EXPECT_EQ(refused.err, "error: --before: or --keep is needed: which segments are to be archived\n");
}

TEST(LogBackupCommand, CopiesTheLogOfTheConfiguration) {
  const TemporaryFolder folder;
  const std::string path = write_log(folder);
  const std::string target = (folder.path() / "backup").string();
  ConfigurationSources sources;
  sources.flags.push_back({"--log", "run.log", path});
  const Printed done = printed([&] { return log_backup_command(sources, target); });
  EXPECT_EQ(done.code, kExitDone);
  EXPECT_THAT(done.out, HasSubstr("backup of " + path + " in " + target +
                                  ", whole: 30 events up to 30, 0 order "
                                  "commands, 3 segments, 0 snapshots, "));
  const Printed check = printed([&] { return log_check_command(target); });
  EXPECT_EQ(check.code, kExitDone);
  EXPECT_THAT(check.out, HasSubstr("whole: " + target + ", checked 30 events up to 30"));
  EXPECT_EQ(printed([&] { return log_backup_command(sources, target); }).code, kExitFailed);
}

TEST(LogCheckCommand, ListsEachFindingWithWhatToDo) {
  const TemporaryFolder folder;
  const std::string path = write_log(folder);
  fs::create_hard_link(path, folder.path() / "link");
  const Printed check = printed([&] { return log_check_command(path); });
  EXPECT_EQ(check.code, kExitFailed);
  EXPECT_THAT(check.out,
              HasSubstr(path + ": has 2 names (hard links), and is not written as long as it has; remove the "
                               "other names\nnot whole, 1 finding: "));
}

}  // namespace
}  // namespace bellwether
