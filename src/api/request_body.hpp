// Reading a request's body as the API's routes want it: one JSON object, no key given twice.
#pragma once

#include "net/router.hpp"

namespace bellwether {

/// A BodyReader; see there.
std::variant<std::vector<BodyMember>, std::string> read_request_body(const std::string& body);

}  // namespace bellwether
