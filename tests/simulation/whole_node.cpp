#include "tests/simulation/whole_node.hpp"

#include "tests/simulation/world.hpp"

namespace bellwether::testing {

const char* name_of(PlantedFault fault) {
  constexpr const char* kNames[kPlantedFaultCount] = {"none",
                                                      "ids_must_ascend",
                                                      "ids_must_ascend_per_order",
                                                      "repeats_are_booked",
                                                      "late_fills_pass_risk_by",
                                                      "impossible_ends",
                                                      "gaps_go_unnoticed",
                                                      "commands_leave_early",
                                                      "crash_forgets_orders",
                                                      "rollover_forgets_executions",
                                                      "rollover_forgets_the_watch",
                                                      "rollover_loses_messages",
                                                      "rollover_forgets_keys",
                                                      "rollover_forgets_halts",
                                                      "rollover_drops_removed_positions",
                                                      "rollover_loses_lots"};
  return kNames[static_cast<std::size_t>(fault)];
}

const char* name_of(Disturbance disturbance) {
  constexpr const char* kNames[kDisturbanceCount] = {
      "kills",         "full_disk",     "clock_jumps",       "operator",         "strangers",
      "lost_data",     "lost_commands", "lost_reports",      "repeated_reports", "late_reports",
      "late_refusals", "halts",         "restarts",          "latency",          "changes",
      "rollovers",     "snapshots",     "damaged_snapshots", "clean_stops",      "upgrades"};
  return kNames[static_cast<std::size_t>(disturbance)];
}

SimulationOptions shrink(SimulationOptions options) {
  options.trace = nullptr;
  for (unsigned i = 0; i < kDisturbanceCount; ++i) {
    SimulationOptions fewer = options;
    fewer.without |= 1U << i;
    if (!simulate(fewer).failure.empty()) options = fewer;
  }
  return options;
}

SimulationResult simulate(const SimulationOptions& options) { return World(options).run(); }

}  // namespace bellwether::testing
