// Pages of books against the same filter over rows in memory, and spans of sessions.
#include "storage/book_reader.hpp"

#include <thread>

#include "tests/storage/book_samples.hpp"

namespace bellwether {
namespace {

using namespace test;
using namespace testing;

/// A session's books and its record, whose indices are those of the books.
class WildBooks {
 public:
  explicit WildBooks(std::uint64_t seed) : config(wild_config(seed)), turns(wild_turns(config, seed, 430)) {
    write_books(path, config, turns);
    record = recorded(config, turns);
    reader = std::make_unique<BookReader>(path);
    reader->open();
  }

  TemporaryFolder folder{fast_folder()};
  std::string path = folder / "books";
  EngineConfig config;
  std::vector<Turn> turns;
  SessionRecord record;
  std::unique_ptr<BookReader> reader;
};

/// Asks page by page until there is no more; `advance(filter, last row)` sets what the next page comes after.
template <typename Filter, typename Ask, typename Advance>
auto all_pages(Filter filter, Ask&& ask, Advance&& advance) {
  auto page = ask(filter);
  RC_ASSERT(page.has_value());
  auto rows = page->rows;
  while (page->more) {
    RC_ASSERT(page->rows.size() == filter.limit);
    advance(filter, page->rows.back());
    page = ask(filter);
    RC_ASSERT(page.has_value());
    RC_ASSERT(!page->rows.empty());
    rows.insert(rows.end(), page->rows.begin(), page->rows.end());
  }
  return rows;
}

/// A time of some turn, a nanosecond before or behind it, or none.
std::optional<Timestamp> any_time_of(const std::vector<Turn>& turns) {
  if (*rc::gen::inRange(0, 3) == 0) return std::nullopt;
  return turns[*rc::gen::inRange<std::size_t>(0, turns.size())].event.time + Duration(*rc::gen::inRange(-1, 2));
}

void fill_any(PastFilter& filter, const WildBooks& books) {
  filter.from = any_time_of(books.turns);
  filter.to = any_time_of(books.turns);
  filter.newest_first = *rc::gen::arbitrary<bool>();
  filter.limit = *rc::gen::inRange<std::size_t>(1, 200);
}
void fill_any_names(PastFilter& filter) {
  if (*rc::gen::arbitrary<bool>()) filter.strategy = *rc::gen::element<std::string>("one", "two");
  if (*rc::gen::arbitrary<bool>()) filter.symbol = *rc::gen::element<std::string>("A", "B");
}

bool fits(const PastFilter& filter, const EngineConfig& config, Timestamp time, StrategyIndex strategy,
          InstrumentIndex instrument) {
  return (!filter.from || time >= *filter.from) && (!filter.to || time < *filter.to) &&
         (!filter.strategy || config.strategies[strategy].id == *filter.strategy) &&
         (!filter.symbol || config.instruments[instrument].symbol == *filter.symbol);
}

/// The rows that fit, in the order of the filter.
template <typename Row, typename Fits>
std::vector<Row> filtered(const std::vector<Row>& rows, bool newest_first, Fits&& fits_in) {
  std::vector<Row> found;
  for (const Row& row : rows) {
    if (fits_in(row)) found.push_back(row);
  }
  if (newest_first) std::ranges::reverse(found);
  return found;
}

RC_GTEST_PROP(BookReader, PagesOfOrdersAreTheFilteredRecord, ()) {
  const WildBooks books(*rc::gen::inRange<std::uint64_t>(1, 100'000));
  for (int i = 0; i < 10; ++i) {
    PastOrderFilter filter;
    fill_any(filter, books);
    fill_any_names(filter);
    filter.status = *rc::gen::element(OrderFilter::Status::All, OrderFilter::Status::Open, OrderFilter::Status::Closed);
    const auto found = all_pages(
        filter, [&](const PastOrderFilter& each) { return books.reader->orders(each); },
        [](PastOrderFilter& each, const OrderRow& last) { each.after = last.id; });
    const auto expected = filtered(books.record.orders, filter.newest_first, [&](const OrderRow& row) {
      const bool open = !is_terminal(row.state);
      return (filter.status == OrderFilter::Status::All || open == (filter.status == OrderFilter::Status::Open)) &&
             fits(filter, books.config, row.created, row.strategy, row.spec.instrument);
    });
    RC_ASSERT(found == expected);
  }
}

RC_GTEST_PROP(BookReader, PagesOfFillsAreTheFilteredRecord, ()) {
  const WildBooks books(*rc::gen::inRange<std::uint64_t>(1, 100'000));
  for (int i = 0; i < 10; ++i) {
    PastFillFilter filter;
    fill_any(filter, books);
    fill_any_names(filter);
    if (*rc::gen::inRange(0, 4) == 0) filter.order = (*rc::gen::elementOf(books.record.orders)).id;
    const auto found = all_pages(
        filter, [&](const PastFillFilter& each) { return books.reader->fills(each); },
        [](PastFillFilter& each, const FillRow& last) { each.after = last.event; });
    const auto expected = filtered(books.record.fills, filter.newest_first, [&](const FillRow& row) {
      return (!filter.order.exists() || row.report.order == filter.order) &&
             fits(filter, books.config, books.turns[row.event - 1].event.time, row.report.strategy,
                  row.report.instrument);
    });
    RC_ASSERT(found == expected);
  }
}

RC_GTEST_PROP(BookReader, PagesOfTradesAreTheFilteredTurns, ()) {
  const WildBooks books(*rc::gen::inRange<std::uint64_t>(1, 100'000));
  std::vector<TradeRow> trades;
  for (const Turn& turn : books.turns) {
    std::uint16_t index = 0;
    for (const TradeRecord& each : turn.closed_trades) {
      trades.push_back({turn.event.number, index++, turn.event.time, each});
    }
  }
  for (int i = 0; i < 10; ++i) {
    PastTradeFilter filter;
    fill_any(filter, books);
    fill_any_names(filter);
    const auto found = all_pages(
        filter, [&](const PastTradeFilter& each) { return books.reader->trades(each); },
        [](PastTradeFilter& each, const TradeRow& last) {
          each.after = last.event;
          each.after_index = last.index;
        });
    RC_ASSERT(found == filtered(trades, filter.newest_first, [&](const TradeRow& row) {
                return fits(filter, books.config, row.time, row.trade.strategy, row.trade.instrument);
              }));
  }
}

RC_GTEST_PROP(BookReader, PagesOfEquityAreTheFilteredTurns, ()) {
  const WildBooks books(*rc::gen::inRange<std::uint64_t>(1, 100'000));
  std::vector<EquityRow> points;
  std::vector<EquityRow> closes;
  for (const Turn& turn : books.turns) {
    const EquityRow row{turn.event.number, turn.event.time, turn.account.equity};
    if (turn.event.type == EventType::Bar) points.push_back(row);
    if (turn.event.type != EventType::SessionClose) continue;
    closes.push_back(row);
    closes.back().session = turn.event.session.date;
  }
  for (int i = 0; i < 10; ++i) {
    PastEventFilter filter;
    fill_any(filter, books);
    const bool by_session = *rc::gen::arbitrary<bool>();
    const auto found = all_pages(
        filter, [&](const PastEventFilter& each) { return books.reader->equity(each, by_session); },
        [](PastEventFilter& each, const EquityRow& last) { each.after = last.event; });
    RC_ASSERT(found == filtered(by_session ? closes : points, filter.newest_first,
                                [&](const EquityRow& row) { return fits(filter, books.config, row.time, 0, 0); }));
  }
}

RC_GTEST_PROP(BookReader, PagesOfCommandsAreTheFilteredTurns, ()) {
  const WildBooks books(*rc::gen::inRange<std::uint64_t>(1, 100'000));
  std::vector<EventNumber> commands;
  for (const Turn& turn : books.turns) {
    if (turn.event.type == EventType::Command) commands.push_back(turn.event.number);
  }
  PastEventFilter filter;
  fill_any(filter, books);
  const auto found = all_pages(
      filter, [&](const PastEventFilter& each) { return books.reader->commands(each); },
      [](PastEventFilter& each, const CommandRow& last) { each.after = last.event; });
  std::vector<EventNumber> events;
  for (const CommandRow& row : found) events.push_back(row.event);
  RC_ASSERT(events == filtered(commands, filter.newest_first, [&](EventNumber event) {
              return fits(filter, books.config, books.turns[event - 1].event.time, 0, 0);
            }));
}

/// What a recorder makes of the turns up to the close of each session.
std::vector<SessionRecord> records_at_closes(const WildBooks& books) {
  std::vector<SessionRecord> records;
  SessionRecorder recorder(books.config);
  for (const Turn& turn : books.turns) {
    recorder.apply(turn);
    if (turn.event.type == EventType::SessionClose) records.push_back(recorder.record());
  }
  return records;
}

SessionRecord record_of_span(const WildBooks& books, const SessionSpan& span) {
  auto read = read_record(books.path, span);
  RC_ASSERT(read.has_value());
  EngineConfig config = books.config;
  return record_under(std::move(*read), config);
}

RC_GTEST_PROP(BookRecord, TheSpanOfASessionHoldsWhatHappenedInIt, ()) {
  const WildBooks books(*rc::gen::inRange<std::uint64_t>(1, 100'000));
  const std::vector<SessionRecord> closes = records_at_closes(books);
  RC_ASSERT(closes.size() == 2U);
  const SessionRecord& first = closes[0];
  const SessionRecord& both = closes[1];
  const Date dates[] = {both.daily[0].session, both.daily[1].session};
  const SessionRecord one = record_of_span(books, {dates[0], dates[0]});
  const SessionRecord two = record_of_span(books, {dates[1], dates[1]});
  RC_ASSERT(one.initial_cash == first.initial_cash && two.initial_cash == first.account.equity);
  RC_ASSERT(one.counts == first.counts);
  RC_ASSERT(two.counts.denials == both.counts.denials - first.counts.denials);
  RC_ASSERT(one.account == first.account);
  RC_ASSERT(two.account.fees == both.account.fees - first.account.fees);
  RC_ASSERT(two.account.equity == both.account.equity);
  RC_ASSERT(one.fills.size() + two.fills.size() == both.fills.size());
  RC_ASSERT(one.orders.size() + two.orders.size() == both.orders.size());
  RC_ASSERT(one.trades.size() + two.trades.size() == both.trades.size());
  RC_ASSERT(one.equity.size() + two.equity.size() == both.equity.size());
  RC_ASSERT(two.equity.size() > 0 && two.equity[0] == both.equity[one.equity.size()]);
  RC_ASSERT(two.daily == std::vector<DailyEquity>{both.daily[1]});
  RC_ASSERT(two.activity.at(0).market_events == both.activity[1].market_events - both.activity[0].market_events);
  RC_ASSERT(std::min(one.lowest_cash, two.lowest_cash) == both.lowest_cash || two.lowest_cash == first.account.cash);
  for (std::size_t i = 0; i < first.positions.size(); ++i) {
    RC_ASSERT(one.positions[i].quantity == first.positions[i].quantity);
  }
}

TEST(BookRecord, SaysThatNoSessionLiesInASpan) {
  const TemporaryFolder folder(fast_folder());
  write_books(folder / "books", small_config(), small_session());
  const auto read = read_record(folder / "books", {Date::from_ymd(2005, 1, 4), Date::from_ymd(2005, 1, 5)});
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().text(), "span: the account has no session in it");
  EXPECT_FALSE(read_record(folder / "books", {Date::from_ymd(2005, 1, 4), {}}));
  EXPECT_FALSE(read_record(folder / "books", {{}, Date::from_ymd(2005, 1, 2)}));
  EXPECT_FALSE(read_record(folder / "books", {Date::from_ymd(2005, 1, 4), Date::from_ymd(2005, 1, 3)}));
  EXPECT_TRUE(read_record(folder / "books", {Date::from_ymd(2005, 1, 3), Date::from_ymd(2005, 1, 3)}));
}

TEST(BookRecord, AConfigurationWithoutAStrategyOfThePastGetsIt) {
  const TemporaryFolder folder(fast_folder());
  write_books(folder / "books", small_config(), small_session());
  EngineConfig config = small_config();
  config.strategies.erase(config.strategies.begin());
  config.instruments.erase(config.instruments.begin());
  config.strategies[0].instruments = {0};
  const SessionRecord record = record_under(read_record(folder / "books", {}).value(), config);
  ASSERT_EQ(config.strategies.size(), 2U);
  EXPECT_EQ(config.strategies[record.orders.at(0).strategy].id, "fast");
  EXPECT_EQ(config.instruments[record.fills.at(0).report.instrument].symbol, "AAPL");
  EXPECT_EQ(record.positions.at(1 * 2 + 1).quantity, shares(100));
}

class SmallBooks : public ::testing::Test {
 protected:
  TemporaryFolder folder{fast_folder()};
  std::string path = folder / "books";
  BookReader reader{path};
};

TEST_F(SmallBooks, AnswerNobodyBeforeTheyAreOpen) {
  const auto page = reader.orders({});
  ASSERT_FALSE(page);
  EXPECT_THAT(page.error().text(), ::testing::HasSubstr("not open yet"));
}

TEST_F(SmallBooks, NameAFilterThatTheAccountNeverHad) {
  write_books(path, small_config(), small_session());
  reader.open();
  PastOrderFilter filter;
  filter.symbol = "MSFT";
  EXPECT_EQ(reader.orders(filter).error().field, "symbol");
  filter.symbol.reset();
  filter.strategy = "none";
  EXPECT_EQ(reader.orders(filter).error().field, "strategy");
  filter.strategy.reset();
  filter.after = {99, 1, 0, OrderLeg::Entry};
  EXPECT_EQ(reader.orders(filter).error().field, "after");
}

TEST_F(SmallBooks, FindAnOrderByItsIdAlone) {
  write_books(path, small_config(), small_session());
  reader.open();
  PastOrderFilter filter;
  filter.id = {2, 1, 0, OrderLeg::Entry};
  ASSERT_EQ(reader.orders(filter).value().rows.size(), 1U);
  EXPECT_EQ(reader.orders(filter).value().names->symbols.at(0), "AAPL");
  filter.id.epoch = 2;
  EXPECT_TRUE(reader.orders(filter).value().rows.empty());
}

TEST_F(SmallBooks, SayWhatIsDamagedAndWhatHelps) {
  write_books(path, small_config(), small_session());
  ASSERT_TRUE(SqliteConnection::open(path, SqliteAccess::ReadWrite).value().execute("UPDATE fills SET row = x'00'"));
  reader.open();
  const auto page = reader.fills({});
  ASSERT_FALSE(page);
  EXPECT_THAT(page.error().text(), ::testing::HasSubstr("row 4 of fills"));
  EXPECT_THAT(page.error().text(), ::testing::HasSubstr("bellwether log rebuild"));
  EXPECT_TRUE(reader.orders({})) << "the rest can be read";
}

TEST_F(SmallBooks, AreReadByManyWhileTheyAreWritten) {
  const auto writer = writer_of(path, small_config());
  reader.open();
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      EventNumber upto = 0;
      while (upto < 500) {
        PastEventFilter filter;
        filter.newest_first = true;
        filter.limit = 1;
        const auto page = reader.equity(filter, false);
        ASSERT_TRUE(page) << page.error().text();
        ASSERT_GE(page->upto, upto);
        upto = page->upto;
        const EventNumber newest = page->rows.empty() ? 0 : page->rows[0].event;
        ASSERT_EQ(newest, upto) << "an answer is of one moment";
      }
    });
  }
  for (EventNumber event = 1; event <= 500; ++event) {
    writer->apply(turn_of(event, bar_event(0, static_cast<int>(event), "10")));
    const bool written = event % 50 != 0 || writer->flush().has_value();
    ASSERT_TRUE(written);
  }
  for (std::thread& each : threads) each.join();
}

}  // namespace
}  // namespace bellwether
