#include "app/account_plan.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "config/json.hpp"
#include "engine/carry_over.hpp"
#include "engine/retired_strategy.hpp"

namespace bellwether {
namespace {

std::size_t count_open_orders(const SessionView& session, const Names& names, const HeldPair& pair) {
  OrderFilter filter;
  filter.status = OrderFilter::Status::Open;
  filter.strategy = names.find_strategy(pair.strategy);
  filter.instrument = names.find_symbol(pair.symbol);
  filter.limit = 1'000'000;
  return session.orders(filter).rows.size();
}

class RetiredList {
 public:
  explicit RetiredList(const std::vector<RetiredSetup>& before) : before_(&before) {}

  /// What of `close` was chosen before for the same one stays, unless it is about something new.
  RetiredSetup& add(const std::string& id, const std::string& symbol, bool is_new, bool close) {
    const auto found = std::ranges::find(list_, id, &RetiredSetup::id);
    RetiredSetup& setup = found == list_.end() ? list_.emplace_back(RetiredSetup{id, {}, chosen(id)}) : *found;
    if (is_new) setup.close = close;
    if (std::ranges::find(setup.symbols, symbol) == setup.symbols.end()) setup.symbols.push_back(symbol);
    return setup;
  }
  [[nodiscard]] std::vector<RetiredSetup> take() { return std::move(list_); }

 private:
  [[nodiscard]] bool chosen(const std::string& id) const {
    const auto found = std::ranges::find(*before_, id, &RetiredSetup::id);
    return found != before_->end() && found->close;
  }
  const std::vector<RetiredSetup>* before_;
  std::vector<RetiredSetup> list_;
};

/// Fills in the retired strategies, and says what they take over.
void plan_retired(AccountPlan& plan, const AccountSetup& now, const SessionView& session,
                  const std::vector<HeldPair>& held, bool close) {
  const EngineConfig wanted = account_engine_config({plan.change.config, {}});
  const Names names(session.config());
  std::map<HeldPair, Quantity> quantities;
  for (const PositionRow& row : session.positions()) {
    quantities[{names.strategy(row.strategy), names.symbol(row.instrument)}] = row.quantity;
  }
  RetiredList list(now.retired);
  for (const HeldPair& pair : held) {
    if (holder_of(wanted, pair.strategy, pair.symbol) != kNoStrategy) continue;
    const std::string active(active_id(pair.strategy));
    const std::string heir = retired_id(active);
    const RetiredSetup& setup = list.add(heir, pair.symbol, heir != pair.strategy, close);
    if (heir == pair.strategy) continue;
    RemovedStake stake{pair.strategy, pair.symbol, heir, quantities[pair], count_open_orders(session, names, pair),
                       setup.close};
    // What was only on its way to is taken over without a word.
    if (!stake.quantity.is_zero() || stake.open_orders > 0) plan.removed.push_back(std::move(stake));
  }
  plan.setup.retired = list.take();
}

std::string percent(double fraction) {
  char text[32];
  std::snprintf(text, sizeof text, "%.4g", fraction);
  return text;
}

void add_exceeded(std::vector<ExceededLimit>& list, const RiskLimits& limits, const SessionView& session) {
  const AccountSummary account = session.account();
  const Money equity = account.account.equity;
  const auto exceed = [&](const char* key, std::string allowed, std::string found) {
    list.push_back({key, std::move(allowed), std::move(found)});
  };
  const std::size_t open_orders = session.status().open_orders;
  if (limits.open_orders && open_orders > *limits.open_orders) {
    exceed("risk.open_orders", std::to_string(*limits.open_orders), std::to_string(open_orders));
  }
  const Names names(session.config());
  for (const PositionRow& row : session.net_positions()) {
    const std::string symbol = " in " + names.symbol(row.instrument);
    if (limits.position_quantity && row.quantity.abs() > *limits.position_quantity) {
      exceed("risk.position_quantity", limits.position_quantity->to_string(), row.quantity.to_string() + symbol);
    }
    if (limits.position_notional && row.market_value.abs() > *limits.position_notional) {
      exceed("risk.position_notional", limits.position_notional->to_string(), row.market_value.to_string() + symbol);
    }
  }
  if (!equity.is_positive()) return;
  const double gross = account.account.gross_exposure.to_double() / equity.to_double();
  if (limits.gross_exposure && gross > *limits.gross_exposure) {
    exceed("risk.gross_exposure", percent(*limits.gross_exposure), percent(gross));
  }
  if (limits.drawdown && account.drawdown > *limits.drawdown) {
    exceed("risk.drawdown", percent(*limits.drawdown), percent(account.drawdown));
  }
  const double start = (equity - account.day_profit).to_double();
  const double loss = start > 0 ? -account.day_profit.to_double() / start : 0;
  if (limits.daily_loss && loss > *limits.daily_loss) {
    exceed("risk.daily_loss", percent(*limits.daily_loss), percent(loss));
  }
}

}  // namespace

std::vector<HeldPair> held_pairs(const SessionView& session) {
  const Names names(session.config());
  std::set<HeldPair> pairs;
  for (const PositionRow& row : session.positions()) {
    if (!row.quantity.is_zero()) pairs.insert({names.strategy(row.strategy), names.symbol(row.instrument)});
  }
  OrderFilter filter;
  filter.status = OrderFilter::Status::Open;
  filter.limit = 1'000'000;
  for (const OrderRow& row : session.orders(filter).rows) {
    pairs.insert({names.strategy(row.strategy), names.symbol(row.spec.instrument)});
  }
  return {pairs.begin(), pairs.end()};
}

std::vector<HeldPair> pairs_of(const std::set<Stake>& stakes, const EngineConfig& config) {
  std::vector<HeldPair> pairs;
  for (const Stake& stake : stakes) {
    if (stake.strategy >= config.strategies.size() || stake.instrument >= config.instruments.size()) continue;
    pairs.push_back({config.strategies[stake.strategy].id, config.instruments[stake.instrument].symbol});
  }
  return pairs;
}

AccountPlan plan_change(const AccountSetup& now, const AppConfig& wanted, const SessionView& session,
                        const std::vector<HeldPair>& held, bool close, bool running) {
  AccountPlan plan;
  plan.change = change_of(now.config, wanted, running);
  plan.setup.config = plan.change.config;
  plan_retired(plan, now, session, held, close);
  add_exceeded(plan.exceeded, plan.setup.config.risk, session);
  return plan;
}

}  // namespace bellwether
