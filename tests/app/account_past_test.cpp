// The books of an account as a process opens them, and the results that are read from them.
#include "app/account_past.hpp"

#include "app/account_results.hpp"
#include "engine/session_recorder.hpp"
#include "tests/backtest/sample_run.hpp"
#include "tests/support/memory_log.hpp"
#include "tests/support/temporary_folder.hpp"
#include "tests/support/turns.hpp"
#include "tests/support/wild_session.hpp"

namespace bellwether {
namespace {

using namespace testing;

/// A wild session whose log has two segments, the second with strategies and instruments the other way round.
class AccountPastTest : public ::testing::Test {
 protected:
  AccountPastTest() : config(wild_config(4)), turns(wild_turns(config, 4, 450)), second(turns.size() / 2) {
    for (std::size_t i = 0; i < turns.size(); ++i) {
      const bool begun = i != second || log.open_segment({}).has_value();
      EXPECT_TRUE(begun);
      EXPECT_TRUE(log.append({&turns[i].event, 1}, {}));
    }
  }

  /// Shows the turns as a re-execution would.
  [[nodiscard]] HistorySource history() {
    return [this](EventNumber after, EventNumber upto, const TurnVisitor& visit) -> Expected<void> {
      if (fails) return Error{"log", "segment 1: of another version"};
      for (const Turn& turn : turns) {
        if (turn.event.number <= after) continue;
        if (turn.event.number > upto) return {};
        ++shown;
        if (!visit(turn, config)) return {};
      }
      return {};
    };
  }
  [[nodiscard]] std::unique_ptr<AccountPast> opened() {
    auto past = std::make_unique<AccountPast>(log_path, [this] { return log.last_event(); });
    const auto done = past->open(log, history());
    EXPECT_TRUE(done) << done.error().text();
    past->begin_segment(config);
    return past;
  }
  /// What the board and the metrics are given too: the turns of the current segment, as recovery shows them.
  void recover(AccountPast& past) const {
    for (const Turn& turn : std::span(turns).subspan(second)) past.writer()->catch_up(turn);
  }

  TemporaryFolder folder;
  std::string log_path = (folder.path() / "log").string();
  EngineConfig config;
  std::vector<Turn> turns;
  std::size_t second;
  MemoryLog log;
  bool fails = false;
  std::size_t shown = 0;
};

TEST_F(AccountPastTest, MissingBooksAreBroughtToTheSegmentAndByRecoveryToTheEnd) {
  const auto past = opened();
  EXPECT_EQ(past->writer()->written(), second);
  EXPECT_EQ(shown, second);
  recover(*past);
  past->settle();
  EXPECT_EQ(past->writer()->written(), turns.size());
  const auto page = past->view().orders({});
  ASSERT_TRUE(page) << page.error().text();
  EXPECT_EQ(page->upto, turns.size());
}

TEST_F(AccountPastTest, BooksWithinTheSegmentNeedNoReExecution) {
  recover(*opened());
  shown = 0;
  const auto past = opened();
  EXPECT_EQ(shown, 0U);
  EXPECT_EQ(past->writer()->written(), turns.size());
}

TEST_F(AccountPastTest, BooksOfAnEarlierSegmentAreBroughtUpFromWhereTheyStand) {
  {
    const auto past = opened();
    // As a process that died in the first segment left them.
    past->settle();
  }
  {
    auto books = replace_books(books_path(log_path));
    ASSERT_TRUE(books);
    BookWriter writer(std::move(*books));
    ASSERT_TRUE(writer.begin_segment(config));
    for (std::size_t i = 0; i < second / 2; ++i) writer.apply(turns[i]);
  }
  shown = 0;
  EXPECT_EQ(opened()->writer()->written(), second);
  EXPECT_EQ(shown, second - second / 2);
}

TEST_F(AccountPastTest, TheAccountTradesOnWhereItsPastCannotBeReExecuted) {
  fails = true;
  const auto past = opened();
  EXPECT_EQ(past->writer()->written(), 0U);
  recover(*past);
  EXPECT_TRUE(past->writer()->has_stopped()) << "they never say what is not so";
  EXPECT_EQ(past->view().orders({}).value().upto, 0U);
}

TEST_F(AccountPastTest, EachSegmentsConfigurationNamesItsRows) {
  EngineConfig swapped = config;
  std::swap(swapped.strategies[0], swapped.strategies[1]);
  auto books = AccountBooks::create(books_path(log_path));
  ASSERT_TRUE(books);
  BookWriter writer(std::move(*books));
  const auto up = bring_books_up(writer, log, turns.size(),
                                 [&](EventNumber, EventNumber, const TurnVisitor& visit) -> Expected<void> {
                                   for (std::size_t i = 0; i < turns.size(); ++i) {
                                     if (!visit(turns[i], i < second ? config : swapped)) break;
                                   }
                                   return {};
                                 });
  ASSERT_TRUE(up) << up.error().text();
  const auto read = read_record(books_path(log_path), {});
  ASSERT_TRUE(read) << read.error().text();
  SessionRecorder recorder(config);
  for (const Turn& turn : turns) recorder.apply(turn);
  const std::vector<FillRow>& fills = recorder.record().fills;
  ASSERT_EQ(read->record.fills.size(), fills.size());
  for (std::size_t i = 0; i < fills.size(); ++i) {
    const EngineConfig& then = fills[i].event <= second ? config : swapped;
    EXPECT_EQ(read->names.strategies.at(read->record.fills[i].report.strategy),
              then.strategies.at(fills[i].report.strategy).id);
  }
}

TEST(AccountResult, IsThatOfTheSpanWithTheOperatorsCommandsInIt) {
  const TemporaryFolder folder;
  const std::string path = (folder.path() / "books").string();
  const EngineConfig engine = small_config();
  std::vector<Turn> turns = small_session();
  {
    BookWriter writer(AccountBooks::create(path).value());
    ASSERT_TRUE(writer.begin_segment(engine));
    for (const Turn& turn : turns) writer.apply(turn);
    ASSERT_TRUE(writer.flush());
  }
  const AccountSetup setup{
      sample_config({"data.symbols=AAPL,IBM", "market_data.source=simulated",
                     R"(strategies=[{"id":"fast","type":"sma_cross"},{"id":"slow","type":"buy_and_hold"}])"})};
  const StrategyRegistry registry = StrategyRegistry::built_in();
  const Date day = Date::from_ymd(2005, 1, 3);
  const auto read = account_result(path, {day, day}, setup, registry);
  ASSERT_TRUE(read) << read.error().text();
  const RunResult& result = read->result;
  EXPECT_EQ(read->last_event, 8U);
  EXPECT_EQ(result.receipt.operator_commands, 1U);
  EXPECT_EQ(result.record.initial_cash, money("100000"));
  EXPECT_EQ(result.record.account.equity, money("100045.7"));
  EXPECT_EQ(result.statistics.sessions, 1U);
  ASSERT_EQ(result.open_positions.size(), 1U);
  EXPECT_EQ(result.open_positions[0].quantity, shares(100));
  EXPECT_EQ(result.outcomes.at(0).filled, 1U);
  ASSERT_EQ(result.prices.size(), 2U);
  EXPECT_EQ(result.prices[0].bars.size(), 1U);
  ASSERT_EQ(result.idle.size(), 1U) << "orders by hand are nobody's duty";
  EXPECT_THAT(result.idle[0], ::testing::StartsWith("slow "));
}

}  // namespace
}  // namespace bellwether
