// The routes of the past over HTTP: from the books of an account, and from the memory of a session without books.
#include "api/past_routes.hpp"

#include <filesystem>
#include <nlohmann/json.hpp>

#include "actors/session_board.hpp"
#include "api/server.hpp"
#include "config/json.hpp"
#include "storage/book_reader.hpp"
#include "storage/book_writer.hpp"
#include "tests/support/http_client.hpp"
#include "tests/support/temporary_folder.hpp"
#include "tests/support/turns.hpp"

namespace bellwether {
namespace {

using namespace bellwether::testing;

/// The small session with a round trip at the halt, and an order that is open at its end.
std::vector<Turn> turns_of_a_session() {
  std::vector<Turn> turns = small_session();
  TradeRecord trade;
  trade.strategy = 1;
  trade.instrument = 1;
  trade.net_pnl = money("12.5");
  turns[6].closed_trades = {trade, trade};
  turns[6].closed_trades[1].net_pnl = money("-3");
  const OrderCommand open = submit(9, 1, Side::Buy, 7, 1);
  turns.push_back(turn_of(9, bar_event(1, 400, "50"), "98945.7", "100045.7"));
  turns.back().intents = {{open, DenyReason::None}};
  turns.back().commands = {open};
  return turns;
}

/// The parameter says whether the books are kept.
class PastRoutes : public ::testing::TestWithParam<bool> {
 protected:
  PastRoutes() : board(small_config(), StrategyRegistry::built_in()) {
    auto books = AccountBooks::create(path);
    EXPECT_TRUE(books) << books.error().text();
    writer = std::make_unique<BookWriter>(std::move(*books));
    EXPECT_TRUE(writer->begin_segment(small_config()));
    for (const Turn& turn : turns_of_a_session()) {
      board.apply(turn);
      writer->apply(turn);
    }
    EXPECT_TRUE(writer->flush());
    reader.open();
    config.port = 0;
    ApiPorts ports;
    ports.session = fixed_session(board);
    if (GetParam()) ports.past = &reader;
    server = std::move(ApiServer::start(config, ports).value());
    client = std::make_unique<HttpClient>(server->port());
  }

  Json get(const std::string& target) {
    const HttpAnswer answer = client->ask("GET", target);
    EXPECT_EQ(answer.status, 200U) << target << ": " << answer.body;
    return Json::parse(answer.body);
  }
  Json error_of(const std::string& target, unsigned status) {
    const HttpAnswer answer = client->ask("GET", target);
    EXPECT_EQ(answer.status, status) << target << ": " << answer.body;
    return Json::parse(answer.body)["error"];
  }

