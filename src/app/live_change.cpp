#include "app/live_change.hpp"

#include <nlohmann/json.hpp>

#include "app/logging.hpp"

namespace bellwether {
namespace {

using Json = nlohmann::ordered_json;

std::string dumped(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

std::string text_of(const RemovedStake& stake) {
  std::string what = stake.strategy + " trades " + stake.symbol + " no more: its position of " +
                     stake.quantity.to_string() + " and " + std::to_string(stake.open_orders) +
                     " open orders stand under " + stake.heir;
  return what + (stake.close ? ", which closes and cancels them" : ", which keeps them");
}

std::string text_of(const ExceededLimit& limit) {
  return limit.key + " is " + limit.allowed + ", and the account is at " + limit.found +
         ": nothing is closed for it, and nothing passes that makes it worse";
}

Json json_of(const KeyChange& change) {
  return {{"key", change.key},
          {"before", change.before},
          {"after", change.after},
          {"outcome", token(change.outcome)},
          {"reason", change.reason.empty() ? Json() : Json(change.reason)}};
}

Json json_of(const RemovedStake& stake) {
  return {{"strategy", stake.strategy},
          {"symbol", stake.symbol},
          {"quantity", stake.quantity.to_string()},
          {"open_orders", stake.open_orders},
          {"becomes", stake.close ? "closed" : "kept"},
          {"under", stake.heir}};
}

Json json_of(const ChangeResult& result) {
  Json json;
  json["dry_run"] = result.dry_run;
  json["repeated"] = result.repeated;
  json["segment"] = result.segment;
  json["opened"] = result.opened;
  json["after_event"] = result.after;
  json["changes"] = Json::array();
  for (const KeyChange& change : result.plan.change.keys) json["changes"].push_back(json_of(change));
  json["removed"] = Json::array();
  for (const RemovedStake& stake : result.plan.removed) json["removed"].push_back(json_of(stake));
  json["exceeded"] = Json::array();
  for (const ExceededLimit& limit : result.plan.exceeded) {
    json["exceeded"].push_back({{"key", limit.key}, {"allowed", limit.allowed}, {"found", limit.found}});
  }
  json["warmed_up"] = result.warmed;
  return json;
}

}  // namespace

std::string error_json(const std::string& code, const std::string& message, const std::string& field) {
  Json json;
  json["error"] = {{"code", code}, {"message", message}};
  if (!field.empty()) json["error"]["field"] = field;
  return dumped(json);
}

void tell_change(const ChangeResult& result) {
  if (result.dry_run || result.repeated) return;
  for (const KeyChange& change : result.plan.change.keys) {
    const bool refused = change.outcome == ChangeOutcome::Refused;
    log_event(refused ? Severity::Warning : Severity::Notice, "configuration_changed", text_of(change),
              {{"setting", change.key},
               {"before", change.before},
               {"after", change.after},
               {"outcome", std::string(token(change.outcome))}});
  }
  if (result.plan.change.keys.empty()) log_event(Severity::Info, "configuration_read", "nothing differs", {});
  for (const RemovedStake& stake : result.plan.removed) {
    log_event(Severity::Notice, "stake_retired", text_of(stake),
              {{"strategy", stake.strategy}, {"symbol", stake.symbol}, {"under", stake.heir}});
  }
  for (const ExceededLimit& limit : result.plan.exceeded) {
    log_event(Severity::Warning, "limit_exceeded", text_of(limit), {{"setting", limit.key}});
  }
  for (const std::string& strategy : result.warmed) {
    log_event(Severity::Notice, "strategy_warmed_up", strategy + " was shown history and trades from here on",
              {{"strategy", strategy}});
  }
  if (!result.opened) return;
  log_event(
      Severity::Notice, "segment_opened",
      "segment " + std::to_string(result.segment) + " of the log begins after event " + std::to_string(result.after),
      {{"segment", result.segment}, {"after_event", result.after}, {"seconds", result.seconds}});
}

ConfigurationAnswer answer_change(const ChangeOrErrors& change) {
  if (const auto* result = std::get_if<ChangeResult>(&change)) {
    tell_change(*result);
    return {200, dumped(json_of(*result))};
  }
  const auto& errors = std::get<std::vector<Error>>(change);
  std::string all;
  for (const Error& error : errors) {
    log_event(Severity::Error, "configuration_refused", error.text(), {{"action", "nothing has changed"}});
    all += all.empty() ? error.message : "; " + error.text();
  }
  return {400, error_json("bad_configuration", all, errors.front().field)};
}

}  // namespace bellwether
