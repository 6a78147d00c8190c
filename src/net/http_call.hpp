// One request over plain HTTP and its answer, for those who may wait for it.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace bellwether {

struct HttpCall {
  std::string host;  ///< A name, or an address without brackets.
  std::uint16_t port = 80;
  std::string method = "GET";
  std::string target = "/";
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::string body = {};  ///< JSON where it is not empty.
  std::chrono::milliseconds timeout{10'000};
};

struct HttpReply {
  unsigned status = 0;
  std::string body;
};

/// The reply, whatever its status, or in words why there is none within the timeout. A reply of more than 16 MiB is
/// refused.
std::variant<HttpReply, std::string> call_http(const HttpCall& call);

/// Host and port of "http://host:port"; a text that says what is wrong with it.
std::variant<HttpCall, std::string> parse_http_url(const std::string& url);

/// As a segment of a path or a value of a query has it.
std::string percent_encoded(const std::string& text);

}  // namespace bellwether
