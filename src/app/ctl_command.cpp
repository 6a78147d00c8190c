#include "app/ctl_command.hpp"

#include <algorithm>
#include <cstdio>
#include <iostream>
#include <nlohmann/json.hpp>
#include <random>

#include "app/commands.hpp"
#include "config/json.hpp"
#include "net/http_call.hpp"
#include "storage/file_bytes.hpp"

namespace bellwether {
namespace {

constexpr std::size_t kTokenBytesMax = 4096;

int fail(const std::string& message, int code = kExitFailed) {
  std::cerr << "error: " << message << "\n";
  return code;
}

/// A request of the API, without what all of them have.
struct Request {
  std::string method = "POST";
  std::string target;
  Json body = Json::object();
};

/// The type of an order whose prices tell it; "" where they do not.
std::string implied_type(const std::map<std::string, std::string>& members) {
  if (members.contains("limit_price")) return members.contains("stop_price") ? "stop_limit" : "limit";
  if (members.contains("stop_price")) return "stop";
  return members.contains("trail") ? "trailing_stop" : "";
}

Request request_of(const CtlOptions& options) {
  Request request;
  for (const auto& [name, value] : options.members) {
    if (!value.empty()) request.body[name] = value;
  }
  const std::string& action = options.action;
  if (action == "order") {
    request.target = "/v1/orders";
    request.body["symbol"] = options.symbol;
    const std::string type = implied_type(options.members);
    if (!type.empty() && !request.body.contains("type")) request.body["type"] = type;
  } else if (action == "cancel") {
    request.method = "DELETE";
    request.target = "/v1/orders";
    if (!options.order.empty()) request.target += "/" + percent_encoded(options.order);
  } else if (action == "close") {
    request.target = "/v1/positions/" + percent_encoded(options.symbol) + "/close";
    if (!options.strategy.empty()) request.body["strategy"] = options.strategy;
  } else if (action == "pause" || !options.strategy.empty()) {
    request.target = "/v1/strategies/" + percent_encoded(options.strategy) + (action == "pause" ? "/pause" : "/resume");
  } else if (action == "reload") {
    request.target = "/v1/configuration";
    if (options.dry_run) request.body["dry_run"] = true;
  } else {
    request.target = "/v1/" + action;
    if (options.flatten) request.body["flatten"] = true;
  }
  if (request.method == "POST") {
    if (!options.reason.empty()) request.body["reason"] = options.reason;
    return request;
  }
  std::string query;
  if (!options.symbol.empty()) query += "&symbol=" + percent_encoded(options.symbol);
  if (!options.reason.empty()) query += "&reason=" + percent_encoded(options.reason);
  if (!query.empty()) request.target += "?" + query.substr(1);
  return request;
}

std::string random_key() {
  std::random_device source;
  char text[33];
  std::snprintf(text, sizeof text, "%08x%08x%08x%08x", source(), source(), source(), source());
  return text;
}

/// The call to make, or the exit code once the error is printed.
std::variant<HttpCall, int> call_of(const CtlOptions& options) {
  auto parsed = parse_http_url(options.url);
  if (const auto* wrong = std::get_if<std::string>(&parsed)) {
    return fail("--url: found '" + options.url + "'; it " + *wrong, kExitUsage);
  }
  HttpCall call = std::get<HttpCall>(parsed);
  if (options.token_file.empty()) return call;
  const auto token = read_file(options.token_file);
  if (!token) return fail("--token-file: " + token.error().text());
  const std::string line = token->substr(0, token->find_first_of("\r\n"));
  if (line.empty() || token->size() > kTokenBytesMax) {
    return fail("--token-file: " + options.token_file + " must hold a token on its first line");
  }
  call.headers.emplace_back("Authorization", "Bearer " + line);
  return call;
}

/// The reply, or the exit code once the error is printed.
std::variant<Json, int> ask(const CtlOptions& options, const HttpCall& call) {
  const auto outcome = call_http(call);
  if (const auto* problem = std::get_if<std::string>(&outcome)) {
    return fail(options.url + ": " + *problem + "; is `bellwether run` up there?");
  }
  const auto& reply = std::get<HttpReply>(outcome);
  const Json json = Json::parse(reply.body, nullptr, false);
  if (!json.is_object()) return fail(options.url + ": the answer is none of Bellwether's API");
  if (reply.status < 300) return json;
  if (options.json) std::cout << reply.body << "\n";
  const Json error = json.value("error", Json::object());
  const std::string field = error.value("field", "");
  const std::string hint = reply.status == 401 ? "; --token-file names the file that holds it" : "";
  return fail(
      (field.empty() ? "" : field + ": ") + error.value("message", "status " + std::to_string(reply.status)) + hint,
      reply.status == 400 ? kExitUsage : kExitFailed);
}

std::string text_of(const Json& json, const char* member) {
  const Json value = json.value(member, Json());
  return value.is_string() ? value.get<std::string>() : "";
}

int show_status(const CtlOptions& options, HttpCall call) {
  call.target = "/v1/status";
  const auto status = ask(options, call);
  if (const int* code = std::get_if<int>(&status)) return *code;
  call.target = "/v1/strategies";
  const auto strategies = ask(options, call);
  if (const int* code = std::get_if<int>(&strategies)) return *code;
  const Json& json = std::get<Json>(status);
  if (options.json) {
    std::cout << json.dump() << "\n";
    return kExitDone;
  }
  std::string paused;
  for (const Json& each : std::get<Json>(strategies).value("strategies", Json::array())) {
    if (each.value("paused", false)) paused += (paused.empty() ? "" : ", ") + text_of(each, "id");
  }
  std::string halted = "no";
  if (json.value("halted", false)) {
    const std::string note = text_of(json, "halt_note");
    halted = text_of(json, "halt_reason") + (note.empty() ? "" : ": " + note);
  }
  std::cout << "phase           " << text_of(json, "phase") << "\nhalted          " << halted << "\npaused          "
            << (paused.empty() ? "none" : paused) << "\nlast event      " << json.value("last_event", 0) << " at "
            << text_of(json, "time") << "\nopen orders     " << json.value("open_orders", 0) << "\nopen positions  "
            << json.value("open_positions", 0) << "\n";
  return kExitDone;
}

/// Says what a change of configuration came to. Refused keys make it fail.
int show_change(const CtlOptions& options, const Json& json) {
  bool refused = false;
  for (const Json& change : json.value("changes", Json::array())) {
    refused |= text_of(change, "outcome") == "refused";
  }
  const int code = refused ? kExitFailed : kExitDone;
  if (options.json) {
    std::cout << json.dump() << "\n";
    return code;
  }
  for (const Json& change : json.value("changes", Json::array())) {
    const std::string outcome = text_of(change, "outcome");
    std::cout << text_of(change, "key") << ": " << text_of(change, "before") << " -> " << text_of(change, "after");
    if (outcome == "next_start") std::cout << " (from the next start on)";
    if (outcome == "refused") std::cout << " (refused: " << text_of(change, "reason") << ")";
    std::cout << "\n";
  }
  for (const Json& stake : json.value("removed", Json::array())) {
    std::cout << text_of(stake, "strategy") << " in " << text_of(stake, "symbol") << ": " << text_of(stake, "quantity")
              << " and " << stake.value("open_orders", 0) << " open orders are " << text_of(stake, "becomes")
              << " under " << text_of(stake, "under") << "\n";
  }
  for (const Json& strategy : json.value("warmed_up", Json::array())) {
    std::cout << strategy.get<std::string>() << " was shown history and trades from here on\n";
  }
  for (const Json& limit : json.value("exceeded", Json::array())) {
    std::cout << text_of(limit, "key") << " is exceeded: " << text_of(limit, "found") << ", allowed are "
              << text_of(limit, "allowed") << "\n";
  }
  if (json.value("changes", Json::array()).empty()) std::cout << "nothing differs\n";
  if (json.value("dry_run", false)) {
    std::cout << "nothing was changed: this was a trial\n";
  } else if (json.value("opened", false)) {
    std::cout << "segment " << json.value("segment", 0) << " begins after event " << json.value("after_event", 0)
              << "\n";
  }
  return code;
}

/// Says what became of a command.
int show_receipt(const CtlOptions& options, const std::string& key, const Json& json) {
  const std::string denied = text_of(json, "denied_reason");
  if (options.json) {
    std::cout << json.dump() << "\n";
  } else {
    std::cout << options.action << ": event " << json.value("event", 0)
              << (json.value("repeated", false) ? ", taken before" : "") << ", key " << key << "\n";
    if (const std::string order = text_of(json, "client_order_id"); !order.empty()) {
      std::cout << "order " << order << ": " << text_of(json, "state") << (denied.empty() ? "" : ", " + denied) << "\n";
    }
    if (const std::string left = text_of(json, "unfinished"); !left.empty()) std::cout << left << "\n";
  }
  return denied.empty() ? kExitDone : kExitFailed;
}

}  // namespace

int ctl_command(const CtlOptions& options) {
  auto made = call_of(options);
  if (const int* code = std::get_if<int>(&made)) return *code;
  HttpCall call = std::get<HttpCall>(made);
  if (options.action == "status") return show_status(options, call);
  const int targets = (options.order.empty() ? 0 : 1) + (options.symbol.empty() ? 0 : 1) + (options.all ? 1 : 0);
  if (options.action == "cancel" && targets != 1) {
    return fail("cancel: name one order, or --symbol SYMBOL, or --all", kExitUsage);
  }
  const std::string key = options.key.empty() ? random_key() : options.key;
  if (key.find_first_of("\r\n") != std::string::npos) return fail("--key: must be one line", kExitUsage);
  const Request request = request_of(options);
  call.method = request.method;
  call.target = request.target;
  if (call.method == "POST") call.body = request.body.dump(-1, ' ', false, Json::error_handler_t::replace);
  call.headers.emplace_back("Idempotency-Key", key);
  const auto answer = ask(options, call);
  if (const int* code = std::get_if<int>(&answer)) {
    // Whether it was carried out may not be known: a repeat with the key is safe.
    if (*code == kExitFailed) std::cerr << "key " << key << "\n";
    return *code;
  }
  if (options.action == "reload") return show_change(options, std::get<Json>(answer));
  return show_receipt(options, key, std::get<Json>(answer));
}

}  // namespace bellwether
