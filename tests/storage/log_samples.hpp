// Events, commands and folders for the tests of the event log.
#pragma once

#include <stdlib.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "storage/event_log.hpp"

namespace bellwether::test {

/// A fresh folder that goes away with its contents.
class TemporaryFolder {
 public:
  TemporaryFolder() : TemporaryFolder(std::filesystem::temp_directory_path()) {}
  explicit TemporaryFolder(const std::filesystem::path& parent) {
    std::string name = (parent / "bellwether-log-XXXXXX").string();
    if (::mkdtemp(name.data()) != nullptr) path_ = name;
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  [[nodiscard]] std::string operator/(const std::string& name) const { return path_ + "/" + name; }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

/// Where files need not survive anything: in memory if the system has such a folder.
inline std::filesystem::path fast_folder() {
  std::error_code ignored;
  const bool in_memory = std::filesystem::is_directory("/dev/shm", ignored) && ::access("/dev/shm", W_OK) == 0;
  return in_memory ? std::filesystem::path("/dev/shm") : std::filesystem::temp_directory_path();
}

inline std::string read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

inline void write_file(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc)
      .write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

inline Event numbered(EventNumber number, Event event) {
  event.number = number;
  return event;
}

/// A one-minute bar that is a function of its number.
inline Event sample_bar(EventNumber number) {
  const auto n = static_cast<std::int64_t>(number);
  BarEvent bar;
  bar.bar =
      Bar{Timestamp::from_seconds(n * 60),    Price::from_raw(n * 1'000'000),     Price::from_raw(n * 1'000'000 + 9),
          Price::from_raw(n * 1'000'000 - 9), Price::from_raw(n * 1'000'000 + 3), Quantity::from_int(n)};
  bar.interval_ns = 60'000'000'000;
  bar.synthetic = n % 2 == 0;
  bar.history = n % 3 == 0;
  return numbered(number, Event::of(Timestamp::from_seconds(n * 60 + 60), static_cast<InstrumentIndex>(n % 7), bar));
}

inline ExecutionReport sample_report(EventNumber number) {
  const auto n = static_cast<std::int64_t>(number);
  ExecutionReport report;
  report.order = OrderId{number, 7, 2, OrderLeg::Target};
  report.related = OrderId{number, 7, 2, OrderLeg::Entry};
  report.type = ReportType::Fill;
  report.side = Side::Sell;
  report.strategy = 3;
  report.instrument = 4;
  report.execution_id = number * 11;
  report.time = Timestamp::from_seconds(n);
  report.last_quantity = Quantity::from_int(n);
  report.last_price = Price::from_raw(n * 7);
  report.cumulative_quantity = Quantity::from_int(2 * n);
  report.leaves_quantity = Quantity::from_int(3 * n);
  report.fee = Money::from_raw(n * 13);
  report.protective_stop = Price::from_raw(n * 5);
  return report;
}

/// Event `number` of a type that goes round with the number; every member differs from its default.
inline Event sample_event(EventNumber number) {
  const auto n = static_cast<std::int64_t>(number);
  const Timestamp time = Timestamp::from_seconds(n);
  switch (static_cast<EventType>(number % kEventTypeCount)) {
    case EventType::Bar: return sample_bar(number);
    case EventType::Trade:
      return numbered(number, Event::of(1, Trade{time, Price::from_raw(n), Quantity::from_int(n)}));
    case EventType::Quote:
      return numbered(number, Event::of(2, Quote{time, Price::from_raw(n), Quantity::from_int(n),
                                                 Price::from_raw(n + 1), Quantity::from_int(n + 1)}));
    case EventType::SessionOpen:
    case EventType::SessionClose:
      return numbered(number,
                      Event::of(static_cast<EventType>(number % kEventTypeCount), time,
                                SessionEvent{Date{static_cast<std::int32_t>(n)}, time, time + Duration(5), true}));
    case EventType::CorporateAction:
      return numbered(number,
                      Event::of(time, 6, CorporateAction{Date{9}, 7'000'000'000, Price::from_raw(n), 7'100'000'000}));
    case EventType::Report: return numbered(number, Event::of(sample_report(number)));
    case EventType::Timer: return numbered(number, Event::of(time, TimerEvent{5, static_cast<std::uint32_t>(n)}));
    case EventType::Command:
      return numbered(number, Event::of(time, CommandEvent{CommandType::Flatten, HaltReason::Drawdown, true}));
    case EventType::CommandNote:
      return numbered(number,
                      Event::of(time, CommandNoteEvent{CommandNoteEvent::Kind::Key, OperatorNote(std::to_string(n))}));
    case EventType::Connection: break;
  }
  return numbered(number, Event::of(time, ConnectionEvent{true, true}));
}

/// A bracket order that event `number` caused.
inline LoggedCommand sample_command(EventNumber number) {
  const auto n = static_cast<std::int64_t>(number);
  OrderCommand command;
  command.kind = CommandKind::Replace;
  command.strategy = 2;
  command.id = OrderId{number, 7, 1, OrderLeg::Entry};
  command.target = OrderId{number - 1, 7, 1, OrderLeg::Entry};
  command.spec.instrument = 3;
  command.spec.side = Side::Sell;
  command.spec.type = OrderType::StopLimit;
  command.spec.time_in_force = TimeInForce::Cls;
  command.spec.order_class = OrderClass::Bracket;
  command.spec.quantity = Quantity::from_int(n);
  command.spec.limit_price = Price::from_raw(n);
  command.spec.stop_price = Price::from_raw(n + 1);
  command.spec.trail = Price::from_raw(n + 2);
  command.spec.take_profit = Price::from_raw(n + 3);
  command.spec.stop_loss = Price::from_raw(n + 4);
  command.spec.stop_loss_offset = Price::from_raw(n + 5);
  return {number, command};
}

inline std::vector<Event> sample_events(EventNumber first, EventNumber last) {
  std::vector<Event> events;
  for (EventNumber number = first; number <= last; ++number) events.push_back(sample_event(number));
  return events;
}

/// All that a cursor gives.
struct Recorded {
  std::vector<Event> events;
  std::vector<LoggedCommand> commands;

  bool operator==(const Recorded&) const = default;
};

inline Expected<Recorded> read_all(EventLog& log, EventNumber after = 0) {
  Recorded all;
  std::vector<Event> events;
  std::vector<LoggedCommand> commands;
  const auto cursor = log.read(after);
  while (true) {
    const auto count = cursor->next(events, commands);
    if (!count) return count.error();
    if (*count == 0) return all;
    all.events.insert(all.events.end(), events.begin(), events.end());
    all.commands.insert(all.commands.end(), commands.begin(), commands.end());
  }
}

}  // namespace bellwether::test
