// Five hundred lives of a node, each from its seed; and the same with each of the faults put back that the engine had.
#include "tests/simulation/whole_node.hpp"

#include <gtest/gtest.h>

namespace bellwether::testing {
namespace {

constexpr std::uint64_t kSeeds = 500;

TEST(WholeNode, EverythingHoldsWhateverHappens) {
  SimulationResult all;
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    const SimulationResult one = simulate({seed});
    ASSERT_EQ(one.failure, "") << "./dev simulate --seed " << seed << " --trace";
    all.events += one.events;
    all.fills += one.fills;
    all.unknown += one.unknown;
    all.kills += one.kills;
    all.commands += one.commands;
    all.changes += one.changes;
    all.stops += one.stops;
    all.upgrades += one.upgrades;
    all.resumed += one.resumed;
  }
  // Otherwise it would mean nothing.
  EXPECT_GT(all.fills, kSeeds * 20);
  EXPECT_GT(all.unknown, kSeeds * 5);
  EXPECT_GT(all.kills, kSeeds);
  EXPECT_GT(all.commands, kSeeds);
  EXPECT_GT(all.changes, kSeeds * 2);
  EXPECT_GT(all.stops, kSeeds / 5);
  EXPECT_GT(all.upgrades, kSeeds / 20);
  EXPECT_GT(all.resumed, kSeeds);
}

TEST(WholeNode, ASeedGivesTheSameLifeAgain) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) EXPECT_EQ(simulate({seed}), simulate({seed}));
}

class Planted : public ::testing::TestWithParam<std::size_t> {};

TEST_P(Planted, IsFound) {
  const auto fault = static_cast<PlantedFault>(GetParam());
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    if (!simulate({seed, fault}).failure.empty()) return;
  }
  FAIL() << name_of(fault) << " is not found within " << kSeeds << " seeds";
}

INSTANTIATE_TEST_SUITE_P(EveryFault, Planted, ::testing::Range<std::size_t>(1, kPlantedFaultCount),
                         [](const auto& each) { return name_of(static_cast<PlantedFault>(each.param)); });

}  // namespace
}  // namespace bellwether::testing
