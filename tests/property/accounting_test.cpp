// The account's books against an independent reckoning: 128-bit sums of what was traded, charged and paid, under
// arbitrary fills, marks, splits and dividends of several strategies and instruments.
#include <map>

#include "engine/portfolio.hpp"
#include "tests/support/turns.hpp"

namespace bellwether {
namespace {

using namespace testing;

constexpr int kStrategies = 2;
constexpr int kInstruments = 2;

/// Half to even, in 128 bits and by another way than the engine's: floor, then look at twice the remainder.
Int128 rounded_ratio(Int128 dividend, Int128 divisor) {
  Int128 quotient = dividend / divisor;
  Int128 remainder = dividend % divisor;
  if (remainder < 0) {
    remainder += divisor;
    --quotient;
  }
  if (2 * remainder > divisor || (2 * remainder == divisor && quotient % 2 != 0)) ++quotient;
  return quotient;
}

/// price x quantity in millionths.
Int128 millionths(Price p, Int128 quantity) { return rounded_ratio(p.raw() * quantity, 1'000'000'000'000); }

/// One instrument trades in whole shares, the other in billionths of one.
EngineConfig with_a_fractional_lot() {
  EngineConfig config = small_config();
  config.instruments[1].lot = Quantity::from_raw(1);
  return config;
}

class Books {
 public:
  void step() {
    switch (*rc::gen::inRange(0, 10)) {
      case 0: split(); break;
      case 1: dividend(); break;
      case 2:
      case 3: mark(); break;
      default: fill(); break;
    }
    check();
  }

  void save_and_load() {
    ByteWriter out;
    portfolio_.save(out);
    Portfolio other(config_);
    ByteReader in(out.str());
    other.load(in);
    RC_ASSERT(in.done());
    portfolio_ = other;
    check();
  }

 private:
  static InstrumentIndex any_instrument() { return static_cast<InstrumentIndex>(*rc::gen::inRange(0, kInstruments)); }

