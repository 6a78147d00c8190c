// Order ids as text, and the encoding of orders and reports.
#include "engine/order_types.hpp"

#include "tests/support/arbitrary_events.hpp"

namespace bellwether {
namespace {

using namespace testing;

TEST(OrderId, IsWrittenAsClientOrderId) {
  EXPECT_EQ((OrderId{42, 1, 0, OrderLeg::Entry}.client_order_id()), "bw-1-42-0");
  EXPECT_EQ((OrderId{42, 7, 3, OrderLeg::Target}.client_order_id()), "bw-7-42-3-tp");
  EXPECT_EQ((OrderId{42, 7, 3, OrderLeg::StopLoss}.client_order_id()), "bw-7-42-3-sl");
}

TEST(OrderId, IsReadBackFromItsText) {
  EXPECT_EQ(*OrderId::parse("bw-1-42-0"), (OrderId{42, 1, 0, OrderLeg::Entry}));
  EXPECT_EQ(*OrderId::parse("bw-7-42-3-sl"), (OrderId{42, 7, 3, OrderLeg::StopLoss}));
}

RC_GTEST_PROP(OrderIdProperty, SurvivesItsText, ()) {
  const OrderId id = any_order_id();
  RC_PRE(id.exists());
  RC_ASSERT(*OrderId::parse(id.client_order_id()) == id);
}

TEST(OrderId, RefusesWhatIsNotOneOfOurs) {
  for (const char* text : {"", "bw", "bw-", "bw-1", "bw-1-42", "bw-1-42-", "bw-1-42-0-", "bw-1-42-0-xx",
                           "bw-1-42-0-tp ", "xx-1-42-0", "bw--1-42-0", "bw-1-0-0", "bw-4294967296-42-0",
                           "bw-1-42-65536", "bw-1-42-0x", "6f1c9a04-4a3e-4c3a-9d53-0d2a4a3f9f55"}) {
    const auto id = OrderId::parse(text);
    ASSERT_FALSE(id) << text;
    EXPECT_EQ(id.error().field, "client_order_id");
  }
}

RC_GTEST_PROP(OrderEncoding, GivesBackEveryCommand, ()) {
  const OrderCommand command = any_command();
  ByteWriter out;
  write(out, command);
  ByteReader in(out.str());
  RC_ASSERT(read_order_command(in) == command);
  RC_ASSERT(in.done());
}

RC_GTEST_PROP(OrderEncoding, GivesBackEveryReport, ()) {
  const ExecutionReport report = any_report();
  ByteWriter out;
  write(out, report);
  ByteReader in(out.str());
  RC_ASSERT(read_execution_report(in) == report);
  RC_ASSERT(in.done());
}

RC_GTEST_PROP(OrderEncoding, RefusesEveryTruncation, ()) {
  ByteWriter out;
  write(out, any_command());
  const auto size = *rc::gen::inRange<std::size_t>(0, out.size());
  ByteReader in(std::string_view(out.str()).substr(0, size));
  read_order_command(in);
  RC_ASSERT(!in.ok());
}

TEST(OrderEncoding, RefusesAnEnumeratorThatDoesNotExist) {
  ByteWriter out;
  write(out, OrderCommand{});
  std::string bytes = out.take();
  bytes[0] = static_cast<char>(kCommandKindCount);
  ByteReader in(bytes);
  read_order_command(in);
  EXPECT_FALSE(in.ok());
}

TEST(OrderTokens, NameEveryEnumerator) {
  EXPECT_EQ(token(OrderState::PartiallyFilled), "partially_filled");
  EXPECT_EQ(token(OrderType::TrailingStop), "trailing_stop");
  EXPECT_EQ(token(TimeInForce::Cls), "cls");
  EXPECT_EQ(token(ReportType::ReplaceRejected), "replace_rejected");
  for (std::size_t i = 0; i < kOrderStateCount; ++i) EXPECT_FALSE(token(static_cast<OrderState>(i)).empty());
  for (std::size_t i = 0; i < kReportTypeCount; ++i) EXPECT_FALSE(token(static_cast<ReportType>(i)).empty());
  for (const DenyReasonText& row : kDenyReasons) EXPECT_EQ(token(row.reason), row.token);
}

}  // namespace
}  // namespace bellwether
