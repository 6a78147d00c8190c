// Who may ask a server: names it answers to, pages whose scripts may act on it, and the token.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "net/http_message.hpp"

namespace bellwether {

struct AccessRules {
  /// Values of Host and Origin, without port, beside the loopback interface's names and the address that the request
  /// was sent to. Any other name is one that a stranger's page may have led here.
  std::vector<std::string> hosts = {};
  /// What every request but those for health must bring as `Authorization: Bearer TOKEN`. "": none is asked for.
  std::string token = {};
  /// What to do about a refused name, for the message; "" for nothing.
  std::string advice = {};
};

class Access {
 public:
  explicit Access(const AccessRules& rules);

  /// 403 where the Host header names another server: a page whose name was made to lead here (DNS rebinding), or a
  /// name that has to be allowed first.
  [[nodiscard]] std::optional<HttpResponse> refuse_host(const HttpRequest& request) const;
  /// 403 where a page of another site asks. For requests that act or that no browser asks leave for.
  [[nodiscard]] std::optional<HttpResponse> refuse_origin(const HttpRequest& request) const;
  /// 401 where the token is needed and not brought. Takes the same time for every wrong token of one length.
  [[nodiscard]] std::optional<HttpResponse> refuse_token(const HttpRequest& request) const;

 private:
  [[nodiscard]] bool allowed(const std::string& name) const;

  std::vector<std::string> hosts_;
  std::string token_;
  std::string advice_;
};

}  // namespace bellwether
