// What differs between the session that a log holds and the one that is asked for now.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/app_config.hpp"

namespace bellwether {

/// Each key that decides a result and has another value than in `recorded`, the log's effective configuration as JSON:
/// "account.initial_cash is "100000" in the log and "50000" now". Empty where none differs or `recorded` cannot be
/// read.
std::vector<std::string> configuration_differences(std::string_view recorded, const AppConfig& config);

/// The same for data files; each line of the two texts is a file's name, a blank, and its SHA-256.
std::vector<std::string> data_differences(std::string_view recorded, std::string_view now);

/// All of them, separated by semicolons; of very many the first ones and how many more there are. Says so where there
/// are none.
std::string listed(const std::vector<std::string>& differences);

}  // namespace bellwether
