#include "app/live_view.hpp"

#include <gmock/gmock.h>

#include <regex>
#include <set>
#include <sstream>

#include "app/logging.hpp"

namespace bellwether {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

/// A frame of one position and one order, and a file that takes what a view writes.
class LiveViewTest : public testing::Test {
 protected:
  LiveViewTest() {
    config_.instruments = {{"AAPL"}};
    config_.strategies = {{"trend", "sma_cross", {0}, {}}};
    frame_.config = std::shared_ptr<const EngineConfig>(std::shared_ptr<void>(), &config_);
    frame_.status.phase = SessionPhase::Trading;
    frame_.status.session_date = Date::from_ymd(2009, 3, 9);
    frame_.status.session_open = true;
    frame_.status.synthetic = true;
    frame_.status.open_positions = 1;
    frame_.status.counts.events = 96'000;
    frame_.status.counts.fills = 3;
    frame_.events_per_second = 12'345;
    frame_.account.account.equity = Money::from_int(101'250);
    frame_.account.day_profit = Money::from_raw(-250'500'000);
    frame_.account.drawdown = 0.0125;
    PositionRow position;
    position.strategy = 0;
    position.instrument = 0;
    position.quantity = Quantity::from_int(100);
    position.average_price = Price::from_int(90);
    position.last_price = Price::from_int(95);
    position.unrealized_pnl = Money::from_int(500);
    frame_.positions = {position};
    OrderRow order;
    order.strategy = 0;
    order.spec.instrument = 0;
    order.spec.quantity = Quantity::from_int(70);
    order.state = OrderState::Filled;
    order.filled = Quantity::from_int(70);
    order.filled_notional = Money::from_int(6'300);
    order.created = Date::from_ymd(2009, 3, 9).midnight_utc() + std::chrono::minutes(14 * 60 + 31);
    frame_.orders = {order};
    FillRow fill;
    fill.report.strategy = 0;
    fill.report.instrument = 0;
    fill.report.side = Side::Sell;
    fill.report.last_quantity = Quantity::from_int(30);
    fill.report.last_price = Price::from_int(88);
    fill.report.time = order.created + std::chrono::seconds(65);
    frame_.fills = {fill};
    frame_.status.time = order.created + std::chrono::minutes(10);
    frame_.status.counts.market_events = 999;
    frame_.data_events = 1'000;
    frame_.data_end = Date::from_ymd(2009, 3, 31).midnight_utc() + std::chrono::hours(20);
  }
  ~LiveViewTest() override {
    std::fclose(out_);
    std::free(bytes_);
  }

  std::string written() {
    std::fflush(out_);
    return {bytes_, size_};
  }
  std::string text(TerminalStyle style) const {
    std::string joined;
    for (const std::string& line : live_lines(frame_, style)) joined += line + "\n";
    return joined;
  }

  EngineConfig config_;
  LiveFrame frame_;
  char* bytes_ = nullptr;
  std::size_t size_ = 0;
  std::FILE* out_ = open_memstream(&bytes_, &size_);
};

TEST_F(LiveViewTest, ShowsWhatMatters) {
  const std::string shown = text({100, false});
  for (const char* part : {"2009-03-09  open",
                           "synthetic data",
                           "101,250.00",
                           "-250.50",
                           "drawdown -1.25 %",
                           "AAPL",
                           "trend",
                           "+500.00",
                           "Sent (UTC)",
                           "03-09 14:31:00",
                           "buy",
                           "70",
                           "market",
                           "filled",
                           "Time (UTC)",
                           "03-09 14:32:05",
                           "88.00",
                           "Symbol",
                           "Shares",
                           "Profit",
                           "Data 2009-03-09 14:41:00 UTC  99 %  end 2009-03-31 20:00 UTC",
                           "96.0 k events",
                           "12.3 k/s",
                           "3 fills"}) {
    EXPECT_THAT(shown, HasSubstr(part));
  }
  EXPECT_THAT(shown, Not(HasSubstr("\x1b")));
  EXPECT_THAT(shown, Not(HasSubstr("HALTED")));
}

TEST_F(LiveViewTest, SaysThatTradingIsHalted) {
  frame_.status.halted = true;
  frame_.status.halt_reason = HaltReason::DailyLoss;
  EXPECT_THAT(text({}), HasSubstr("TRADING IS HALTED"));
  EXPECT_THAT(text({}), HasSubstr("daily_loss"));
  EXPECT_THAT(live_summary(frame_), HasSubstr("HALTED: daily_loss"));
}

TEST_F(LiveViewTest, PassesOverClosedPositionsAndSums) {
  frame_.positions[0].quantity = Quantity();
  EXPECT_THAT(text({100, false}), HasSubstr("Open positions\n  none\n"));
  frame_.positions[0].quantity = Quantity::from_int(1);
  frame_.positions[0].strategy = kNoStrategy;
  EXPECT_THAT(text({100, false}), HasSubstr("Open positions\n  none\n"));
}

TEST_F(LiveViewTest, FitsTheTerminal) {
  for (int i = 0; i < 50; ++i) {
    frame_.positions.push_back(frame_.positions.front());
    frame_.orders.push_back(frame_.orders.front());
  }
  frame_.status.detail = std::string(500, 'x');
  const auto lines = live_lines(frame_, {60, false});
  EXPECT_LE(lines.size(), 24u);
  for (const std::string& line : lines) EXPECT_LE(line.size(), 60u) << line;
  EXPECT_THAT(text({60, false}), HasSubstr("and 43 more"));
}

/// Whatever the width, no line is wider, columns stand under their headings, and no figure is shown in part.
TEST_F(LiveViewTest, CutsNoFigureAndBreaksNoColumnOnANarrowTerminal) {
  frame_.positions[0].average_price = Price::from_int(123'456);
  frame_.positions[0].unrealized_pnl = Money::from_int(-9'876'543);
  frame_.account.account.equity = Money::from_int(987'654'321);
  frame_.positions.push_back(frame_.positions[0]);
  frame_.positions[1].quantity = Quantity::from_int(-7);
  frame_.orders[0].denied = DenyReason::PositionNotional;
  const std::set<std::string> whole = [&] {
    std::set<std::string> words;
    std::istringstream in(text({300, false, 100}));
    for (std::string word; in >> word;) words.insert(word);
    return words;
  }();
  for (std::size_t width = 20; width <= 132; ++width) {
    SCOPED_TRACE(width);
    const auto plain = live_lines(frame_, {width, false, 100});
    std::set<std::string> words;
    for (const std::string& line : plain) {
      EXPECT_LE(line.size(), width) << line;
      std::istringstream in(line);
      for (std::string word; in >> word;) words.insert(word);
    }
    // "Data ... UTC" alone is longer than the narrowest terminals.
    if (width >= 32) {
      for (const std::string& word : words) EXPECT_TRUE(whole.contains(word)) << word;
      EXPECT_TRUE(words.contains("987,654,321.00") && words.contains("AAPL") && words.contains("Shares"));
    }
    // Numbers end where their heading ends.
    const auto heading = std::find_if(plain.begin(), plain.end(),
                                      [](const std::string& line) { return line.find("Shares") != std::string::npos; });
    ASSERT_NE(heading, plain.end());
    const std::size_t end = heading->find("Shares") + 6;
    EXPECT_EQ((heading + 1)->substr(0, end).find_last_of('0'), end - 1);
    EXPECT_EQ((heading + 2)->substr(0, end).find_last_of('7'), end - 1);
    // Colours change nothing but the colours.
    std::string stripped;
    for (const std::string& line : live_lines(frame_, {width, true, 100})) {
      stripped += std::regex_replace(line, std::regex("\x1b\\[[0-9]*m"), "") + "\n";
    }
    EXPECT_EQ(stripped, text({width, false, 100}));
  }
}

TEST_F(LiveViewTest, RedrawsInPlaceAtMostTenTimesASecond) {
  LiveView view(out_, [] { return TerminalStyle{80, false}; });
  const SteadyTime start{};
  view.show(frame_, start);
  const std::string first = written();
  EXPECT_EQ(first, text({80, false}));
  view.show(frame_, start + 50ms);
  EXPECT_EQ(written(), first);
  view.show(frame_, start + 100ms);
  const std::size_t lines = live_lines(frame_, {80, false}).size();
  EXPECT_EQ(written(), first + "\x1b[" + std::to_string(lines) + "A\r\x1b[J" + first);
}

TEST_F(LiveViewTest, LeavesOutWhatALowTerminalCannotShow) {
  const auto lines = live_lines(frame_, {80, false, 5});
  ASSERT_EQ(lines.size(), 4u);  // The cursor stands in the fifth row.
  EXPECT_THAT(lines[1], HasSubstr("101,250.00"));
}

TEST_F(LiveViewTest, ErasesTheRowsThatAResizedTerminalShows) {
  TerminalStyle style{100, false};
  LiveView view(out_, [&style] { return style; });
  view.show(frame_, SteadyTime{});
  const std::string first = written();
  // At 30 columns a line of 31 to 60 characters stands in two rows, and so on.
  std::size_t rows = 0;
  for (const std::string& line : live_lines(frame_, style)) rows += line.empty() ? 1 : (line.size() + 29) / 30;
  ASSERT_GT(rows, live_lines(frame_, style).size());
  style.width = 30;
  style.height = 50;
  view.show(frame_, SteadyTime{} + 100ms);
  EXPECT_EQ(written(), first + "\x1b[" + std::to_string(rows) + "A\r\x1b[J" + text(style));
}

TEST_F(LiveViewTest, StepsAsideForTheLog) {
  LiveView view(out_, [] { return TerminalStyle{80, false}; });
  view.show(frame_, SteadyTime{});
  testing::internal::CaptureStderr();
  log_event(Severity::Error, "test", "a line of the log");
  EXPECT_THAT(testing::internal::GetCapturedStderr(), HasSubstr("a line of the log"));
  EXPECT_THAT(written(), testing::EndsWith("\x1b[J"));
}

TEST_F(LiveViewTest, LeavesTheLastFrameStanding) {
  LiveView view(out_, [] { return TerminalStyle{80, false}; });
  view.show(frame_, SteadyTime{});
  frame_.status.phase = SessionPhase::Finished;
  view.show(frame_, SteadyTime{} + 1ms);  // Too early to be drawn at once.
  view.finish();
  EXPECT_THAT(written(), testing::EndsWith(text({80, false})));
  const std::string finished = written();
  view.step_aside();
  view.show(frame_, SteadyTime{} + 1h);
  view.finish();
  EXPECT_EQ(written(), finished);
}

TEST_F(LiveViewTest, WritesPlainLinesWhereThereIsNoTerminal) {
  LiveView view(out_, [] { return std::nullopt; });
  const SteadyTime start{};
  view.show(frame_, start);
  view.show(frame_, start + 4900ms);
  view.show(frame_, start + 5s);
  const std::string line =
      "2009-03-09 open  equity 101,250.00  today -250.50  drawdown -1.25 %  positions 1  fills 3  events 96,000 "
      "(12.3 k/s)  Data 2009-03-09 14:41:00 UTC  99 %  end 2009-03-31 20:00 UTC  [synthetic data]\n";
  EXPECT_EQ(written(), line + line);
  view.finish();
  EXPECT_EQ(written(), line + line);
}

}  // namespace
}  // namespace bellwether
