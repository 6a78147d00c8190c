// Lives of whole nodes by seed: ./dev simulate --seeds A:B, or --seed N --trace; and --year, what an account takes.
#include <CLI/CLI.hpp>
#include <chrono>
#include <iostream>

#include "tests/simulate/year.hpp"
#include "tests/simulation/whole_node.hpp"

using namespace bellwether::testing;

namespace {

std::string without_text(std::uint32_t without) {
  std::string with;
  for (unsigned i = 0; i < kDisturbanceCount; ++i) {
    if ((without >> i & 1U) == 0)
      with += (with.empty() ? "" : ", ") + std::string(name_of(static_cast<Disturbance>(i)));
  }
  return with.empty() ? "nothing" : with;
}

/// Says what failed, and with how little it still does.
void report(const SimulationOptions& options, const std::string& failure) {
  const SimulationOptions least = shrink(options);
  std::cout << "seed " << options.seed << ": " << failure << "\n"
            << "  disturbed by " << without_text(least.without) << " alone: " << simulate(least).failure << "\n"
            << "  ./dev simulate --seed " << options.seed << " --without " << least.without << " --trace" << std::endl;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Lives of whole nodes under virtual time; prints what fails, by seed");
  std::string seeds = "1:500";
  std::uint64_t seed = 0;
  bool trace = false;
  std::uint32_t without = 0;
  std::string fault = "none";
  std::vector<std::string> faults;
  for (std::size_t i = 0; i < kPlantedFaultCount; ++i) faults.emplace_back(name_of(static_cast<PlantedFault>(i)));
  app.add_option("--seeds", seeds, "First and last seed, as A:B")->capture_default_str();
  auto* one = app.add_option("--seed", seed, "One seed alone");
  app.add_flag("--trace", trace, "Show every step of it")->needs(one);
  app.add_option("--without", without, "Disturbances to leave out, as a sum of bits");
  app.add_option("--fault", fault, "A fault to plant")->check(CLI::IsMember(faults));
  YearOptions year;
  bool lives_a_year = false;
  auto* a_year =
      app.add_flag("--year", lives_a_year, "A year of one account instead, as fast as it goes: time, memory and log");
  app.add_option("--sessions", year.sessions, "Sessions of that year")->needs(a_year)->check(CLI::Range(1, 252));
  app.add_option("--bar-minutes", year.bar_minutes, "Minutes of its bars")
      ->needs(a_year)
      ->check(CLI::IsMember({1, 5, 15}));
  CLI11_PARSE(app, argc, argv);
  if (lives_a_year) return live_a_year(year, std::cout) ? 0 : 1;
  std::uint64_t first = seed;
  std::uint64_t last = seed;
  if (one->count() == 0) {
    const std::size_t colon = seeds.find(':');
    try {
      first = std::stoull(seeds);
      last = colon == std::string::npos ? first : std::stoull(seeds.substr(colon + 1));
    } catch (const std::exception&) {
      std::cerr << "--seeds: found '" << seeds << "', allowed is A:B" << std::endl;
      return 2;
    }
  }
  SimulationOptions options;
  options.without = without;
  options.trace = trace ? &std::cout : nullptr;
  options.fault = static_cast<PlantedFault>(std::find(faults.begin(), faults.end(), fault) - faults.begin());
  std::uint64_t failed = 0;
  SimulationResult all;
  const auto begin = std::chrono::steady_clock::now();
  for (options.seed = first; options.seed <= last; ++options.seed) {
    const SimulationResult result = simulate(options);
    all.events += result.events;
    all.fills += result.fills;
    all.unknown += result.unknown;
    all.kills += result.kills;
    all.commands += result.commands;
    all.changes += result.changes;
    all.stops += result.stops;
    all.upgrades += result.upgrades;
    all.resumed += result.resumed;
    if (result.failure.empty()) continue;
    ++failed;
    report(options, result.failure);
  }
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
  std::cout << last - first + 1 << " seeds, " << failed << " failed; " << all.events << " events, " << all.fills
            << " fills, " << all.unknown << " unknown orders, " << all.kills << " kills, " << all.commands
            << " operator commands, " << all.changes << " changes of the configuration, " << all.stops
            << " clean stops, " << all.upgrades << " upgrades, " << all.resumed << " restarts from a snapshot in "
            << seconds.count() << " s" << std::endl;
  return failed == 0 ? 0 : 1;
}
