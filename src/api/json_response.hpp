// Answers in JSON.
#pragma once

#include "config/json.hpp"
#include "net/http_message.hpp"

namespace bellwether {

/// A text that is no UTF-8 is shown with replacement characters.
HttpResponse json_response(const Json& json, unsigned status = 200);

}  // namespace bellwether
