// What a simulated node has of the world: a line to a broker that lives on without it, and market data with gaps.
#pragma once

#include <functional>
#include <memory>
#include <utility>

#include "brokers/broker.hpp"
#include "engine/exchange_link.hpp"
#include "engine/split_mix.hpp"

namespace bellwether::testing {

/// The line to a broker. The account goes on without the node, which changes nothing about it: the world does.
class OutsideBroker final : public Broker {
 public:
  using Send = std::function<void(const OrderCommand&)>;
  /// `link` gives what is there now; both outlive the broker.
  OutsideBroker(std::function<ExchangeLink&()> link, const Timestamp& now, Send send)
      : link_(std::move(link)), now_(&now), send_(std::move(send)) {}

  [[nodiscard]] BrokerCapabilities capabilities() const override { return {}; }
  void take(const Event&, std::span<const OrderCommand> commands) override {
    for (const OrderCommand& command : commands) send_(command);
  }
  void change_configuration(const EngineConfig&, const CarryOver&) override {}
  void collect(Timestamp, std::vector<Event>& out) override { link_().collect(*now_, out); }
  [[nodiscard]] Timestamp next_message() const override { return link_().next_report(); }
  void ask_books(Timestamp, std::function<void(const Expected<BrokerBooks>&)>) override {}

 private:
  std::function<ExchangeLink&()> link_;
  const Timestamp* now_;
  Send send_;
};

/// Market data that do not all arrive.
class LossyMarket final : public MarketDataSource {
 public:
  LossyMarket(std::unique_ptr<MarketDataSource> source, SplitMix64& draws, double lost)
      : source_(std::move(source)), draws_(&draws), lost_(lost) {}
  void collect(Timestamp now, std::vector<Event>& out) override {
    std::vector<Event> all;
    source_->collect(now, all);
    for (const Event& event : all) {
      if (event.type != EventType::Bar || event.bar.history || draws_->fraction() >= lost_) out.push_back(event);
    }
  }
  [[nodiscard]] Timestamp next_message() const override { return source_->next_message(); }

 private:
  std::unique_ptr<MarketDataSource> source_;
  SplitMix64* draws_;
  double lost_;
};

}  // namespace bellwether::testing
