// bellwether run by the clock: an account that trades until it is stopped, on market data that come as time passes.
#pragma once

#include "api/server.hpp"
#include "config/app_config.hpp"

namespace bellwether {

/// Trades through the in-process exchange on simulated prices. Gives the process's exit code.
int run_by_the_clock(AppConfig config, ApiConfig api);

}  // namespace bellwether
