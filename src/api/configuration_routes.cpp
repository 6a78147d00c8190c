#include "api/configuration_routes.hpp"

#include "api/route_parameters.hpp"

namespace bellwether {
namespace {

HttpResponse unchangeable() {
  return error_response(409, "refused",
                        "this session keeps its configuration: it plays a data set. A session by the clock changes it",
                        "");
}

HttpResponse change(const ApiPorts& ports, const RouteArguments& arguments) {
  if (!ports.change_configuration) return unchangeable();
  ConfigurationRequest request;
  request.dry_run = arguments.boolean("dry_run");
  if (arguments.has("removed")) request.close_removed = arguments.text("removed") == "close";
  request.reason = arguments.text("reason");
  request.key = arguments.text(kKeyHeader);
  const ConfigurationAnswer answer = ports.change_configuration(request);
  return {answer.status, "application/json", answer.json};
}

HttpResponse show(const ApiPorts& ports) {
  if (!ports.configuration) return unchangeable();
  return {200, "application/json", ports.configuration()};
}

}  // namespace

void add_configuration_routes(const ApiPorts& ports, std::vector<Route>& out) {
  out.push_back({.method = "GET",
                 .path = "/v1/configuration",
                 .name = "getConfiguration",
                 .summary = "The configuration in force, with every key; secrets are named by their files alone.",
                 .answers = {{200, "The configuration, as a configuration file has it.", "Configuration"},
                             {409, "The session keeps its configuration.", "Error"}},
                 .handle = [ports](const RouteArguments&) { return show(ports); }});
  Route route{
      .method = "POST",
      .path = "/v1/configuration",
      .name = "changeConfiguration",
      .summary =
          "Reads the configuration's file again and takes it, between two events: every difference is "
          "told with its old and new value and what becomes of it.",
      .body = {{.name = "dry_run", .kind = RouteParameter::Kind::Boolean, .meaning = "Only tell what would change."},
               choice_parameter("removed",
                                "What becomes of positions and orders of strategies and symbols that are "
                                "removed; without it, as `changes.removed` says.",
                                {"keep", "close"}, std::nullopt),
               reason_parameter()},
      .answers = {{200, "What has changed, or would.", "ConfigurationChange"},
                  {409, "The session keeps its configuration, or stops.", "Error"},
                  {504, "The session has not come to the change yet, and may still carry it out.", "Error"}},
      .handle = [ports](const RouteArguments& a) { return change(ports, a); }};
  route.headers = {key_parameter()};
  route.blocks = true;
  out.push_back(std::move(route));
}

}  // namespace bellwether
