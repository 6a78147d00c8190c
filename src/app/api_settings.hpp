// From the configuration of the API to what its server needs: the token's file is read, and an address that other
// machines reach is refused without one.
#pragma once

#include <string>
#include <vector>

#include "api/server.hpp"
#include "config/app_config.hpp"

namespace bellwether {

/// Characters that a token has at least.
constexpr std::size_t kTokenLengthMin = 16;

/// The token in a file: one line of letters, digits and `-._~+/`, `=` at its end. The Error's field is api.token_file.
Expected<std::string> read_token(const std::string& path);

/// The Error names the key at fault. `warnings` gets what is allowed but unwise.
Expected<ApiConfig> api_config(const ApiSettings& settings, std::vector<std::string>& warnings);

}  // namespace bellwether
