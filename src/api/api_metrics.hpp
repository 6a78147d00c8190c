// The API's own metrics: what it has under way, and what it refused because a limit was reached.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "net/server.hpp"

namespace bellwether {

/// Limits of the API; the token is the name of the configuration key below `api`.
enum class ApiLimit : std::uint8_t { Connections, HeaderBytes, BodyBytes, HistoryReaders, StreamChanges };
constexpr std::size_t kApiLimitCount = 5;
constexpr std::string_view token(ApiLimit limit) {
  constexpr std::string_view kNames[] = {"connections_max", "header_bytes_max", "body_bytes_max", "history_readers_max",
                                         "stream_changes_max"};
  return kNames[static_cast<std::size_t>(limit)];
}

/// From any thread.
class ApiMetrics final : public ServerObserver {
 public:
  ApiMetrics();
  ApiMetrics(const ApiMetrics&) = delete;
  ApiMetrics& operator=(const ApiMetrics&) = delete;
  ~ApiMetrics() override;

  void refused(ServerLimit limit) override;
  void connections(std::size_t open) override;

  /// A connection, request or stream was turned away because `limit` was reached.
  void count_refusal(ApiLimit limit);
  void set_streams(std::size_t streams);
  void set_history_readers(std::size_t readers);

  /// Prometheus text exposition, version 0.0.4.
  [[nodiscard]] std::string text() const;

 private:
  struct Handles;
  std::unique_ptr<Handles> handles_;
};

}  // namespace bellwether
