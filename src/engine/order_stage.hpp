// The last stage: turns approved intents into commands for the venue and keeps the state of every open order.
#pragma once

#include "engine/engine_config.hpp"
#include "engine/open_orders.hpp"
#include "engine/turn.hpp"

namespace bellwether {

/// Reads `turn.intents`; writes `turn.commands`, and for what was denied a report of the engine's own to
/// `turn.follow_ups`, so that a denial is an event like a venue's refusal.
class OrderStage {
 public:
  /// `config` must outlive the stage.
  explicit OrderStage(const EngineConfig& config) : config_(&config) {}

  void advance(Turn& turn);

  /// Turns the intents of the last bar of a run into commands.
  void issue(Turn& turn);

  [[nodiscard]] const OpenOrders& open_orders() const { return open_orders_; }

  void save(ByteWriter& out) const { open_orders_.save(out); }
  void load(ByteReader& in) { open_orders_.load(in); }

 private:
  const EngineConfig* config_;
  OpenOrders open_orders_;
};

}  // namespace bellwether
