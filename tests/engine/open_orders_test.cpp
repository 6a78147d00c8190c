// The table of transitions of an order's state, cell by cell, and what commands and reports do to the open orders.
#include "engine/open_orders.hpp"

#include "tests/support/venue.hpp"

namespace bellwether {
namespace {

using namespace testing;
using S = OrderState;

// One row for each state that has not ended, in the order of Transition: Accepted, Held, PartialFill, FinalFill,
// Canceled, Expired, Replaced, Rejected, Denied, CancelRejected, ReplaceRejected, Lost, CancelSent, ReplaceSent.
// Nothing: cannot happen.
constexpr std::optional<S> kNone = std::nullopt;
const std::optional<S> kExpected[][kTransitionCount] = {
    // PendingNew
    {S::Working, S::Held, S::PartiallyFilled, S::Filled, S::Canceled, S::Expired, kNone, S::Rejected, S::Denied,
     S::PendingNew, S::PendingNew, S::Unknown, S::PendingCancel, S::PendingReplace},
    // Held: nothing fills before it works.
    {S::Working, S::Held, kNone, kNone, S::Canceled, S::Expired, S::Replaced, S::Rejected, kNone, S::Held, S::Held,
     S::Unknown, S::PendingCancel, S::PendingReplace},
    // Working: it left, so that the engine cannot deny it any more.
    {S::Working, kNone, S::PartiallyFilled, S::Filled, S::Canceled, S::Expired, S::Replaced, S::Rejected, kNone,
     S::Working, S::Working, S::Unknown, S::PendingCancel, S::PendingReplace},
    // PartiallyFilled
    {S::PartiallyFilled, kNone, S::PartiallyFilled, S::Filled, S::Canceled, S::Expired, S::Replaced, S::Rejected, kNone,
     S::PartiallyFilled, S::PartiallyFilled, S::Unknown, S::PendingCancel, S::PendingReplace},
    // PendingCancel: no replacement of what is to end.
    {S::PendingCancel, S::PendingCancel, S::PendingCancel, S::Filled, S::Canceled, S::Expired, S::Replaced, S::Rejected,
     S::Denied, S::Working, S::Working, S::Unknown, S::PendingCancel, kNone},
    // PendingReplace: one replacement at a time.
    {S::PendingReplace, S::PendingReplace, S::PendingReplace, S::Filled, S::Canceled, S::Expired, S::Replaced,
     S::Rejected, S::Denied, S::PendingReplace, S::Working, S::Unknown, S::PendingCancel, kNone},
    // Unknown: only what the venue says ends it.
    {S::Working, S::Held, S::PartiallyFilled, S::Filled, S::Canceled, S::Expired, S::Replaced, S::Rejected, S::Denied,
     S::Unknown, S::Unknown, S::Unknown, S::Unknown, kNone},
};

TEST(OrderStates, FollowTheTableOfTransitions) {
  ASSERT_EQ(std::size(kExpected), static_cast<std::size_t>(S::Filled));
  for (std::size_t from = 0; from < std::size(kExpected); ++from) {
    for (std::size_t transition = 0; transition < kTransitionCount; ++transition) {
      EXPECT_EQ(next_state(static_cast<S>(from), static_cast<Transition>(transition)), kExpected[from][transition])
          << token(static_cast<S>(from)) << " by transition " << transition;
    }
  }
}

TEST(OrderStates, NeverLeaveAnEnd) {
  for (S from : {S::Filled, S::Canceled, S::Expired, S::Replaced, S::Rejected, S::Denied}) {
    EXPECT_TRUE(is_terminal(from));
    for (std::size_t transition = 0; transition < kTransitionCount; ++transition) {
      EXPECT_EQ(next_state(from, static_cast<Transition>(transition)), std::nullopt);
    }
  }
}

class OpenOrdersTest : public ::testing::Test {
 protected:
  OrderCommand sent(const OrderSpec& spec) {
    OrderCommand command;
    command.id = {++event_, 1, 0, OrderLeg::Entry};
    command.strategy = 0;
    command.spec = spec;
    orders_.apply(command);
    return command;
  }
  OrderCommand sent(CommandKind kind, OrderId target, const OrderSpec& spec = {}) {
    OrderCommand command;
    command.kind = kind;
    command.id = {++event_, 1, 0, OrderLeg::Entry};
    command.target = target;
    command.spec = spec;
    orders_.apply(command);
    return command;
  }
  OpenOrders::Applied told(OrderId id, ReportType type, std::uint64_t execution_id) {
    ExecutionReport report;
    report.order = id;
    report.type = type;
    report.execution_id = execution_id;
    return orders_.apply(report);
  }
  OpenOrders::Applied filled(OrderId id, std::int64_t quantity, std::int64_t leaves, std::uint64_t execution_id) {
    ExecutionReport report;
    report.order = id;
    report.type = ReportType::Fill;
    report.execution_id = execution_id;
    report.last_quantity = shares(quantity);
    report.leaves_quantity = shares(leaves);
    if (const OpenOrder* order = orders_.find(id)) {
      report.instrument = order->spec.instrument;
      report.side = order->spec.side;
    }
    return orders_.apply(report);
  }
  OrderState state(OrderId id) const { return orders_.find(id)->state; }

