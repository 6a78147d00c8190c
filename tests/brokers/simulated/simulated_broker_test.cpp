#include "brokers/simulated/simulated_broker.hpp"

#include "tests/support/venue.hpp"

namespace bellwether {
namespace {

using namespace testing;

TEST(SimulatedBroker, SaysWhatItHoldsForUs) {
  EngineConfig config = small_config();
  config.exchange.asynchronous = true;
  SimulatedBroker broker(config);
  broker.take(session_event(EventType::SessionOpen, 0), {});
  std::vector<OrderCommand> commands(2);
  commands[0].id = {1, 1, 0, OrderLeg::Entry};
  commands[0].spec = market_order(Side::Buy, 10);
  commands[1].id = {1, 1, 1, OrderLeg::Entry};
  commands[1].spec = limit_order(Side::Buy, 5, "8", TimeInForce::Gtc);
  for (OrderCommand& command : commands) command.strategy = 0;
  broker.take(Event::of(at_minute(1), TimerEvent{}), commands);
  broker.take(bar_event(0, 3, "10"), {});
  std::optional<BrokerBooks> books;
  broker.ask_books(at_minute(0), [&](const Expected<BrokerBooks>& answer) { books = *answer; });
  EXPECT_FALSE(books) << "no call waits for the broker";
  std::vector<Event> events;
  broker.collect(at_minute(3), events);
  ASSERT_TRUE(books);
  ASSERT_EQ(books->positions.size(), 1U);
  EXPECT_EQ(books->positions[0].instrument, 0);
  EXPECT_EQ(books->positions[0].quantity, shares(10));
  EXPECT_EQ(books->cash, money("99900"));
  ASSERT_EQ(books->open_orders.size(), 1U);
  EXPECT_EQ(books->open_orders[0].order, commands[1].id);
  ASSERT_EQ(books->executions.size(), 1U);
  EXPECT_EQ(books->executions[0].order, commands[0].id);
  broker.ask_books(at_minute(5), [&](const Expected<BrokerBooks>& answer) { books = *answer; });
  broker.collect(at_minute(3), events);
  EXPECT_TRUE(books->executions.empty()) << "none since then";
}

TEST(SimulatedBroker, IsWhatTheLogMakesOfIt) {
  EngineConfig config = small_config();
  config.exchange.asynchronous = true;
  SimulatedBroker broker(config);
  EXPECT_FALSE(broker.outlives_us());
  broker.replay(session_event(EventType::SessionOpen, 0), {});
  OrderCommand command;
  command.id = {1, 1, 0, OrderLeg::Entry};
  command.strategy = 0;
  command.spec = market_order(Side::Buy, 10);
  broker.replay(Event::of(at_minute(1), TimerEvent{}), {&command, 1});
  EXPECT_EQ(broker.next_message(), at_minute(1)) << "what it had said and the log lacks is said again";
}

}  // namespace
}  // namespace bellwether
