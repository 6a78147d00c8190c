#include "engine/engine.hpp"

namespace bellwether {

Engine::Engine(const EngineConfig& config, std::unique_ptr<SignalStage> signal)
    : config_(&config), position_(config), signal_(std::move(signal)), risk_(config) {}

Expected<std::unique_ptr<Engine>> Engine::make(const EngineConfig& config, const StrategyRegistry& registry) {
  auto signal = SignalStage::make(config, registry);
  if (!signal) return signal.error();
  return std::unique_ptr<Engine>(new Engine(config, std::move(*signal)));
}

Turn& Engine::process(const Event& event) {
  turn_.event = event;
  return process_in_place();
}

Turn& Engine::process_in_place() {
  turn_.clear();
  position_.advance(turn_);
  signal_->advance(turn_);
  risk_.advance(turn_);
  order_.advance(turn_);
  return turn_;
}

NextTimer Engine::next_timer() const {
  const NextTimer strategies = signal_->next_timer();
  const NextTimer risk = risk_.next_timer();
  return risk.at < strategies.at ? risk : strategies;
}

void Engine::save(ByteWriter& out) const {
  position_.save(out);
  signal_->save(out);
  risk_.save(out);
}

void Engine::load(ByteReader& in) {
  position_.load(in);
  signal_->load(in);
  risk_.load(in);
}

}  // namespace bellwether
