// Reading one-minute bars from CSV text in memory, all checks on, one core.
#include <benchmark/benchmark.h>

#include "engine/synthetic.hpp"
#include "storage/csv_reader.hpp"

namespace {

using namespace bellwether;

/// At least `bytes` of minute bars: the sessions from 2005 on of a price that steps up and down, with volume.
std::string minute_csv(std::size_t bytes) {
  std::string text = "timestamp,open,high,low,close,volume\n";
  text.reserve(bytes + bytes / 16);
  const SessionCalendar& calendar = SessionCalendar::us_equity();
  std::vector<Bar> minutes;
  std::int64_t day = 0;
  for (const Session& session : calendar.between(Date::from_ymd(2005, 1, 1), Date::from_ymd(2030, 12, 31))) {
    if (text.size() >= bytes) break;
    const auto cents = [&](std::int64_t offset) { return Price::from_raw((15'000 + day % 97 + offset) * 10'000'000); };
    minutes.clear();
    expand_session({session.open, cents(0), cents(210), cents(-190), cents(55), Quantity::from_int(80'000'000 + day)},
                   session, "BENCH", 1, minutes);
    for (const Bar& bar : minutes) {
      text += format_rfc3339(bar.start) + "," + bar.open.to_string() + "," + bar.high.to_string() + "," +
              bar.low.to_string() + "," + bar.close.to_string() + "," + bar.volume.to_string() + "\n";
    }
    ++day;
  }
  return text;
}

void read_minute_bars(benchmark::State& state) {
  const std::string text = minute_csv(50'000'000);
  std::size_t rows = 0;
  for (auto _ : state) {
    std::vector<Bar> bars;
    ReadReport report;
    const auto done = read_bars(text, "bench.csv", ReadMode::Strict, bars, report);
    if (!done) {
      state.SkipWithError(done.error().text().c_str());
      break;
    }
    benchmark::DoNotOptimize(bars.data());
    rows += bars.size();
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(text.size()) * static_cast<std::int64_t>(state.iterations()));
  state.SetItemsProcessed(static_cast<std::int64_t>(rows));
}
BENCHMARK(read_minute_bars)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
