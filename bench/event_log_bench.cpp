// Event log: durable appends through group commit, one event at a time, and reading back.
#include <benchmark/benchmark.h>
#include <stdlib.h>

#include <algorithm>
#include <filesystem>
#include <string>

#include "storage/log_writer.hpp"
#include "storage/sqlite_event_log.hpp"

namespace bellwether {
namespace {

/// A folder beside the benchmark's working directory's temporary files, removed at the end.
class Folder {
 public:
  Folder() {
    path_ = (std::filesystem::temp_directory_path() / "bellwether-bench-XXXXXX").string();
    BELLWETHER_INVARIANT(::mkdtemp(path_.data()) != nullptr, "no temporary folder");
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  [[nodiscard]] std::string log() const { return path_ + "/log"; }

 private:
  std::string path_;
};

Event bar(EventNumber number) {
  const auto n = static_cast<std::int64_t>(number);
  const Price price = Price::from_raw(100'000'000'000 + n % 1000 * 10'000'000);
  BarEvent event;
  event.bar = Bar{Timestamp::from_seconds(60 * n), price, price, price, price, Quantity::from_int(1000 + n % 17)};
  event.interval_ns = kMinuteInterval.count();
  Event result = Event::of(Timestamp::from_seconds(60 * n + 60), 0, event);
  result.number = number;
  return result;
}

std::unique_ptr<SqliteEventLog> create(const Folder& folder) {
  auto log = SqliteEventLog::create(folder.log(), {});
  BELLWETHER_INVARIANT(log.has_value(), "the log cannot be created");
  return std::move(*log);
}

/// One producer enqueues bars singly, as fast as it can; the time runs until the last one is durable.
void append_group_commit(benchmark::State& state) {
  const auto count = static_cast<EventNumber>(state.range(0));
  std::uint64_t commits = 0;
  for (auto _ : state) {
    state.PauseTiming();
    const Folder folder;
    const auto log = create(folder);
    LogWriter writer(*log, {.on_commit = [&](EventNumber) { ++commits; }});
    state.ResumeTiming();
    for (EventNumber number = 1; number <= count; ++number) writer.enqueue(bar(number));
    BELLWETHER_INVARIANT(writer.flush().has_value(), "the log cannot be written");
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
  state.counters["commits"] = static_cast<double>(commits) / static_cast<double>(state.iterations());
}
BENCHMARK(append_group_commit)->Arg(1'000'000)->Unit(benchmark::kMillisecond)->UseRealTime();

/// The latency of a durable append: one event is enqueued when the last one has become durable.
void append_one_by_one(benchmark::State& state) {
  const Folder folder;
  const auto log = create(folder);
  LogWriter writer(*log);
  EventNumber number = 0;
  for (auto _ : state) {
    writer.enqueue(bar(++number));
    BELLWETHER_INVARIANT(writer.flush().has_value(), "the log cannot be written");
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(append_one_by_one)->Unit(benchmark::kMicrosecond)->UseRealTime();

/// Reads and decodes a log of bars that was written in groups of the given size.
void read_decode(benchmark::State& state) {
  const Folder folder;
  const auto log = create(folder);
  const auto group = static_cast<EventNumber>(state.range(0));
  const EventNumber count = std::min<EventNumber>(group * 1000, 400'000);
  std::vector<Event> events;
  for (EventNumber number = 1; number <= count; ++number) {
    events.push_back(bar(number));
    if (events.size() < group) continue;
    BELLWETHER_INVARIANT(log->append(events, {}).has_value(), "the log cannot be written");
    events.clear();
  }
  const EventNumber written = log->last_event();
  std::vector<LoggedCommand> commands;
  for (auto _ : state) {
    const auto cursor = log->read(0);
    EventNumber read = 0;
    while (true) {
      const auto size = cursor->next(events, commands);
      BELLWETHER_INVARIANT(size.has_value(), "the log cannot be read");
      if (*size == 0) break;
      read += events.size();
      benchmark::DoNotOptimize(events.data());
    }
    BELLWETHER_INVARIANT(read == written, "events are missing");
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(written));
}
BENCHMARK(read_decode)->Arg(1)->Arg(64)->Arg(1024)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace bellwether

BENCHMARK_MAIN();
