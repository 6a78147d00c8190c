// A route: how it is asked, what it answers and what does the work. Requests are checked against it, and a description
// of the interface can be written from it.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "net/http_message.hpp"

namespace bellwether {

/// A parameter of path, query, header or body.
struct RouteParameter {
  enum class Kind : std::uint8_t { Integer, Text, Choice, Boolean };

  std::string name;
  Kind kind = Kind::Text;
  std::string meaning;
  std::optional<std::string> default_value = {};
  std::uint64_t minimum = 0;  ///< Integer.
  std::uint64_t maximum = 0;  ///< Integer; Text: longest, in bytes.
  std::vector<std::string> choices = {};
  std::string pattern = {};  ///< Text: a regular expression (ECMAScript) that it fits as a whole; "": any.
  std::string example = {};  ///< Text: one that fits, for messages; "": none.
  bool required = false;     ///< Body: must be given.
};

/// Checked arguments of one request, defaults filled in.
class RouteArguments {
 public:
  void set(const std::string& name, std::string value) { values_[name] = std::move(value); }
  [[nodiscard]] bool has(const std::string& name) const { return values_.count(name) != 0; }
  /// "" where absent.
  [[nodiscard]] std::string text(const std::string& name) const;
  /// 0 where absent.
  [[nodiscard]] std::uint64_t integer(const std::string& name) const;
  [[nodiscard]] bool boolean(const std::string& name) const { return text(name) == "true"; }

 private:
  std::map<std::string, std::string> values_;
};

/// One kind of answer: a status and the schema of its body ("" for a body that is not JSON).
struct RouteAnswer {
  unsigned status = 200;
  std::string meaning;
  std::string schema = {};
  std::string content_type = "application/json";
};

/// What serves a WebSocket; defined in network.hpp.
class StreamHandler;

struct Route {
  std::string method;  ///< GET (serves HEAD too), POST or DELETE.
  std::string path;    ///< One segment may be a parameter: "/v1/orders/{client_order_id}".
  std::string name;    ///< operationId.
  std::string summary;
  std::vector<RouteParameter> segments = {};  ///< What stands in braces in `path`; all are texts.
  std::vector<RouteParameter> query = {};
  std::vector<RouteParameter> headers = {};  ///< Texts; all optional.
  std::vector<RouteParameter> body = {};     ///< POST: members of a JSON object.
  std::vector<RouteAnswer> answers = {};
  std::function<HttpResponse(const RouteArguments&)> handle = {};
  /// Says whether the server lives: answered to anybody, without token, and while all connections are taken.
  bool health = false;
  bool blocks = false;                         ///< `handle` may wait, and so must not run on the network's thread.
  std::shared_ptr<StreamHandler> stream = {};  ///< Serves it as a WebSocket to who asks for one. Null: it is none.
};

}  // namespace bellwether
