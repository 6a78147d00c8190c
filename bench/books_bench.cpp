// An account's books: rows written, and pages of orders at any place of a long list. BELLWETHER_BENCH_ORDERS sets how
// many orders there are; the default is small, ten million are the aim.
#include <benchmark/benchmark.h>
#include <stdlib.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include "engine/split_mix.hpp"
#include "storage/book_reader.hpp"
#include "storage/book_writer.hpp"

namespace bellwether {
namespace {

constexpr std::size_t kStrategies = 10;
constexpr std::size_t kSymbols = 100;
constexpr std::size_t kOrdersOfAnEvent = 4;
constexpr Timestamp kBegin = Timestamp::from_seconds(1'700'000'000);

std::size_t orders_wanted() {
  const char* given = std::getenv("BELLWETHER_BENCH_ORDERS");  // NOLINT(concurrency-mt-unsafe): before any thread
  return given == nullptr ? 20'000 : std::strtoull(given, nullptr, 10);
}

EngineConfig config() {
  EngineConfig config;
  for (std::size_t i = 0; i < kSymbols; ++i) config.instruments.push_back({"S" + std::to_string(i)});
  for (std::size_t i = 0; i < kStrategies; ++i)
    config.strategies.push_back({"strategy" + std::to_string(i), "", {}, {}});
  return config;
}

Timestamp time_of(EventNumber event) { return kBegin + Duration(static_cast<std::int64_t>(event) * 1'000'000'000); }

/// The turn of an event on which strategies send some orders; every thousandth stays open, the others are denied.
Turn turn_of(EventNumber event, SplitMix64& random) {
  Turn turn;
  turn.begin(Event::of(static_cast<InstrumentIndex>(event % kSymbols),
                       Trade{time_of(event), Price::from_int(100), Quantity::from_int(1)}));
  turn.event.number = event;
  for (std::uint16_t i = 0; i < kOrdersOfAnEvent; ++i) {
    OrderCommand command;
    command.id = {event, 1, i, OrderLeg::Entry};
    command.strategy = static_cast<StrategyIndex>(random.next() % kStrategies);
    command.spec.instrument = static_cast<InstrumentIndex>(random.next() % kSymbols);
    command.spec.quantity = Quantity::from_int(10);
    turn.intents.push_back({command, random.next() % 1'000 == 0 ? DenyReason::None : DenyReason::BuyingPower});
  }
  return turn;
}

/// Books with as many orders as are wanted, made once.
class Books {
 public:
  static const Books& instance() {
    static const Books books;
    return books;
  }
  ~Books() {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  Books(const Books&) = delete;
  Books& operator=(const Books&) = delete;

  [[nodiscard]] const BookReader& reader() const { return *reader_; }
  [[nodiscard]] EventNumber events() const { return events_; }

 private:
  Books() : events_(orders_wanted() / kOrdersOfAnEvent) {
    folder_ = (std::filesystem::temp_directory_path() / "bellwether-bench-XXXXXX").string();
    BELLWETHER_INVARIANT(::mkdtemp(folder_.data()) != nullptr, "no temporary folder");
    const std::string path = folder_ + "/books";
    BookWriter writer(AccountBooks::create(path).value());
    BELLWETHER_INVARIANT(writer.begin_segment(config()), "books without room");
    SplitMix64 random(1);
    for (EventNumber event = 1; event <= events_; ++event) writer.catch_up(turn_of(event, random));
    BELLWETHER_INVARIANT(writer.flush(), "books that cannot be written");
    reader_ = std::make_unique<BookReader>(path);
    reader_->open();
  }

  EventNumber events_;
  std::string folder_;
  std::unique_ptr<BookReader> reader_;
};

void ask(benchmark::State& state, const std::function<void(PastOrderFilter&, SplitMix64&)>& choose) {
  const Books& books = Books::instance();
  SplitMix64 random(2);
  for (auto _ : state) {
    PastOrderFilter filter;
    choose(filter, random);
    const auto page = books.reader().orders(filter);
    BELLWETHER_INVARIANT(page.has_value(), "a page that cannot be read");
    benchmark::DoNotOptimize(page->rows.size());
  }
  state.counters["orders"] = static_cast<double>(books.events() * kOrdersOfAnEvent);
}

OrderId any_order(SplitMix64& random) {
  const EventNumber events = Books::instance().events();
  return {1 + random.next() % events, 1, static_cast<std::uint16_t>(random.next() % kOrdersOfAnEvent), OrderLeg::Entry};
}
std::string any_strategy(SplitMix64& random) { return "strategy" + std::to_string(random.next() % kStrategies); }
std::string any_symbol(SplitMix64& random) { return "S" + std::to_string(random.next() % kSymbols); }

void page_anywhere(benchmark::State& state) {
  ask(state, [](PastOrderFilter& filter, SplitMix64& random) { filter.after = any_order(random); });
}
void page_newest_first(benchmark::State& state) {
  ask(state, [](PastOrderFilter& filter, SplitMix64& random) {
    filter.after = any_order(random);
    filter.newest_first = true;
  });
}
void page_of_a_strategy_and_symbol(benchmark::State& state) {
  ask(state, [](PastOrderFilter& filter, SplitMix64& random) {
    filter.after = any_order(random);
    filter.strategy = any_strategy(random);
    filter.symbol = any_symbol(random);
  });
}
void page_of_a_symbol_in_a_time_range(benchmark::State& state) {
  ask(state, [](PastOrderFilter& filter, SplitMix64& random) {
    const EventNumber from = 1 + random.next() % Books::instance().events();
    filter.from = time_of(from);
    filter.to = time_of(from + 10'000);
    filter.symbol = any_symbol(random);
  });
}
void page_of_open_orders(benchmark::State& state) {
  ask(state, [](PastOrderFilter& filter, SplitMix64& random) {
    filter.status = OrderFilter::Status::Open;
    filter.strategy = any_strategy(random);
  });
}
void one_order(benchmark::State& state) {
  ask(state, [](PastOrderFilter& filter, SplitMix64& random) { filter.id = any_order(random); });
}

BENCHMARK(page_anywhere)->Unit(benchmark::kMicrosecond);
BENCHMARK(page_newest_first)->Unit(benchmark::kMicrosecond);
BENCHMARK(page_of_a_strategy_and_symbol)->Unit(benchmark::kMicrosecond);
BENCHMARK(page_of_a_symbol_in_a_time_range)->Unit(benchmark::kMicrosecond);
BENCHMARK(page_of_open_orders)->Unit(benchmark::kMicrosecond);
BENCHMARK(one_order)->Unit(benchmark::kMicrosecond);

/// Turns of four orders each, from the keeper of rows to the file.
void rows_written(benchmark::State& state) {
  std::string folder = (std::filesystem::temp_directory_path() / "bellwether-bench-XXXXXX").string();
  BELLWETHER_INVARIANT(::mkdtemp(folder.data()) != nullptr, "no temporary folder");
  {
    BookWriter writer(AccountBooks::create(folder + "/books").value());
    BELLWETHER_INVARIANT(writer.begin_segment(config()), "books without room");
    SplitMix64 random(3);
    EventNumber event = 0;
    for (auto _ : state) {
      for (int i = 0; i < 1'000; ++i) writer.catch_up(turn_of(++event, random));
      BELLWETHER_INVARIANT(writer.flush(), "books that cannot be written");
    }
    state.SetItemsProcessed(static_cast<std::int64_t>(event * (kOrdersOfAnEvent + 1)));
  }
  std::error_code ignored;
  std::filesystem::remove_all(folder, ignored);
}
BENCHMARK(rows_written)->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace
}  // namespace bellwether

BENCHMARK_MAIN();
