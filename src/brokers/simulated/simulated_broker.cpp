#include "brokers/simulated/simulated_broker.hpp"

#include <algorithm>

namespace bellwether {

BrokerCapabilities SimulatedBroker::capabilities() const {
  using enum OrderType;
  using enum TimeInForce;
  using enum OrderClass;
  return {{Market, Limit, Stop, StopLimit, TrailingStop}, {Day, Gtc, Ioc, Fok, Opg, Cls}, {Simple, Bracket, Oco}, true};
}

void SimulatedBroker::ask_books(Timestamp since, std::function<void(const Expected<BrokerBooks>&)> answer) {
  questions_.push_back({since, std::move(answer)});
}

void SimulatedBroker::collect(Timestamp now, std::vector<Event>& out) {
  for (const Question& question : std::exchange(questions_, {})) question.answer(books(question.since));
  link_->collect(now, out);
}

BrokerBooks SimulatedBroker::books(Timestamp since) const {
  BrokerBooks books;
  const SimulatedExchange& exchange = link_->exchange();
  books.cash = exchange.books().cash();
  for (std::size_t i = 0; i < instruments_; ++i) {
    const auto instrument = static_cast<InstrumentIndex>(i);
    if (const Quantity quantity = exchange.books().net_quantity(instrument); !quantity.is_zero()) {
      books.positions.push_back({instrument, quantity});
    }
  }
  for (const auto& [id, known] : exchange.orders()) {
    if (!known.ended) books.open_orders.push_back(known.last);
    for (const ExecutionReport& execution : known.executions) {
      if (execution.time >= since) books.executions.push_back(execution);
    }
  }
  std::sort(books.executions.begin(), books.executions.end(),
            [](const ExecutionReport& a, const ExecutionReport& b) { return a.execution_id < b.execution_id; });
  return books;
}

void SimulatedBroker::change_configuration(const EngineConfig& next, const CarryOver& carry) {
  auto link = std::make_unique<ExchangeLink>(next);
  link->take_over(*link_, carry);
  link_ = std::move(link);
  instruments_ = next.instruments.size();
}

}  // namespace bellwether
