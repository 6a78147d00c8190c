#include "tests/support/source_path.hpp"

namespace bellwether {

std::string source_path(const std::string& inside) { return BELLWETHER_SOURCE_DIR "/" + inside; }

}  // namespace bellwether
