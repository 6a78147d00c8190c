#include "actors/metrics.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "tests/support/turns.hpp"

namespace bellwether {
namespace {

using namespace bellwether::testing;

constexpr Timestamp kStart = Timestamp::from_seconds(1'700'000'000);

/// The value of a sample, by its text up to the blank; nothing where there is none.
std::optional<double> sample(const std::string& text, const std::string& name) {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line.compare(0, name.size() + 1, name + " ") == 0) return std::strtod(line.c_str() + name.size(), nullptr);
  }
  return std::nullopt;
}

std::string after_small_session() {
  EngineMetrics metrics(small_config(), "1.2.3", kStart);
  for (const Turn& turn : small_session()) metrics.apply(turn);
  return metrics.text();
}

TEST(EngineMetrics, CountsEventsOrdersFillsAndHalts) {
  const std::string text = after_small_session();
  EXPECT_EQ(sample(text, R"(bellwether_events_total{type="bar"})"), 2);
  EXPECT_EQ(sample(text, R"(bellwether_events_total{type="report"})"), 3);
  EXPECT_EQ(sample(text, R"(bellwether_orders_total{result="submitted",type="market"})"), 1);
  EXPECT_EQ(sample(text, R"(bellwether_orders_total{result="filled",type="market"})"), 1);
  EXPECT_EQ(sample(text, R"(bellwether_orders_total{result="filled",type="limit"})"), 0);
  EXPECT_EQ(sample(text, R"(bellwether_fills_total{side="buy"})"), 2);
  EXPECT_EQ(sample(text, "bellwether_filled_notional_dollars_total"), 1054);
  EXPECT_EQ(sample(text, R"(bellwether_halts_total{reason="operator"})"), 1);
  EXPECT_EQ(sample(text, "bellwether_halted"), 1);
  EXPECT_EQ(sample(text, "bellwether_open_orders"), 0);
}

TEST(EngineMetrics, ShowsTheAccount) {
  const std::string text = after_small_session();
  EXPECT_EQ(sample(text, "bellwether_equity_dollars"), 100'045.7);
  EXPECT_EQ(sample(text, "bellwether_cash_dollars"), 98'945.7);
  EXPECT_EQ(sample(text, "bellwether_fees_dollars"), 0.3);
  EXPECT_NEAR(*sample(text, "bellwether_day_profit_dollars"), 45.7, 1e-9);
  EXPECT_EQ(sample(text, "bellwether_drawdown_ratio"), 0);
  EXPECT_EQ(sample(text, R"(bellwether_position_shares{strategy="fast",symbol="AAPL"})"), 100);
  EXPECT_EQ(sample(text, R"(bellwether_position_shares{strategy="slow",symbol="IBM"})"), 0);
  EXPECT_FALSE(sample(text, R"(bellwether_position_shares{strategy="slow",symbol="AAPL"})").has_value());
}

TEST(EngineMetrics, CountsDenialsByReason) {
  EngineMetrics metrics(small_config(), "1.2.3", kStart);
  Turn turn = turn_of(1, bar_event(0, 1, "10"));
  turn.intents.push_back({submit(1, 0, Side::Sell, 5), DenyReason::ShortingNotAllowed});
  metrics.apply(turn);
  const std::string text = metrics.text();
  EXPECT_EQ(sample(text, R"(bellwether_denials_total{reason="shorting_not_allowed"})"), 1);
  EXPECT_EQ(sample(text, R"(bellwether_denials_total{reason="buying_power"})"), 0);
  EXPECT_EQ(sample(text, R"(bellwether_orders_total{result="denied",type="market"})"), 1);
}

TEST(EngineMetrics, ShowsWinRateAndExpectancyOfTheLastThirtyDays) {
  EngineMetrics metrics(small_config(), "1.2.3", kStart);
  EXPECT_TRUE(std::isnan(sample(metrics.text(), "bellwether_win_rate_ratio").value()));
  Turn turn = turn_of(1, bar_event(0, 1, "10"));
  for (const char* profit : {"30", "-10"}) {
    TradeRecord trade;
    trade.exit_time = turn.event.time;
    trade.net_pnl = money(profit);
    turn.closed_trades.push_back(trade);
  }
  metrics.apply(turn);
  EXPECT_EQ(sample(metrics.text(), "bellwether_win_rate_ratio"), 0.5);
  EXPECT_EQ(sample(metrics.text(), "bellwether_expectancy_dollars"), 10);
  metrics.apply(turn_of(2, bar_event(0, 31 * 1440, "10")));
  EXPECT_TRUE(std::isnan(sample(metrics.text(), "bellwether_expectancy_dollars").value()));
}

TEST(EngineMetrics, ShowsWhichStrategiesArePaused) {
  EngineMetrics metrics(small_config(), "1.2.3", kStart);
  const auto paused = [&](const std::string& strategy) {
    return sample(metrics.text(), "bellwether_strategy_paused{strategy=\"" + strategy + "\"}");
  };
  CommandEvent command;
  command.type = CommandType::PauseStrategy;
  command.strategy = 1;
  metrics.apply(turn_of(1, Event::of(at_minute(1), command)));
  EXPECT_EQ(paused("fast"), 0);
  EXPECT_EQ(paused("slow"), 1);
  command.type = CommandType::ResumeStrategy;
  metrics.apply(turn_of(2, Event::of(at_minute(1), command)));
  EXPECT_EQ(paused("slow"), 0);
}

TEST(EngineMetrics, ObservesStagesQueuesAndCommits) {
  EngineMetrics metrics(small_config(), "1.2.3", kStart);
  metrics.observe_stage(Stage::Risk, 3e-6);
  metrics.observe_stage(Stage::Risk, 4e-4);
  metrics.set_queue_depth(Stage::Signal, 17);
  metrics.observe_commit(0.002, 250);
  metrics.set_queue_limit(Stage::Recorder, 8192);
  EXPECT_TRUE(std::isnan(sample(metrics.text(), "bellwether_data_age_seconds").value()));
  metrics.set_data_age(1.5);
  metrics.set_books(12, true);
  const std::string text = metrics.text();
  EXPECT_EQ(sample(text, R"(bellwether_stage_latency_seconds_count{stage="risk"})"), 2);
  EXPECT_EQ(sample(text, R"(bellwether_stage_latency_seconds_bucket{stage="risk",le="5e-06"})"), 1);
  EXPECT_EQ(sample(text, R"(bellwether_queue_depth{stage="signal"})"), 17);
  EXPECT_EQ(sample(text, R"(bellwether_queue_limit{stage="recorder"})"), 8192);
  EXPECT_EQ(sample(text, "bellwether_log_commit_latency_seconds_count"), 1);
  EXPECT_EQ(sample(text, "bellwether_log_committed_events_total"), 250);
  EXPECT_EQ(sample(text, "bellwether_data_age_seconds"), 1.5);
  EXPECT_EQ(sample(text, "bellwether_books_behind_events"), 12);
  EXPECT_EQ(sample(text, "bellwether_books_stopped"), 1);
}

TEST(EngineMetrics, LegsOfARefusedEntryAreUnknownNoMore) {
  EngineMetrics metrics(small_config(), "1.2.3", kStart);
  OrderCommand bracket = submit(1, 0, Side::Buy, 10);
  bracket.spec.order_class = OrderClass::Bracket;
  bracket.spec.take_profit = price("12");
  bracket.spec.stop_loss = price("9");
  Turn asked = turn_of(1, bar_event(0, 1, "10"));
  asked.commands.push_back(bracket);
  metrics.apply(asked);
  EventNumber event = 1;
  for (const OrderLeg leg : {OrderLeg::Entry, OrderLeg::Target, OrderLeg::StopLoss}) {
    ExecutionReport lost = report_on(bracket, ReportType::Lost, 2);
    lost.order = bracket.id.with_leg(leg);
    metrics.apply(turn_of(++event, Event::of(lost)));
  }
  EXPECT_EQ(sample(metrics.text(), "bellwether_unknown_orders"), 3);
  ExecutionReport refused = report_on(bracket, ReportType::Rejected, 3);  // As the engine concludes it.
  refused.rejected = RejectReason::NeverArrived;
  metrics.apply(turn_of(++event, Event::of(refused)));
  EXPECT_EQ(sample(metrics.text(), "bellwether_unknown_orders"), 0);
}

TEST(EngineMetrics, NamesOnlyStagesThatAreMeasured) {
  const std::string text = EngineMetrics(small_config(), "1.2.3", kStart).text();
  for (const char* stage : {"sequencer", "position", "signal", "risk", "order", "venue", "recorder", "total"}) {
    EXPECT_EQ(sample(text, "bellwether_stage_latency_seconds_count{stage=\"" + std::string(stage) + "\"}"), 0) << stage;
  }
  for (const char* stage : {"log", "position", "signal", "risk", "order", "venue", "recorder"}) {
    EXPECT_EQ(sample(text, "bellwether_queue_depth{stage=\"" + std::string(stage) + "\"}"), 0) << stage;
  }
  EXPECT_EQ(text.find("stage=\"feed\""), std::string::npos);
}

TEST(EngineMetrics, SaysVersionAndStart) {
  const std::string text = after_small_session();
  EXPECT_EQ(sample(text, R"(bellwether_build_info{version="1.2.3"})"), 1);
  EXPECT_EQ(sample(text, "process_start_time_seconds"), 1'700'000'000);
}

TEST(EngineMetrics, PassPromtool) {
  if (std::system("command -v promtool >/dev/null 2>&1") != 0) GTEST_SKIP() << "promtool is not installed";
  std::string folder = (std::filesystem::temp_directory_path() / "metrics_test_XXXXXX").string();
  ASSERT_NE(mkdtemp(folder.data()), nullptr);
  std::ofstream(folder + "/metrics") << after_small_session();
  const int status = std::system(("promtool check metrics < " + folder + "/metrics").c_str());
  std::filesystem::remove_all(folder);
  EXPECT_EQ(status, 0);
}

}  // namespace
}  // namespace bellwether
