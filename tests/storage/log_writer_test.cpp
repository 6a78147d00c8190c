// Group commit: what is durable when, back-pressure, and what a failing log does to the writer.
#include "storage/log_writer.hpp"

#include <future>

#include "storage/sqlite_event_log.hpp"
#include "tests/storage/log_samples.hpp"

namespace bellwether {
namespace {

using namespace test;

/// Keeps everything in memory. `gate` holds every append back while it is locked.
class GatedLog final : public EventLog {
 public:
  Expected<void> append(std::span<const Event> events, std::span<const LoggedCommand> commands) override {
    appends_begun.fetch_add(1);
    const std::lock_guard lock(gate);
    if (fails) return Error{"log", "the disk is full"};
    group_sizes.push_back(events.size() + commands.size());
    recorded.events.insert(recorded.events.end(), events.begin(), events.end());
    recorded.commands.insert(recorded.commands.end(), commands.begin(), commands.end());
    return {};
  }
  Expected<void> check_files() override {
    looks.fetch_add(1);
    if (spoilt) return Error{"log", "has been deleted"};
    return {};
  }
  Expected<void> put_snapshot(const Snapshot& snapshot) override {
    if (refuses_snapshots) return Error{"log", "too large"};
    snapshots.push_back(snapshot);
    return {};
  }
  Expected<std::vector<EventNumber>> snapshot_events() override { return std::vector<EventNumber>(); }
  Expected<void> open_segment(const SegmentOpening&) override { return Error{"log", "no segments"}; }
  Expected<std::vector<SegmentNote>> segments() override { return std::vector<SegmentNote>(1); }
  Expected<SegmentOpening> segment_opening(std::uint64_t) override { return SegmentOpening(); }
  Expected<Snapshot> snapshot(EventNumber) override { return Error{"log", "no such snapshot"}; }
  [[nodiscard]] EventNumber last_event() const override { return recorded.events.size(); }
  [[nodiscard]] const std::map<std::string, std::string>& metadata() const override { return metadata_; }
  Expected<void> put_metadata(const std::string&, const std::string&) override { return {}; }
  std::unique_ptr<EventLogCursor> read(EventNumber) override { return nullptr; }

  void await_append(int number) const {
    while (appends_begun.load() < number) std::this_thread::yield();
  }

  std::mutex gate;
  std::atomic<int> appends_begun = 0;
  std::atomic<int> looks = 0;
  std::atomic<bool> spoilt = false;
  bool fails = false;
  bool refuses_snapshots = false;
  Recorded recorded;
  std::vector<Snapshot> snapshots;
  std::vector<std::size_t> group_sizes;

