#include "engine/fill_simulator.hpp"

#include <algorithm>
#include <cmath>

namespace bellwether {
namespace {

constexpr std::int64_t kOneShare = 1'000'000'000;

bool is_stop(OrderType type) {
  return type == OrderType::Stop || type == OrderType::StopLimit || type == OrderType::TrailingStop;
}

/// True where `price` has reached the stop of an order of `side`.
bool stop_reached(Side side, Price stop, Price price) { return side == Side::Buy ? price >= stop : price <= stop; }

/// A trailing stop's best price takes in `price`.
Price better(Side side, Price best, Price price) {
  if (best.is_zero()) return price;
  return side == Side::Sell ? std::max(best, price) : std::min(best, price);
}

/// The worse of two prices for an order of `side`.
Price worse(Side side, Price a, Price b) { return side == Side::Buy ? std::max(a, b) : std::min(a, b); }

}  // namespace

FillSimulator::FillSimulator(const EngineConfig& config)
    : config_(&config),
      fee_model_(config.fees),
      books_(config.instruments.size()),
      last_bars_(config.instruments.size()),
      last_bar_times_(config.instruments.size()),
      close_left_(config.instruments.size()),
      traded_shares_(config.instruments.size(), kOneShare),
      session_prices_(config.instruments.size()) {
  if (config.account.is_cash() && config.account.cash_shortfall == CashShortfall::Reject) account_.emplace(config);
}

void FillSimulator::on_market(const Event& event, std::vector<ExecutionReport>& out) {
  match(event, out);
  if (account_) account_->mark(event);
}

void FillSimulator::match(const Event& event, std::vector<ExecutionReport>& out) {
  switch (event.type) {
    case EventType::Bar:
      if (event.bar.history) return;
      close_left_[event.instrument] = share_of(event.bar.bar.volume, event.instrument);
      if (!halted_ && !event.bar.derived && !books_[event.instrument].empty()) match_bar(event, out);
      note_bar(event.instrument, event.bar.bar, event.time);
      break;
    case EventType::Trade:
    case EventType::Quote:
      if (event.time < session_.open || event.time >= session_.close) return;
      if (!halted_ && !books_[event.instrument].empty()) match_price(event, out);
      if (event.type == EventType::Trade) session_prices_[event.instrument] = event.trade.price;
      break;
    case EventType::SessionOpen:
      session_ = event.session;
      std::fill(session_prices_.begin(), session_prices_.end(), Price());
      for (Book& book : books_) {
        for (Resting& order : book) order.armed = true;
      }
      break;
    case EventType::SessionClose: close_session(out, event.time); break;
    case EventType::CorporateAction: on_corporate_action(event, out); break;
    default: break;
  }
}

void FillSimulator::note_bar(InstrumentIndex instrument, const Bar& bar, Timestamp now) {
  last_bars_[instrument] = bar;
  last_bar_times_[instrument] = now;
  if (bar.start >= session_.open && now <= session_.close) session_prices_[instrument] = bar.close;
}

void FillSimulator::finish_run(InstrumentIndex instrument, const Bar& last, Timestamp now) {
  BELLWETHER_INVARIANT(is_quiet(), "a run of bars past resting orders");
  if (last_bar_times_[instrument] == now) return;  // The run's only bar, which has filled orders.
  close_left_[instrument] = share_of(last.volume, instrument);
  note_bar(instrument, last, now);
  if (account_) account_->mark(instrument, last.close);
}

// --- Bars

void FillSimulator::match_bar(const Event& event, std::vector<ExecutionReport>& out) {
  const Bar& bar = event.bar.bar;
  if (bar.start < session_.open || event.time > session_.close) return;  // Outside the regular session.
  Book& book = books_[event.instrument];
  Opportunity look;
  look.now = event.time;
  look.volume = bar.volume;
  look.available = close_left_[event.instrument];
  look.fill_time = look.begins = bar.start;
  match_open(book, bar, session_prices_[event.instrument].is_zero(), look, out);
  end_immediate(book, look, out);
  if (std::any_of(book.begin(), book.end(), [](const Resting& order) { return !order.done; })) {
    match_course(book, bar, look, out);
  }
  close_left_[event.instrument] = look.available;
  sweep(book);
}

/// What follows a bar's open.
void FillSimulator::match_course(Book& book, const Bar& bar, Opportunity& look, std::vector<ExecutionReport>& out) {
  look.fill_time = look.now;
  match_stops(book, bar, look, false, out);
  match_limits(book, bar, look, out);
  match_stops(book, bar, look, true, out);
  for (Resting& order : book) {
    order.fresh = false;
    if (order.spec.type == OrderType::TrailingStop && may_fill(order, look)) {
      order.best = better(order.spec.side, order.best, order.spec.side == Side::Sell ? bar.high : bar.low);
    }
  }
}

void FillSimulator::match_open(Book& book, const Bar& bar, bool opening_bar, Opportunity& look,
                               std::vector<ExecutionReport>& out) {
  for (std::size_t i = 0; i < book.size(); ++i) {
    Resting& order = book[i];
    if (!may_fill(order, look) || order.spec.time_in_force == TimeInForce::Cls) continue;
    if (order.spec.time_in_force == TimeInForce::Opg && !opening_bar) continue;
    // The open comes before everything else in a bar, so that a trailing stop has followed it.
    if (order.spec.type == OrderType::TrailingStop) order.best = better(order.spec.side, order.best, bar.open);
    match_at(order, book, bar.open, stop_of(order), look, out);
  }
}

void FillSimulator::match_stops(Book& book, const Bar& bar, Opportunity& look, bool only_fresh,
                                std::vector<ExecutionReport>& out) {
  for (std::size_t i = 0; i < book.size(); ++i) {
    Resting& order = book[i];
    if (!may_fill(order, look) || !is_stop(order.spec.type) || order.triggered || order.fresh != only_fresh) continue;
    const Price stop = stop_of(order);
    if (!stop_reached(order.spec.side, stop, order.spec.side == Side::Buy ? bar.high : bar.low)) continue;
    order.triggered = true;
    if (order.spec.type != OrderType::StopLimit) {
      fill(order, book, stop, true, look, out);
      continue;
    }
    // The price stands at the stop: a limit beyond it can be had there.
    const bool marketable =
        order.spec.side == Side::Buy ? order.spec.limit_price >= stop : order.spec.limit_price <= stop;
    if (marketable) {
      fill(order, book, stop, false, look, out);
    } else {
      order.fresh = true;  // The bar's other extreme may have come before the stop.
    }
  }
}

void FillSimulator::match_limits(Book& book, const Bar& bar, Opportunity& look, std::vector<ExecutionReport>& out) {
  for (std::size_t i = 0; i < book.size(); ++i) {
    Resting& order = book[i];
    const bool limit =
        order.spec.type == OrderType::Limit || (order.spec.type == OrderType::StopLimit && order.triggered);
    if (!may_fill(order, look) || !limit || order.fresh || is_auction(order.spec.time_in_force)) continue;
    const Price reached = order.spec.side == Side::Buy ? bar.low : bar.high;
    if (limit_passed(order.spec.side, order.spec.limit_price, reached)) {
      fill(order, book, order.spec.limit_price, false, look, out);
    }
  }
}

/// The session's last price is its closing price.
void FillSimulator::match_close(Book& book, InstrumentIndex instrument, Timestamp now,
                                std::vector<ExecutionReport>& out) {
  const Price price = session_prices_[instrument];
  if (!price.is_positive()) return;
  const bool of_bar = last_bar_times_[instrument] == now;
  Opportunity look;
  look.now = look.fill_time = look.begins = now;
  look.available = of_bar ? close_left_[instrument] : Quantity::max();
  if (of_bar) look.volume = last_bars_[instrument].volume;
  for (std::size_t i = 0; i < book.size(); ++i) {
    Resting& order = book[i];
    if (may_fill(order, look) && order.armed && order.spec.time_in_force == TimeInForce::Cls) {
      match_at(order, book, price, {}, look, out);
    }
  }
}

/// At one known price: market orders, limits that it satisfies, stops that it reaches.
void FillSimulator::match_at(Resting& order, Book& book, Price price, Price stop_trigger, Opportunity& look,
                             std::vector<ExecutionReport>& out) {
  const OrderSpec& spec = order.spec;
  if (is_stop(spec.type) && !order.triggered) {
    if (!stop_reached(spec.side, stop_trigger, price)) return;
    order.triggered = true;
    if (spec.type != OrderType::StopLimit) {
      fill(order, book, worse(spec.side, price, stop_trigger), true, look, out);
      return;
    }
  }
  // A stop that was reached, but not wholly filled, is a market order.
  if (spec.type == OrderType::Market || (is_stop(spec.type) && spec.type != OrderType::StopLimit)) {
    fill(order, book, price, true, look, out);
  } else if (limit_passed(spec.side, spec.limit_price, price)) {
    fill(order, book, price, false, look, out);
  }
}

bool FillSimulator::limit_passed(Side side, Price limit, Price price) const {
  if (price == limit) return config_->fills.touch;
  return side == Side::Buy ? price < limit : price > limit;
}

/// What was to fill at once or not at all has had its look at the market.
void FillSimulator::end_immediate(Book& book, const Opportunity& look, std::vector<ExecutionReport>& out) {
  for (std::size_t i = 0; i < book.size(); ++i) {
    Resting& order = book[i];
    const TimeInForce tif = order.spec.time_in_force;
    if (may_fill(order, look) && (tif == TimeInForce::Ioc || tif == TimeInForce::Fok)) {
      end(order, ReportType::Canceled, look.fill_time, out);
    }
  }
}

// --- Trades and quotes

void FillSimulator::match_price(const Event& event, std::vector<ExecutionReport>& out) {
  Book& book = books_[event.instrument];
  const bool opening = event.type == EventType::Trade && session_prices_[event.instrument].is_zero();
  const bool quote = event.type == EventType::Quote;
  Opportunity look;
  look.now = look.fill_time = look.begins = event.time;
  // What may be taken: of a print, or of a quote's two sides.
  Quantity left[] = {share_of(quote ? event.quote.ask_size : event.trade.size, event.instrument),
                     share_of(quote ? event.quote.bid_size : Quantity(), event.instrument)};
  for (std::size_t i = 0; i < book.size(); ++i) {
    Resting& order = book[i];
    if (!may_fill(order, look)) continue;
    if (is_auction(order.spec.time_in_force) && !(opening && order.spec.time_in_force == TimeInForce::Opg)) continue;
    const bool buys = order.spec.side == Side::Buy;
    const Price price = !quote ? event.trade.price : buys ? event.quote.ask : event.quote.bid;
    const Quantity size = !quote ? event.trade.size : buys ? event.quote.ask_size : event.quote.bid_size;
    if (!price.is_positive()) continue;
    Quantity& available = left[quote && !buys ? 1 : 0];
    look.volume = size;
    look.available = available;
    if (order.spec.type == OrderType::TrailingStop) order.best = better(order.spec.side, order.best, price);
    Price stop = stop_of(order);
    // At a known price a stop fills at that price, not at the stop's own.
    if (is_stop(order.spec.type) && stop_reached(order.spec.side, stop, price)) stop = price;
    match_at(order, book, price, stop, look, out);
    available = look.available;
  }
  for (Resting& order : book) order.fresh = false;
  end_immediate(book, look, out);
  sweep(book);
}

// --- Sessions and corporate actions

void FillSimulator::close_session(std::vector<ExecutionReport>& out, Timestamp now) {
  for (std::size_t instrument = 0; instrument < books_.size(); ++instrument) {
    Book& book = books_[instrument];
    match_close(book, static_cast<InstrumentIndex>(instrument), now, out);
    for (std::size_t i = 0; i < book.size(); ++i) {
      Resting& order = book[i];
      if (order.done || !order.armed || order.spec.time_in_force == TimeInForce::Gtc) continue;
      // Legs of an entry go with it; the legs of an OCO expire together.
      const ReportType others = order.id.leg == OrderLeg::Entry ? ReportType::Canceled : ReportType::Expired;
      end_order(book, order, ReportType::Expired, others, now, out);
    }
    sweep(book);
  }
}

void FillSimulator::on_corporate_action(const Event& event, std::vector<ExecutionReport>& out) {
  const CorporateAction& action = event.corporate_action;
  traded_shares_[event.instrument] = action.traded_share_billionths;
  if (account_) {
    std::vector<PositionChange> changed;
    std::vector<TradeRecord> closed;
    account_->apply(event.instrument, action, event.time, changed, closed);
  }
  Book& book = books_[event.instrument];
  for (Resting& order : book) {
    carry_through(order.spec, order.filled, action, config_->instruments[event.instrument]);
    order.best = scaled(order.best, 1'000'000'000, action.price_ratio_billionths);
  }
  for (std::size_t i = 0; i < book.size(); ++i) {
    if (book[i].done || book[i].leaves().is_positive()) continue;
    end_order(book, book[i], ReportType::Canceled, ReportType::Canceled, event.time, out);
  }
  sweep(book);
}

// --- Fills

Price FillSimulator::stop_of(const Resting& order) {
  if (order.spec.type != OrderType::TrailingStop) return order.spec.stop_price;
  return order.spec.side == Side::Sell ? order.best - order.spec.trail : order.best + order.spec.trail;
}

Quantity FillSimulator::share_of(Quantity volume, InstrumentIndex instrument) const {
  if (!config_->fills.participation) return Quantity::max();
  const Quantity share =
      scaled(volume, round_to_units(*config_->fills.participation, 9), 1'000'000'000, Rounding::Down);
  return round_to_lot(share, config_->instruments[instrument].lot, Rounding::Down);
}

Price FillSimulator::slipped(const Resting& order, Price price, Quantity quantity, Quantity volume) const {
  const FillConfig& fills = config_->fills;
  Price distance;
  switch (fills.slippage) {
    case SlippageModel::None: return price;
    case SlippageModel::BasisPoints:
      distance = scaled(price, round_to_units(fills.slippage_amount, 9), 10'000'000'000'000);
      break;
    case SlippageModel::Ticks:
      distance = scaled(config_->instruments[order.spec.instrument].tick, round_to_units(fills.slippage_amount, 9),
                        1'000'000'000);
      break;
    case SlippageModel::SquareRootImpact:
      // Square-root law of market impact, e.g. Almgren et al., "Direct Estimation of Equity Market Impact" (2005).
      if (volume.is_positive()) {
        distance = Price::rounded(price.to_double() * fills.slippage_amount *
                                  std::sqrt(quantity.to_double() / volume.to_double()));
      }
      break;
  }
  // Prices are in ticks: rounded against the order.
  const Price tick = config_->instruments[order.spec.instrument].tick;
  const Price result = order.spec.side == Side::Buy ? round_to_tick(price + distance, tick, Rounding::Up)
                                                    : round_to_tick(price - distance, tick, Rounding::Down);
  return std::max(result, tick);
}

void FillSimulator::fill(Resting& order, Book& book, Price price, bool slips, Opportunity& look,
                         std::vector<ExecutionReport>& out) {
  const Quantity quantity = std::min(order.leaves(), look.available);
  if (!quantity.is_positive()) return;
  if (order.spec.time_in_force == TimeInForce::Fok && quantity < order.leaves()) return;
  if (slips) price = slipped(order, price, quantity, look.volume);
  const Execution execution = execution_of(order, quantity, price);
  if (account_ && !can_pay(order, quantity, execution)) return end_unpaid(book, order, look.fill_time, out);
  if (look.available != Quantity::max()) look.available -= quantity;
  order.filled += quantity;
  order.traded += execution.traded;
  order.filled_notional += execution.notional;
  ExecutionReport& report = add_report(out, order, ReportType::Fill, look.fill_time);
  report.last_quantity = quantity;
  report.last_price = price;
  report.fee = execution.fee;
  if (account_) account_->apply_fill(report);
  if (order.spec.order_class == OrderClass::Bracket) {
    if (const auto stop = stop_leg(order.spec, price)) report.protective_stop = stop->stop_price;
  }
  const bool whole = order.leaves().is_zero();
  if (whole) order.done = true;
  if (order.spec.order_class == OrderClass::Simple && order.id.leg == OrderLeg::Entry) return;
  // `order` may move once legs change the book, so it is not used below.
  const Resting copy = order;
  if (copy.id.leg != OrderLeg::Entry) after_leg_fill(book, copy, quantity, look.fill_time, out);
  if (!whole || copy.spec.order_class != OrderClass::Bracket) return;
  activate_legs(book, copy, look.fill_time, out);
  if (look.fill_time == look.now) {
    for (Resting& each : book) {
      if (each.id.with_leg(OrderLeg::Entry) == copy.id && !each.done) each.fresh = true;
    }
  }
  guard(book, copy, price, look, out);
}

FillSimulator::Execution FillSimulator::execution_of(const Resting& order, Quantity quantity, Price price) const {
  const std::int64_t share = traded_shares_[order.spec.instrument];
  Execution execution;
  execution.traded = share == kOneShare ? quantity : scaled(quantity, share, kOneShare);
  execution.notional = notional(price, quantity);
  if (fee_model_.is_free()) return execution;
  execution.fee = fee_model_.total(order.spec.side, order.traded + execution.traded,
                                   order.filled_notional + execution.notional, session_.date);
  // Rates can change between the executions of an order, so that the total before is at today's too.
  if (order.filled.is_positive()) {
    execution.fee -= fee_model_.total(order.spec.side, order.traded, order.filled_notional, session_.date);
  }
  return execution;
}

/// Cash pays for every buy but one that closes a short: that one makes the account safer.
bool FillSimulator::can_pay(const Resting& order, Quantity quantity, const Execution& execution) const {
  if (order.spec.side == Side::Sell) return true;
  if (account_->net_quantity(order.spec.instrument) + quantity <= Quantity()) return true;
  return execution.notional + execution.fee <= account_->cash();
}

/// Ends an order that cash does not pay for: rejected, or cancelled where it has filled in part. Its legs go with it,
/// before it, but for those that guard that part.
void FillSimulator::end_unpaid(Book& book, Resting& order, Timestamp now, std::vector<ExecutionReport>& out) {
  const std::size_t first = out.size();
  if (order.filled.is_zero()) {
    end_group(book, order.id, order.id, ReportType::Canceled, now, out);
    end(order, ReportType::Rejected, now, out);
    out.back().rejected = RejectReason::InsufficientCash;
  } else {
    end_order(book, order, ReportType::Canceled, ReportType::Canceled, now, out);
    out[first].rejected = RejectReason::InsufficientCash;
  }
}

/// A stop leg that the price stands beyond when its entry has filled is reached at once, at that price.
void FillSimulator::guard(Book& book, const Resting& entry, Price price, Opportunity& look,
                          std::vector<ExecutionReport>& out) {
  for (std::size_t i = 0; i < book.size(); ++i) {
    Resting& leg = book[i];
    if (leg.done || leg.id != entry.id.with_leg(OrderLeg::StopLoss)) continue;
    if (!stop_reached(leg.spec.side, leg.spec.stop_price, price)) return;
    leg.triggered = true;
    fill(leg, book, price, true, look, out);
    return;
  }
}

void FillSimulator::activate_legs(Book& book, const Resting& entry, Timestamp now, std::vector<ExecutionReport>& out) {
  const Price average = Price::from_raw(
      narrow(divide(Int128{entry.filled_notional.raw()} * 1'000'000'000'000, entry.filled.raw(), Rounding::HalfEven)));
  for (Resting& leg : book) {
    if (leg.done || !leg.held || leg.id.with_leg(OrderLeg::Entry) != entry.id) continue;
    leg.held = false;
    if (leg.id.leg == OrderLeg::StopLoss) leg.spec.stop_price = stop_leg(entry.spec, average)->stop_price;
    ExecutionReport& report = add_report(out, leg, ReportType::Accepted, now);
    report.last_price = leg.id.leg == OrderLeg::StopLoss ? leg.spec.stop_price : leg.spec.limit_price;
  }
}

void FillSimulator::after_leg_fill(Book& book, const Resting& leg, Quantity quantity, Timestamp now,
                                   std::vector<ExecutionReport>& out) {
  for (Resting& sibling : book) {
    const bool same_group = sibling.id.with_leg(OrderLeg::Entry) == leg.id.with_leg(OrderLeg::Entry);
    if (sibling.done || sibling.id == leg.id || !same_group || sibling.id.leg == OrderLeg::Entry) continue;
    if (leg.done || sibling.leaves() <= quantity) {
      end(sibling, ReportType::Canceled, now, out);
    } else {
      sibling.spec.quantity -= quantity;
      add_report(out, sibling, ReportType::Accepted, now);
    }
  }
}

ExecutionReport& FillSimulator::add_report(std::vector<ExecutionReport>& out, const Resting& order, ReportType type,
                                           Timestamp time) {
  ExecutionReport& report = out.emplace_back();
  report.type = type;
  report.order = order.id;
  if (order.id.leg != OrderLeg::Entry) report.related = order.id.with_leg(OrderLeg::Entry);
  report.strategy = order.strategy;
  report.instrument = order.spec.instrument;
  report.side = order.spec.side;
  report.execution_id = ++last_execution_id_;
  report.time = time;
  report.cumulative_quantity = order.filled;
  report.leaves_quantity = order.leaves();
  return report;
}

void FillSimulator::end(Resting& order, ReportType type, Timestamp now, std::vector<ExecutionReport>& out) {
  if (order.done) return;
  order.done = true;
  add_report(out, order, type, now);
}

/// Ends an order, and with it the rest of its group by `others`. Where it is an entry that filled in part, its legs
/// live on and guard that part.
void FillSimulator::end_order(Book& book, Resting& order, ReportType type, ReportType others, Timestamp now,
                              std::vector<ExecutionReport>& out) {
  end(order, type, now, out);
  const Resting ended = order;
  if (ended.spec.order_class != OrderClass::Bracket || ended.filled.is_zero()) {
    end_group(book, ended.id, ended.id, others, now, out);
    return;
  }
  for (Resting& leg : book) {
    if (!leg.done && leg.held && leg.id.with_leg(OrderLeg::Entry) == ended.id) leg.spec.quantity = ended.filled;
  }
  activate_legs(book, ended, now, out);
}

/// Ends what is left of a group, all but `except`.
void FillSimulator::end_group(Book& book, OrderId id, OrderId except, ReportType type, Timestamp now,
                              std::vector<ExecutionReport>& out) {
  for (Resting& order : book) {
    const bool in_group = order.id.with_leg(OrderLeg::Entry) == id.with_leg(OrderLeg::Entry);
    if (in_group && order.id != except) end(order, type, now, out);
  }
}

void FillSimulator::sweep(Book& book) {
  resting_ -= static_cast<std::size_t>(std::erase_if(book, [](const Resting& order) { return order.done; }));
}

}  // namespace bellwether
