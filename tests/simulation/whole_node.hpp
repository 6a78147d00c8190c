// A whole node under virtual time, from one seed: market data, conveyor, stages, log, recovery and the port to a broker
// that lives on without it; delays, losses, repeats and disorder of everything between them, kills at any event with
// restarts, a full disk, clocks that jump, an operator who does what he likes, and an account that goes from segment to
// segment: other configurations while it runs, clean stops, later versions of the program, and kills within all of it.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <string>

namespace bellwether::testing {

/// A fault that the engine once had, put back at the border of its stages, to see that the simulation finds it.
enum class PlantedFault : std::uint8_t {
  None,
  IdsMustAscend,          ///< A report with a lower execution id than one before is passed over.
  IdsMustAscendPerOrder,  ///< The same among the reports of one order.
  RepeatsAreBooked,       ///< An execution is booked every time that it is told.
  LateFillsPassRiskBy,    ///< A fill of an order that has ended does not reach the risk stage.
  ImpossibleEnds,         ///< A report that cannot be ends the process.
  GapsGoUnnoticed,        ///< What the venue says of quantities filled before is not looked at.
  CommandsLeaveEarly,     ///< A command leaves before the event that caused it is durable.
  CrashForgetsOrders,     ///< After a restart, nobody asks about what was under way.
  // The next segment begins without
  RolloverForgetsExecutions,      ///< which executions have been booked;
  RolloverForgetsTheWatch,        ///< which orders are unknown, and until when the venue's silence is borne;
  RolloverLosesMessages,          ///< what is under way between us and the exchange;
  RolloverForgetsKeys,            ///< the idempotency keys of commands;
  RolloverForgetsHalts,           ///< that trading is halted or a strategy paused;
  RolloverDropsRemovedPositions,  ///< positions of strategies that were removed;
  RolloverLosesLots,              ///< what the lots of a position did cost.
};
constexpr std::size_t kPlantedFaultCount = 16;
const char* name_of(PlantedFault fault);

/// What disturbs a life.
enum class Disturbance : std::uint8_t {
  Kills,
  FullDisk,
  ClockJumps,
  Operator,
  Strangers,  ///< Reports that no broker should send.
  LostData,
  LostCommands,
  LostReports,
  RepeatedReports,
  LateReports,
  LateRefusals,
  Halts,
  Restarts,  ///< The connection is lost.
  Latency,
  Changes,           ///< Another configuration while it runs.
  Rollovers,         ///< Another segment of the same configuration.
  Snapshots,         ///< Without them, a restart begins with the segment.
  DamagedSnapshots,  ///< An older one, or the segment's opening, must serve.
  CleanStops,        ///< The account is put down, and later taken up again
  Upgrades,          ///< by a program whose strategies cannot read what theirs saved.
};
constexpr std::size_t kDisturbanceCount = 20;
const char* name_of(Disturbance disturbance);

struct SimulationOptions {
  std::uint64_t seed = 1;
  PlantedFault fault = PlantedFault::None;
  std::uint32_t without = 0;      ///< Bits of the disturbances that are left out.
  std::ostream* trace = nullptr;  ///< Gets a line for each step.
};

struct SimulationResult {
  std::string failure;  ///< Empty where everything held; otherwise what did not, and when.
  std::uint64_t events = 0;
  std::uint64_t fills = 0;
  std::uint64_t unknown = 0;  ///< Orders that became so.
  std::uint64_t kills = 0;
  std::uint64_t commands = 0;  ///< Of the operator, that were answered.
  std::uint64_t changes = 0;   ///< Of the configuration.
  std::uint64_t stops = 0;     ///< Clean ones.
  std::uint64_t upgrades = 0;
  std::uint64_t resumed = 0;  ///< Restarts that began with a snapshot.
  bool operator==(const SimulationResult&) const = default;
};

/// A function of its options.
SimulationResult simulate(const SimulationOptions& options);

/// Options of a life that fails with as few disturbances as can be, where that of `options` fails.
SimulationOptions shrink(SimulationOptions options);

}  // namespace bellwether::testing
