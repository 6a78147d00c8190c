// bellwether run by the clock: an account that trades until it is stopped, on market data that come as time passes.
#pragma once

#include "api/server.hpp"
#include "config/configuration.hpp"

namespace bellwether {

/// Trades through the in-process exchange on simulated prices. Gives the process's exit code.
/// `config` is what the sources hold now; a change of configuration reads them again.
int run_by_the_clock(const ConfigurationSources& sources, const AppConfig& config, ApiConfig api);

}  // namespace bellwether
