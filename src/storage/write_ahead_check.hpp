// Damage in a write-ahead file of SQLite. SQLite itself takes the first damaged frame of such a file for its end, as if
// a crash had cut it there, and so would forget every transaction behind it without a word.
#pragma once

#include <string>

#include "engine/expected.hpp"

namespace bellwether {

/// Checks the write-ahead file at `path` while nobody writes it; a missing or empty file is sound. An error if its
/// header is damaged or if a committed transaction stands behind a damaged frame. The last transaction alone may be
/// incomplete: a crash leaves it so, and nobody was told that it is durable. Format:
/// https://sqlite.org/fileformat2.html section 4.
Expected<void> check_write_ahead_file(const std::string& path);

}  // namespace bellwether
