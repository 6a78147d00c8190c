#include "engine/retired_strategy.hpp"

#include <algorithm>

#include "engine/strategy.hpp"

namespace bellwether {
namespace {

class RetiredStrategy final : public StrategyBase<RetiredStrategy> {
 public:
  explicit RetiredStrategy(const StrategyConfig& config)
      : closes_(config.parameters.boolean("close")),
        instruments_(config.instruments),
        has_begun_(config.instruments.size()) {}

  void on_bar(const BarView& view, Context& context) override {
    if (!view.history) wind_up(view.instrument, context);
  }
  void on_trade(InstrumentIndex instrument, const Trade&, Context& context) override { wind_up(instrument, context); }
  void on_quote(InstrumentIndex instrument, const Quote&, Context& context) override { wind_up(instrument, context); }
  void on_session_open(const SessionEvent&, Context& context) override {
    for (const InstrumentIndex instrument : instruments_) wind_up(instrument, context);
  }

  void save(ByteWriter& out) const override {
    for (const bool begun : has_begun_) out.boolean(begun);
  }
  void load(ByteReader& in) override {
    for (auto begun : has_begun_) begun = in.boolean();
  }

 private:
  void wind_up(InstrumentIndex instrument, Context& context) {
    const auto place = std::find(instruments_.begin(), instruments_.end(), instrument) - instruments_.begin();
    const bool is_first = !has_begun_[static_cast<std::size_t>(place)];
    has_begun_[static_cast<std::size_t>(place)] = true;
    if (!closes_) {
      if (is_first) context.cancel_growth(instrument);
      return;
    }
    // What it is on its way to at first is the removed strategy's; later, an operator may have cancelled its own.
    if (!is_first && (context.target(instrument) || is_done(instrument, context))) return;
    context.close(instrument);
  }

  static bool is_done(InstrumentIndex instrument, const Context& context) {
    return context.position(instrument).quantity.is_zero() && context.open_orders(instrument).empty();
  }

  bool closes_;
  std::vector<InstrumentIndex> instruments_;
  std::vector<bool> has_begun_;  // By place among the instruments.
};

}  // namespace

std::string retired_id(std::string_view id) { return std::string(id) + "." + std::string(kRetiredStrategy); }

Parameters retired_parameters(bool close) {
  const ParameterSpec spec{"close", true, 0, 0, "closes what is held; otherwise what guards it stays in force"};
  const std::pair<std::string, ParameterValue> given{"close", close};
  return std::get<Parameters>(Parameters::check({&spec, 1}, {&given, 1}));
}

std::unique_ptr<Strategy> make_retired_strategy(const StrategyConfig& config) {
  return std::make_unique<RetiredStrategy>(config);
}

}  // namespace bellwether
