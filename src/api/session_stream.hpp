// The WebSocket that follows the session.
#pragma once

#include <chrono>
#include <memory>

#include "api/api_metrics.hpp"
#include "api/ports.hpp"
#include "net/route.hpp"

namespace bellwether {

struct StreamLimits {
  Duration stream_interval = std::chrono::milliseconds(20);  ///< At which streams look for new changes.
  std::size_t stream_batch_changes = 512;                    ///< Read for a stream at a time.
  Duration stream_write_timeout = std::chrono::seconds(10);  ///< For a client to take one message, else it is cut off.
  std::size_t stream_buffer_bytes = 256 * 1024;  ///< That the system keeps for a client which has not taken them.
  std::size_t history_readers_max = 2;  ///< Streams that read the event log at one time; more are told to come back.
};

/// Serves the session, whichever view `session` gives, to any number of streams: from the event after the argument
/// `after`, or from now on. The server's worker threads must be more than `history_readers_max`;
/// `metrics` outlive it.
std::shared_ptr<StreamHandler> session_stream(std::function<SessionViewPtr()> session, const StreamLimits& limits,
                                              ApiMetrics& metrics);

}  // namespace bellwether
