#include "app/config_command.hpp"

#include <ostream>

#include "config/configuration_schema.hpp"

namespace bellwether {

void print_errors(std::span<const Error> errors, std::ostream& err) {
  if (errors.size() > 1) err << errors.size() << " errors:\n";
  for (const Error& error : errors) err << (errors.size() > 1 ? "  " : "error: ") << error.text() << '\n';
}

bool check_settings(const std::vector<std::string>& settings, std::ostream& err) {
  const auto loaded = load_configuration({"", {}, settings, {}}, StrategyRegistry::built_in().types());
  const auto* errors = std::get_if<std::vector<Error>>(&loaded);
  if (errors != nullptr) print_errors(*errors, err);
  return errors == nullptr;
}

int config_command(const ConfigurationSources& sources, ConfigView view, std::ostream& out, std::ostream& err) {
  const StrategyRegistry registry = StrategyRegistry::built_in();
  if (view == ConfigView::Markdown) {
    out << configuration_markdown(registry.types());
    return 0;
  }
  if (view == ConfigView::Schema) {
    out << configuration_json_schema(registry.types());
    return 0;
  }
  const auto loaded = load_configuration(sources, registry.types());
  if (const auto* errors = std::get_if<std::vector<Error>>(&loaded)) {
    print_errors(*errors, err);
    return 2;
  }
  out << pretty_json(effective_configuration(std::get<AppConfig>(loaded)));
  return 0;
}

void strategies_command(std::ostream& out) {
  const StrategyRegistry registry = StrategyRegistry::built_in();
  for (const StrategyType& type : registry.types()) {
    out << type.name << ": " << type.meaning << '\n';
    for (const ParameterSpec& spec : type.parameters) {
      std::string name = "  " + spec.name;
      name.resize(std::max<std::size_t>(name.size(), 22), ' ');
      std::string value = to_string(spec.default_value);
      value.resize(std::max<std::size_t>(value.size(), 8), ' ');
      out << name << ' ' << value << ' ' << spec.meaning << '\n';
    }
  }
}

}  // namespace bellwether