  void fill() {
    ExecutionReport report;
    report.strategy = static_cast<StrategyIndex>(*rc::gen::inRange(0, kStrategies));
    report.instrument = any_instrument();
    report.side = *rc::gen::element(Side::Buy, Side::Sell);
    // Whole and odd fractional quantities, prices to the last billionth.
    const bool whole = *rc::gen::arbitrary<bool>();
    report.last_quantity = whole ? shares(*rc::gen::inRange<std::int64_t>(1, 500))
                                 : Quantity::from_raw(*rc::gen::inRange<std::int64_t>(1, 50'000'000'000));
    report.last_price = Price::from_raw(*rc::gen::inRange<std::int64_t>(1, 900'000'000'000));
    report.fee = Money::from_raw(*rc::gen::inRange<std::int64_t>(0, 5'000'000));
    const Quantity held = portfolio_.position(report.strategy, report.instrument).quantity();
    // Often exactly flat.
    if (!held.is_zero() && *rc::gen::inRange(0, 3) == 0) {
      report.last_quantity = held.abs();
      report.side = held.is_positive() ? Side::Sell : Side::Buy;
    }
    portfolio_.apply_fill(report);
    const Int128 moved = Int128{report.last_quantity.raw()} * sign(report.side);
    cash_ -= millionths(report.last_price, moved) + report.fee.raw();
    fees_ += report.fee.raw();
    quantity_[{report.strategy, report.instrument}] += moved;
    mark_[report.instrument] = report.last_price;
  }

  void mark() {
    const InstrumentIndex instrument = any_instrument();
    const Price at = Price::from_raw(*rc::gen::inRange<std::int64_t>(1, 900'000'000'000));
    portfolio_.mark(instrument, at);
    mark_[instrument] = at;
  }

  void split() {
    const InstrumentIndex instrument = any_instrument();
    CorporateAction action;
    action.split_ratio_billionths = *rc::gen::element<std::int64_t>(2'000'000'000, 1'500'000'000, 500'000'000);
    std::vector<PositionChange> changed;
    std::vector<TradeRecord> closed;
    portfolio_.apply(instrument, action, at_minute(0), changed, closed);
    mark_[instrument] = Price::from_raw(static_cast<std::int64_t>(
        rounded_ratio(Int128{mark_[instrument].raw()} * 1'000'000'000, action.split_ratio_billionths)));
    for (auto& [key, quantity] : quantity_) {
      if (key.second != instrument) continue;
      quantity = rounded_ratio(quantity * action.split_ratio_billionths, 1'000'000'000);
      // What is less than a lot is paid out at the mark.
      const Int128 fraction = quantity % config_.instruments[instrument].lot.raw();
      quantity -= fraction;
      cash_ += millionths(mark_[instrument], fraction);
    }
  }

  void dividend() {
    const InstrumentIndex instrument = any_instrument();
    CorporateAction action;
    action.dividend = Price::from_raw(*rc::gen::inRange<std::int64_t>(0, 3'000'000'000));
    std::vector<PositionChange> changed;
    std::vector<TradeRecord> closed;
    portfolio_.apply(instrument, action, at_minute(0), changed, closed);
    for (const auto& [key, quantity] : quantity_) {
      if (key.second != instrument) continue;
      cash_ += millionths(action.dividend, quantity);
      dividends_ += millionths(action.dividend, quantity);
    }
  }

  void check() const {
    Int128 value = 0;
    for (InstrumentIndex i = 0; i < kInstruments; ++i) {
      Int128 net = 0;
      for (const auto& [key, quantity] : quantity_) net += key.second == i ? quantity : 0;
      RC_ASSERT(Int128{portfolio_.net_quantity(i).raw()} == net);
      const auto at = mark_.find(i);
      if (at != mark_.end()) value += millionths(at->second, net);
    }
    RC_ASSERT(Int128{portfolio_.cash().raw()} == cash_);
    RC_ASSERT(Int128{portfolio_.equity().raw()} == cash_ + value);
    RC_ASSERT(Int128{portfolio_.view().fees.raw()} == fees_);
    check_profit();
  }

  void check_profit() const {
    Int128 average = 0;
    Int128 cost = 0;
    Int128 paid = 0;
    bool flat = true;
    for (StrategyIndex s = 0; s < kStrategies; ++s) {
      for (InstrumentIndex i = 0; i < kInstruments; ++i) {
        const Position& position = portfolio_.position(s, i);
        const auto found = quantity_.find({s, i});
        RC_ASSERT(Int128{position.quantity().raw()} == (found == quantity_.end() ? 0 : found->second));
        if (position.is_flat()) {
          RC_ASSERT(position.cost() == Money());
          // Whatever the order in which cost is removed, all of it is.
          RC_ASSERT(position.realized_average() == position.realized_fifo());
        }
        flat = flat && position.is_flat();
        average += position.realized_average().raw();
        cost += position.cost().raw();
        paid += position.dividends().raw();
      }
    }
    RC_ASSERT(portfolio_.is_flat() == flat);
    RC_ASSERT(paid == dividends_);
    RC_ASSERT(Int128{portfolio_.view().realized_pnl.raw()} == average);
    // Cash is what there was, what was realised and paid, less fees and what the open positions cost.
    RC_ASSERT(cash_ == Int128{config_.account.initial_cash.raw()} + average + paid - fees_ - cost);
  }

  EngineConfig config_ = with_a_fractional_lot();
  Portfolio portfolio_{config_};
  Int128 cash_ = config_.account.initial_cash.raw();
  Int128 fees_ = 0;
  Int128 dividends_ = 0;
  std::map<std::pair<StrategyIndex, InstrumentIndex>, Int128> quantity_;
  std::map<InstrumentIndex, Price> mark_;
};

RC_GTEST_PROP(Accounting, AgreesWithAnIndependentReckoningToTheLastMillionth, ()) {
  Books books;
  const int steps = *rc::gen::inRange(1, 80);
  for (int i = 0; i < steps; ++i) books.step();
  books.save_and_load();
  for (int i = 0; i < 10; ++i) books.step();
}

}  // namespace
}  // namespace bellwether