  TemporaryFolder folder;
  std::string path = (folder.path() / "books").string();
  SessionBoard board;
  BookReader reader{path};
  std::unique_ptr<BookWriter> writer;
  ApiConfig config;
  std::unique_ptr<ApiServer> server;
  std::unique_ptr<HttpClient> client;
};

TEST_P(PastRoutes, PageThroughOrdersInBothDirections) {
  for (const char* direction : {"asc", "desc"}) {
    std::vector<std::string> ids;
    std::string after;
    for (;;) {
      const Json page = get(std::string("/v1/orders?limit=1&direction=") + direction + after);
      EXPECT_EQ(page["books_event"], 9);
      for (const Json& order : page["orders"]) ids.push_back(order["client_order_id"]);
      if (page["next"].is_null()) break;
      after = "&after=" + page["next"].get<std::string>();
    }
    std::vector<std::string> expected = {"bw-1-2-0", "bw-1-9-0"};
    if (std::string(direction) == "desc") std::ranges::reverse(expected);
    EXPECT_EQ(ids, expected) << direction;
  }
}

TEST_P(PastRoutes, FilterOrders) {
  const std::vector<std::pair<std::string, std::vector<std::string>>> cases = {
      {"status=open", {"bw-1-9-0"}},
      {"status=closed", {"bw-1-2-0"}},
      {"symbol=IBM", {"bw-1-9-0"}},
      {"strategy=fast", {"bw-1-2-0"}},
      {"strategy=fast&symbol=IBM", {}},
      {"client_order_id=bw-1-2-0", {"bw-1-2-0"}},
      {"client_order_id=bw-1-3-0", {}},
      // The first order is of 14:31 UTC, which is 09:31 in New York; the second of 21:10.
      {"from=2005-01-03T14:31:00Z", {"bw-1-2-0", "bw-1-9-0"}},
      {"from=2005-01-03T14:31:00.000000001Z", {"bw-1-9-0"}},
      {"to=2005-01-03T14:31:00Z", {}},
      {"to=2005-01-03T09:32:00-05:00", {"bw-1-2-0"}},
      {"from=2005-01-03&to=2005-01-03", {"bw-1-2-0", "bw-1-9-0"}},
      {"from=2005-01-04", {}},
      {"to=2005-01-02", {}}};
  for (const auto& [query, expected] : cases) {
    std::vector<std::string> ids;
    const Json page = get("/v1/orders?" + query);
    for (const Json& order : page["orders"]) ids.push_back(order["client_order_id"]);
    EXPECT_EQ(ids, expected) << query;
  }
}

TEST_P(PastRoutes, ShowOneOrder) {
  const Json order = get("/v1/orders/bw-1-2-0");
  EXPECT_EQ(order["average_fill_price"], "10.54");
  EXPECT_EQ(order["symbol"], "AAPL");
  EXPECT_EQ(order["books_event"], 9);
  EXPECT_EQ(error_of("/v1/orders/bw-1-2-1", 404)["field"], "client_order_id");
}

TEST_P(PastRoutes, ShowWhatHasBeenAskedOfTheVenueAboutAnOpenOrder) {
  OrderCommand cancel = submit(10, 1, Side::Buy, 7, 1);
  cancel.kind = CommandKind::Cancel;
  cancel.target = {9, 1, 0, OrderLeg::Entry};
  ExecutionReport accepted = report_on(submit(9, 1, Side::Buy, 7, 1), ReportType::Accepted, 401, 9);
  Turn turn = turn_of(10, Event::of(accepted));
  turn.commands = {cancel};
  board.apply(turn);
  writer->apply(turn);
  EXPECT_TRUE(writer->flush());
  EXPECT_EQ(get("/v1/orders?status=open")["orders"][0]["state"], "pending_cancel");
  EXPECT_EQ(get("/v1/orders/bw-1-9-0")["state"], "pending_cancel");
}

TEST_P(PastRoutes, PageThroughFills) {
  const Json first = get("/v1/fills?limit=1");
  EXPECT_EQ(first["fills"][0]["price"], "10.5");
  EXPECT_EQ(first["next"], 4);
  const Json second = get("/v1/fills?after=4");
  EXPECT_EQ(second["fills"][0]["price"], "10.6");
  EXPECT_EQ(second["next"], nullptr);
  EXPECT_EQ(second["books_event"], 9);
  EXPECT_EQ(get("/v1/fills?direction=desc")["fills"][0]["event"], 5);
  EXPECT_EQ(get("/v1/fills?client_order_id=bw-1-2-0&symbol=AAPL&strategy=fast")["fills"].size(), 2U);
  EXPECT_TRUE(get("/v1/fills?client_order_id=bw-1-9-0")["fills"].empty());
  EXPECT_TRUE(get("/v1/fills?symbol=IBM")["fills"].empty());
  EXPECT_TRUE(get("/v1/fills?to=2005-01-03T14:32:00Z")["fills"].empty());
}

TEST_P(PastRoutes, PageThroughRoundTrips) {
  const Json first = get("/v1/trades?limit=1");
  EXPECT_EQ(first["trades"][0]["net_pnl"], "12.5");
  EXPECT_EQ(first["trades"][0]["strategy"], "slow");
  EXPECT_EQ(first["next"], "7-0");
  const Json second = get("/v1/trades?limit=1&after=7-0");
  EXPECT_EQ(second["trades"][0]["net_pnl"], "-3");
  EXPECT_EQ(second["next"], nullptr);
  EXPECT_EQ(get("/v1/trades?direction=desc&after=7-1")["trades"][0]["index"], 0);
  EXPECT_EQ(get("/v1/trades?symbol=IBM&from=2005-01-03T14:32:00Z")["trades"].size(), 2U);
  EXPECT_TRUE(get("/v1/trades?strategy=fast")["trades"].empty());
}

TEST_P(PastRoutes, ShowTheEquityBySessionAndByEvent) {
  const Json sessions = get("/v1/equity");
  ASSERT_EQ(sessions["equity"].size(), 1U);
  EXPECT_EQ(sessions["equity"][0]["session"], "2005-01-03");
  EXPECT_EQ(sessions["equity"][0]["equity"], "100045.7");
  EXPECT_EQ(sessions["equity"][0]["event"], 8);
  const Json first = get("/v1/equity?resolution=event&limit=2");
  ASSERT_EQ(first["equity"].size(), 2U);
  EXPECT_EQ(first["equity"][1]["equity"], "100045.7");
  EXPECT_EQ(first["equity"][1]["session"], nullptr);
  EXPECT_EQ(first["next"], 6);
  EXPECT_EQ(get("/v1/equity?resolution=event&after=6")["equity"][0]["event"], 9);
  EXPECT_EQ(get("/v1/equity?resolution=event&direction=desc&after=9&limit=1")["equity"][0]["event"], 6);
  EXPECT_EQ(get("/v1/equity?resolution=event&from=2005-01-03T14:32:00Z&limit=1")["equity"][0]["event"], 6);
}

TEST_P(PastRoutes, ListCommands) {
  const Json page = get("/v1/commands?from=2005-01-03");
  ASSERT_EQ(page["commands"].size(), 1U);
  EXPECT_EQ(page["commands"][0]["command"], "halt");
  EXPECT_EQ(page["books_event"], 9);
  EXPECT_TRUE(get("/v1/commands?after=7")["commands"].empty());
}

TEST_P(PastRoutes, NameTheParameterThatIsBad) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"/v1/orders?symbol=MSFT", "symbol"},  {"/v1/trades?strategy=none", "strategy"},
      {"/v1/fills?from=2005-02-30", "from"}, {"/v1/equity?to=2005-01-03T25:00:00Z", "to"},
      {"/v1/equity?to=yesterday", "to"},     {"/v1/equity?resolution=bar", "resolution"},
      {"/v1/trades?after=7-70000", "after"}, {"/v1/trades?after=7", "after"},
      {"/v1/commands?symbol=IBM", "symbol"}};
  for (const auto& [target, field] : cases) EXPECT_EQ(error_of(target, 400)["field"], field) << target;
}

