// Numbers with commas between thousands.
#pragma once

#include <string>

namespace bellwether {

/// 1234567.891 as "1,234,567.89".
std::string grouped(double value, int decimals);

}  // namespace bellwether
