// bellwether log: all of a log is shown, or nothing where a byte of it is damaged.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/commands.hpp"
#include "app/session_log.hpp"
#include "storage/sqlite_event_log.hpp"
#include "tests/backtest/sample_run.hpp"
#include "tests/support/source_path.hpp"
#include "tests/support/temporary_folder.hpp"

namespace bellwether {
namespace {

constexpr EventNumber kAppends = 200;

/// A session's log of bars, a hundred in each append.
std::string write_log(const TemporaryFolder& folder) {
  const AppConfig config =
      sample_config({"data.directory=" + source_path("data"), "data.symbols=AAPL",
                     "run.log=" + (folder.path() / "log").string(), R"(strategies=[{"type":"sma_cross"}])"});
  const auto data = MarketDataSet::load(config, StrategyRegistry::built_in());
  const auto opened = open_session_log(config, *data);
  std::vector<Event> events(100);
  for (EventNumber number = 1; number <= kAppends * events.size(); ++number) {
    const Price price = Price::from_raw(static_cast<std::int64_t>(number) * 1'000'000);
    BarEvent bar;
    bar.bar = {Timestamp{}, price, price, price, price, Quantity::from_int(1)};
    Event& event = events[(number - 1) % events.size()] = Event::of(Timestamp{}, 0, bar);
    event.number = number;
    if (number % events.size() == 0) {
      EXPECT_TRUE(opened->log->append(events, {}).has_value());
    }
  }
  return config.run.log;
}

TEST(LogCommand, ShowsNothingOfADamagedLog) {
  const TemporaryFolder folder;
  const std::string path = write_log(folder);
  LogCommandOptions options;
  options.log = path;
  ::testing::internal::CaptureStdout();
  EXPECT_EQ(log_command(options), kExitDone);
  const std::string whole = ::testing::internal::GetCapturedStdout();
  EXPECT_EQ(std::count(whole.begin(), whole.end(), '\n'), 20'000);
  // A byte in the last third of the file, where the last appends stand.
  std::string bytes = file_text(path);
  std::size_t at = bytes.size() * 5 / 6;
  while (bytes[at] == 0) ++at;  // Pages have ends in which nothing stands.
  bytes[at] = static_cast<char>(bytes[at] ^ 1);
  folder.file("log", bytes);
  ::testing::internal::CaptureStdout();
  ::testing::internal::CaptureStderr();
  EXPECT_EQ(log_command(options), kExitFailed);
  EXPECT_EQ(::testing::internal::GetCapturedStdout(), "");
  EXPECT_NE(::testing::internal::GetCapturedStderr(), "");
}

}  // namespace
}  // namespace bellwether
