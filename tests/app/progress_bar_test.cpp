#include "app/progress_bar.hpp"

#include <gmock/gmock.h>

#include <sstream>

namespace bellwether {
namespace {

using namespace std::chrono_literals;

TEST(ProgressBar, SaysNothingWithinTheFirstSecond) {
  std::ostringstream out;
  const SteadyTime start{};
  ProgressBar bar(out, TerminalStyle{80, false}, "bars", start);
  bar.update(10, 100, start + 999ms);
  bar.finish();
  EXPECT_EQ(out.str(), "");
}

TEST(ProgressBar, ShowsPartRateAndTimeLeft) {
  std::ostringstream out;
  const SteadyTime start{};
  ProgressBar bar(out, TerminalStyle{80, false}, "bars", start);
  bar.update(4'000'000, 10'000'000, start + 2s);  // 2 M/s: 6 M are left, 3 s.
  EXPECT_EQ(out.str(), "\r[################........................] 40 %  2.00 M bars/s  3 s left\x1b[K");
  bar.finish();
  EXPECT_THAT(out.str(), testing::EndsWith("\r\x1b[K"));
}

TEST(ProgressBar, WritesPlainLinesWhereThereIsNoTerminal) {
  std::ostringstream out;
  const SteadyTime start{};
  ProgressBar bar(out, std::nullopt, "bars", start);
  bar.update(50, 100, start + 1s);
  bar.update(60, 100, start + 2s);
  bar.finish();
  EXPECT_EQ(out.str(), "50 %  50 bars/s  1 s left\n");
}

}  // namespace
}  // namespace bellwether
