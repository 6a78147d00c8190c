// Every message and every typed actor interface of a session, in one place. The actors' own files hold their behaviour.
#pragma once

#include <caf/all.hpp>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/operator_command.hpp"
#include "engine/session_record.hpp"
#include "engine/turn.hpp"

namespace bellwether {

/// One event on its way through the stages. Each stage writes its part of the turn and passes it on; after the order
/// stage nobody writes any more.
struct Passage {
  Turn turn;
  std::int64_t entered_ns = 0;  ///< Monotonic clock, when the sequencer took the event.
};
using PassagePtr = std::shared_ptr<Passage>;

/// Events to be numbered one after the other, without another between them.
struct EventBatch {
  std::vector<Event> events;
};

/// Collects the state of all stages between two market events; each stage adds its part and passes it on.
struct SnapshotRequest {
  ByteWriter stages;  ///< Position, signal, risk, order: in this order.
  ByteWriter venue;
  std::uint64_t feed_position = 0;
  EventNumber last_event = 0;
  Timestamp last_time;
};
using SnapshotPtr = std::shared_ptr<SnapshotRequest>;

/// Leave to give out one more market event.
struct Credit {};

/// What the clock allows the market data to give out.
struct Allowance {
  std::uint64_t events = 0;  ///< In all, since the start.
  Timestamp until;           ///< Of the events' own time.
};

using RecordPtr = std::shared_ptr<const SessionRecord>;

using start_atom = caf::atom_constant<caf::atom("start")>;
using stop_atom = caf::atom_constant<caf::atom("stop")>;
using tick_atom = caf::atom_constant<caf::atom("tick")>;
using end_atom = caf::atom_constant<caf::atom("end")>;
using durable_atom = caf::atom_constant<caf::atom("durable")>;
using record_atom = caf::atom_constant<caf::atom("record")>;
using stored_atom = caf::atom_constant<caf::atom("stored")>;
using settle_atom = caf::atom_constant<caf::atom("settle")>;
using watch_atom = caf::atom_constant<caf::atom("watch")>;

}  // namespace bellwether

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(bellwether::PassagePtr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(bellwether::EventBatch)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(bellwether::SnapshotPtr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(bellwether::Credit)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(bellwether::Allowance)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(bellwether::RecordPtr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(bellwether::Event)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(bellwether::OperatorCommand)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(bellwether::CommandReceipt)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(bellwether::HaltReason)

namespace bellwether {

/// Gives out the events of a data set, one for each credit, as fast as the clock allows.
using market_data_actor = caf::typed_actor<
    /// The venue has finished with the event before.
    caf::reacts_to<Credit>,
    /// The clock allows more.
    caf::reacts_to<Allowance>,
    /// Look again whether the recorder has caught up; from itself.
    caf::reacts_to<tick_atom>,
    /// Give out no more.
    caf::reacts_to<stop_atom>>;

/// Numbers events, writes them to the log and starts them on their way.
using sequencer_actor = caf::typed_actor<caf::reacts_to<EventBatch>, caf::reacts_to<SnapshotPtr>>;

/// Position, signal and risk stage: each takes a passage and hands it to the next.
using stage_actor = caf::typed_actor<caf::reacts_to<PassagePtr>, caf::reacts_to<SnapshotPtr>>;

/// Order stage: the end of the conveyor. Lets commands go to the venue, and everything to the recorder, once the event
/// is durable. Writes snapshots to the log.
using order_actor = caf::typed_actor<caf::reacts_to<PassagePtr>, caf::reacts_to<SnapshotPtr>,
                                     /// Everything up to this event is on the disk.
                                     caf::reacts_to<durable_atom, EventNumber>,
                                     /// Hand this on to the recorder behind everything that has come so far.
                                     caf::reacts_to<settle_atom>>;

/// The simulated venue, in process. Keeps the order of events: nothing new enters before all that followed from the
/// last market event has passed.
using venue_actor = caf::typed_actor<
    /// The next market event, and whether it is the last.
    caf::reacts_to<Event, bool>,
    /// A passage has reached the end of the conveyor.
    caf::reacts_to<PassagePtr>,
    /// The market data has ended.
    caf::reacts_to<end_atom>,
    /// The snapshot that the venue asked for is on its way to the log.
    caf::reacts_to<stored_atom>,
    /// The clock of a live session has come to a deadline; from itself.
    caf::reacts_to<tick_atom, std::uint64_t>,
    /// All that has passed is durable and recorded.
    caf::reacts_to<settle_atom>,
    /// An operator's command; the answer comes once it is durable.
    caf::replies_to<OperatorCommand>::with<CommandReceipt>,
    /// Begin nothing new; the answer comes once what is under way has passed, is durable and recorded.
    caf::replies_to<stop_atom>::with<settle_atom>,
    /// Where to send what.
    caf::reacts_to<start_atom, sequencer_actor, market_data_actor, order_actor>>;

/// Keeps the record of the session, the read model and the metrics. Sees durable events only.
using recorder_actor = caf::typed_actor<caf::reacts_to<PassagePtr>,
                                        /// Tell the venue that everything before this is recorded.
                                        caf::reacts_to<settle_atom>,
                                        /// A copy of the record as it is; null where none is kept in memory.
                                        caf::replies_to<record_atom>::with<RecordPtr>>;

/// Tells the market data how much it may give out by now.
using clock_actor = caf::typed_actor<caf::reacts_to<start_atom>, caf::reacts_to<tick_atom>, caf::reacts_to<stop_atom>>;

/// Watches all others. The death of one ends the session.
using supervisor_actor = caf::typed_actor<
    /// Watch this actor, under this name.
    caf::reacts_to<watch_atom, caf::strong_actor_ptr, std::string>,
    /// The data has ended and everything that followed from it is durable and recorded.
    caf::reacts_to<end_atom>>;

}  // namespace bellwether
