// Books that are missing, damaged, of somebody else, of another version or of another log.
#include "storage/book_opening.hpp"

#include "tests/storage/book_samples.hpp"
#include "tests/support/memory_log.hpp"

namespace bellwether {
namespace {

using namespace test;
using namespace testing;

class BookOpening : public ::testing::Test {
 protected:
  BookOpening() {
    for (const Turn& turn : small_session()) EXPECT_TRUE(log.append({&turn.event, 1}, {}));
  }

  /// Opens the books; they must be new, for a reason that says `why`.
  void expect_anew(const std::string& why, bool kept) {
    const auto opened = open_books(path, log);
    ASSERT_TRUE(opened) << opened.error().text();
    EXPECT_EQ(opened->books.state().totals.last_event, 0U);
    EXPECT_THAT(opened->rebuilt_because, ::testing::HasSubstr(why));
    EXPECT_EQ(opened->kept_as, kept ? path + ".aside" : "");
    EXPECT_EQ(std::filesystem::exists(path + ".aside"), kept);
  }
  void execute(const char* sql) {
    auto connection = SqliteConnection::open(path, SqliteAccess::ReadWrite);
    ASSERT_TRUE(connection);
    const auto done = connection->execute(sql);
    ASSERT_TRUE(done) << done.error().text();
  }

  TemporaryFolder folder{fast_folder()};
  std::string path = folder / "log.books";
  MemoryLog log;
};

TEST_F(BookOpening, BooksOfTheLogGoOn) {
  write_books(path, small_config(), small_session());
  const auto opened = open_books(path, log);
  ASSERT_TRUE(opened) << opened.error().text();
  EXPECT_EQ(opened->books.state().totals.last_event, 8U);
  EXPECT_EQ(opened->rebuilt_because, "");
}

TEST_F(BookOpening, BooksBehindTheLogGoOn) {
  const std::vector<Turn> turns = small_session();
  write_books(path, small_config(), std::span(turns).first(4));
  const auto opened = open_books(path, log);
  ASSERT_TRUE(opened) << opened.error().text();
  EXPECT_EQ(opened->books.state().totals.last_event, 4U);
  EXPECT_EQ(opened->books.state().open_orders.size(), 1U);
}

TEST_F(BookOpening, MissingOnesAreMade) {
  expect_anew("there are none", false);
  log = MemoryLog();
  std::filesystem::remove(path);
  EXPECT_EQ(open_books(path, log).value().rebuilt_because, "") << "a new account has nothing to rebuild";
}

TEST_F(BookOpening, EmptyFilesAreFilled) {
  write_file(path, "");
  expect_anew("the file is empty", false);
}

TEST_F(BookOpening, FilesOfOthersAreSetAside) {
  write_file(path, std::string(5'000, 'x'));
  expect_anew("damaged, or no books", true);
  EXPECT_EQ(read_file(path + ".aside"), std::string(5'000, 'x'));
  write_file(path, "again");
  expect_anew("damaged, or no books", true);
  EXPECT_EQ(read_file(path + ".aside"), "again") << "one is kept";
}

TEST_F(BookOpening, BooksOfAnotherSchemaAreSetAside) {
  write_books(path, small_config(), small_session());
  execute("DROP INDEX orders_symbol");
  expect_anew("damaged, or no books", true);
}

TEST_F(BookOpening, DamagedTotalsOrOpenOrdersAreNotTrusted) {
  const std::vector<Turn> turns = small_session();
  for (const char* damage :
       {"UPDATE state SET row = x'00'", "UPDATE orders SET row = substr(row, 1, 20)", "UPDATE positions SET row = x''",
        "UPDATE equity SET row = x'0102030405'", "UPDATE symbols SET id = 7 WHERE id = 1"}) {
    std::filesystem::remove(path);
    write_books(path, small_config(), std::span(turns).first(4));
    execute(damage);
    expect_anew("the books are damaged", true);
  }
}

TEST_F(BookOpening, BooksAheadOfTheLogAreNotTrusted) {
  write_books(path, small_config(), small_session());
  MemoryLog shorter;
  shorter.events.assign(log.events.begin(), log.events.end() - 1);
  log = shorter;
  expect_anew("do not end with an event of this log", true);
}

TEST_F(BookOpening, BooksOfAnotherLogAreNotTrusted) {
  write_books(path, small_config(), small_session());
  log.events.back().session.early_close = true;
  expect_anew("do not end with an event of this log", true);
}

TEST_F(BookOpening, BooksOfAnEarlierVersionAreMadeAnew) {
  write_books(path, small_config(), small_session());
  execute("PRAGMA user_version = 0");
  expect_anew("an earlier version", false);
}

TEST_F(BookOpening, BooksOfALaterVersionAreRefusedAndLeftAlone) {
  write_books(path, small_config(), small_session());
  execute("PRAGMA user_version = 2");
  const auto opened = open_books(path, log);
  ASSERT_FALSE(opened);
  EXPECT_THAT(opened.error().text(), ::testing::HasSubstr("a later version"));
  EXPECT_THAT(opened.error().text(), ::testing::HasSubstr("bellwether log rebuild"));
  EXPECT_TRUE(std::filesystem::exists(path));
  EXPECT_EQ(replace_books(path).value().state().totals.last_event, 0U) << "which the rebuild does not mind";
}

}  // namespace
}  // namespace bellwether
