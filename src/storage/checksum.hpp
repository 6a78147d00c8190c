// The checksum that guards what storage writes against damage. Not cryptographic.
#pragma once

#include <cstdint>
#include <string_view>

namespace bellwether {

/// XXH64 of `bytes`, as the xxHash specification (version 0.1.1) defines it.
std::uint64_t xxh64(std::string_view bytes, std::uint64_t seed);

}  // namespace bellwether
