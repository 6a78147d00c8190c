// Replay of a recorded session: to continue it after a crash, to check it, and to show what it was.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "actors/command_keys.hpp"
#include "actors/live_intake.hpp"
#include "engine/backtest_runner.hpp"
#include "storage/event_log.hpp"

namespace bellwether {

/// Makes a fresh runner of the session's configuration and data.
using MakeRunner = std::function<Expected<std::unique_ptr<BacktestRunner>>()>;

/// What continuing a session found.
struct Recovery {
  std::unique_ptr<BacktestRunner> runner;
  EventNumber snapshot_event = 0;  ///< 0: from the beginning.
  std::uint64_t replayed = 0;      ///< Events that the log held after the snapshot.
  std::uint64_t completed = 0;     ///< Events that had been lost with the process and follow from those in the log.
  bool interrupted = false;        ///< It was told to stop: neither runner nor log are at the end.
  std::vector<Error> unusable;     ///< What was wrong with each newer snapshot: nothing rests on them.
};

/// Brings a fresh runner to where the session stood: the last snapshot, then the same stages, venue and feed again,
/// each event and command compared with the log. Where a snapshot is damaged, of another version, or does not lead to
/// what the log holds, the one before it serves, and in the end the log from its first event. What the log lacks of the
/// last step is appended to it. An Error says where the log and the re-execution differ: then the configuration or the
/// data are not those of the log. The record before the snapshot is not in the runner; `rebuild_record` brings it.
/// `go_on` is asked before every step; where it says no, the recovery is given up.
Expected<Recovery> recover(const MakeRunner& make, EventLog& log, const std::function<bool()>& go_on = {});

/// Where a session by the clock goes on.
struct LiveRecovery {
  std::unique_ptr<Engine> engine;
  std::unique_ptr<LiveIntake> intake;
  std::shared_ptr<CommandKeys> keys;
  EventNumber last_event = 0;
  Timestamp last_time;
  EventNumber begun_at = 0;       ///< The event of the snapshot, or the last one before the segment.
  std::uint64_t replayed = 0;     ///< Events behind it.
  std::vector<Event> first = {};  ///< What the engine caused and the log does not hold.
  bool interrupted = false;       ///< `visit` did not want to go on.
  std::vector<Error> unusable;    ///< What was wrong with each newer snapshot: nothing rests on them.
};

/// How it comes there.
struct LiveRecoveryPorts {
  /// Makes the engine of the current segment from its opening state; an empty text is a new account.
  std::function<Expected<std::unique_ptr<Engine>>(const std::string& state)> open_engine;
  /// Makes the engine of the current segment, for a snapshot to be loaded.
  std::function<Expected<std::unique_ptr<Engine>>()> make_engine;
  std::function<std::unique_ptr<LiveIntake>()> make_intake;
  /// An attempt begins here; turns behind that event follow. What was shown before counts for nothing. May be empty.
  std::function<void(const LiveRecovery&)> begin = {};
  /// Sees every turn and says whether to go on. May be empty.
  std::function<bool(const Turn&)> visit = {};
  /// Snapshots of later events are passed over: somebody else needs the turns.
  EventNumber snapshots_upto = std::numeric_limits<EventNumber>::max();
};

/// Brings engine, broker and keys of commands to where a log of a session by the clock ends, an empty one included: the
/// last snapshot of the current segment that can be used, or its opening, and then every event through the stages
/// again, the commands that come out compared with those recorded. What a command of the last events was to be and the
/// log lacks is appended: the in-process exchange gets it now; a broker somewhere else may have it already.
Expected<LiveRecovery> recover_live(EventLog& log, const LiveRecoveryPorts& ports);

/// What intake and keys keep from one segment to the next, beside the account itself.
std::string carried_state(const LiveIntake& intake, const CommandKeys& keys);
/// An Error where it was written in another format or is damaged.
Expected<void> load_carried_state(std::string_view bytes, LiveIntake& intake, CommandKeys& keys);

/// Re-executes the whole log, which `recover` has brought to the runner's last event, on a fresh engine; shows every
/// turn to `visit` and gives the runner the record of all of it. `config` is that of both and must outlive the runner.
/// False where `visit` gave false: it was given up.
Expected<bool> rebuild_record(BacktestRunner& runner, const EngineConfig& config, Engine& fresh, EventLog& log,
                              const std::function<bool(const Turn&)>& visit);

/// What a replay found.
struct Replay {
  std::uint64_t events = 0;
  std::uint64_t commands = 0;  ///< That the re-execution gave and the log holds.
  /// The first difference, with both sides; nothing where there is none.
  std::optional<std::string> difference;
};

/// Feeds the events behind `after`, where `engine` stands, up to `upto` through the stages and compares the commands
/// that come out with those recorded. Where the log has not `ended` there, commands of the last step may be missing:
/// the process died before they were written, and they had not left. The last step is all that followed from the last
/// event that came from feed, clock or operator.
Expected<Replay> replay(Engine& engine, EventLog& log, EventNumber after, EventNumber upto, bool ended);

/// How many commands of an operator a log holds: they follow neither from the configuration nor from the data.
Expected<std::uint64_t> count_operator_commands(EventLog& log);

/// Re-executes a log through the stages from event `after` on, where `engine` stands, and shows every turn up to event
/// `upto`, until `visit` gives false.
Expected<void> replay_turns(Engine& engine, EventLog& log, EventNumber after, EventNumber upto,
                            const std::function<bool(const Turn&)>& visit);

}  // namespace bellwether
