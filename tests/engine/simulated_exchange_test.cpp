#include "engine/simulated_exchange.hpp"

#include "tests/support/venue.hpp"

namespace bellwether {
namespace {

using namespace testing;

class SimulatedExchangeTest : public ::testing::Test {
 protected:
  SimulatedExchangeTest() : config_(small_config()), exchange_(config_) {
    exchange_.on_market(session_event(EventType::SessionOpen, 0), said_);
  }
  OrderId send(const OrderSpec& spec, int minute) {
    const OrderId id{++last_event_, 1, 0, OrderLeg::Entry};
    submit(id, spec, minute);
    return id;
  }
  void submit(OrderId id, const OrderSpec& spec, int minute) {
    OrderCommand command;
    command.id = id;
    command.strategy = 0;
    command.spec = spec;
    exchange_.submit(command, at_minute(minute), said_);
  }
  std::vector<ExecutionReport> ask(OrderId id, int minute) {
    OrderCommand query;
    query.kind = CommandKind::Query;
    query.strategy = 0;
    query.target = id;
    query.spec.instrument = 0;
    std::vector<ExecutionReport> answer;
    exchange_.submit(query, at_minute(minute), answer);
    return answer;
  }
  void bar(int minute, std::string_view price_text, std::int64_t volume = 1'000) {
    Event event = bar_event(0, minute, price_text);
    event.bar.bar.volume = shares(volume);
    exchange_.on_market(event, said_);
  }

