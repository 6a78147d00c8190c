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

TEST(EventEncoding, WritesWhatACommandIsAboutOnlyWhereItSaysSo) {
  const auto bytes_of = [](const CommandEvent& command) {
    ByteWriter out;
    write(out, Event::of(Timestamp{5}, command));
    return out.take();
  };
  const std::string bare = bytes_of({CommandType::Halt, HaltReason::Operator, true});
  // Type, number, time, instrument; then command, reason, one byte for `flatten` and one for how many notes it has.
  EXPECT_EQ(bare.size(), 1u + 8 + 8 + 2 + 4);
  CommandEvent close;
  close.type = CommandType::ClosePosition;
  close.instrument = 3;
  EXPECT_GT(bytes_of(close).size(), bare.size());
}

TEST(EventEncoding, RefusesANoteThatNobodyWrites) {
  ByteWriter out;
  write(out, Event::of(Timestamp{5}, CommandNoteEvent{}));
  const std::string head = out.str().substr(0, out.size() - 5);
  const auto reads = [&](const std::string& rest) {
    const std::string bytes = head + rest;
    ByteReader in(bytes);
    read_event(in);
    return in.ok();
  };
  EXPECT_TRUE(reads(std::string("\0\1\0\0\0x", 6)));
  EXPECT_TRUE(reads(std::string("\1\1\0\0\0x", 6)));
  EXPECT_FALSE(reads(std::string("\2\1\0\0\0x", 6)));
  EXPECT_TRUE(reads(std::string("\0\144\0\0\0", 5) + std::string(100, 'x')));
  EXPECT_FALSE(reads(std::string("\0\145\0\0\0", 5) + std::string(101, 'x')));
}

TEST(OperatorNote, HoldsAHundredBytes) {
  EXPECT_EQ(OperatorNote().text(), "");
  EXPECT_EQ(OperatorNote(std::string(100, 'x')).text(), std::string(100, 'x'));
  EXPECT_EQ(OperatorNote(std::string(101, 'x')).text(), std::string(100, 'x'));
  EXPECT_FALSE(OperatorNote("a") == OperatorNote("b"));
  EXPECT_FALSE(OperatorNote("a") == OperatorNote("aa"));
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
