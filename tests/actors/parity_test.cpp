// The actor system on replayed data does what the backtest runner does: order commands, fills, equity, all of it.
#include <filesystem>

#include "actors/paper_session.hpp"
#include "actors/recovery.hpp"
#include "storage/book_record.hpp"
#include "storage/book_writer.hpp"
#include "storage/sqlite_event_log.hpp"
#include "tests/support/engine_setup.hpp"
#include "tests/support/market_walk.hpp"
#include "tests/support/temporary_folder.hpp"

namespace bellwether {
namespace {

using testing::config_with;

/// Two symbols' walks of a few sessions, in daily and minute bars as the strategy needs them.
struct Scenario {
  explicit Scenario(const std::string& strategy) {
    const std::vector<std::string> symbols =
        strategy == "dp20" ? std::vector<std::string>{"A"} : std::vector<std::string>{"A", "B"};
    config = config_with(strategy, {}, symbols);
    config.fees.per_share = *Money::parse("0.005");
    config.fees.sec_fee_per_million = *Money::parse("27.8");
    config.fills.participation = 0.2;
    config.fills.slippage = SlippageModel::BasisPoints;
    config.fills.slippage_amount = 1;
    config.risk.drawdown = 0.2;
    // Enough sessions for dp20's 200 closes, at 30 minutes a bar; the others on minutes.
    if (strategy == "dp20") {
      series.push_back(testing::minute_walk(230 * 195, 7, std::chrono::minutes(2)));
    } else {
      for (std::uint64_t seed : {3, 4}) series.push_back(testing::minute_walk(4'000, seed));
    }
  }

  [[nodiscard]] std::unique_ptr<BacktestRunner> runner() const {
    std::vector<FeedSource> sources;
    for (std::size_t i = 0; i < series.size(); ++i) {
      FeedSource source;
      source.instrument = static_cast<InstrumentIndex>(i);
      source.bars = series[i].bars;
      source.interval = series[i].interval;
      sources.push_back(source);
    }
    auto made = BacktestRunner::make(config, StrategyRegistry::built_in(),
                                     MarketFeed(sources, {}, SessionCalendar::us_equity()));
    return std::move(*made);
  }

  EngineConfig config;
  std::vector<BarSeries> series;
};

std::string bytes_of(const SessionRecord& record) {
  ByteWriter out;
  for (const OrderRow& row : record.orders) {
    write(out, row.id);
    write(out, row.spec);
    out.u8(static_cast<std::uint8_t>(row.state));
    out.fixed(row.filled);
    out.fixed(row.filled_notional);
    out.fixed(row.fees);
  }
  for (const FillRow& fill : record.fills) {
    out.u64(fill.event);
    write(out, fill.report);
  }
  for (const TradeRecord& trade : record.trades) write(out, trade);
  record.equity.save(out);
  out.u64(record.counts.events);
  out.u64(record.counts.commands);
  return out.take();
}

class Parity : public ::testing::TestWithParam<std::tuple<const char*, bool>> {};

TEST_P(Parity, ActorsAndRunnerGiveEqualOrdersFillsAndEquity) {
  const auto [strategy, deterministic] = GetParam();
  const Scenario scenario(strategy);
  auto reference = scenario.runner();
  reference->run();
  ASSERT_GT(reference->record().fills.size(), 0U) << "the comparison needs trades";

  auto start = scenario.runner();
  PaperSessionOptions options;
  options.deterministic = deterministic;
  PaperSession session(*start, options, nullptr, nullptr, nullptr);
  session.start();
  ASSERT_EQ(session.wait(std::chrono::seconds(120)), PaperSession::Outcome::Ended) << session.failure();
  const auto record = session.record();
  ASSERT_NE(record, nullptr);
  EXPECT_EQ(record->orders.size(), reference->record().orders.size());
  EXPECT_EQ(record->fills, reference->record().fills);
  EXPECT_TRUE(record->equity == reference->record().equity);
  EXPECT_EQ(bytes_of(*record), bytes_of(reference->record()));
}

TEST_P(Parity, TheBooksOfASessionEqualItsRecord) {
  const auto [strategy, deterministic] = GetParam();
  const Scenario scenario(strategy);
  const TemporaryFolder folder;
  const std::string path = (folder.path() / "books").string();
  BookWriter books(AccountBooks::create(path).value());
  ASSERT_TRUE(books.begin_segment(scenario.config));
  auto start = scenario.runner();
  PaperSessionOptions options;
  options.deterministic = deterministic;
  options.books = &books;
  PaperSession session(*start, options, nullptr, nullptr, nullptr);
  session.start();
  ASSERT_EQ(session.wait(std::chrono::seconds(120)), PaperSession::Outcome::Ended) << session.failure();
  const auto record = session.record();
  ASSERT_NE(record, nullptr);
  ASSERT_TRUE(books.flush());
  EngineConfig config = scenario.config;
  const SessionRecord read = record_under(read_record(path, {}).value(), config);
  EXPECT_EQ(read.orders, record->orders);
  EXPECT_EQ(read.fills, record->fills);
  EXPECT_EQ(read.trades, record->trades);
  EXPECT_TRUE(read.equity == record->equity);
  EXPECT_EQ(read.daily, record->daily);
  EXPECT_EQ(read.counts, record->counts);
  EXPECT_EQ(read.positions, record->positions);
}

INSTANTIATE_TEST_SUITE_P(EveryBuiltInStrategy, Parity,
                         ::testing::Combine(::testing::Values("buy_and_hold", "sma_cross", "donchian_breakout",
                                                              "rsi_reversion", "dp20"),
                                            ::testing::Bool()),
                         [](const auto& instance) {
                           return std::string(std::get<0>(instance.param)) +
                                  (std::get<1>(instance.param) ? "_one_thread" : "_scheduler");
                         });

/// A slow exchange that loses, repeats and reorders is the same to the actors and to the runner.
class BrokenExchangeParity : public ::testing::TestWithParam<std::uint64_t> {};

TEST_P(BrokenExchangeParity, ActorsAndRunnerLiveWithItInTheSameWay) {
  Scenario scenario("sma_cross");
  scenario.config.orders.acknowledge_within = std::chrono::seconds(5);
  ExchangeConfig& exchange = scenario.config.exchange;
  exchange.latency = {std::chrono::milliseconds(300), std::chrono::milliseconds(200), std::chrono::milliseconds(400)};
  exchange.faults = {GetParam(),
                     0.05,
                     0.05,
                     0.1,
                     0.1,
                     std::chrono::seconds(90),
                     0.05,
                     1,
                     std::chrono::minutes(5),
                     2,
                     std::chrono::minutes(1)};
  auto reference = scenario.runner();
  reference->run();
  ASSERT_GT(reference->record().fills.size(), 10U);
  ASSERT_GT(reference->record().halts.size(), 0U) << "the connection was never lost";
  auto start = scenario.runner();
  PaperSession session(*start, {}, nullptr, nullptr, nullptr);
  session.start();
  ASSERT_EQ(session.wait(std::chrono::seconds(120)), PaperSession::Outcome::Ended) << session.failure();
  EXPECT_EQ(bytes_of(*session.record()), bytes_of(reference->record()));
}

INSTANTIATE_TEST_SUITE_P(Seeds, BrokenExchangeParity, ::testing::Range<std::uint64_t>(1, 6));

TEST(PaperSession, HaltsAndFlattensOnSilenceAsTheRunnerDoes) {
  Scenario scenario("buy_and_hold");
  for (BarSeries& each : scenario.series) each.bars.erase(each.bars.begin() + 1'000, each.bars.begin() + 1'100);
  scenario.config.risk.data_staleness = std::chrono::minutes(30);
  scenario.config.risk.flatten_on_halt = true;
  auto reference = scenario.runner();
  reference->run();
  ASSERT_TRUE(reference->halted());
  ASSERT_EQ(reference->record().trades.size(), 2U);
  auto start = scenario.runner();
  PaperSession session(*start, {}, nullptr, nullptr, nullptr);
  session.start();
  ASSERT_EQ(session.wait(std::chrono::seconds(120)), PaperSession::Outcome::Ended) << session.failure();
  EXPECT_EQ(bytes_of(*session.record()), bytes_of(reference->record()));
}

TEST(PaperSession, WritesALogThatReplaysToTheSameCommands) {
  const Scenario scenario("donchian_breakout");
  const TemporaryFolder folder;
  auto log = SqliteEventLog::create((folder.path() / "session.db").string(), {});
  ASSERT_TRUE(log) << log.error().text();
  auto start = scenario.runner();
  {
    PaperSession session(*start, {}, log->get(), nullptr, nullptr);
    session.start();
    ASSERT_EQ(session.wait(std::chrono::seconds(120)), PaperSession::Outcome::Ended) << session.failure();
  }
  auto engine = Engine::make(scenario.config, StrategyRegistry::built_in());
  auto replayed = replay(**engine, **log, 0, (*log)->last_event(), true);
  ASSERT_TRUE(replayed) << replayed.error().text();
  EXPECT_FALSE(replayed->difference) << *replayed->difference;
  auto reference = scenario.runner();
  reference->run();
  EXPECT_EQ(replayed->events, reference->last_event());
  EXPECT_EQ(replayed->commands, reference->record().counts.commands);
}

}  // namespace
}  // namespace bellwether