  EngineConfig config_;
  SimulatedExchange exchange_;
  std::vector<ExecutionReport> said_;
  EventNumber last_event_ = 0;
};

TEST_F(SimulatedExchangeTest, AnIdComesOnce) {
  const OrderId id = send(limit_order(Side::Buy, 10, "9"), 0);
  submit(id, limit_order(Side::Buy, 10, "9"), 1);
  ASSERT_EQ(said_.size(), 2U);
  EXPECT_EQ(said_[0].type, ReportType::Accepted);
  EXPECT_EQ(said_[1].type, ReportType::Rejected);
  EXPECT_EQ(said_[1].rejected, RejectReason::DuplicateId);
  EXPECT_NE(said_[0].execution_id, said_[1].execution_id);
  // Also when it has ended.
  bar(2, "8");
  ASSERT_EQ(said_.back().type, ReportType::Fill);
  submit(id, limit_order(Side::Buy, 10, "9"), 3);
  EXPECT_EQ(said_.back().rejected, RejectReason::DuplicateId);
  EXPECT_EQ(exchange_.books().net_quantity(0), shares(10));
}

TEST_F(SimulatedExchangeTest, SaysThatAnOrderNeverCame) {
  const auto answer = ask({77, 1, 0, OrderLeg::Entry}, 1);
  ASSERT_EQ(answer.size(), 1U);
  EXPECT_EQ(answer[0].type, ReportType::Rejected);
  EXPECT_EQ(answer[0].rejected, RejectReason::NeverArrived);
  EXPECT_NE(answer[0].execution_id, 0U);
}

TEST_F(SimulatedExchangeTest, AnswersWithTheExecutionsAndWhereTheOrderStands) {
  config_.fills.participation = 0.01;
  const OrderId id = send(limit_order(Side::Buy, 25, "9", TimeInForce::Gtc), 0);
  bar(1, "8");
  const std::uint64_t execution = said_.back().execution_id;
  auto answer = ask(id, 2);
  ASSERT_EQ(answer.size(), 2U);
  EXPECT_EQ(answer[0].type, ReportType::Fill);
  EXPECT_EQ(answer[0].execution_id, execution) << "an execution keeps its id";
  EXPECT_EQ(answer[1].type, ReportType::Accepted);
  EXPECT_EQ(answer[1].cumulative_quantity, shares(10));
  EXPECT_EQ(answer[1].leaves_quantity, shares(15));
  EXPECT_GT(answer[1].execution_id, execution) << "what it says now has an id of its own";
  bar(2, "8");
  bar(3, "8");
  answer = ask(id, 4);
  ASSERT_EQ(answer.size(), 3U) << "of a filled order the executions say it all";
  EXPECT_TRUE(answer.back().leaves_quantity.is_zero());
}

/// What a crash or a lost report took before a split is told in the shares after it.
TEST_F(SimulatedExchangeTest, TellsOldExecutionsInTheSharesAfterASplit) {
  const OrderId id = send(market_order(Side::Buy, 10), 0);
  bar(1, "100");
  CorporateAction split;
  split.split_ratio_billionths = split.price_ratio_billionths = 2'000'000'000;
  exchange_.on_market(Event::of(at_minute(600), 0, split), said_);
  const auto answer = ask(id, 700);
  ASSERT_EQ(answer.size(), 1U);
  EXPECT_EQ(answer[0].last_quantity, shares(20));
  EXPECT_EQ(answer[0].last_price, price("50"));
  EXPECT_EQ(exchange_.books().net_quantity(0), shares(20));
}

TEST_F(SimulatedExchangeTest, SaysNothingOfOrdersThatItHasForgotten) {
  for (std::size_t i = 0; i < SimulatedExchange::kEndedMax + 5; ++i) {
    const OrderId id = send(limit_order(Side::Buy, 1, "1"), 0);
    OrderCommand cancel;
    cancel.kind = CommandKind::Cancel;
    cancel.target = id;
    cancel.strategy = 0;
    cancel.spec.instrument = 0;
    exchange_.submit(cancel, at_minute(0), said_);
  }
  EXPECT_TRUE(ask({1, 1, 0, OrderLeg::Entry}, 1).empty()) << "its absence would prove nothing";
  EXPECT_EQ(ask({last_event_, 1, 0, OrderLeg::Entry}, 1).size(), 1U);
  EXPECT_EQ(exchange_.orders().size(), SimulatedExchange::kEndedMax);
}

TEST_F(SimulatedExchangeTest, RefusesAfterAcceptanceOnlyWhatHasNotFilled) {
  const OrderId id = send(bracket(limit_order(Side::Buy, 10, "9", TimeInForce::Gtc), "12", "8"), 0);
  exchange_.refuse(id, at_minute(1), said_);
  EXPECT_EQ(said_.back().type, ReportType::Rejected);
  EXPECT_EQ(said_.back().order, id);
  for (const auto& [each, known] : exchange_.orders()) EXPECT_TRUE(known.ended) << each.client_order_id();
  const OrderId filled = send(market_order(Side::Buy, 10), 2);
  bar(3, "10");
  const std::size_t before = said_.size();
  exchange_.refuse(filled, at_minute(4), said_);
  EXPECT_EQ(said_.size(), before);
}

TEST_F(SimulatedExchangeTest, WhileHaltedNothingFills) {
  const OrderId id = send(market_order(Side::Buy, 10), 0);
  exchange_.set_halted(true);
  bar(1, "10");
  EXPECT_EQ(said_.back().type, ReportType::Accepted);
  exchange_.set_halted(false);
  bar(2, "11");
  EXPECT_EQ(said_.back().type, ReportType::Fill);
  EXPECT_EQ(said_.back().last_price, price("11"));
  EXPECT_EQ(said_.back().order, id);
}

TEST_F(SimulatedExchangeTest, ASnapshotGoesOnInTheSameWay) {
  const OrderId id = send(limit_order(Side::Buy, 10, "9", TimeInForce::Gtc), 0);
  send(market_order(Side::Buy, 3), 0);
  bar(1, "10");
  ByteWriter out;
  exchange_.save(out);
  SimulatedExchange other(config_);
  ByteReader in(out.str());
  other.load(in);
  ASSERT_TRUE(in.done());
  std::vector<ExecutionReport> said;
  said_.clear();
  bar(2, "8");
  other.on_market(bar_event(0, 2, "8"), said);
  EXPECT_EQ(said, said_);
  EXPECT_EQ(said.front().order, id);
  EXPECT_EQ(other.books().cash(), exchange_.books().cash());
}

}  // namespace
}  // namespace bellwether
