// The past of a log that has segments, re-executed: each segment with the configuration and from the state that it
// began with.
#pragma once

#include <functional>
#include <memory>

#include "app/account_config.hpp"
#include "engine/engine.hpp"
#include "engine/session_view.hpp"
#include "storage/event_log.hpp"

namespace bellwether {

/// A segment as it was when it began.
struct OpenedSegment {
  SegmentNote note;
  EventNumber last = 0;  ///< Of its events; note.after where it has none.
  AccountSetup setup;
  EngineConfig config;
  std::unique_ptr<Engine> engine;  ///< Refers to `config`.
};

/// One of `notes`, all segments of the log. An Error where this version cannot make its engine.
Expected<std::unique_ptr<OpenedSegment>> open_segment(EventLog& log, const std::vector<SegmentNote>& notes,
                                                      std::size_t index, const StrategyRegistry& registry);

/// Whether a segment began with the state in which `engine` ends the one before it, but for what history has shown to
/// strategies that began anew. An Error where this version cannot say.
Expected<bool> begins_as_this_ended(EventLog& log, const SegmentNote& next, const Engine& engine,
                                    const StrategyRegistry& registry);

/// See HistorySource.
Expected<void> replay_segments(EventLog& log, const StrategyRegistry& registry, EventNumber after, EventNumber upto,
                               const TurnVisitor& visit);

}  // namespace bellwether
