// Where the checkout stands in which the tests were built.
#pragma once

#include <string>

namespace bellwether {

/// The path of what lies at `inside` of the checkout. The checkout's own path is compiled into one small file alone, so
/// that all others compile to the same from every checkout, and a compiler cache serves them all.
std::string source_path(const std::string& inside);

}  // namespace bellwether
