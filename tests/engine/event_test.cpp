// The encoding of events: every type survives it, and no bytes whatever upset the reader.
#include "engine/event.hpp"

#include "tests/support/arbitrary_events.hpp"

namespace bellwether {
namespace {

using namespace testing;

RC_GTEST_PROP(EventEncoding, GivesBackEveryTypeOfEvent, ()) {
  for (std::size_t type = 0; type < kEventTypeCount; ++type) {
    const Event event = any_event(static_cast<EventType>(type));
    ByteWriter out;
    write(out, event);
    ByteReader in(out.str());
    RC_ASSERT(read_event(in) == event);
    RC_ASSERT(in.done());
  }
}

RC_GTEST_PROP(EventEncoding, RefusesEveryTruncation, ()) {
  for (std::size_t type = 0; type < kEventTypeCount; ++type) {
    ByteWriter out;
    write(out, any_event(static_cast<EventType>(type)));
    const auto size = *rc::gen::inRange<std::size_t>(0, out.size());
    ByteReader in(std::string_view(out.str()).substr(0, size));
    read_event(in);
    RC_ASSERT(!in.ok());
  }
}

RC_GTEST_PROP(EventEncoding, ReadsArbitraryBytesWithoutHarm, (const std::string& bytes)) {
  ByteReader in(bytes);
  const Event event = read_event(in);
  if (!in.ok()) return;
  // What was read is an event: it can be written, named and read again.
  RC_ASSERT(!token(event.type).empty());
  ByteWriter out;
  write(out, event);
  ByteReader again(out.str());
  RC_ASSERT(read_event(again) == event);
}

TEST(EventEncoding, RefusesATypeThatDoesNotExist) {
  std::string bytes(200, '\0');
  bytes[0] = static_cast<char>(kEventTypeCount);
  ByteReader in(bytes);
  read_event(in);
  EXPECT_FALSE(in.ok());
}

TEST(Event, IsDifferentWhereWhatItsTypeNamesIsDifferent) {
  const Event one = Event::of(Timestamp{5}, TimerEvent{1, 2});
  EXPECT_EQ(one, Event::of(Timestamp{5}, TimerEvent{1, 2}));
  EXPECT_FALSE(one == Event::of(Timestamp{5}, TimerEvent{1, 3}));
  EXPECT_FALSE(one == Event::of(Timestamp{6}, TimerEvent{1, 2}));
  EXPECT_FALSE(one == Event::of(Timestamp{5}, ConnectionEvent{}));
}

TEST(Event, KnowsWhetherItComesFromAFeed) {
  EXPECT_TRUE(Event::of(Timestamp{5}, 0, CorporateAction{}).from_feed());
  EXPECT_FALSE(Event::of(ExecutionReport{}).from_feed());
  EXPECT_FALSE(Event::of(Timestamp{5}, TimerEvent{}).from_feed());
}

}  // namespace
}  // namespace bellwether
