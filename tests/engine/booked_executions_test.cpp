#include "engine/booked_executions.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <set>

namespace bellwether {
namespace {

RC_GTEST_PROP(BookedExecutions, TakesEachIdOnceInAnyOrder, ()) {
  BookedExecutions booked;
  std::set<std::uint64_t> seen;
  for (const std::uint64_t id :
       *rc::gen::container<std::vector<std::uint64_t>>(rc::gen::inRange<std::uint64_t>(1, 60))) {
    RC_ASSERT(booked.take(id) == seen.insert(id).second);
    ByteWriter out;
    booked.save(out);
    BookedExecutions other;
    ByteReader in(out.str());
    other.load(in);
    RC_ASSERT(in.done());
    booked = other;
  }
}

TEST(BookedExecutions, TakesTheGreatestIdThereIs) {
  constexpr std::uint64_t kGreatest = ~std::uint64_t{0};
  BookedExecutions booked;
  EXPECT_TRUE(booked.take(kGreatest));
  EXPECT_FALSE(booked.take(kGreatest));
  EXPECT_TRUE(booked.take(1));
  EXPECT_FALSE(booked.take(1));
}

TEST(BookedExecutions, GivesUpTheLowestGapPastItsBound) {
  BookedExecutions booked;
  for (std::uint64_t i = 1; i <= BookedExecutions::kRunsMax; ++i) EXPECT_TRUE(booked.take(10 * i));
  EXPECT_TRUE(booked.take(15));  // One run too many: the gap from 10 to 15 goes.
  EXPECT_FALSE(booked.take(12));
  EXPECT_TRUE(booked.take(17));
}

TEST(BookedExecutions, RefusesDamagedBytes) {
  ByteWriter out;
  out.u32(1);
  out.u64(5);
  out.u64(4);
  BookedExecutions booked;
  ByteReader in(out.str());
  booked.load(in);
  EXPECT_FALSE(in.ok());
}

TEST(BookedExecutions, GoesOnFromItsRuns) {
  BookedExecutions first;
  for (const std::uint64_t id : {1, 2, 5}) first.take(id);
  ASSERT_EQ(first.runs().size(), 2U);
  BookedExecutions second;
  second.take(9);
  second.restore(first.runs());
  EXPECT_FALSE(second.take(2));
  EXPECT_FALSE(second.take(5));
  EXPECT_TRUE(second.take(9));
}

}  // namespace
}  // namespace bellwether