  OpenOrders orders_;
  EventNumber event_ = 0;
};

using Outcome = OpenOrders::Outcome;

TEST_F(OpenOrdersTest, FollowsAnOrderFromItsCommandToItsLastFill) {
  const OrderId id = sent(limit_order(Side::Buy, 100, "10")).id;
  EXPECT_EQ(state(id), S::PendingNew);
  EXPECT_EQ(told(id, ReportType::Accepted, 1).outcome, Outcome::Changed);
  EXPECT_EQ(state(id), S::Working);
  const auto part = filled(id, 60, 40, 2);
  EXPECT_EQ(part.filled, shares(60));
  EXPECT_EQ(part.order->state, S::PartiallyFilled);
  EXPECT_EQ(orders_.find(id)->leaves(), shares(40));
  EXPECT_EQ(filled(id, 40, 0, 3).outcome, Outcome::Ended);
  EXPECT_TRUE(orders_.empty());
}

TEST_F(OpenOrdersTest, CountsFillsInAnyOrder) {
  const OrderId id = sent(limit_order(Side::Buy, 100, "10")).id;
  EXPECT_EQ(filled(id, 40, 0, 3).outcome, Outcome::Changed);  // The last one comes first.
  EXPECT_EQ(state(id), S::PartiallyFilled);
  EXPECT_EQ(orders_.find(id)->leaves(), shares(60));
  told(id, ReportType::Accepted, 1);
  EXPECT_EQ(state(id), S::PartiallyFilled);
  EXPECT_EQ(filled(id, 60, 40, 2).order->state, S::Filled);
}

TEST_F(OpenOrdersTest, SaysThatAReportIsAboutNoOpenOrder) {
  const OrderId id = sent(limit_order(Side::Buy, 100, "10")).id;
  filled(id, 100, 0, 1);
  EXPECT_EQ(filled(id, 100, 0, 1).outcome, Outcome::NotOpen);
}

TEST_F(OpenOrdersTest, ReturnsToPartiallyFilledWhenACancelIsRefused) {
  const OrderId id = sent(limit_order(Side::Buy, 100, "10")).id;
  filled(id, 60, 40, 1);
  sent(CommandKind::Cancel, id);
  EXPECT_EQ(state(id), S::PendingCancel);
  told(id, ReportType::CancelRejected, 2);
  EXPECT_EQ(state(id), S::PartiallyFilled);
}

TEST_F(OpenOrdersTest, ResolvesAnUnknownOrderByWhatTheVenueSays) {
  const OrderId id = sent(limit_order(Side::Buy, 100, "10")).id;
  told(id, ReportType::Lost, 0);
  EXPECT_EQ(state(id), S::Unknown);
  sent(CommandKind::Cancel, id);
  EXPECT_EQ(state(id), S::Unknown);
  filled(id, 30, 70, 1);
  EXPECT_EQ(state(id), S::PartiallyFilled);
}

TEST_F(OpenOrdersTest, AddsTheLegsOfABracketWithTheirOwnSidesAndPrices) {
  const OrderId id = sent(bracket(limit_order(Side::Buy, 100, "10"), "12", "9")).id;
  ASSERT_EQ(orders_.size(), 3U);
  const OpenOrder& target = *orders_.find(target_of(id));
  EXPECT_EQ(target.spec.side, Side::Sell);
  EXPECT_EQ(target.spec.type, OrderType::Limit);
  EXPECT_EQ(target.spec.limit_price, price("12"));
  EXPECT_EQ(target.spec.quantity, shares(100));
  EXPECT_TRUE(target.is_protective());
  const OpenOrder& stop = *orders_.find(stop_of(id));
  EXPECT_EQ(stop.spec.side, Side::Sell);
  EXPECT_EQ(stop.spec.type, OrderType::Stop);
  EXPECT_EQ(stop.spec.stop_price, price("9"));
}

TEST_F(OpenOrdersTest, AddsOnlyTheLegsOfAnOco) {
  const OrderId id = sent(oco(Side::Sell, 100, "12", "9")).id;
  EXPECT_EQ(orders_.size(), 2U);
  EXPECT_EQ(orders_.find(id), nullptr);
  EXPECT_EQ(orders_.find(target_of(id))->spec.side, Side::Sell);
}

TEST_F(OpenOrdersTest, TakesTheStopsPriceFromItsAcceptance) {
  OrderSpec spec = market_order(Side::Buy, 100);
  spec.order_class = OrderClass::Bracket;
  spec.stop_loss_offset = price("1");
  const OrderId id = sent(spec).id;
  told(stop_of(id), ReportType::Held, 1);
  EXPECT_TRUE(orders_.find(stop_of(id))->spec.stop_price.is_zero());
  ExecutionReport active;
  active.order = stop_of(id);
  active.type = ReportType::Accepted;
  active.execution_id = 2;
  active.last_price = price("9.25");
  orders_.apply(active);
  EXPECT_EQ(orders_.find(stop_of(id))->spec.stop_price, price("9.25"));
  EXPECT_EQ(state(stop_of(id)), S::Working);
}

TEST_F(OpenOrdersTest, RemovesTheLegsOfARefusedEntry) {
  for (ReportType refusal : {ReportType::Denied, ReportType::Rejected}) {
    const OrderId kept = sent(limit_order(Side::Buy, 1, "1")).id;
    const OrderId id = sent(bracket(limit_order(Side::Buy, 100, "10"), "12", "9")).id;
    const auto applied = told(id, refusal, 0);
    EXPECT_EQ(applied.outcome, Outcome::Ended);
    EXPECT_EQ(orders_.size(), 1U);
    told(kept, ReportType::Canceled, 0);
  }
}

TEST_F(OpenOrdersTest, RemovesTheLegsOfARefusedOco) {
  const OrderId id = sent(oco(Side::Sell, 100, "12", "9")).id;
  told(id, ReportType::Denied, 0);
  EXPECT_TRUE(orders_.empty());
}

TEST_F(OpenOrdersTest, KeepsBothOrdersOfAReplacementUntilTheVenueAnswers) {
  const OrderId old = sent(limit_order(Side::Buy, 100, "10")).id;
  told(old, ReportType::Accepted, 1);
  const OrderId fresh = sent(CommandKind::Replace, old, limit_order(Side::Buy, 50, "11")).id;
  EXPECT_EQ(state(old), S::PendingReplace);
  EXPECT_EQ(state(fresh), S::PendingNew);
  EXPECT_EQ(told(old, ReportType::Replaced, 2).order->state, S::Replaced);
  told(fresh, ReportType::Accepted, 3);
  EXPECT_EQ(orders_.size(), 1U);
  EXPECT_EQ(state(fresh), S::Working);
}

TEST_F(OpenOrdersTest, RestoresTheOldOrderOfARefusedReplacement) {
  const OrderId old = sent(limit_order(Side::Buy, 100, "10")).id;
  told(old, ReportType::Accepted, 1);
  const OrderId fresh = sent(CommandKind::Replace, old, limit_order(Side::Buy, 50, "11")).id;
  told(old, ReportType::ReplaceRejected, 2);
  told(fresh, ReportType::Rejected, 3);
  EXPECT_EQ(state(old), S::Working);
  EXPECT_EQ(orders_.size(), 1U);
}

TEST_F(OpenOrdersTest, ContinuesFromASnapshot) {
  const OrderId id = sent(bracket(limit_order(Side::Buy, 100, "10"), "12", "9")).id;
  filled(id, 60, 40, 7);
  ByteWriter out;
  orders_.save(out);
  OpenOrders other;
  ByteReader in(out.str());
  other.load(in);
  ASSERT_TRUE(in.done());
  ASSERT_EQ(other.size(), 3U);
  EXPECT_EQ(other.find(id)->state, S::PartiallyFilled);
  EXPECT_EQ(other.find(id)->filled, shares(60));
  EXPECT_EQ(other.find(id)->spec, orders_.find(id)->spec);
  ByteReader truncated(std::string_view(out.str()).substr(0, out.size() - 1));
  other.load(truncated);
  EXPECT_FALSE(truncated.ok());
}

TEST_F(OpenOrdersTest, AFillOfMoreThanIsOpenEndsTheOrderAndCountsWhole) {
  const OrderId id = sent(limit_order(Side::Buy, 100, "10")).id;
  const auto applied = filled(id, 101, 0, 1);
  EXPECT_EQ(applied.outcome, Outcome::Ended);
  EXPECT_EQ(applied.order->filled, shares(101));
  EXPECT_EQ(applied.order->state, S::Filled);
  EXPECT_TRUE(orders_.empty());
}

TEST_F(OpenOrdersTest, AFillOfALegThatWasThoughtHeldCounts) {
  const OrderId id = sent(bracket(limit_order(Side::Buy, 100, "10"), "12", "9")).id;
  told(target_of(id), ReportType::Held, 1);
  EXPECT_EQ(filled(target_of(id), 60, 40, 2).outcome, Outcome::Changed);
  EXPECT_EQ(state(target_of(id)), S::PartiallyFilled);
  EXPECT_EQ(filled(target_of(id), 40, 0, 3).order->state, S::Filled);
}

TEST_F(OpenOrdersTest, WhatCannotHappenToAnOrderChangesNothing) {
  const OrderId id = sent(limit_order(Side::Buy, 100, "10")).id;
  told(id, ReportType::Accepted, 1);
  EXPECT_EQ(told(id, ReportType::Denied, 0).outcome, Outcome::Impossible);
  EXPECT_EQ(told(id, ReportType::Held, 2).outcome, Outcome::Impossible);
  EXPECT_EQ(state(id), S::Working);
}

TEST_F(OpenOrdersTest, ARejectionAfterAFillLeavesTheLegsThatGuardIt) {
  const OrderId id = sent(bracket(limit_order(Side::Buy, 100, "10"), "12", "9")).id;
  filled(id, 60, 40, 1);
  EXPECT_EQ(told(id, ReportType::Rejected, 2).outcome, Outcome::Ended);
  EXPECT_EQ(orders_.size(), 2U);
}

/// Any report about any order, at any time: the process goes on, and what has filled is the sum of what fills said.
RC_GTEST_PROP(OpenOrders, TakeAnyReport, ()) {
  OpenOrders orders;
  OrderCommand command;
  command.id = {1, 1, 0, OrderLeg::Entry};
  command.spec = bracket(limit_order(Side::Buy, 100, "10"), "12", "9");
  orders.apply(command);
  const int count = *rc::gen::inRange(1, 30);
  for (int i = 0; i < count; ++i) {
    ExecutionReport report;
    report.type = *rc::gen::element(ReportType::Accepted, ReportType::Held, ReportType::Fill, ReportType::Canceled,
                                    ReportType::Expired, ReportType::Replaced, ReportType::Rejected, ReportType::Denied,
                                    ReportType::CancelRejected, ReportType::ReplaceRejected, ReportType::Lost);
    report.order = command.id.with_leg(*rc::gen::element(OrderLeg::Entry, OrderLeg::Target, OrderLeg::StopLoss));
    report.last_quantity = shares(*rc::gen::inRange(1, 80));
    report.leaves_quantity = shares(*rc::gen::inRange(0, 80));
    report.last_price = price(*rc::gen::element("0", "9", "12"));
    const OpenOrder* open = orders.find(report.order);
    const Quantity before = open == nullptr ? Quantity() : open->filled;
    const bool was_open = open != nullptr;
    report.instrument = static_cast<InstrumentIndex>(*rc::gen::inRange(0, 8) == 0);
    if (was_open) report.side = *rc::gen::inRange(0, 8) == 0 ? opposite(open->spec.side) : open->spec.side;
    const bool fits = was_open && !contradicts(report, open->spec);
    const auto applied = orders.apply(report);
    if (fits && report.type == ReportType::Fill) {
      RC_ASSERT(applied.filled == report.last_quantity);
      RC_ASSERT(applied.order->filled == before + report.last_quantity);
    } else {
      RC_ASSERT(applied.filled.is_zero());
    }
    for (const OpenOrder& each : orders.all()) RC_ASSERT(!is_terminal(each.state));
  }
}

TEST(OpenOrders, LeaveAnOrderAloneWhereTheCompanyDoesNothing) {
  // Neither in whole lots nor in whole ticks: to carry it would round both.
  OrderSpec order = limit_order(Side::Buy, 100, "10.001");
  order.quantity = *Quantity::parse("7.5");
  const OrderSpec before = order;
  Quantity filled = *Quantity::parse("0.25");
  CorporateAction action;
  action.traded_share_billionths = 250'000'000;
  carry_through(order, filled, action, Instrument());
  EXPECT_EQ(order, before);
  EXPECT_EQ(filled, *Quantity::parse("0.25"));
}

}  // namespace
}  // namespace bellwether
