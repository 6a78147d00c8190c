// Dates and RFC 3339 stamps.
#include "engine/time.hpp"

namespace bellwether {
namespace {

TEST(Time, ReadsRfc3339WithOffsetsAndNanoseconds) {
  // 2013-10-07T13:30:00Z is 1381152600 (date -u -d ... +%s).
  EXPECT_EQ(parse_rfc3339("2013-10-07T13:30:00Z")->ns, 1'381'152'600'000'000'000);
  EXPECT_EQ(parse_rfc3339("2013-10-07T09:30:00-04:00")->ns, 1'381'152'600'000'000'000);
  EXPECT_EQ(parse_rfc3339("2013-10-07 13:30:00.000000001Z")->ns, 1'381'152'600'000'000'001);
  EXPECT_EQ(format_rfc3339(*parse_rfc3339("2013-10-07T13:30:00.25Z")), "2013-10-07T13:30:00.25Z");
}

TEST(Time, RefusesWhatIsNotATime) {
  for (const char* text :
       {"", "2013-10-07", "2013-10-07T13:30:00", "2013-13-07T13:30:00Z", "2013-02-29T13:30:00Z", "2013-10-07T24:30:00Z",
        "2013-10-07T13:30:00.Z", "2013-10-07T13:30:00.1234567891Z", "2013-10-07T13:30:00Zx"}) {
    EXPECT_FALSE(parse_rfc3339(text)) << text;
  }
}

TEST(Time, FindsTheUtcDateBeforeTheEpochToo) {
  EXPECT_EQ(utc_date({-1}), Date::from_ymd(1969, 12, 31));
  EXPECT_EQ(utc_date({0}), Date::from_ymd(1970, 1, 1));
  EXPECT_EQ(Date::from_ymd(2024, 2, 29).to_string(), "2024-02-29");
}

RC_GTEST_PROP(Time, FormattingAndParsingAreInverse, ()) {
  const auto ns = *rc::gen::inRange<std::int64_t>(-5'000'000'000'000'000'000, 5'000'000'000'000'000'000);
  RC_ASSERT(parse_rfc3339(format_rfc3339({ns}))->ns == ns);
}

}  // namespace
}  // namespace bellwether
