#include "net/router.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>

namespace bellwether {
namespace {

std::optional<std::string> percent_decoded(std::string_view text, bool plus_is_blank) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%') {
      unsigned value = 0;
      const char* first = text.data() + i + 1;
      if (i + 2 >= text.size() || std::from_chars(first, first + 2, value, 16).ptr != first + 2) return std::nullopt;
      out += static_cast<char>(value);
      i += 2;
    } else {
      out += plus_is_blank && text[i] == '+' ? ' ' : text[i];
    }
  }
  return out;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (true) {
    const std::size_t end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

HttpResponse bad_parameter(const std::string& name, const std::string& message) {
  return error_response(400, "bad_parameter", message, name);
}

const RouteParameter* find_parameter(const std::vector<RouteParameter>& parameters, const std::string& name) {
  const auto found =
      std::find_if(parameters.begin(), parameters.end(), [&](const RouteParameter& p) { return p.name == name; });
  return found == parameters.end() ? nullptr : &*found;
}

std::string known(const std::vector<RouteParameter>& parameters) {
  std::vector<std::string> names;
  for (const RouteParameter& parameter : parameters) names.push_back(parameter.name);
  return names.empty() ? "there are none" : "there are " + joined(names);
}

/// Whether `path` fits `pattern`; a parameter's segment goes to `arguments`.
bool fits(const std::string& pattern, const std::string& path, RouteArguments& arguments) {
  const auto wanted = split(pattern, '/');
  const auto found = split(path, '/');
  if (wanted.size() != found.size()) return false;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (wanted[i].size() > 2 && wanted[i].front() == '{') {
      const auto value = percent_decoded(found[i], false);
      if (!value || value->empty()) return false;
      arguments.set(std::string(wanted[i].substr(1, wanted[i].size() - 2)), *value);
    } else if (wanted[i] != found[i]) {
      return false;
    }
  }
  return true;
}

/// Field names of HTTP have no case.
bool same_field(std::string_view left, std::string_view right) {
  const auto lower = [](unsigned char c) { return std::tolower(c); };
  return std::ranges::equal(left, right, {}, lower, lower);
}

std::optional<HttpResponse> missing_member(const Route& route, const RouteArguments& arguments) {
  for (const RouteParameter& parameter : route.body) {
    if (parameter.required && !arguments.has(parameter.name)) {
      return bad_parameter(parameter.name, "is missing; it is " + parameter.meaning);
    }
  }
  return std::nullopt;
}

Router::Match refused(HttpResponse response) { return {nullptr, {}, std::move(response)}; }

}  // namespace

std::string RouteArguments::text(const std::string& name) const {
  const auto found = values_.find(name);
  return found == values_.end() ? "" : found->second;
}

std::uint64_t RouteArguments::integer(const std::string& name) const {
  const std::string value = text(name);
  std::uint64_t number = 0;
  std::from_chars(value.data(), value.data() + value.size(), number);
  return number;
}

Router::Router(std::vector<Route> routes, const AccessRules& access, BodyReader read_body)
    : routes_(std::move(routes)), access_(access), body_reader_(std::move(read_body)) {
  for (const Route& route : routes_) {
    for (const auto* parameters : {&route.segments, &route.query, &route.headers, &route.body}) {
      for (const RouteParameter& parameter : *parameters) {
        if (!parameter.pattern.empty()) patterns_.try_emplace(parameter.pattern, parameter.pattern);
      }
    }
  }
}

std::optional<std::string> Router::misfit(const RouteParameter& parameter, const std::string& value) const {
  const std::string found = "found '" + value.substr(0, 60) + "'; allowed is ";
  switch (parameter.kind) {
    case RouteParameter::Kind::Integer: {
      std::uint64_t number = 0;
      const char* end = value.data() + value.size();
      const auto parsed = std::from_chars(value.data(), end, number);
      if (parsed.ec == std::errc() && parsed.ptr == end && number >= parameter.minimum && number <= parameter.maximum) {
        return std::nullopt;
      }
      return found + "a whole number from " + std::to_string(parameter.minimum) + " to " +
             std::to_string(parameter.maximum);
    }
    case RouteParameter::Kind::Text:
      if (!value.empty() && value.size() <= parameter.maximum &&
          (parameter.pattern.empty() || std::regex_match(value, patterns_.at(parameter.pattern)))) {
        return std::nullopt;
      }
      return found + "a text of 1 to " + std::to_string(parameter.maximum) + " bytes" +
             (parameter.pattern.empty() ? "" : " that fits " + parameter.pattern) +
             (parameter.example.empty() ? "" : ", such as " + parameter.example);
    case RouteParameter::Kind::Choice:
      if (std::find(parameter.choices.begin(), parameter.choices.end(), value) != parameter.choices.end()) {
        return std::nullopt;
      }
      return found + "one of " + joined(parameter.choices);
    case RouteParameter::Kind::Boolean:
      if (value == "true" || value == "false") return std::nullopt;
      return found + "true or false";
  }
  return std::nullopt;
}

std::optional<HttpResponse> Router::read_segments(const Route& route, const RouteArguments& arguments) const {
  for (const RouteParameter& segment : route.segments) {
    if (const auto problem = misfit(segment, arguments.text(segment.name)))
      return bad_parameter(segment.name, *problem);
  }
  return std::nullopt;
}

