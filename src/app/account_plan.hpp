// What a change of an account's configuration means for what the account holds.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "app/account_config.hpp"
#include "app/configuration_change.hpp"
#include "engine/account_state.hpp"
#include "engine/carry_over.hpp"
#include "engine/session_view.hpp"

namespace bellwether {

/// A strategy that trades a symbol no more and still has something in it.
struct RemovedStake {
  std::string strategy;
  std::string symbol;
  std::string heir;  ///< The retired strategy that has it from now on.
  Quantity quantity;
  std::size_t open_orders = 0;
  bool close = false;  ///< What the heir does with it; false: it keeps it.
};

/// A limit that the account exceeds as it stands. Nothing is closed for it: a breaker trips with the next event, any
/// other limit lets nothing pass that makes it worse.
struct ExceededLimit {
  std::string key;
  std::string allowed;
  std::string found;
};

struct AccountPlan {
  AccountSetup setup;  ///< Of the segment that begins.
  ConfigurationChange change;
  std::vector<RemovedStake> removed;
  std::vector<ExceededLimit> exceeded;
};

/// The names of stakes.
std::vector<HeldPair> pairs_of(const std::set<Stake>& stakes, const EngineConfig& config);

/// What the account holds by strategy and symbol, as a session shows it.
std::vector<HeldPair> held_pairs(const SessionView& session);

/// From the setup of now to a configuration that is wanted. `held`: the pairs that must have a place. `close` decides
/// about what becomes homeless with this change.
AccountPlan plan_change(const AccountSetup& now, const AppConfig& wanted, const SessionView& session,
                        const std::vector<HeldPair>& held, bool close, bool running);

}  // namespace bellwether
