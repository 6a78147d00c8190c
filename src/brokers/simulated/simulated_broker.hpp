// The in-process exchange as a broker.
#pragma once

#include <memory>
#include <vector>

#include "brokers/broker.hpp"
#include "engine/exchange_link.hpp"

namespace bellwether {

/// Its whole state is a function of the events that it has been given: after a crash, the log brings it back.
class SimulatedBroker final : public Broker {
 public:
  /// `config` must outlive the broker.
  explicit SimulatedBroker(const EngineConfig& config)
      : instruments_(config.instruments.size()), link_(std::make_unique<ExchangeLink>(config)) {}

  [[nodiscard]] BrokerCapabilities capabilities() const override;
  void take(const Event& event, std::span<const OrderCommand> commands) override { link_->take(event, commands); }
  void replay(const Event& event, std::span<const OrderCommand> commands) override { link_->take(event, commands); }
  [[nodiscard]] bool outlives_us() const override { return false; }
  /// Answers to `ask_books` come first.
  void collect(Timestamp now, std::vector<Event>& out) override;
  [[nodiscard]] Timestamp next_message() const override { return link_->next_report(); }
  [[nodiscard]] Timestamp next_look() const override { return link_->next_arrival(); }
  void change_configuration(const EngineConfig& next, const CarryOver& carry) override;
  void save(ByteWriter& out) const override { link_->save(out); }
  void load(ByteReader& in) override { link_->load(in); }
  /// See ExchangeLink.
  [[nodiscard]] std::set<Stake> stakes() const { return link_->stakes(); }
  void ask_books(Timestamp since, std::function<void(const Expected<BrokerBooks>&)> answer) override;
  /// The exchange and what is under way to it and from it.
  [[nodiscard]] const ExchangeLink& link() const { return *link_; }

 private:
  struct Question {
    Timestamp since;
    std::function<void(const Expected<BrokerBooks>&)> answer;
  };
  [[nodiscard]] BrokerBooks books(Timestamp since) const;

  std::size_t instruments_;
  std::unique_ptr<ExchangeLink> link_;
  std::vector<Question> questions_;
};

}  // namespace bellwether
