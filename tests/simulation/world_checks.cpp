// What must hold in a simulated world.
#include <algorithm>

#include "config/account_state_json.hpp"
#include "engine/account_places.hpp"
#include "tests/simulation/world.hpp"

namespace bellwether::testing {
namespace {

using Stake = std::pair<std::string, std::string>;  // Strategy, whether it is retired or not, and symbol.

/// What is held, free of who is retired: the two parts of one stake add up.
std::map<Stake, AccountPosition> stakes_of(const AccountState& state) {
  std::map<Stake, AccountPosition> stakes;
  for (const AccountPosition& each : state.positions) {
    AccountPosition& sum = stakes[{std::string(active_id(each.strategy)), each.symbol}];
    sum.quantity += each.quantity;
    sum.cost += each.cost;
    sum.realized_average += each.realized_average;
    sum.realized_fifo += each.realized_fifo;
    sum.fees += each.fees;
    if (!each.quantity.is_zero()) {
      sum.lots = each.lots;
      sum.trip = each.trip;
    }
  }
  return stakes;
}

std::map<std::string, bool> paused_of(const AccountState& state) {
  std::map<std::string, bool> paused;
  for (const AccountStrategy& strategy : state.strategies) paused[strategy.id] = strategy.paused;
  return paused;
}

/// Where two texts begin to differ.
std::string difference(std::string_view found, std::string_view expected) {
  const auto at = std::ranges::mismatch(found, expected).in1 - found.begin();
  const auto from = static_cast<std::size_t>(std::max<std::ptrdiff_t>(at - 60, 0));
  return "found ..." + std::string(found.substr(from, 120)) + "..., expected ..." +
         std::string(expected.substr(std::min(from, expected.size()), 120)) + "...";
}

}  // namespace

void World::check() {
  if (!node_) return;
  for (std::size_t i = 0; i < config().instruments.size(); ++i) {
    const auto instrument = static_cast<InstrumentIndex>(i);
    const Quantity ours = node_->engine->position_stage().portfolio().net_quantity(instrument);
    if (node_->engine->risk_stage().position(instrument) != ours) {
      fail("risk and position stage disagree about a position");
    }
  }
  check_limits();
}

/// A limit that was lowered lets nothing pass that makes it worse: the position may be what it could have become by the
/// orders that were open then.
void World::check_limits() {
  std::map<std::string, Quantity> worst;
  for (const OpenOrder& order : node_->engine->risk_stage().open_orders().all()) {
    worst[config().instruments[order.spec.instrument].symbol] += order.spec.quantity;
  }
  const Quantity limit = *config().risk.position_quantity;
  for (std::size_t i = 0; i < config().instruments.size(); ++i) {
    const std::string& symbol = config().instruments[i].symbol;
    const Quantity held = link().exchange().books().net_quantity(static_cast<InstrumentIndex>(i)).abs();
    Quantity& bound = bounds_[symbol];
    bound = std::max(bound, limit);
    if (held > bound) fail("a position limit was exceeded: " + held.to_string() + " of " + symbol);
    bound = std::max(limit, std::min(bound, held + worst[symbol]));
  }
}

/// What was answered is in the log for good.
void World::check_answers() {
  for (const Answered& each : answered_) {
    if (each.event.number > log_.last_event() || !(log_.events[each.event.number - 1] == each.event)) {
      return fail("an answered command is not in the log");
    }
  }
}

/// Whoever repeats a command that was answered learns which event it was; nothing happens anew.
void World::check_keys() {
  if (!node_) return;
  for (const Answered& each : answered_) {
    const auto receipt = node_->keys->find(each.command);
    if (!receipt || receipt->event != each.event.number) return fail("the key of an answered command is not known");
  }
}

/// What the broker holds of a strategy in a symbol has a place in the next segment, too.
void World::check_places(const CarryOver& carry) {
  for (StrategyIndex s = 0; s < config().strategies.size(); ++s) {
    for (InstrumentIndex i = 0; i < config().instruments.size(); ++i) {
      if (link().exchange().books().position(s, i).is_flat() || carry.strategy(s, i) != kNoStrategy) continue;
      fail("nobody is to have what the broker holds for " + config().strategies[s].id + " in " +
           config().instruments[i].symbol);
    }
  }
}

/// The account is in the next segment what it was in the one before, whoever has what by now.
void World::check_carried(const AccountState& before, const AccountState& after) {
  const auto now = stakes_of(after);
  for (const auto& [stake, held] : stakes_of(before)) {
    const auto found = now.find(stake);
    if (found == now.end() && held == AccountPosition()) continue;
    // A stake that is flat may leave with its symbol.
    if (found == now.end() && held.quantity.is_zero()) continue;
    if (found == now.end() || !(found->second == held)) {
      return fail("the position of " + stake.first + " in " + stake.second + " is not what it was");
    }
  }
  const auto paused = paused_of(after);
  for (const auto& [id, was] : paused_of(before)) {
    if (paused.contains(id) && paused.at(id) != was) return fail("strategy " + id + " is paused no more");
  }
  if (before.cash != after.cash) fail("cash and totals are not what they were");
  if (before.breakers != after.breakers) fail("halt and marks of the breakers are not what they were");
  if (before.watched != after.watched) fail("what is known of unknown orders is not what it was");
  if (before.last_event != after.last_event) fail("event numbers do not run on");
}

// --- The end

void World::check_end() {
  if (!node_) start();
  for (int i = 0; i < 4'000 && node_ && result_.failure.empty(); ++i) {
    if (is_at_rest()) break;
    step();
  }
  if (!result_.failure.empty()) return;
  if (!is_at_rest()) return fail("it does not come to rest" + what_is_open());
  compare_books();
  commit();
  check_answers();
  check_keys();
  check_order_ids();
  if (options_.fault == PlantedFault::None) check_segments();
}

void World::check_order_ids() {
  std::set<OrderId> ids;
  for (const LoggedCommand& each : log_.commands) {
    if (adds_order(each.command.kind) && !ids.insert(each.command.id).second) {
      return fail("order " + each.command.id.client_order_id() + " is in the log twice");
    }
  }
}

void World::check_segments() {
  const auto notes = log_.segments();
  for (std::size_t i = 0; i < notes->size() && result_.failure.empty(); ++i) check_segment(i, *notes);
}

/// The segment gives the same commands again, and the next one begins with the state in which it ends.
void World::check_segment(std::size_t index, const std::vector<SegmentNote>& notes) {
  const std::string name = "segment " + std::to_string(index + 1);
  const bool is_last = index + 1 == notes.size();
  const auto opening = log_.segment_opening(index + 1);
  const StrategyRegistry registry = registry_of(versions_[index]);
  std::unique_ptr<Engine> engine;
  if (opening->state.empty()) {
    auto made = Engine::make(*configs_[index], registry);
    engine = std::move(*made);
  } else {
    auto opened = Engine::open(*configs_[index], registry, *account_state_of(opening->state));
    engine = std::move(opened->engine);
  }
  const EventNumber last = is_last ? log_.last_event() : notes[index + 1].after;
  const auto replayed = replay(*engine, log_, notes[index].after, last, true);
  if (!replayed) return fail("replay of " + name + ": " + replayed.error().text());
  if (replayed->difference) return fail("replay of " + name + ": " + *replayed->difference);
  if (is_last) return;
  AccountState ended = engine->state();
  const EngineConfig& next = *configs_[index + 1];
  rename_holders(ended, next);
  auto opened = Engine::open(next, registry_of(versions_[index + 1]), ended);
  if (!opened) return fail("the end of " + name + " does not open: " + opened.error().text());
  warm_up(*opened, next, ended.time);
  const std::string expected = text_of(opened->engine->state());
  const std::string found = log_.segment_opening(index + 2)->state;
  if (found != expected)
    fail("the segment after " + name + " does not begin as it ended: " + difference(found, expected));
}

bool World::is_at_rest() const {
  return node_ && node_->conveyor.empty() && link().next_report() == kNever && link().next_arrival() == kNever &&
         node_->engine->risk_stage().order_watch().unknown() == 0 && says_the_same_of_orders();
}
/// The orders that are open by one side's books alone.
std::string World::what_is_open() const {
  if (!node_) return ": it does not start";
  std::string text;
  const OpenOrders& ours = node_->engine->risk_stage().open_orders();
  const auto& theirs = link().exchange().orders();
  for (const OpenOrder& order : ours.all()) {
    const auto found = theirs.find(order.id);
    if (found == theirs.end() || found->second.ended)
      text += ", open by our books alone: " + order.id.client_order_id();
  }
  for (const auto& [id, known] : theirs) {
    if (!known.ended && ours.find(id) == nullptr) text += ", open by the broker's alone: " + id.client_order_id();
  }
  return text;
}

bool World::says_the_same_of_orders() const {
  std::set<OrderId> ours;
  std::set<OrderId> theirs;
  for (const OpenOrder& order : node_->engine->risk_stage().open_orders().all()) ours.insert(order.id);
  for (const auto& [id, known] : link().exchange().orders()) {
    if (!known.ended) theirs.insert(id);
  }
  return ours == theirs;
}

void World::compare_books() {
  const Portfolio& ours = node_->engine->position_stage().portfolio();
  const Portfolio& theirs = link().exchange().books();
  for (StrategyIndex s = 0; s < config().strategies.size(); ++s) {
    for (InstrumentIndex i = 0; i < config().instruments.size(); ++i) {
      if (ours.position(s, i).quantity() == theirs.position(s, i).quantity()) continue;
      fail("strategy " + config().strategies[s].id + " holds " + ours.position(s, i).quantity().to_string() + " of " +
           config().instruments[i].symbol + " by our books, " + theirs.position(s, i).quantity().to_string() +
           " by the broker's");
    }
  }
  if (ours.cash() != theirs.cash()) {
    fail("cash is " + ours.cash().to_string() + " by our books, " + theirs.cash().to_string() + " by the broker's");
  }
}

void World::trace(const Turn& turn) const {
  std::string text = std::to_string(turn.event.number) + " " + std::string(token(turn.event.type));
  if (turn.event.type == EventType::Report) {
    const ExecutionReport& r = turn.event.report;
    text += " " + std::string(token(r.type)) + " " + r.order.client_order_id() + " " + r.last_quantity.to_string() +
            " of " + r.cumulative_quantity.to_string() + "+" + r.leaves_quantity.to_string();
    if (!turn.takes_report()) text += " (passed over)";
    if (r.type == ReportType::Fill && turn.takes_report()) {
      const Portfolio& portfolio = node_->engine->position_stage().portfolio();
      text += ", holds " + portfolio.net_quantity(r.instrument).to_string() + " of " +
              config().instruments[r.instrument].symbol + ", " +
              portfolio.position(r.strategy, r.instrument).quantity().to_string() + " by strategy " +
              config().strategies[r.strategy].id;
    }
  }
  if (turn.event.type == EventType::Connection) text += turn.event.connection.up ? " up" : " down";
  for (const Intent& intent : turn.intents) {
    const OrderCommand& c = intent.command;
    text += "\n    " + std::string(token(c.kind)) + " " + (adds_order(c.kind) ? c.id : c.target).client_order_id() +
            (adds_order(c.kind) ? " " + std::string(token(c.spec.side)) + " " + c.spec.quantity.to_string() : "") +
            (intent.denied == DenyReason::None ? "" : " denied: " + std::string(token(intent.denied)));
  }
  say(text);
}

}  // namespace bellwether::testing
