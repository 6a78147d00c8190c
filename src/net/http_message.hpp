// Requests and responses as the routes see them, free of any network library.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace bellwether {

struct HttpRequest {
  std::string method;
  std::string target;  ///< Path and query, percent-encoded.
  std::string host;    ///< Header fields; "" where absent.
  std::string origin;
  std::string content_type;
  std::string body;
  std::string authorization = {};
  std::string address = {};  ///< Of ours that the request was sent to; "" where that is not known.
  /// All header fields, for the routes that have parameters there.
  std::vector<std::pair<std::string, std::string>> headers = {};
};

struct HttpResponse {
  unsigned status = 200;
  std::string content_type = "application/json";
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers = {};
};

/// {"error": {"code", "message", "field"}}; `field` names the parameter at fault and is left out where there is none.
HttpResponse error_response(unsigned status, const std::string& code, const std::string& message,
                            const std::string& field = "");

}  // namespace bellwether
