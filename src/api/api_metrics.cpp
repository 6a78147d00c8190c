#include "api/api_metrics.hpp"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <array>
#include <sstream>

namespace bellwether {

struct ApiMetrics::Handles {
  Handles() {
    auto& family = prometheus::BuildCounter()
                       .Name("bellwether_api_refusals_total")
                       .Help("Connections, requests and streams that were turned away, by the limit that was reached.")
                       .Register(registry);
    for (std::size_t i = 0; i < kApiLimitCount; ++i) {
      refusals[i] = &family.Add({{"limit", std::string(token(static_cast<ApiLimit>(i)))}});
    }
    connections = &gauge("bellwether_api_connections", "Open connections, streams included.");
    streams = &gauge("bellwether_api_streams", "Open streams.");
    history_readers = &gauge("bellwether_api_history_readers", "Streams that read the event log.");
  }

  prometheus::Gauge& gauge(const char* name, const char* help) {
    return prometheus::BuildGauge().Name(name).Help(help).Register(registry).Add({});
  }

  prometheus::Registry registry;
  std::array<prometheus::Counter*, kApiLimitCount> refusals{};
  prometheus::Gauge* connections = nullptr;
  prometheus::Gauge* streams = nullptr;
  prometheus::Gauge* history_readers = nullptr;
};

ApiMetrics::ApiMetrics() : handles_(std::make_unique<Handles>()) {}
ApiMetrics::~ApiMetrics() = default;

void ApiMetrics::count_refusal(ApiLimit limit) { handles_->refusals[static_cast<std::size_t>(limit)]->Increment(); }
void ApiMetrics::refused(ServerLimit limit) {
  switch (limit) {
    case ServerLimit::Connections: return count_refusal(ApiLimit::Connections);
    case ServerLimit::HeaderBytes: return count_refusal(ApiLimit::HeaderBytes);
    case ServerLimit::BodyBytes: return count_refusal(ApiLimit::BodyBytes);
  }
}
void ApiMetrics::connections(std::size_t open) { handles_->connections->Set(static_cast<double>(open)); }
void ApiMetrics::set_streams(std::size_t streams) { handles_->streams->Set(static_cast<double>(streams)); }
void ApiMetrics::set_history_readers(std::size_t readers) {
  handles_->history_readers->Set(static_cast<double>(readers));
}

std::string ApiMetrics::text() const {
  std::ostringstream out;
  prometheus::TextSerializer().Serialize(out, handles_->registry.Collect());
  return out.str();
}

}  // namespace bellwether
