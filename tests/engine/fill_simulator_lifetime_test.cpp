// How long orders live, groups of orders, cancel and replace, and snapshots of the simulated venue.
#include "engine/fill_simulator.hpp"
#include "tests/support/venue.hpp"

namespace bellwether {
namespace {

using namespace testing;

// --- Time in force

TEST(FillSimulatorLifetime, ExpiresADayOrderAtTheClose) {
  Venue venue;
  const OrderId id = venue.send(limit_order(Side::Buy, 100, "5"), 10);
  venue.close();
  EXPECT_EQ(venue.last(id), ReportType::Expired);
  EXPECT_TRUE(venue.simulator.is_quiet());
}

TEST(FillSimulatorLifetime, KeepsADayOrderSentAtTheCloseForTheNextSession) {
  Venue venue;
  const OrderId id = venue.send(market_order(Side::Buy, 100), 390);
  venue.close();
  EXPECT_EQ(venue.last(id), ReportType::Accepted);
  venue.open_next();
  venue.bar(Venue::kNextDay, "10.2", "11", "9", "10");
  EXPECT_EQ(venue.filled_at(), "10.2");
}

TEST(FillSimulatorLifetime, ExpiresAnOrderSentAfterTheCloseAtTheCloseOfTheNextSession) {
  Venue venue;
  venue.close();
  const OrderId id = venue.send(limit_order(Side::Buy, 100, "5"), 500);
  venue.open_next();
  venue.on(Event::of(EventType::SessionClose, at_minute(Venue::kNextDay + 390), SessionEvent{}));
  EXPECT_EQ(venue.last(id), ReportType::Expired);
}

TEST(FillSimulatorLifetime, KeepsAGtcOrderOverTheClose) {
  Venue venue;
  const OrderId id = venue.send(limit_order(Side::Buy, 100, "9.5", TimeInForce::Gtc), 10);
  venue.close();
  venue.open_next();
  EXPECT_EQ(venue.last(id), ReportType::Accepted);
  venue.bar(Venue::kNextDay, "10", "11", "9", "10");
  EXPECT_EQ(venue.filled_at(), "9.5");
}

TEST(FillSimulatorLifetime, CancelsWhatAnIocOrderCannotFillAtOnce) {
  EngineConfig config = small_config();
  config.fills.participation = 0.1;
  Venue venue(config);
  const OrderId id = venue.send(market_order(Side::Buy, 100, TimeInForce::Ioc));
  venue.bar(0, "10", "11", "9", "10", 600);
  EXPECT_EQ(venue.fill_of_order(id), "60@10");
  EXPECT_EQ(venue.last(id), ReportType::Canceled);
  EXPECT_EQ(venue.reports.back().cumulative_quantity, shares(60));
}

TEST(FillSimulatorLifetime, FillsAFokOrderWhollyOrNotAtAll) {
  EngineConfig config = small_config();
  config.fills.participation = 0.1;
  Venue venue(config);
  const OrderId too_large = venue.send(market_order(Side::Buy, 100, TimeInForce::Fok));
  const OrderId fits = venue.send(market_order(Side::Buy, 60, TimeInForce::Fok));
  venue.bar(0, "10", "11", "9", "10", 600);
  EXPECT_EQ(venue.last(too_large), ReportType::Canceled);
  EXPECT_EQ(venue.fill_of_order(too_large), "");
  EXPECT_EQ(venue.fill_of_order(fits), "60@10");
}

TEST(FillSimulatorLifetime, FillsAnOpgOrderAtTheSessionsFirstBarOnly) {
  Venue venue;
  const OrderId early = venue.send(market_order(Side::Buy, 100, TimeInForce::Opg), 0);
  venue.bar(0, "10", "11", "9", "10.5");
  EXPECT_EQ(venue.fill_of_order(early), "100@10");
  const OrderId late = venue.send(market_order(Side::Buy, 100, TimeInForce::Opg), 1);
  venue.bar(1, "10.5", "11", "9", "10");
  EXPECT_EQ(venue.fill_of_order(late), "");
  venue.close();
  EXPECT_EQ(venue.last(late), ReportType::Expired);
}

TEST(FillSimulatorLifetime, FillsAClsOrderAtTheSessionsClosingPriceOnly) {
  Venue venue;
  const OrderId market = venue.send(market_order(Side::Buy, 100, TimeInForce::Cls));
  const OrderId limit = venue.send(limit_order(Side::Buy, 100, "10", TimeInForce::Cls));
  venue.bar(0, "9", "11", "8", "9");
  EXPECT_TRUE(venue.fills().empty());
  venue.bar(389, "9", "11", "8", "10.5");
  EXPECT_TRUE(venue.fills().empty());
  venue.close();
  EXPECT_EQ(venue.fill_of_order(market), "100@10.5");
  EXPECT_EQ(venue.fill_of_order(limit), "");
  EXPECT_EQ(venue.last(limit), ReportType::Expired);
}

TEST(FillSimulatorLifetime, CarriesAnOrderThroughASplit) {
  Venue venue;
  const OrderId id = venue.send(limit_order(Side::Buy, 100, "9.99", TimeInForce::Gtc));
  venue.on(Event::of(at_minute(0), 0, split_of(2'000'000'000)));
  EXPECT_EQ(venue.last(id), ReportType::Accepted);
  // 9.99 / 2 = 4.995, in cents and not for the worse 4.99.
  venue.bar(1, "5.5", "5.5", "4.995", "5");
  EXPECT_EQ(venue.filled_at(), "none");
  venue.bar(2, "5", "5", "4.98", "5");
  EXPECT_EQ(venue.filled_at(), "4.99");
  EXPECT_EQ(venue.fills().at(0).last_quantity, shares(200));
}

TEST(FillSimulatorLifetime, CarriesStopsOfAFilledBracketThroughASplitAndADividend) {
  Venue venue;
  venue.send(bracket(market_order(Side::Buy, 100), "14", "8"));
  venue.bar(0, "10", "10", "10", "10");
  venue.on(Event::of(at_minute(1), 0, split_of(4'000'000'000)));
  // A dividend of 2 % of the price: what compares with the stop is 8 / 4 x 0.98 = 1.96.
  venue.on(Event::of(at_minute(1), 0, CorporateAction{{}, 1'000'000'000, price("0.05"), 1'020'408'163}));
  venue.bar(1, "2.4", "2.4", "1.97", "2.4");
  EXPECT_EQ(venue.fills().size(), 1U);
  venue.bar(2, "2.4", "2.4", "1.96", "2.4");
  ASSERT_EQ(venue.fills().size(), 2U);
  EXPECT_EQ(venue.fills()[1].last_price, price("1.96"));
  EXPECT_EQ(venue.fills()[1].last_quantity, shares(400));
}

TEST(FillSimulatorLifetime, CarriesWhatIsLeftOfAnOrderThroughASplit) {
  EngineConfig config = small_config();
  config.fills.participation = 0.1;
  Venue venue(config);
  const OrderId id = venue.send(market_order(Side::Sell, 100, TimeInForce::Gtc));
  venue.bar(0, "10", "10", "10", "10", 310);
  // 31 of 100 are filled. 1 for 3: 69 / 3 = 23 are left.
  venue.on(Event::of(at_minute(1), 0, split_of(333'333'333)));
  venue.bar(1, "30", "30", "30", "30", 10'000);
  ASSERT_EQ(venue.fills().size(), 2U);
  EXPECT_EQ(venue.fills()[1].last_quantity, shares(23));
  EXPECT_EQ(venue.last(id), ReportType::Fill);
}

TEST(FillSimulatorLifetime, CancelsAnOrderOfWhichASplitLeavesNothing) {
  Venue venue;
  const OrderId id = venue.send(limit_order(Side::Buy, 3, "5", TimeInForce::Gtc));
  OrderSpec other = limit_order(Side::Buy, 3, "5", TimeInForce::Gtc);
  other.instrument = 1;
  const OrderId kept = venue.send(other);
  venue.on(Event::of(at_minute(0), 0, split_of(250'000'000)));
  EXPECT_EQ(venue.last(id), ReportType::Canceled);
  EXPECT_EQ(venue.last(kept), ReportType::Accepted);
  venue.bar(0, "20", "20", "1", "20");
  EXPECT_EQ(venue.filled_at(), "none");
}

TEST(FillSimulatorLifetime, FillsAnOrderInNoBarThatHadBegunWhenItCame) {
  Venue venue;
  const OrderId id = venue.send(market_order(Side::Buy, 100), 1);
  venue.bar(0, "10", "11", "9", "10.5");  // Of minute 0, known at minute 1.
  EXPECT_EQ(venue.filled_at(), "none");
  venue.bar(1, "10.6", "11", "10", "10.5");
  EXPECT_EQ(venue.fill_of_order(id), "100@10.6");
}

TEST(FillSimulatorLifetime, LetsATrailingStopFollowNoBarThatHadBegunWhenItCame) {
  Venue venue;
  venue.send(trailing_order(Side::Sell, 100, "1"), 1);
  venue.bar(0, "10", "15", "10", "10");
  venue.bar(1, "10", "10.2", "9.5", "10");  // From 15 the stop would stand at 14.
  EXPECT_EQ(venue.filled_at(), "none");
  venue.bar(2, "10", "10", "9", "9");
  EXPECT_EQ(venue.filled_at(), "9.2");
}

TEST(FillSimulatorLifetime, GivesIocAndFokLimitsABarsOpenAlone) {
  Venue venue;
  const OrderId ioc = venue.send(limit_order(Side::Buy, 100, "9", TimeInForce::Ioc));
  const OrderId fok = venue.send(limit_order(Side::Buy, 100, "9", TimeInForce::Fok));
  venue.bar(0, "10", "10.5", "8", "10");
  EXPECT_TRUE(venue.fills().empty());
  EXPECT_EQ(venue.last(ioc), ReportType::Canceled);
  EXPECT_EQ(venue.last(fok), ReportType::Canceled);
}

TEST(FillSimulatorLifetime, FillsAnOpgOrderAtTheSessionsFirstTrade) {
  Venue venue;
  const OrderId id = venue.send(market_order(Side::Buy, 100, TimeInForce::Opg));
  venue.quote(1, "9", 500, "9.1", 500);
  venue.trade(2, "10");
  venue.trade(3, "11");
  EXPECT_EQ(venue.fill_of_order(id), "100@10");
  const OrderId late = venue.send(market_order(Side::Buy, 100, TimeInForce::Opg), 4);
  venue.trade(5, "11");
  EXPECT_EQ(venue.fill_of_order(late), "");
}

TEST(FillSimulatorLifetime, FillsAClsOrderAtTheSessionsLastTrade) {
  Venue venue;
  const OrderId id = venue.send(market_order(Side::Buy, 100, TimeInForce::Cls));
  venue.trade(100, "10");
  venue.trade(380, "10.4");
  venue.close();
  EXPECT_EQ(venue.fill_of_order(id), "100@10.4");
}

// --- Brackets

TEST(FillSimulatorBracket, GuardsThePartThatADayEntryFilledOverTheClose) {
  EngineConfig config = small_config();
  config.fills.participation = 0.1;
  Venue venue(config);
  const OrderId id = venue.send(bracket(market_order(Side::Buy, 100), "12", "9"));
  venue.bar(0, "10", "11", "9.5", "10", 600);
  venue.close();
  EXPECT_EQ(venue.fill_of_order(id), "60@10");
  EXPECT_EQ(venue.last(id), ReportType::Expired);
  EXPECT_EQ(venue.last(stop_of(id)), ReportType::Accepted);
  EXPECT_EQ(venue.reports.back().leaves_quantity, shares(60));
  venue.open_next();
  venue.bar(Venue::kNextDay, "9.5", "9.6", "8.5", "9", 10'000);
  EXPECT_EQ(venue.fill_of_order(stop_of(id)), "60@9");
}

TEST(FillSimulatorBracket, GuardsThePartThatAnEntryFilledBeforeItWasCancelled) {
  EngineConfig config = small_config();
  config.fills.participation = 0.1;
  Venue venue(config);
  const OrderId id = venue.send(bracket(market_order(Side::Buy, 100), "12", "9"));
  venue.bar(0, "10", "11", "9.5", "10", 600);
  venue.cancel(id, 1);
  EXPECT_EQ(venue.last(id), ReportType::Canceled);
  EXPECT_EQ(venue.last(target_of(id)), ReportType::Accepted);
  venue.bar(1, "11", "12.5", "10.5", "12", 10'000);
  EXPECT_EQ(venue.fill_of_order(target_of(id)), "60@12");
}

TEST(FillSimulatorBracket, ReachesAStopThatTheEntryGapsOverAtTheEntrysPrice) {
  Venue venue;
  const OrderId id = venue.send(bracket(limit_order(Side::Buy, 100, "9"), "12", "8"));
  venue.bar(0, "7", "8.5", "6.5", "8");  // Bought at 7, below the stop: no gain comes of that.
  EXPECT_EQ(venue.fill_of_order(id), "100@7");
  EXPECT_EQ(venue.fill_of_order(stop_of(id)), "100@7");
  EXPECT_EQ(venue.last(target_of(id)), ReportType::Canceled);
}

TEST(FillSimulatorBracket, HoldsTheLegsUntilTheEntryHasFilled) {
  Venue venue;
  const OrderId id = venue.send(bracket(market_order(Side::Buy, 100), "12", "9"));
  EXPECT_EQ(venue.last(target_of(id)), ReportType::Held);
  EXPECT_EQ(venue.last(stop_of(id)), ReportType::Held);
  venue.bar(0, "10", "11", "9.5", "10");
  EXPECT_EQ(venue.fill_of_order(id), "100@10");
  EXPECT_EQ(venue.fills().front().protective_stop, price("9"));
  EXPECT_EQ(venue.last(target_of(id)), ReportType::Accepted);
  EXPECT_EQ(venue.last(stop_of(id)), ReportType::Accepted);
  venue.bar(1, "10", "12.5", "9.5", "12");
  EXPECT_EQ(venue.fill_of_order(target_of(id)), "100@12");
  EXPECT_EQ(venue.last(stop_of(id)), ReportType::Canceled);
  EXPECT_TRUE(venue.simulator.is_quiet());
}

TEST(FillSimulatorBracket, TakesTheStopWhereABarCouldHitStopAndTarget) {
  Venue venue;
  const OrderId id = venue.send(bracket(market_order(Side::Buy, 100), "12", "9"));
  venue.bar(0, "10", "11", "9.5", "10");
  venue.bar(1, "10", "13", "8", "12");
  EXPECT_EQ(venue.fill_of_order(stop_of(id)), "100@9");
  EXPECT_EQ(venue.last(target_of(id)), ReportType::Canceled);
}

TEST(FillSimulatorBracket, CanHitTheStopInTheBarWhoseOpenFilledTheEntry) {
  Venue venue;
  const OrderId id = venue.send(bracket(market_order(Side::Buy, 100), "12", "9"));
  venue.bar(0, "10", "13", "8.5", "10");
  EXPECT_EQ(venue.fill_of_order(stop_of(id)), "100@9");
}

TEST(FillSimulatorBracket, CanHitTheTargetInTheBarWhoseOpenFilledTheEntry) {
  Venue venue;
  const OrderId id = venue.send(bracket(market_order(Side::Buy, 100), "12", "9"));
  venue.bar(0, "10", "13", "9.5", "10");
  EXPECT_EQ(venue.fill_of_order(target_of(id)), "100@12");
}

TEST(FillSimulatorBracket, KeepsTheTargetWaitingInTheBarThatFilledTheEntryOnItsWay) {
  // The high may have come before the low that filled the entry.
  Venue venue;
  const OrderId id = venue.send(bracket(limit_order(Side::Buy, 100, "10"), "12", "9"));
  venue.bar(0, "11", "13", "9.5", "11");
  EXPECT_EQ(venue.fill_of_order(id), "100@10");
  EXPECT_EQ(venue.fill_of_order(target_of(id)), "");
  venue.bar(1, "11", "12.1", "10.5", "11");
  EXPECT_EQ(venue.fill_of_order(target_of(id)), "100@12");
}

TEST(FillSimulatorBracket, HitsTheStopInTheBarThatFilledTheEntryOnItsWay) {
  Venue venue;
  const OrderId id = venue.send(bracket(limit_order(Side::Buy, 100, "10"), "12", "9"));
  venue.bar(0, "11", "13", "8.9", "11");
  EXPECT_EQ(venue.fill_of_order(id), "100@10");
  EXPECT_EQ(venue.fill_of_order(stop_of(id)), "100@9");
}

TEST(FillSimulatorBracket, FillsTheTargetAtTheOpenOfABarThatGapsOverIt) {
  Venue venue;
  const OrderId id = venue.send(bracket(market_order(Side::Buy, 100), "12", "9"));
  venue.bar(0, "10", "11", "9.5", "10");
  venue.bar(1, "12.6", "13", "12", "12");
  EXPECT_EQ(venue.fill_of_order(target_of(id)), "100@12.6");
}

TEST(FillSimulatorBracket, SetsAStopByOffsetFromTheFillPrice) {
  Venue venue;
  OrderSpec spec = market_order(Side::Sell, 100);
  spec.order_class = OrderClass::Bracket;
  spec.stop_loss_offset = price("0.75");
  const OrderId id = venue.send(spec);
  venue.bar(0, "10.5", "11", "10", "10");
  EXPECT_EQ(venue.fills().front().protective_stop, price("11.25"));
  EXPECT_EQ(venue.reports.back().order, stop_of(id));
  EXPECT_EQ(venue.reports.back().last_price, price("11.25"));
  venue.bar(1, "11", "11.25", "10", "11");
  EXPECT_EQ(venue.fill_of_order(stop_of(id)), "100@11.25");
}

TEST(FillSimulatorBracket, SetsAStopByOffsetFromTheAverageOfSeveralFills) {
  EngineConfig config = small_config();
  config.fills.participation = 0.1;
  Venue venue(config);
  OrderSpec spec = market_order(Side::Buy, 100);
  spec.order_class = OrderClass::Bracket;
  spec.stop_loss_offset = price("1");
  const OrderId id = venue.send(spec);
  venue.bar(0, "10", "10", "10", "10", 750);
  EXPECT_EQ(venue.last(stop_of(id)), ReportType::Held);
  venue.bar(1, "12", "12", "12", "12", 750);  // (75 x 10 + 25 x 12) / 100 = 10.5
  EXPECT_EQ(venue.reports.back().last_price, price("9.5"));
}

TEST(FillSimulatorBracket, CancelsTheLegsOfAnEntryThatExpires) {
  Venue venue;
  const OrderId id = venue.send(bracket(limit_order(Side::Buy, 100, "5"), "12", "4"));
  venue.close();
  EXPECT_EQ(venue.last(id), ReportType::Expired);
  EXPECT_EQ(venue.last(target_of(id)), ReportType::Canceled);
  EXPECT_EQ(venue.last(stop_of(id)), ReportType::Canceled);
}

TEST(FillSimulatorBracket, KeepsTheLegsOfAFilledDayEntryOverTheClose) {
  Venue venue;
  const OrderId id = venue.send(bracket(market_order(Side::Buy, 100), "12", "9"));
  venue.bar(0, "10", "11", "9.5", "10");
  venue.close();
  EXPECT_EQ(venue.last(stop_of(id)), ReportType::Accepted);
}

TEST(FillSimulatorBracket, CancelsTheWholeGroupWithAnyOfIt) {
  Venue venue;
  const OrderId id = venue.send(bracket(market_order(Side::Buy, 100), "12", "9"));
  venue.bar(0, "10", "11", "9.5", "10");
  venue.cancel(target_of(id), 1);
  EXPECT_EQ(venue.last(target_of(id)), ReportType::Canceled);
  EXPECT_EQ(venue.last(stop_of(id)), ReportType::Canceled);
}

// --- OCO

TEST(FillSimulatorOco, CancelsOneLegWithTheOther) {
  Venue venue;
  const OrderId id = venue.send(oco(Side::Sell, 100, "12", "9"));
  EXPECT_EQ(venue.last(id), std::nullopt);
  EXPECT_EQ(venue.last(target_of(id)), ReportType::Accepted);
  venue.bar(0, "10", "12.5", "9.5", "10");
  EXPECT_EQ(venue.fill_of_order(target_of(id)), "100@12");
  EXPECT_EQ(venue.last(stop_of(id)), ReportType::Canceled);
  EXPECT_EQ(venue.reports.back().related, id);
}

TEST(FillSimulatorOco, ReducesOneLegByAPartialFillOfTheOther) {
  EngineConfig config = small_config();
  config.fills.participation = 0.1;
  Venue venue(config);
  const OrderId id = venue.send(oco(Side::Sell, 100, "12", "9"));
  venue.bar(0, "10", "12.5", "9.5", "10", 600);
  EXPECT_EQ(venue.fill_of_order(target_of(id)), "60@12");
  EXPECT_EQ(venue.reports.back().order, stop_of(id));
  EXPECT_EQ(venue.reports.back().leaves_quantity, shares(40));
  venue.bar(1, "9.5", "10", "8.5", "9", 10'000);
  EXPECT_EQ(venue.fill_of_order(stop_of(id)), "40@9");
  EXPECT_EQ(venue.last(target_of(id)), ReportType::Canceled);
}

TEST(FillSimulatorOco, ExpiresBothLegsOfADayGroupAtTheClose) {
  Venue venue;
  const OrderId id = venue.send(oco(Side::Sell, 100, "12", "9", TimeInForce::Day));
  venue.close();
  EXPECT_EQ(venue.last(target_of(id)), ReportType::Expired);
  EXPECT_EQ(venue.last(stop_of(id)), ReportType::Expired);
}

// --- Cancel and replace

TEST(FillSimulatorLifetime, CancelsARestingOrder) {
  Venue venue;
  const OrderId id = venue.send(limit_order(Side::Buy, 100, "9.5"));
  venue.cancel(id, 1);
  EXPECT_EQ(venue.last(id), ReportType::Canceled);
  venue.bar(1, "9", "9", "9", "9");
  EXPECT_EQ(venue.filled_at(), "none");
}

TEST(FillSimulatorLifetime, RefusesToCancelAnOrderThatHasEnded) {
  Venue venue;
  const OrderId id = venue.send(market_order(Side::Buy, 100));
  venue.bar(0, "10", "11", "9", "10");
  venue.cancel(id, 1);
  EXPECT_EQ(venue.reports.back().type, ReportType::CancelRejected);
  EXPECT_EQ(venue.reports.back().rejected, RejectReason::TooLate);
}

TEST(FillSimulatorLifetime, ReplacesARestingOrder) {
  Venue venue;
  const OrderId old = venue.send(limit_order(Side::Buy, 100, "8"));
  const OrderId fresh = venue.replace(old, limit_order(Side::Buy, 50, "9.5"), 1);
  EXPECT_EQ(venue.last(old), ReportType::Replaced);
  EXPECT_EQ(venue.reports[1].related, fresh);
  venue.bar(1, "10", "11", "7", "10");
  EXPECT_EQ(venue.fill_of_order(old), "");
  EXPECT_EQ(venue.fill_of_order(fresh), "50@9.5");
}

TEST(FillSimulatorLifetime, RefusesToReplaceAnOrderThatHasEndedOrIsPartOfAGroup) {
  Venue venue;
  const OrderId gone = venue.send(market_order(Side::Buy, 100));
  venue.bar(0, "10", "11", "9", "10");
  const OrderId first = venue.replace(gone, market_order(Side::Buy, 50), 1);
  EXPECT_EQ(venue.last(gone), ReportType::ReplaceRejected);
  EXPECT_EQ(venue.last(first), ReportType::Rejected);
  EXPECT_EQ(venue.reports.back().rejected, RejectReason::TooLate);
  const OrderId group = venue.send(bracket(limit_order(Side::Buy, 100, "5"), "12", "4"), 1);
  const OrderId second = venue.replace(group, market_order(Side::Buy, 50), 1);
  EXPECT_EQ(venue.last(group), ReportType::ReplaceRejected);
  EXPECT_EQ(venue.last(second), ReportType::Rejected);
  EXPECT_EQ(venue.reports.back().rejected, RejectReason::Unsupported);
}

// --- Snapshots

TEST(FillSimulatorLifetime, ContinuesFromASnapshotAsIfNothingHadHappened) {
  EngineConfig config = small_config();
  config.fills.participation = 0.1;
  config.fees.per_order = money("1");
  Venue venue(config);
  venue.send(trailing_order(Side::Sell, 100, "0.5"));
  venue.send(bracket(market_order(Side::Buy, 100), "12", "9"));
  venue.send(stop_limit_order(Side::Buy, 100, "10.4", "9.2"));
  venue.send(oco(Side::Sell, 200, "11.5", "8"));
  venue.bar(0, "10", "10.6", "9.7", "10.2", 400);
  ByteWriter out;
  venue.simulator.save(out);
  Venue other(config);
  ByteReader in(out.str());
  other.simulator.load(in);
  EXPECT_TRUE(in.done());
  venue.reports.clear();
  for (Venue* each : {&venue, &other}) {
    each->reports.clear();
    each->bar(1, "10.3", "11.8", "9.9", "11", 900);
    each->bar(2, "11", "12.2", "9.1", "9.5", 3'000);
    each->bar(3, "9", "9", "7.5", "8", 3'000);
    each->close();
  }
  EXPECT_GT(venue.fills().size(), 4U);
  EXPECT_EQ(venue.reports, other.reports);
}

TEST(FillSimulatorLifetime, RefusesATruncatedSnapshot) {
  Venue venue;
  venue.send(market_order(Side::Buy, 100));
  ByteWriter out;
  venue.simulator.save(out);
  for (std::size_t size = 0; size < out.size(); ++size) {
    Venue other;
    ByteReader in(std::string_view(out.str()).substr(0, size));
    other.simulator.load(in);
    EXPECT_FALSE(in.ok()) << size;
  }
}

}  // namespace
}  // namespace bellwether
