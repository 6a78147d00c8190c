// The last stage: turns approved intents into commands for the venue. Which orders are open, the risk stage knows.
#pragma once

#include "engine/turn.hpp"

namespace bellwether {

/// Reads `turn.intents`; writes `turn.commands`, and for what was denied a report of the engine's own to
/// `turn.follow_ups`, so that a denial is an event like a venue's refusal.
class OrderStage {
 public:
  void advance(Turn& turn) { issue(turn); }

  /// Turns the intents of the last bar of a run into commands.
  void issue(Turn& turn);
};

}  // namespace bellwether
