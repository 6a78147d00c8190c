// What a venue is told, and its snapshots; how orders fill stands in fill_simulator.cpp.
#include "engine/fill_simulator.hpp"

namespace bellwether {

// --- Commands

void FillSimulator::submit(const OrderCommand& command, Timestamp now, std::vector<ExecutionReport>& out) {
  switch (command.kind) {
    case CommandKind::Submit: submit_order(command, now, out); break;
    case CommandKind::Cancel: cancel_order(command, now, out); break;
    case CommandKind::Replace: replace_order(command, now, out); break;
    case CommandKind::Query: break;  // SimulatedExchange remembers what an answer needs.
  }
}

FillSimulator::Resting& FillSimulator::rest(Book& book, const OrderCommand& command, const OrderSpec& spec,
                                            OrderLeg leg, bool held, Timestamp now, std::vector<ExecutionReport>& out) {
  Resting& order = book.emplace_back();
  order.id = command.id.with_leg(leg);
  order.strategy = command.strategy;
  order.spec = spec;
  order.held = held;
  order.active_from = now;
  order.armed = now >= session_.open && now < session_.close;
  add_report(out, order, held ? ReportType::Held : ReportType::Accepted, now);
  ++resting_;
  return order;
}

void FillSimulator::reject(const OrderCommand& command, RejectReason reason, Timestamp now,
                           std::vector<ExecutionReport>& out) {
  Resting refused;
  refused.strategy = command.strategy;
  refused.spec = command.spec;
  const bool oco = command.spec.order_class == OrderClass::Oco;
  for (const OrderLeg leg : {OrderLeg::Entry, OrderLeg::Target, OrderLeg::StopLoss}) {
    if (oco == (leg == OrderLeg::Entry)) continue;
    refused.id = command.id.with_leg(leg);
    add_report(out, refused, ReportType::Rejected, now).rejected = reason;
    if (!oco) return;
  }
}

void FillSimulator::submit_order(const OrderCommand& command, Timestamp now, std::vector<ExecutionReport>& out) {
  const OrderSpec& spec = command.spec;
  if (market_ended_) return reject(command, RejectReason::NoMarket, now, out);
  Book& book = books_[spec.instrument];
  if (spec.order_class != OrderClass::Oco) rest(book, command, spec, OrderLeg::Entry, false, now, out);
  if (spec.order_class != OrderClass::Simple) {
    const bool held = spec.order_class == OrderClass::Bracket;
    if (const auto leg = target_leg(spec)) rest(book, command, *leg, OrderLeg::Target, held, now, out);
    if (const auto leg = stop_leg(spec, Price())) rest(book, command, *leg, OrderLeg::StopLoss, held, now, out);
  }
  const bool same_close = !halted_ && config_->fills.fill_at == FillAt::SameClose && spec.type == OrderType::Market &&
                          !is_auction(spec.time_in_force) && last_bar_times_[spec.instrument] == now;
  if (!same_close) return;
  const Bar& bar = last_bars_[spec.instrument];
  Quantity& left = close_left_[spec.instrument];
  Opportunity look{now, left, bar.volume, now, now};
  if (Resting* order = find_in(book, command.id)) fill(*order, book, bar.close, true, look, out);
  left = look.available;
  for (Resting& order : book) order.fresh = false;
  sweep(book);
}

FillSimulator::Resting* FillSimulator::find_in(Book& book, OrderId id) {
  // The orders asked for are the newest more often than not.
  for (auto order = book.rbegin(); order != book.rend(); ++order) {
    if (order->id == id && !order->done) return &*order;
  }
  return nullptr;
}

FillSimulator::Resting* FillSimulator::find(OrderId id, InstrumentIndex instrument, Book** found_in) {
  const auto look_into = [&](Book& book) {
    Resting* const order = find_in(book, id);
    if (order != nullptr) *found_in = &book;
    return order;
  };
  // A replacement may be of another instrument than its target, and a command may not say.
  if (instrument < books_.size()) {
    if (Resting* const order = look_into(books_[instrument])) return order;
  }
  for (Book& book : books_) {
    if (Resting* const order = look_into(book)) return order;
  }
  return nullptr;
}

void FillSimulator::cancel_order(const OrderCommand& command, Timestamp now, std::vector<ExecutionReport>& out) {
  Book* book = nullptr;
  Resting* order = find(command.target, command.spec.instrument, &book);
  if (order == nullptr) {
    Resting gone;
    gone.id = command.target;
    gone.strategy = command.strategy;
    gone.spec.instrument = command.spec.instrument;
    ExecutionReport& report = add_report(out, gone, ReportType::CancelRejected, now);
    report.rejected = RejectReason::TooLate;
    return;
  }
  end_order(*book, *order, ReportType::Canceled, ReportType::Canceled, now, out);
  sweep(*book);
}

void FillSimulator::replace_order(const OrderCommand& command, Timestamp now, std::vector<ExecutionReport>& out) {
  Book* book = nullptr;
  Resting* order = find(command.target, command.spec.instrument, &book);
  const bool simple =
      order != nullptr && order->spec.order_class == OrderClass::Simple && order->id.leg == OrderLeg::Entry;
  if (!simple) {
    Resting refused;
    refused.strategy = command.strategy;
    refused.spec = command.spec;
    for (const auto& [id, type] :
         {std::pair(command.target, ReportType::ReplaceRejected), std::pair(command.id, ReportType::Rejected)}) {
      refused.id = id;
      ExecutionReport& report = add_report(out, refused, type, now);
      report.related = command.id;
      report.rejected = order == nullptr ? RejectReason::TooLate : RejectReason::Unsupported;
    }
    return;
  }
  order->done = true;
  ExecutionReport& report = add_report(out, *order, ReportType::Replaced, now);
  report.related = command.id;
  sweep(*book);
  submit_order(command, now, out);
}

void FillSimulator::refuse(OrderId id, Timestamp now, std::vector<ExecutionReport>& out) {
  Book* book = nullptr;
  Resting* order = find(id, kNoInstrument, &book);
  if (order == nullptr || !order->filled.is_zero()) return;
  end_group(*book, id, id, ReportType::Canceled, now, out);
  end(*order, ReportType::Rejected, now, out);
  out.back().rejected = RejectReason::BadOrder;
  sweep(*book);
}

bool FillSimulator::report_status(OrderId id, Timestamp now, std::vector<ExecutionReport>& out) {
  Book* book = nullptr;
  const Resting* order = find(id, kNoInstrument, &book);
  if (order == nullptr) return false;
  ExecutionReport& report = add_report(out, *order, order->held ? ReportType::Held : ReportType::Accepted, now);
  if (id.leg == OrderLeg::Target) report.last_price = order->spec.limit_price;
  if (id.leg == OrderLeg::StopLoss) report.last_price = order->spec.stop_price;
  return true;
}

// --- Snapshots

void FillSimulator::take_over(const FillSimulator& before, const CarryOver& carry) {
  resting_ = 0;
  for (std::size_t i = 0; i < before.books_.size(); ++i) {
    const InstrumentIndex next = carry.instrument(static_cast<InstrumentIndex>(i));
    if (next == kNoInstrument) continue;
    for (Resting order : before.books_[i]) {
      if (!carry.rename(order, order.spec.instrument)) continue;
      books_[next].push_back(order);
      ++resting_;
    }
    last_bars_[next] = before.last_bars_[i];
    last_bar_times_[next] = before.last_bar_times_[i];
    close_left_[next] = before.close_left_[i];
    traded_shares_[next] = before.traded_shares_[i];
    session_prices_[next] = before.session_prices_[i];
  }
  session_ = before.session_;
  halted_ = before.halted_;
  last_execution_id_ = before.last_execution_id_;
}

void FillSimulator::take_books(const Portfolio& books) {
  if (account_) *account_ = books;
}

void FillSimulator::save(ByteWriter& out) const {
  for (std::size_t i = 0; i < books_.size(); ++i) {
    out.u32(static_cast<std::uint32_t>(books_[i].size()));
    for (const Resting& order : books_[i]) {
      write(out, order.id);
      out.u16(order.strategy);
      write(out, order.spec);
      out.fixed(order.filled);
      out.fixed(order.filled_notional);
      out.fixed(order.traded);
      out.time(order.active_from);
      out.fixed(order.best);
      out.u8(static_cast<std::uint8_t>((order.held ? 1 : 0) | (order.triggered ? 2 : 0) | (order.armed ? 4 : 0)));
    }
    const Bar& bar = last_bars_[i];
    out.time(bar.start);
    for (Price price : {bar.open, bar.high, bar.low, bar.close}) out.fixed(price);
    out.fixed(bar.volume);
    out.time(last_bar_times_[i]);
    out.fixed(close_left_[i]);
    out.i64(traded_shares_[i]);
    out.fixed(session_prices_[i]);
  }
  out.u32(static_cast<std::uint32_t>(session_.date.days));
  out.time(session_.open);
  out.time(session_.close);
  out.boolean(session_.early_close);
  out.u64(last_execution_id_);
  if (account_) account_->save(out);
}

void FillSimulator::load(ByteReader& in) {
  resting_ = 0;
  for (std::size_t i = 0; i < books_.size(); ++i) {
    books_[i].clear();
    const std::uint32_t count = in.u32();
    for (std::uint32_t n = 0; n < count && in.ok(); ++n) {
      Resting order;
      order.id = read_order_id(in);
      order.strategy = in.u16();
      order.spec = read_order_spec(in);
      order.filled = in.fixed<Quantity>();
      order.filled_notional = in.fixed<Money>();
      order.traded = in.fixed<Quantity>();
      order.active_from = in.time();
      order.best = in.fixed<Price>();
      const std::uint8_t flags = in.u8();
      order.held = (flags & 1) != 0;
      order.triggered = (flags & 2) != 0;
      order.armed = (flags & 4) != 0;
      books_[i].push_back(order);
      ++resting_;
    }
    Bar& bar = last_bars_[i];
    bar.start = in.time();
    for (Price* price : {&bar.open, &bar.high, &bar.low, &bar.close}) *price = in.fixed<Price>();
    bar.volume = in.fixed<Quantity>();
    last_bar_times_[i] = in.time();
    close_left_[i] = in.fixed<Quantity>();
    traded_shares_[i] = in.i64();
    session_prices_[i] = in.fixed<Price>();
  }
  session_.date.days = static_cast<std::int32_t>(in.u32());
  session_.open = in.time();
  session_.close = in.time();
  session_.early_close = in.boolean();
  last_execution_id_ = in.u64();
  if (account_) account_->load(in);
}

}  // namespace bellwether
