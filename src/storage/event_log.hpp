// The port of the event log: the one durable record of a session, from which it is replayed and recovered. Events carry
// consecutive numbers from 1 on; a command stands behind the event that caused it. The log is a chain of segments: what
// decides a result stays the same within one. Nothing here says how it is stored.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/event.hpp"
#include "engine/expected.hpp"

namespace bellwether {

/// An order command and the number of the event that caused it.
struct LoggedCommand {
  EventNumber event = 0;
  OrderCommand command;

  bool operator==(const LoggedCommand&) const = default;
};

/// State of all stages after an event, as they encode it themselves.
struct Snapshot {
  EventNumber event = 0;  ///< The last event whose effects are in `bytes`.
  std::string bytes;

  bool operator==(const Snapshot&) const = default;
};

/// What does not change between two events, and where it begins.
struct SegmentNote {
  std::uint64_t number = 1;                     ///< Consecutive from 1 on.
  EventNumber after = 0;                        ///< The segment's first event is the one after this.
  Timestamp opened;                             ///< Of the market clock; zero in the first segment of a log.
  std::uint64_t chain = 0;                      ///< Over all batches of the segments before.
  std::string state_sha256;                     ///< Of the opening state; empty where nothing was before.
  std::string broker_sha256;                    ///< Of the broker's state; empty where there is none.
  std::map<std::string, std::string> metadata;  ///< Engine version, configuration and so on.
  std::string archive;  ///< Where its events are, if they are not in the log any more; the archiver's own words.

  bool operator==(const SegmentNote&) const = default;
};

/// What a segment begins with.
struct SegmentOpening {
  Timestamp opened;
  std::map<std::string, std::string> metadata;
  /// The account as the segment before left it: the text of an AccountState.
  std::string state;
  /// What the broker in the process keeps of its own, in its own encoding; empty for a broker that outlives us.
  std::string broker;
};

/// How many snapshots a log keeps: the newest, and some to look back at.
constexpr std::size_t kSnapshotsKept = 3;

/// Reads a log from one point on, in the order in which it was written.
class EventLogCursor {
 public:
  virtual ~EventLogCursor() = default;

  /// Replaces the contents of both vectors by the next events and commands; gives how many they are together, 0 at the
  /// end of the log. A command comes with or after its event, not necessarily in the same batch. Once the end is
  /// reached, a later call gives what was appended meanwhile. After an error both vectors are empty, and every further
  /// call gives the same error: what follows damage is never read.
  virtual Expected<std::size_t> next(std::vector<Event>& events, std::vector<LoggedCommand>& commands) = 0;
};

/// A session's log. Every function may be called from any thread, except that `metadata` must not run at the same time
/// as `put_metadata`.
class EventLog {
 public:
  virtual ~EventLog() = default;

  /// Writes all of it in one durable transaction or, on an error, nothing of it; after an error the log stays usable.
  /// `events` must continue after `last_event` without a gap, and the event of every command must be in the log or
  /// among `events`; anything else is an error. Either part may be empty.
  virtual Expected<void> append(std::span<const Event> events, std::span<const LoggedCommand> commands) = 0;

  /// Looks whether another program has deleted, moved, replaced or changed what the log is stored in: an error then,
  /// and from every function that writes from then on.
  virtual Expected<void> check_files() { return {}; }

  /// Stores a snapshot of an event that is in the log, durably, and drops all but the newest kSnapshotsKept.
  virtual Expected<void> put_snapshot(const Snapshot& snapshot) = 0;
  /// The events of the current segment whose snapshots there are, newest first. A snapshot stands in for nothing but
  /// time: whoever cannot have it goes on from an older one, or from the first event.
  virtual Expected<std::vector<EventNumber>> snapshot_events() = 0;
  /// The snapshot of one of these events; an Error where it is damaged.
  virtual Expected<Snapshot> snapshot(EventNumber event) = 0;

  /// Number of the last event that is durable, 0 in an empty log. Of a log that another process is writing: as it was
  /// when this one was opened.
  [[nodiscard]] virtual EventNumber last_event() const = 0;

  /// Closes the current segment behind the last event and opens the next, in one durable transaction. `metadata` is
  /// that of the new segment from then on; snapshots of the former are of no use any more.
  virtual Expected<void> open_segment(const SegmentOpening& opening) = 0;
  /// All segments, oldest first; never empty.
  virtual Expected<std::vector<SegmentNote>> segments() = 0;
  /// The opening state and the broker's state of a segment; an Error where they are damaged or it does not exist.
  virtual Expected<SegmentOpening> segment_opening(std::uint64_t number) = 0;

  /// What the run said about itself in the current segment: engine version, configuration, instruments and so on.
  [[nodiscard]] virtual const std::map<std::string, std::string>& metadata() const = 0;
  /// Adds or replaces one entry, durably; what the segments hold stays as it was.
  virtual Expected<void> put_metadata(const std::string& key, const std::string& value) = 0;

  /// Everything after event `after`: events with higher numbers and the commands that those caused. The cursor is
  /// independent of the log object and of appends that go on meanwhile.
  [[nodiscard]] virtual std::unique_ptr<EventLogCursor> read(EventNumber after) = 0;
};

}  // namespace bellwether
