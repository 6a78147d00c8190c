// Writes the record of a run from its turns.
#pragma once

#include <vector>

#include "engine/engine_config.hpp"
#include "engine/open_orders.hpp"
#include "engine/session_record.hpp"

namespace bellwether {

class SessionRecorder {
 public:
  /// `config` must outlive the recorder.
  explicit SessionRecorder(const EngineConfig& config) : config_(&config) {
    record_.positions.resize(config.strategies.size() * config.instruments.size());
    record_.initial_cash = record_.lowest_cash = config.account.initial_cash;
    record_.account.cash = record_.account.equity = config.account.initial_cash;
  }

  /// Takes one finished turn.
  void apply(const Turn& turn);
  /// Takes a run of `bars` bars in which nothing but the marks changed; they close `interval` apart, the first at
  /// `first_close`. `equity` holds the equity after each bar; empty: it stood still, out of the market.
  void apply_run(std::size_t bars, Timestamp first_close, Duration interval, std::span<const Money> equity,
                 const AccountView& account);
  /// Takes the intents of a run's last bar.
  void apply_intents(const Turn& turn);
  /// Room for so many market events and for the orders that a busy strategy makes of them: address space, which becomes
  /// memory only as it is written.
  void reserve(std::size_t market_events);

  [[nodiscard]] const SessionRecord& record() const { return record_; }
  [[nodiscard]] SessionRecord take() { return std::move(record_); }

  /// All of it as bytes: equal records give equal bytes.
  void save(ByteWriter& out) const;

 private:
  struct OpenRow {
    OrderId id;
    std::size_t row;
  };
  void add_rows(const Intent& intent, Timestamp now);
  void apply_report(const ExecutionReport& report, EventNumber event);
  void end_legs(const OrderRow& entry);
  void add_to_ended(const ExecutionReport& report, Money traded);

  const EngineConfig* config_;
  SessionRecord record_;
  std::vector<OpenRow> open_;
};

}  // namespace bellwether
