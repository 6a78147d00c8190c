// bellwether log rebuild and bellwether results, over the log of a small session.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/account_config.hpp"
#include "app/commands.hpp"
#include "storage/account_books.hpp"
#include "storage/book_record.hpp"
#include "storage/sqlite_event_log.hpp"
#include "tests/backtest/sample_run.hpp"
#include "tests/support/temporary_folder.hpp"
#include "tests/support/turns.hpp"

namespace bellwether {
namespace {

using namespace testing;

class BooksCommands : public ::testing::Test {
 protected:
  BooksCommands() {
    const AccountSetup setup{
        sample_config({"data.symbols=AAPL,IBM", "market_data.source=simulated",
                       R"(strategies=[{"id":"fast","type":"sma_cross"},{"id":"slow","type":"buy_and_hold"}])"})};
    log = SqliteEventLog::create(path, metadata_of(setup)).value();
    for (const Turn& turn : small_session()) EXPECT_TRUE(log->append({&turn.event, 1}, {}));
  }

  /// What the command said, whatever the stream.
  static std::string said(const std::function<int()>& command, int code) {
    ::testing::internal::CaptureStdout();
    ::testing::internal::CaptureStderr();
    EXPECT_EQ(command(), code);
    return ::testing::internal::GetCapturedStdout() + ::testing::internal::GetCapturedStderr();
  }

  TemporaryFolder folder;
  std::string path = (folder.path() / "log").string();
  std::unique_ptr<SqliteEventLog> log;
};

TEST_F(BooksCommands, MakeTheBooksFromTheLogWhateverStoodThere) {
  log.reset();
  folder.file("log.books", "nonsense");
  EXPECT_THAT(said([&] { return rebuild_command(path); }, kExitDone), ::testing::HasSubstr("holds 8 events"));
  const auto books = read_record(books_path(path), {});
  ASSERT_TRUE(books) << books.error().text();
  EXPECT_EQ(books->last_event, 8U);
  EXPECT_EQ(books->record.fills.size(), 2U);
  // 100,000 - 60 x 10.5 - 40 x 10.6 - 0.3 in fees.
  EXPECT_EQ(books->record.account.cash, money("98945.7"));
  EXPECT_EQ(books->operator_commands, 1U);
}

TEST_F(BooksCommands, DoNotTouchTheBooksOfALogThatIsWritten) {
  folder.file("log.books", "somebody writes this");
  EXPECT_THAT(said([&] { return rebuild_command(path); }, kExitFailed), ::testing::HasSubstr("error"));
  EXPECT_EQ(file_text(books_path(path)), "somebody writes this");
}

TEST_F(BooksCommands, WriteTheResultsOfASpan) {
  log.reset();
  said([&] { return rebuild_command(path); }, kExitDone);
  ResultsCommandOptions options;
  options.log = path;
  options.from = options.to = "2005-01-03";
  options.output = (folder.path() / "out").string();
  const std::string text = said([&] { return results_command(options); }, kExitDone);
  EXPECT_THAT(text, ::testing::HasSubstr("up to event 8"));
  for (const char* file : {"result.json", "report.html", "fills.csv", "trades.csv", "orders.csv", "equity.csv"}) {
    EXPECT_TRUE(std::filesystem::exists(folder.path() / "out" / file)) << file;
  }
  EXPECT_EQ(file_text(folder.path() / "out" / "equity.csv"), "session,equity\n2005-01-03,100045.7\n");
}

TEST_F(BooksCommands, SayWhatIsWrongWithASpan) {
  log.reset();
  ResultsCommandOptions options;
  options.log = path;
  EXPECT_THAT(said([&] { return results_command(options); }, kExitFailed), ::testing::HasSubstr("log.books"));
  said([&] { return rebuild_command(path); }, kExitDone);
  options.from = "2005-1-3";
  EXPECT_THAT(said([&] { return results_command(options); }, kExitUsage), ::testing::HasSubstr("--from"));
  options.from = "2005-01-04";
  EXPECT_THAT(said([&] { return results_command(options); }, kExitFailed), ::testing::HasSubstr("no session"));
  options.from = "";
  options.to = "tomorrow";
  EXPECT_THAT(said([&] { return results_command(options); }, kExitUsage), ::testing::HasSubstr("--to"));
}

}  // namespace
}  // namespace bellwether