INSTANTIATE_TEST_SUITE_P(BooksOrMemory, PastRoutes, ::testing::Bool(),
                         [](const auto& tested) { return tested.param ? "Books" : "Memory"; });

using PastOfAnAccount = PastRoutes;

TEST_P(PastOfAnAccount, SaysSoWhileItsBooksCannotBeRead) {
  ASSERT_TRUE(SqliteConnection::open(path, SqliteAccess::ReadWrite).value().execute("UPDATE fills SET row = x'00'"));
  const Json error = error_of("/v1/fills", 503);
  EXPECT_EQ(error["code"], "books_unavailable");
  EXPECT_THAT(error["message"].get<std::string>(), ::testing::HasSubstr("bellwether log rebuild"));
}

TEST_P(PastOfAnAccount, AnOrderAfterOneThatNeverWasIsTheAskersFault) {
  EXPECT_EQ(error_of("/v1/orders?after=bw-1-77-0", 400)["field"], "after");
}

TEST_P(PastOfAnAccount, AnOpenOrderIsFoundThoughTheBooksAreBehind) {
  const OrderCommand late = submit(10, 1, Side::Buy, 3, 1);
  Turn turn = turn_of(10, bar_event(1, 401, "50"));
  turn.commands = {late};
  board.apply(turn);
  EXPECT_EQ(get("/v1/orders/bw-1-10-0")["books_event"], 10);
  EXPECT_EQ(get("/v1/orders")["books_event"], 9);
}

INSTANTIATE_TEST_SUITE_P(Books, PastOfAnAccount, ::testing::Values(true));

}  // namespace
}  // namespace bellwether
