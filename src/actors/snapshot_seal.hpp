// What a snapshot's bytes begin with: which encoding of the state they hold, and a checksum of it. State that another
// version wrote, or that is damaged, never reaches a stage.
#pragma once

#include <string_view>

#include "storage/event_log.hpp"

namespace bellwether {

/// Encoding of what stages, venue and feed save. Goes up whenever one of them changes what it writes.
constexpr std::uint32_t kStateFormat = 5;

/// `state` as BacktestRunner::save has it after `event`.
Snapshot sealed_snapshot(EventNumber event, std::string_view state);

/// The state in a snapshot, which must outlive it. An Error says what is wrong with it.
Expected<std::string_view> state_of(const Snapshot& snapshot);

}  // namespace bellwether
