#include "net/access.hpp"

#include <algorithm>
#include <boost/asio/ip/address.hpp>

namespace bellwether {
namespace {

using boost::asio::ip::address;

constexpr std::size_t kShownBytesMax = 60;

address plain(address found) {
  if (!found.is_v6()) return found;
  auto v6 = found.to_v6();
  if (v6.is_v4_mapped()) return boost::asio::ip::make_address_v4(boost::asio::ip::v4_mapped, v6);
  v6.scope_id(0);
  return v6;
}

/// One spelling for each name: lower case, without the root's dot, addresses in their shortest form.
std::string normalized(std::string name) {
  std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::tolower(c); });
  if (name.size() > 1 && name.back() == '.') name.pop_back();
  boost::system::error_code error;
  const address found = boost::asio::ip::make_address(name, error);
  return error ? name : plain(found).to_string();
}

/// "example.org" of "Example.org:8080", "::1" of "[::1]:8080"; "" where `authority` is not of that form.
std::string host_name(std::string_view authority) {
  std::string_view name;
  std::string_view rest;
  if (!authority.empty() && authority.front() == '[') {
    const std::size_t end = std::min(authority.find(']'), authority.size());
    name = authority.substr(1, end - 1);
    rest = authority.substr(std::min(end + 1, authority.size()));
    boost::system::error_code error;
    boost::asio::ip::make_address_v6(std::string(name), error);
    if (error || end == authority.size()) return "";
  } else {
    const std::size_t end = std::min(authority.find(':'), authority.size());
    name = authority.substr(0, end);
    rest = authority.substr(end);
  }
  const bool port = rest.empty() || (rest.front() == ':' && rest.find_first_not_of("0123456789", 1) == rest.npos);
  return port ? normalized(std::string(name)) : "";
}

/// `host_name` of "https://example.org:8080".
std::string origin_name(std::string_view origin) {
  const std::size_t scheme = origin.find("://");
  return host_name(scheme == std::string_view::npos ? origin : origin.substr(scheme + 3));
}

/// Names that no name server decides about: a page's own name may well begin with "127.".
bool is_loopback(const std::string& name) {
  if (name == "localhost") return true;
  boost::system::error_code error;
  const address found = boost::asio::ip::make_address(name, error);
  return !error && found.is_loopback();
}

/// Looks at every byte of `given`, so that the time says nothing of where it begins to differ.
bool equal_in_constant_time(std::string_view given, std::string_view secret) {
  std::size_t difference = given.size() ^ secret.size();
  for (std::size_t i = 0; i < given.size(); ++i) {
    difference |= static_cast<unsigned char>(given[i] ^ (secret.empty() ? '\0' : secret[i % secret.size()]));
  }
  return difference == 0;
}

/// "abc" of "Bearer abc"; nothing for another scheme.
std::optional<std::string_view> bearer_token(std::string_view header) {
  constexpr std::string_view kScheme = "bearer ";
  const bool bearer = header.size() > kScheme.size() &&
                      std::equal(kScheme.begin(), kScheme.end(), header.begin(),
                                 [](char want, char c) { return want == std::tolower(static_cast<unsigned char>(c)); });
  if (!bearer) return std::nullopt;
  header.remove_prefix(std::min(header.find_first_not_of(' ', kScheme.size()), header.size()));
  return header;
}

}  // namespace

Access::Access(const AccessRules& rules) : token_(rules.token), advice_(rules.advice) {
  for (const std::string& host : rules.hosts) hosts_.push_back(normalized(host));
}

bool Access::allowed(const std::string& name) const {
  return !name.empty() && std::find(hosts_.begin(), hosts_.end(), name) != hosts_.end();
}

std::optional<HttpResponse> Access::refuse_host(const HttpRequest& request) const {
  const std::string name = host_name(request.host);
  if (is_loopback(name) || allowed(name)) return std::nullopt;
  if (!request.address.empty() && name == normalized(request.address)) return std::nullopt;
  return error_response(403, "forbidden_host",
                        "the Host header is '" + request.host.substr(0, kShownBytesMax) +
                            "', which is no name of this server; it answers to localhost and to its own address" +
                            (advice_.empty() ? "" : "; ") + advice_,
                        "Host");
}

std::optional<HttpResponse> Access::refuse_origin(const HttpRequest& request) const {
  if (request.origin.empty()) return std::nullopt;
  const std::string host = host_name(request.host);
  const std::string origin = origin_name(request.origin);
  if (allowed(origin) || (!origin.empty() && origin == host)) return std::nullopt;
  if (is_loopback(origin) && is_loopback(host)) return std::nullopt;
  return error_response(403, "forbidden_origin",
                        "the Origin header is '" + request.origin.substr(0, kShownBytesMax) +
                            "', which is no name of this server: a page of another site may not act here" +
                            (advice_.empty() ? "" : "; ") + advice_,
                        "Origin");
}

std::optional<HttpResponse> Access::refuse_token(const HttpRequest& request) const {
  if (token_.empty()) return std::nullopt;
  const auto given = bearer_token(request.authorization);
  if (given && equal_in_constant_time(*given, token_)) return std::nullopt;
  HttpResponse response =
      error_response(401, "unauthorized",
                     given ? "the token is not this server's"
                           : "this server wants its token: send the header `Authorization: Bearer TOKEN`",
                     "Authorization");
  response.headers.emplace_back("WWW-Authenticate", given ? R"(Bearer error="invalid_token")" : "Bearer");
  return response;
}

}  // namespace bellwether
