// What the writer of books makes of turns, when it waits, and what stops it.
#include "storage/book_writer.hpp"

#include <future>

#include "storage/book_tables.hpp"
#include "tests/storage/book_samples.hpp"

namespace bellwether {
namespace {

using namespace test;
using namespace testing;

class BookWriterTest : public ::testing::Test {
 protected:
  [[nodiscard]] SessionRecord record() const { return record_of(path, config); }

  TemporaryFolder folder{fast_folder()};
  std::string path = folder / "books";
  EngineConfig config = small_config();
};

TEST_F(BookWriterTest, HoldsWhatASessionDid) {
  write_books(path, config, small_session());
  EXPECT_EQ(difference(record(), recorded(config, small_session())), "");
  EXPECT_EQ(record().orders.at(0).average_price(), price("10.54"));
  EXPECT_EQ(record().lowest_cash, money("98945.7"));
}

TEST_F(BookWriterTest, AFillAfterAnOrdersEndIsAddedToIt) {
  const OrderCommand command = submit(1, 0, Side::Buy, 100);
  Turn turn = turn_of(1, bar_event(0, 1, "10"));
  turn.intents.push_back({command, DenyReason::None});
  const std::vector<Turn> turns = {turn, turn_of(2, Event::of(report_on(command, ReportType::Canceled, 2, 2))),
                                   turn_of(3, Event::of(fill_of(command, 60, "10", 40, 3, 1, "0.5")))};
  for (const bool in_one : {true, false}) {
    const std::string own = path + (in_one ? "1" : "3");
    const auto writer = writer_of(own, config);
    for (const Turn& each : turns) {
      writer->apply(each);
      const bool written = in_one || writer->flush().has_value();
      ASSERT_TRUE(written);
    }
    ASSERT_TRUE(writer->flush());
    const SessionRecord found = record_of(own, config);
    ASSERT_EQ(found.orders.size(), 1U);
    EXPECT_EQ(found.orders[0].state, OrderState::Canceled);
    EXPECT_EQ(found.orders[0].filled, shares(60));
    EXPECT_EQ(found.orders[0].fees, money("0.5"));
  }
}

TEST_F(BookWriterTest, RowsKeepTheirNamesWhereAConfigurationChangesTheirIndices) {
  const std::vector<Turn> turns = small_session();
  EngineConfig swapped = config;
  std::swap(swapped.instruments[0], swapped.instruments[1]);
  std::swap(swapped.strategies[0], swapped.strategies[1]);
  {
    const auto writer = writer_of(path, config);
    give(*writer, std::span(turns).first(4));
    ASSERT_TRUE(writer->begin_segment(swapped));
    for (Turn turn : std::span(turns).subspan(4)) {
      if (turn.event.type == EventType::Report) turn.event.report.strategy = turn.event.report.instrument = 1;
      for (PositionChange& each : turn.positions) each.strategy = each.instrument = 1;
      if (turn.event.type == EventType::Bar) turn.event.instrument = 1;
      writer->apply(turn);
    }
  }
  EXPECT_EQ(difference(record(), recorded(config, turns)), "");
}

TEST_F(BookWriterTest, APositionGoesToWhoRetiresItsStrategyAndComesBack) {
  const std::vector<Turn> turns = small_session();
  EngineConfig without = config;
  without.strategies[0].instruments = {1};
  without.strategies.push_back({"fast.retired", "retired", {0}, {}});
  const auto held_by = [&](const std::string& id) {
    const BookRecord books = read_record(path, {}).value();
    Quantity held;
    for (const PositionChange& each : books.record.positions) {
      if (books.names.strategies.at(each.strategy) == id) held += each.quantity;
    }
    return held;
  };
  const auto writer = writer_of(path, config);
  give(*writer, std::span(turns).first(6));
  ASSERT_TRUE(writer->begin_segment(without));
  writer->apply(turns[6]);
  ASSERT_TRUE(writer->flush());
  EXPECT_EQ(held_by("fast"), shares(0));
  EXPECT_EQ(held_by("fast.retired"), shares(100));
  ASSERT_TRUE(writer->begin_segment(config));
  writer->apply(turns[7]);
  ASSERT_TRUE(writer->flush());
  EXPECT_EQ(held_by("fast"), shares(100));
  EXPECT_EQ(held_by("fast.retired"), shares(0));
}

TEST_F(BookWriterTest, ACommandHasItsWordsThoughTheBooksBeganBetweenItsNoteAndIt) {
  const CommandNoteEvent note{CommandNoteEvent::Kind::Reason, OperatorNote("lunch")};
  const CommandEvent halt{CommandType::Halt, HaltReason::Operator, false, 1};
  writer_of(path, config)->apply(turn_of(1, Event::of(at_minute(1), note)));
  writer_of(path, config)->apply(turn_of(2, Event::of(at_minute(1), halt)));
  BookReader reader(path);
  reader.open();
  const auto page = reader.commands({});
  ASSERT_TRUE(page) << page.error().text();
  ASSERT_EQ(page->rows.size(), 1U);
  EXPECT_EQ(page->rows[0].words.reason.text(), "lunch");
  EXPECT_EQ(page->upto, 2U);
}

TEST_F(BookWriterTest, StopsWhereAnEventIsMissing) {
  std::promise<std::string> stopped;
  BookWriterCallbacks callbacks;
  callbacks.on_stop = [&](const Error& why) { stopped.set_value(why.text()); };
  const auto writer = writer_of(path, config, callbacks);
  writer->apply(turn_of(1, bar_event(0, 1, "10")));
  writer->apply(turn_of(3, bar_event(0, 2, "10")));
  EXPECT_EQ(stopped.get_future().get(), "event 2 was not given to the books, but event 3 was");
  EXPECT_TRUE(writer->has_stopped());
  EXPECT_EQ(writer->given(), 3U);
  const auto flushed = writer->flush();
  ASSERT_FALSE(flushed);
  EXPECT_EQ(flushed.error().text(), "event 2 was not given to the books, but event 3 was");
  writer->close();
  EXPECT_EQ(writer->written(), 1U) << "what came before is sound";
}

/// Holds the books' write lock, as a disk that does not answer.
class HeldBooks {
 public:
  explicit HeldBooks(const std::string& path)
      : connection_(SqliteConnection::open(path, SqliteAccess::ReadWrite).value()) {
    EXPECT_TRUE(connection_.execute("BEGIN IMMEDIATE"));
  }
  void let_go() { connection_.roll_back(); }