 private:
  std::map<std::string, std::string> metadata_;
};

TEST(LogWriter, LooksAtTheFilesWhileItIsIdleAndFailsOnceTheyAreSpoilt) {
  GatedLog log;
  std::promise<Error> told;
  LogWriter writer(log, {.on_error = [&](const Error& error) { told.set_value(error); }},
                   {.look_every = std::chrono::milliseconds(1)});
  while (log.looks.load() < 3) std::this_thread::yield();
  writer.enqueue(sample_event(1));
  ASSERT_TRUE(writer.flush());
  log.spoilt = true;
  EXPECT_EQ(told.get_future().get().message, "has been deleted");
  EXPECT_EQ(writer.flush().error().message, "has been deleted");
  writer.enqueue(sample_event(2));
  writer.close();
  EXPECT_EQ(log.appends_begun.load(), 1);
  EXPECT_EQ(writer.durable(), 1U);
}

TEST(LogWriter, ALoneEventIsCommittedWithoutWaitingForMore) {
  GatedLog log;
  std::promise<EventNumber> committed;
  LogWriter writer(log, {.on_commit = [&](EventNumber durable) { committed.set_value(durable); }});
  EXPECT_EQ(writer.durable(), 0U);
  writer.enqueue(sample_event(1));
  EXPECT_EQ(committed.get_future().get(), 1U);
  EXPECT_EQ(writer.durable(), 1U);
}

TEST(LogWriter, WhatComesInDuringACommitGoesIntoOneCommit) {
  GatedLog log;
  std::vector<std::size_t> observed;
  std::vector<EventNumber> durable;
  {
    LogWriter writer(log, {.on_commit = [&](EventNumber event) { durable.push_back(event); },
                           .on_commit_time =
                               [&](double seconds, std::size_t events) {
                                 EXPECT_GE(seconds, 0);
                                 observed.push_back(events);
                               }});
    std::unique_lock gate(log.gate);
    writer.enqueue(sample_event(1));
    log.await_append(1);
    writer.enqueue(sample_event(2));
    writer.enqueue(sample_command(1));
    writer.enqueue(sample_events(3, 10));
    writer.enqueue(Snapshot{2, "older"});
    writer.enqueue(Snapshot{10, "newer"});
    EXPECT_EQ(writer.waiting(), 10U);
    EXPECT_EQ(writer.durable(), 0U);
    gate.unlock();
    EXPECT_TRUE(writer.flush());
    EXPECT_EQ(writer.durable(), 10U);
  }
  EXPECT_EQ(log.group_sizes, (std::vector<std::size_t>{1, 10}));
  EXPECT_EQ(observed, (std::vector<std::size_t>{1, 9}));  // Events alone, without the command.
  EXPECT_EQ(durable, (std::vector<EventNumber>{1, 10}));
  EXPECT_EQ(log.recorded, (Recorded{sample_events(1, 10), {sample_command(1)}}));
  EXPECT_EQ(log.snapshots, (std::vector{Snapshot{10, "newer"}}));
}

TEST(LogWriter, CommandsAloneAreCommittedAndLeaveTheDurableEventAsItIs) {
  GatedLog log;
  LogWriter writer(log);
  writer.enqueue(sample_event(1));
  ASSERT_TRUE(writer.flush());
  writer.enqueue(sample_command(1));
  ASSERT_TRUE(writer.flush());
  EXPECT_EQ(writer.durable(), 1U);
  EXPECT_EQ(log.recorded.commands, std::vector{sample_command(1)});
}

TEST(LogWriter, BlocksTheProducerWhileItIsFull) {
  GatedLog log;
  LogWriter writer(log, {}, {.capacity = 4});
  std::unique_lock gate(log.gate);
  writer.enqueue(sample_event(1));
  log.await_append(1);
  writer.enqueue(sample_events(2, 5));
  auto producer = std::async(std::launch::async, [&] { writer.enqueue(sample_events(6, 100)); });
  EXPECT_EQ(producer.wait_for(std::chrono::milliseconds(50)), std::future_status::timeout);
  EXPECT_EQ(writer.waiting(), 4U);
  gate.unlock();
  producer.get();
  ASSERT_TRUE(writer.flush());
  EXPECT_EQ(log.recorded.events, sample_events(1, 100));
  EXPECT_LE(*std::max_element(log.group_sizes.begin(), log.group_sizes.end()), 4U);
}

TEST(LogWriter, AnErrorOfTheLogIsReportedOnceAndFreesWhoeverWaits) {
  GatedLog log;
  std::atomic<int> errors = 0;
  LogWriter writer(log,
                   {.on_commit = [](EventNumber) { ADD_FAILURE() << "nothing was committed"; },
                    .on_error =
                        [&](const Error& error) {
                          EXPECT_EQ(error.message, "the disk is full");
                          errors.fetch_add(1);
                        }},
                   {.capacity = 2});
  std::unique_lock gate(log.gate);
  log.fails = true;
  writer.enqueue(sample_event(1));
  log.await_append(1);
  auto producer = std::async(std::launch::async, [&] { writer.enqueue(sample_events(2, 100)); });
  auto waiter = std::async(std::launch::async, [&] { return writer.flush(); });
  gate.unlock();
  producer.get();
  EXPECT_FALSE(waiter.get());
  writer.enqueue(sample_event(101));
  writer.enqueue(sample_command(101));
  writer.enqueue(Snapshot{101, ""});
  const auto flushed = writer.flush();
  ASSERT_FALSE(flushed);
  EXPECT_EQ(flushed.error().message, "the disk is full");
  writer.close();  // The error may be told after whoever waits was freed.
  EXPECT_EQ(errors.load(), 1);
  EXPECT_EQ(writer.durable(), 0U);
  EXPECT_EQ(writer.waiting(), 0U);
  EXPECT_EQ(log.appends_begun.load(), 1);
}

TEST(LogWriter, GoesOnAfterASnapshotThatCannotBeStored) {
  GatedLog log;
  log.refuses_snapshots = true;
  std::vector<std::string> refused;
  LogWriter writer(log, {.on_error = [](const Error&) { ADD_FAILURE() << "events can still be written"; },
                         .on_snapshot_error = [&](const Error& error) { refused.push_back(error.message); }});
  writer.enqueue(sample_event(1));
  writer.enqueue(Snapshot{1, "much"});
  ASSERT_TRUE(writer.flush());
  EXPECT_EQ(refused, std::vector<std::string>{"too large"});
  writer.enqueue(sample_event(2));
  ASSERT_TRUE(writer.flush());
  EXPECT_EQ(writer.durable(), 2U);
}

TEST(LogWriter, WritesWhatIsWaitingBeforeItEnds) {
  GatedLog log;
  { LogWriter(log).enqueue(sample_events(1, 1000)); }
  EXPECT_EQ(log.recorded.events, sample_events(1, 1000));
}

TEST(LogWriter, EventsAndCommandsOfTwoThreadsReachTheFile) {
  const TemporaryFolder folder;
  auto log = SqliteEventLog::create(folder / "log", {}).value();
  constexpr EventNumber kLast = 3000;
  {
    LogWriter writer(*log, {}, {.capacity = 64});
    std::atomic<EventNumber> enqueued = 0;
    std::thread commander([&] {
      for (EventNumber event = 1; event <= kLast; ++event) {
        while (enqueued.load() < event) std::this_thread::yield();
        writer.enqueue(sample_command(event));
      }
    });
    for (EventNumber event = 1; event <= kLast; ++event) {
      writer.enqueue(sample_event(event));
      enqueued.store(event);
    }
    commander.join();
    ASSERT_TRUE(writer.flush());
    EXPECT_EQ(writer.durable(), kLast);
    EXPECT_EQ(log->last_event(), kLast);
  }
  const auto all = read_all(*log);
  ASSERT_TRUE(all);
  EXPECT_EQ(all->events, sample_events(1, kLast));
  ASSERT_EQ(all->commands.size(), kLast);
  for (EventNumber event = 1; event <= kLast; ++event) EXPECT_EQ(all->commands[event - 1], sample_command(event));
}

}  // namespace
}  // namespace bellwether