std::optional<HttpResponse> Router::read_query(const Route& route, std::string_view query,
                                               RouteArguments& arguments) const {
  for (const std::string_view pair : split(query, '&')) {
    if (pair.empty()) continue;
    const std::size_t equals = pair.find('=');
    const auto name = percent_decoded(pair.substr(0, equals), true);
    const auto value =
        percent_decoded(equals == std::string_view::npos ? std::string_view() : pair.substr(equals + 1), true);
    if (!name || !value) {
      return error_response(400, "bad_request", "the query has a '%' that two hexadecimal digits do not follow");
    }
    const RouteParameter* parameter = find_parameter(route.query, *name);
    if (parameter == nullptr) return bad_parameter(*name, "unknown parameter; " + known(route.query));
    if (arguments.has(*name)) return bad_parameter(*name, "given twice");
    if (const auto problem = misfit(*parameter, *value)) return bad_parameter(*name, *problem);
    arguments.set(*name, *value);
  }
  return std::nullopt;
}

std::optional<HttpResponse> Router::read_headers(const Route& route, const HttpRequest& request,
                                                 RouteArguments& arguments) const {
  for (const RouteParameter& parameter : route.headers) {
    for (const auto& [name, value] : request.headers) {
      if (!same_field(name, parameter.name)) continue;
      if (arguments.has(parameter.name)) return bad_parameter(parameter.name, "given twice");
      if (const auto problem = misfit(parameter, value)) return bad_parameter(parameter.name, *problem);
      arguments.set(parameter.name, value);
    }
  }
  return std::nullopt;
}

std::optional<HttpResponse> Router::read_body(const Route& route, const HttpRequest& request,
                                              RouteArguments& arguments) const {
  if (route.method != "POST") return std::nullopt;
  if (request.body.empty()) return missing_member(route, arguments);
  std::string media_type = request.content_type.substr(0, request.content_type.find(';'));
  media_type.erase(media_type.find_last_not_of(" \t") + 1);
  std::transform(media_type.begin(), media_type.end(), media_type.begin(),
                 [](unsigned char c) { return std::tolower(c); });
  if (media_type != "application/json") {
    return error_response(415, "unsupported_media_type",
                          "Content-Type is '" + request.content_type.substr(0, 60) + "'; it must be application/json");
  }
  const auto read = body_reader_(request.body);
  if (const auto* problem = std::get_if<std::string>(&read)) return error_response(400, "bad_json", *problem);
  for (const BodyMember& member : std::get<std::vector<BodyMember>>(read)) {
    const RouteParameter* parameter = find_parameter(route.body, member.name);
    if (parameter == nullptr) return bad_parameter(member.name, "unknown member; " + known(route.body));
    const bool boolean = parameter->kind == RouteParameter::Kind::Boolean;
    if (member.kind != (boolean ? BodyMember::Kind::Boolean : BodyMember::Kind::Text)) {
      return bad_parameter(member.name, std::string("must be ") + (boolean ? "true or false" : "a string"));
    }
    if (const auto problem = misfit(*parameter, member.text)) return bad_parameter(member.name, *problem);
    arguments.set(member.name, member.text);
  }
  return missing_member(route, arguments);
}

Router::Match Router::find(const std::string& method, const std::string& path) const {
  std::string allow;
  for (const Route& route : routes_) {
    RouteArguments arguments;
    if (!fits(route.path, path, arguments)) continue;
    if (route.method == method || (route.method == "GET" && method == "HEAD"))
      return {&route, std::move(arguments), {}};
    allow += (allow.empty() ? "" : ", ") + (route.method == "GET" ? "GET, HEAD" : route.method);
  }
  if (allow.empty()) return refused(error_response(404, "not_found", "there is no '" + path.substr(0, 100) + "' here"));
  HttpResponse response = error_response(405, "method_not_allowed", method.substr(0, 20) + " is not one of " + allow);
  response.headers.emplace_back("Allow", allow);
  return refused(std::move(response));
}

Router::Match Router::match(const HttpRequest& request) const {
  if (auto refusal = access_.refuse_host(request)) return refused(std::move(*refusal));
  const std::size_t mark = request.target.find('?');
  Match match = find(request.method, request.target.substr(0, mark));
  if (match.route == nullptr || !match.route->health) {
    if (auto refusal = access_.refuse_token(request)) return refused(std::move(*refusal));
  }
  if (match.route == nullptr) return match;
  const Route& route = *match.route;
  if (route.method != "GET" || route.stream != nullptr) {
    if (auto refusal = access_.refuse_origin(request)) return refused(std::move(*refusal));
  }
  if (auto refusal = read_segments(route, match.arguments)) return refused(std::move(*refusal));
  if (mark != std::string::npos) {
    if (auto refusal = read_query(route, request.target.substr(mark + 1), match.arguments)) {
      return refused(std::move(*refusal));
    }
  }
  if (auto refusal = read_headers(route, request, match.arguments)) return refused(std::move(*refusal));
  if (auto refusal = read_body(route, request, match.arguments)) return refused(std::move(*refusal));
  for (const RouteParameter& parameter : route.query) {
    if (parameter.default_value && !match.arguments.has(parameter.name)) {
      match.arguments.set(parameter.name, *parameter.default_value);
    }
  }
  return match;
}

HttpResponse Router::handle(const HttpRequest& request) const {
  Match found = match(request);
  return found.route == nullptr ? std::move(found.refusal) : found.route->handle(found.arguments);
}

}  // namespace bellwether
