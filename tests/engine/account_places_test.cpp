#include "engine/account_places.hpp"

#include "tests/support/turns.hpp"

namespace bellwether {
namespace {

using namespace testing;

/// `trend` trades AAPL and MSFT; the other one, MSFT alone.
EngineConfig config_of(const std::string& other) {
  EngineConfig config;
  config.instruments = {{"AAPL"}, {"MSFT"}};
  config.strategies = {{"trend", "sma_cross", {0, 1}, {}}, {other, other, {1}, {}}};
  return config;
}

AccountPosition position_of(std::string strategy, std::string symbol, std::int64_t quantity,
                            std::string_view realized) {
  AccountPosition position;
  position.strategy = std::move(strategy);
  position.symbol = std::move(symbol);
  position.quantity = shares(quantity);
  position.realized_average = money(realized);
  return position;
}

TEST(RenameHolders, MovesWhatIsRetiredAndBringsItBack) {
  AccountState state;
  state.positions = {position_of("swing", "MSFT", 6, "1"), position_of("trend", "AAPL", 10, "2"),
                     position_of("trend.retired", "AAPL", 0, "5")};
  AccountOrder order;
  order.id = {7, 1, 0, OrderLeg::Entry};
  order.strategy = "swing";
  order.symbol = "MSFT";
  state.orders.push_back(order);
  AccountWaiting cancel;
  cancel.strategy = "swing";
  cancel.command.kind = CommandKind::Cancel;
  cancel.command.target = order.id;
  state.waiting.push_back(cancel);
  AccountState moved = state;
  rename_holders(moved, config_of("swing.retired"));
  ASSERT_EQ(moved.positions.size(), 2U) << "what both have made of a symbol is added up";
  EXPECT_EQ(moved.positions[0].strategy, "swing.retired");
  EXPECT_EQ(moved.positions[0].quantity, shares(6));
  EXPECT_EQ(moved.positions[1].strategy, "trend");
  EXPECT_EQ(moved.positions[1].quantity, shares(10));
  EXPECT_EQ(moved.positions[1].realized_average, money("7"));
  EXPECT_EQ(moved.orders[0].strategy, "swing.retired");
  EXPECT_EQ(moved.waiting[0].strategy, "swing.retired") << "a cancel goes with its order";
  rename_holders(moved, config_of("swing"));
  EXPECT_EQ(moved.positions[0].strategy, "swing");
  EXPECT_EQ(moved.orders[0].strategy, "swing");
}

}  // namespace
}  // namespace bellwether
