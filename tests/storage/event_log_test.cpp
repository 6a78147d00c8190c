// What goes into the event log comes out of it: events, commands, snapshots, metadata, and cursors over them.
#include "storage/sqlite_event_log.hpp"
#include "tests/storage/log_samples.hpp"

namespace bellwether {
namespace {

using namespace test;

std::unique_ptr<SqliteEventLog> make_log(const std::string& path, const Metadata& metadata = {}) {
  auto log = SqliteEventLog::create(path, metadata);
  EXPECT_TRUE(log) << log.error().text();
  return log ? std::move(*log) : nullptr;
}

std::unique_ptr<SqliteEventLog> reopen(const std::string& path, OpenMode mode = OpenMode::ReadOnly) {
  auto log = SqliteEventLog::open(path, mode);
  EXPECT_TRUE(log) << log.error().text();
  return log ? std::move(*log) : nullptr;
}

TEST(EventLog, GivesBackEveryTypeOfEventAndItsCommands) {
  const TemporaryFolder folder;
  const auto events = sample_events(1, 2 * kEventTypeCount);
  const std::vector<LoggedCommand> commands = {sample_command(1), sample_command(5), sample_command(20)};
  {
    const auto log = make_log(folder / "log");
    ASSERT_TRUE(log->append(events, commands));
    EXPECT_EQ(log->last_event(), 2 * kEventTypeCount);
    EXPECT_EQ(*read_all(*log), (Recorded{events, commands}));
  }
  for (const OpenMode mode : {OpenMode::ReadOnly, OpenMode::ReadWrite}) {
    const auto log = reopen(folder / "log", mode);
    EXPECT_EQ(log->last_event(), 2 * kEventTypeCount);
    EXPECT_EQ(*read_all(*log), (Recorded{events, commands}));
  }
}

TEST(EventLog, AppendLargerThanABatchComesBackWhole) {
  const TemporaryFolder folder;
  const auto log = make_log(folder / "log");
  const auto events = sample_events(1, 3 * kBatchEventsMax + 1);
  std::vector<LoggedCommand> commands;
  for (EventNumber n = 0; n < 2 * kBatchCommandsMax + 1; ++n) commands.push_back(sample_command(1 + n / 4));
  ASSERT_TRUE(log->append(events, commands));
  EXPECT_EQ(*read_all(*log), (Recorded{events, commands}));
}

TEST(EventLog, CursorStartsBehindAnyEvent) {
  const TemporaryFolder folder;
  const auto log = make_log(folder / "log");
  // Batches of 1, 2, 3, ... events; each one's commands follow in a batch of their own.
  EventNumber last = 0;
  for (EventNumber size = 1; size <= 8; ++size) {
    ASSERT_TRUE(log->append(sample_events(last + 1, last + size), {}));
    last += size;
    ASSERT_TRUE(log->append({}, std::vector{sample_command(last - size + 1), sample_command(last)}));
  }
  const auto all = *read_all(*log);
  ASSERT_EQ(all.events.size(), 36U);
  ASSERT_EQ(all.commands.size(), 16U);
  for (EventNumber after = 0; after <= last + 1; ++after) {
    Recorded expected = all;
    std::erase_if(expected.events, [&](const Event& event) { return event.number <= after; });
    std::erase_if(expected.commands, [&](const LoggedCommand& command) { return command.event <= after; });
    EXPECT_EQ(*read_all(*log, after), expected) << after;
  }
}

TEST(EventLog, CursorAtTheEndGoesOnWithWhatIsAppendedLater) {
  const TemporaryFolder folder;
  const auto log = make_log(folder / "log");
  const auto reader = reopen(folder / "log");
  const auto cursor = reader->read(1);
  std::vector<Event> events;
  std::vector<LoggedCommand> commands;
  EXPECT_EQ(*cursor->next(events, commands), 0U);
  ASSERT_TRUE(log->append(sample_events(1, 2), {}));
  EXPECT_EQ(*cursor->next(events, commands), 1U);
  EXPECT_EQ(events, sample_events(2, 2));
  ASSERT_TRUE(log->append({}, std::vector{sample_command(1), sample_command(2)}));
  EXPECT_EQ(*cursor->next(events, commands), 1U);
  EXPECT_EQ(commands, std::vector{sample_command(2)});
  EXPECT_EQ(*cursor->next(events, commands), 0U);
}

TEST(EventLog, RefusesEventsThatLeaveAGapAndCommandsWithoutTheirEvent) {
  const TemporaryFolder folder;
  const auto log = make_log(folder / "log");
  EXPECT_FALSE(log->append(sample_events(2, 3), {}));
  EXPECT_FALSE(log->append(sample_events(0, 1), {}));
  ASSERT_TRUE(log->append(sample_events(1, 3), {}));
  EXPECT_FALSE(log->append(sample_events(3, 4), {}));
  EXPECT_FALSE(log->append(sample_events(5, 6), {}));
  EXPECT_FALSE(log->append(std::vector{sample_event(4), sample_event(6)}, {}));
  EXPECT_FALSE(log->append(sample_events(4, 4), std::vector{sample_command(5)}));
  const auto refused = log->append({}, std::vector{sample_command(4)});
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().text(), testing::HasSubstr("the log ends at event 3"));
  EXPECT_EQ(log->last_event(), 3U);
  EXPECT_EQ(*read_all(*log), (Recorded{sample_events(1, 3), {}}));
}

TEST(EventLog, KeepsTheNewestSnapshots) {
  const TemporaryFolder folder;
  const auto log = make_log(folder / "log");
  EXPECT_TRUE(log->snapshot_events()->empty());
  EXPECT_FALSE(log->snapshot(1));
  ASSERT_TRUE(log->append(sample_events(1, 9), {}));
  EXPECT_FALSE(log->put_snapshot({10, "state"}));
  const std::string large(100'000, '\x5a');
  for (EventNumber event = 1; event <= 9; ++event) {
    ASSERT_TRUE(log->put_snapshot({event, large + std::to_string(event)}));
  }
  EXPECT_EQ(*log->snapshot_events(), (std::vector<EventNumber>{9, 8, 7}));
  EXPECT_EQ(*log->snapshot(9), (Snapshot{9, large + "9"}));
  EXPECT_EQ(*log->snapshot(7), (Snapshot{7, large + "7"}));
  ASSERT_TRUE(log->put_snapshot({9, ""}));
  EXPECT_EQ(*reopen(folder / "log")->snapshot(9), (Snapshot{9, ""}));
  auto file = SqliteConnection::open(folder / "log", SqliteAccess::ReadOnly);
  EXPECT_EQ(*file->query_integer("SELECT count(*) FROM snapshots"), static_cast<std::int64_t>(kSnapshotsKept));
}

TEST(EventLog, NeitherCountsNorDeletesADamagedSnapshot) {
  const TemporaryFolder folder;
  {
    const auto log = make_log(folder / "log");
    ASSERT_TRUE(log->append(sample_events(1, 9), {}));
    for (const EventNumber event : {1, 2, 3}) ASSERT_TRUE(log->put_snapshot({event, std::string(9'000, 's')}));
  }
  {
    auto file = SqliteConnection::open(folder / "log", SqliteAccess::ReadWrite);
    ASSERT_TRUE(file->execute("UPDATE snapshots SET bytes = x'0102' WHERE event = 2"));
    ASSERT_TRUE(file->execute("UPDATE snapshots SET event = 1000 WHERE event = 3"));
  }
  const auto log = SqliteEventLog::open(folder / "log", OpenMode::ReadWrite).value();
  EXPECT_FALSE(log->snapshot(2));
  EXPECT_FALSE(log->snapshot(1000));
  EXPECT_TRUE(log->snapshot(1));
  for (const EventNumber event : {5, 6, 7}) ASSERT_TRUE(log->put_snapshot({event, "state"}));
  EXPECT_EQ(*log->snapshot_events(), (std::vector<EventNumber>{1000, 7, 6, 5, 2}));
}

TEST(EventLog, KeepsMetadata) {
  const TemporaryFolder folder;
  const Metadata first = {{"version", "0.1.0"}, {"configuration", std::string("{\"a\":\0 1}", 9)}, {"empty", ""}};
  {
    const auto log = make_log(folder / "log", first);
    EXPECT_EQ(log->metadata(), first);
    ASSERT_TRUE(log->put_metadata("version", "0.2.0"));
    ASSERT_TRUE(log->put_metadata("seed", "7"));
    ASSERT_TRUE(log->append(sample_events(1, 1), {}));
  }
  Metadata expected = first;
  expected["version"] = "0.2.0";
  expected["seed"] = "7";
  EXPECT_EQ(reopen(folder / "log")->metadata(), expected);
}

TEST(EventLog, ReaderOfALogInUseSeesWhatIsDurableAndCannotWrite) {
  const TemporaryFolder folder;
  const auto log = make_log(folder / "log");
  ASSERT_TRUE(log->append(sample_events(1, 3), {}));
  const auto reader = reopen(folder / "log");
  ASSERT_TRUE(log->append(sample_events(4, 5), {}));
  EXPECT_EQ(read_all(*reader)->events, sample_events(1, 5));
  for (const auto& refused :
       {reader->append(sample_events(4, 4), {}), reader->put_snapshot({1, ""}), reader->put_metadata("key", "value")}) {
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().text(), testing::HasSubstr("opened for reading only"));
  }
}

RC_GTEST_PROP(EventLogProperty, RandomEventsInRandomGroupsComeBackAsTheyWere, ()) {
  const TemporaryFolder folder(fast_folder());
  auto log = make_log(folder / "log");
  Recorded expected;
  const auto price = [] { return Price::from_raw(*rc::gen::arbitrary<std::int64_t>()); };
  const auto quantity = [] { return Quantity::from_raw(*rc::gen::arbitrary<std::int64_t>()); };
  const auto time = [] { return Timestamp{*rc::gen::arbitrary<std::int64_t>()}; };
  const auto groups = *rc::gen::inRange(1, 6);
  for (int group = 0; group < groups; ++group) {
    Recorded added;
    const auto count = *rc::gen::inRange(0, 12);
    for (int i = 0; i < count; ++i) {
      const EventNumber number = expected.events.size() + added.events.size() + 1;
      Event event = sample_event(static_cast<EventNumber>(*rc::gen::inRange(1, 1000)));
      if (event.type == EventType::Bar) {
        event.bar.bar = Bar{time(), price(), price(), price(), price(), quantity()};
      } else if (event.type == EventType::Quote) {
        event.quote = Quote{time(), price(), quantity(), price(), quantity()};
      } else if (event.type == EventType::Report) {
        event.report.last_price = price();
        event.report.leaves_quantity = quantity();
      }
      event.time = time();
      event.instrument = *rc::gen::arbitrary<InstrumentIndex>();
      added.events.push_back(numbered(number, event));
    }
    const EventNumber last = expected.events.size() + added.events.size();
    const auto commands = last == 0 ? 0 : *rc::gen::inRange(0, 4);
    for (int i = 0; i < commands; ++i) {
      LoggedCommand command = sample_command(*rc::gen::inRange<EventNumber>(1, last + 1));
      command.command.spec.limit_price = price();
      added.commands.push_back(command);
    }
    RC_ASSERT(log->append(added.events, added.commands).has_value());
    expected.events.insert(expected.events.end(), added.events.begin(), added.events.end());
    expected.commands.insert(expected.commands.end(), added.commands.begin(), added.commands.end());
    if (*rc::gen::arbitrary<bool>()) {
      log.reset();
      log = reopen(folder / "log", OpenMode::ReadWrite);
    }
  }
  RC_ASSERT(*read_all(*log) == expected);
}

}  // namespace
}  // namespace bellwether