 private:
  SqliteConnection connection_;
};

TEST_F(BookWriterTest, NeverWaitsForTheDiskAndStopsWhereTooMuchWaits) {
  const auto writer = writer_of(path, config, {}, {.rows_max = 50});
  HeldBooks held(path);
  for (EventNumber event = 1; event <= 200; ++event) {
    writer->apply(turn_of(event, bar_event(0, static_cast<int>(event), "10")));
  }
  EXPECT_TRUE(writer->has_stopped());
  EXPECT_EQ(writer->given(), 200U);
  held.let_go();
  writer->close();
  const EventNumber written = writer->written();
  EXPECT_GE(written, 51U);
  EXPECT_LT(written, 200U);
  // After a restart they go on where they are.
  const auto next = writer_of(path, config);
  for (EventNumber event = 1; event <= 200; ++event) {
    next->apply(turn_of(event, bar_event(0, static_cast<int>(event), "10")));
  }
  EXPECT_TRUE(next->flush());
  EXPECT_EQ(record().equity.size(), 200U);
}

TEST_F(BookWriterTest, TurnsOfThePastWaitForRoom) {
  const auto writer = writer_of(path, config, {}, {.rows_max = 10});
  for (EventNumber event = 1; event <= 2'000; ++event) {
    writer->catch_up(turn_of(event, bar_event(0, static_cast<int>(event), "10")));
  }
  EXPECT_FALSE(writer->has_stopped());
  EXPECT_TRUE(writer->flush());
  EXPECT_EQ(record().equity.size(), 2'000U);
}

TEST_F(BookWriterTest, TheNamesOfANewAccountCanBeAskedForBeforeItsFirstEvent) {
  writer_of(path, config);
  BookReader reader(path);
  reader.open();
  PastOrderFilter filter;
  filter.symbol = "IBM";
  filter.strategy = "slow";
  const auto page = reader.orders(filter);
  ASSERT_TRUE(page) << page.error().text();
  EXPECT_TRUE(page->rows.empty());
  EXPECT_EQ(page->upto, 0U);
}

TEST_F(BookWriterTest, WaitsForAnEventNoLongerThanItIsPatient) {
  const auto writer = writer_of(path, config);
  writer->apply(turn_of(1, bar_event(0, 1, "10")));
  writer->wait_for(1, std::chrono::seconds(30));
  EXPECT_EQ(writer->written(), 1U);
  writer->wait_for(2, std::chrono::milliseconds(1));
  EXPECT_EQ(writer->written(), 1U);
}

TEST_F(BookWriterTest, TellsOnceThatTheDiskRefusesAndGoesOnWhenItDoesNot) {
  std::atomic<int> refusals = 0;
  BookWriterCallbacks callbacks;
  callbacks.on_error = [&](const Error&) { ++refusals; };
  const auto writer = writer_of(path, config, callbacks, {.retry = std::chrono::milliseconds(1)});
  auto other = SqliteConnection::open(path, SqliteAccess::ReadWrite);
  ASSERT_TRUE(other);
  ASSERT_TRUE(other->execute("CREATE TRIGGER full BEFORE INSERT ON equity BEGIN SELECT RAISE(ABORT, 'no'); END"));
  writer->apply(turn_of(1, bar_event(0, 1, "10")));
  EXPECT_FALSE(writer->flush());
  EXPECT_FALSE(writer->flush());
  EXPECT_EQ(refusals.load(), 1);
  EXPECT_FALSE(writer->has_stopped());
  ASSERT_TRUE(other->execute("DROP TRIGGER full"));
  // An attempt may be under way that still met it.
  EXPECT_TRUE(writer->flush() || writer->flush());
  EXPECT_EQ(record().equity.size(), 1U);
}

}  // namespace
}  // namespace bellwether
