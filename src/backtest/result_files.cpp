#include "backtest/result_files.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "backtest/report/report_html.hpp"
#include "backtest/trade_exits.hpp"
#include "config/configuration.hpp"
#include "config/json.hpp"
#include "engine/statistics/trades.hpp"
#include "storage/file_bytes.hpp"

namespace bellwether {
namespace {

using Kind = JsonValue::Kind;

/// Version of result.json's layout.
constexpr std::string_view kResultFormat = "1";

JsonValue text(std::string_view value) { return JsonValue::of_text(std::string(value)); }

JsonValue statistic_json(const StatisticValue& value) {
  if (const auto* real = std::get_if<double>(&value)) return JsonValue::of_number(*real);
  if (const auto* money = std::get_if<Money>(&value)) return text(money->to_string());
  if (const auto* count = std::get_if<std::uint64_t>(&value)) return JsonValue::of_number(std::to_string(*count));
  if (const auto* elapsed = std::get_if<Duration>(&value)) {
    return JsonValue::of_number(format_decimal(elapsed->count(), 9));
  }
  return {};
}

JsonValue files_json(const std::vector<FileFingerprint>& files) {
  JsonValue list = JsonValue::list();
  for (const FileFingerprint& each : files) {
    JsonValue& entry = list.items.emplace_back(JsonValue::object());
    entry.member("file") = text(each.file);
    entry.member("sha256") = text(each.sha256);
  }
  return list;
}

JsonValue receipt_json(const Receipt& receipt, const std::vector<FileFingerprint>& files) {
  JsonValue json = JsonValue::object();
  json.member("engine_version") = text(receipt.engine_version);
  json.member("configuration_sha256") = text(receipt.configuration_sha256);
  json.member("data") = files_json(receipt.data);
  json.member("result_sha256") = text(receipt.result_sha256);
  json.member("files") = files_json(files);
  json.member("operator_commands") = JsonValue::of_number(std::to_string(receipt.operator_commands));
  return json;
}

JsonValue statistics_json(const Statistics& statistics) {
  JsonValue json = JsonValue::object();
  for (const StatisticField& field : statistic_fields()) {
    json.member(field.key) = statistic_json(field.value(statistics));
  }
  return json;
}

/// Why the figures that are null are so.
JsonValue absent_json(const Statistics& statistics) {
  JsonValue json = JsonValue::object();
  for (const StatisticField& field : statistic_fields()) {
    if (const std::string reason = absence_reason(field, statistics); !reason.empty()) {
      json.member(field.key) = text(reason);
    }
  }
  return json;
}

JsonValue months_json(const SessionRecord& record) {
  JsonValue list = JsonValue::list();
  for (const MonthlyReturn& month : monthly_returns(record.initial_cash, record.daily)) {
    JsonValue& entry = list.items.emplace_back(JsonValue::object());
    entry.member("year") = JsonValue::of_number(std::to_string(month.year));
    entry.member("month") = JsonValue::of_number(std::to_string(month.month));
    entry.member("return") = month.value ? JsonValue::of_number(*month.value) : JsonValue();
  }
  return list;
}

JsonValue counts_json(const SessionRecord& record) {
  const std::pair<std::string_view, std::uint64_t> counts[] = {
      {"events", record.counts.events},     {"market_events", record.counts.market_events},
      {"commands", record.counts.commands}, {"denials", record.counts.denials},
      {"orders", record.orders.size()},     {"fills", record.fills.size()},
      {"trades", record.trades.size()},     {"sessions", record.daily.size()},
  };
  JsonValue json = JsonValue::object();
  for (const auto& [name, count] : counts) json.member(name) = JsonValue::of_number(std::to_string(count));
  return json;
}

JsonValue halts_json(const SessionRecord& record) {
  JsonValue list = JsonValue::list();
  for (const HaltRow& halt : record.halts) {
    JsonValue& entry = list.items.emplace_back(JsonValue::object());
    entry.member("time") = text(format_rfc3339(halt.time));
    entry.member("reason") = text(token(halt.reason));
  }
  return list;
}

JsonValue outcomes_json(const RunResult& result) {
  JsonValue list = JsonValue::list();
  const Names names(result.engine);
  const auto number = [](std::uint64_t count) { return JsonValue::of_number(std::to_string(count)); };
  for (const OrderOutcomes& each : result.outcomes) {
    JsonValue& entry = list.items.emplace_back(JsonValue::object());
    entry.member("strategy") = text(names.strategy(each.strategy));
    for (const auto& [name, member] : kOutcomeCounts) entry.member(name) = number(each.*member);
    JsonValue& denied = entry.member("denied_by") = JsonValue::object();
    for (const auto& [reason, count] : each.denials()) denied.member(reason) = number(count);
    JsonValue& rejected = entry.member("rejected_by") = JsonValue::object();
    for (const auto& [reason, count] : each.rejections()) rejected.member(reason) = number(count);
  }
  return list;
}

JsonValue data_quality_json(const std::vector<DataQuality>& instruments) {
  JsonValue list = JsonValue::list();
  const auto number = [](std::uint64_t count) { return JsonValue::of_number(std::to_string(count)); };
  const auto date = [](const std::optional<Date>& value) { return value ? text(value->to_string()) : JsonValue(); };
  for (const DataQuality& q : instruments) {
    JsonValue& entry = list.items.emplace_back(JsonValue::object());
    entry.member("symbol") = text(q.symbol);
    entry.member("first_session") = date(q.first);
    entry.member("last_session") = date(q.last);
    entry.member("bars") = number(q.bars);
    entry.member("sessions") = number(q.sessions);
    entry.member("sessions_before") = number(q.sessions_before);
    entry.member("sessions_after") = number(q.sessions_after);
    entry.member("sessions_missing") = number(q.sessions_missing);
    JsonValue& hole = entry.member("longest_hole") = JsonValue::object();
    hole.member("sessions") = number(q.longest_hole);
    hole.member("first") = date(q.hole_first);
    hole.member("last") = date(q.hole_last);
    entry.member("bars_missing") = number(q.bars_missing);
    entry.member("zero_volume_bars") = number(q.zero_volume_bars);
    entry.member("stale_bars") = number(q.stale_bars);
    entry.member("jumps") = number(q.jumps);
    entry.member("first_jumps") = JsonValue::list();
    for (const PriceJump& jump : q.first_jumps) {
      JsonValue& each = entry.member("first_jumps").items.emplace_back(JsonValue::object());
      each.member("session") = text(jump.session.to_string());
      each.member("change") = JsonValue::of_number(jump.change);
    }
    entry.member("rows_dropped") = number(q.rows_dropped);
    JsonValue& dropped = entry.member("dropped_by") = JsonValue::object();
    for (std::size_t i = 0; i < q.dropped_by.size(); ++i) {
      if (q.dropped_by[i] > 0) dropped.member(to_string(static_cast<RowProblem>(i))) = number(q.dropped_by[i]);
    }
  }
  return list;
}

JsonValue open_positions_json(const RunResult& result) {
  JsonValue list = JsonValue::list();
  const Names names(result.engine);
  for (const OpenPosition& each : result.open_positions) {
    JsonValue& entry = list.items.emplace_back(JsonValue::object());
    entry.member("strategy") = text(names.strategy(each.strategy));
    entry.member("symbol") = text(names.symbol(each.instrument));
    entry.member("quantity") = text(each.quantity.to_string());
    entry.member("average_price") = text(each.average_price.to_string());
    const bool priced = !each.last_price.is_zero();
    entry.member("last_price") = priced ? text(each.last_price.to_string()) : JsonValue();
    entry.member("unrealized_pnl") = priced ? text(each.unrealized_pnl.to_string()) : JsonValue();
  }
  return list;
}

JsonValue open_orders_json(const RunResult& result) {
  JsonValue list = JsonValue::list();
  for (const std::size_t index : open_orders(result.record)) {
    list.items.push_back(text(result.record.orders[index].id.client_order_id()));
  }
  return list;
}

/// At the end of the run; decimal numbers in quotation marks.
JsonValue account_json(const AccountView& account) {
  const std::pair<std::string_view, Money> amounts[] = {
      {"cash", account.cash},
      {"equity", account.equity},
      {"gross_exposure", account.gross_exposure},
      {"realized_pnl", account.realized_pnl},
      {"realized_pnl_fifo", account.realized_fifo},
      {"fees", account.fees},
      {"dividends", account.dividends},
  };
  JsonValue json = JsonValue::object();
  for (const auto& [name, amount] : amounts) json.member(name) = text(amount.to_string());
  return json;
}

void append_cell(std::string& out, std::string_view cell) {
  if (cell.find_first_of(",\"\r\n") == std::string_view::npos) {
    out += cell;
    return;
  }
  out += '"';
  for (const char c : cell) {
    if (c == '"') out += '"';
    out += c;
  }
  out += '"';
}

/// One line for the members' names.
std::string header(const Json& row) {
  std::string line;
  for (const auto& [name, value] : row.items()) line += (line.empty() ? "" : ",") + name;
  return line + "\n";
}

/// One line for the members' values; null is an empty cell.
void append_row(std::string& out, const Json& row) {
  bool first = true;
  for (const auto& [name, value] : row.items()) {
    if (!first) out += ',';
    first = false;
    if (value.is_string()) {
      append_cell(out, value.get_ref<const std::string&>());
    } else if (!value.is_null()) {
      append_cell(out, value.dump());
    }
  }
  out += '\n';
}

/// Hands lines over a block at a time.
class Lines {
 public:
  explicit Lines(const TextSink& sink) : sink_(&sink) {}
  ~Lines() { (*sink_)(block_); }
  Lines(const Lines&) = delete;
  Lines& operator=(const Lines&) = delete;

  void add(std::string_view line) {
    block_ += line;
    hand_over();
  }
  void add_row(const Json& row) {
    append_row(block_, row);
    hand_over();
  }

 private:
  static constexpr std::size_t kBlockBytes = 64 * 1024;
  void hand_over() {
    if (block_.size() < kBlockBytes) return;
    (*sink_)(block_);
    block_.clear();
  }

  const TextSink* sink_;
  std::string block_;
};

/// The rows as API and stream show them, one column for each member.
template <typename Row>
void write_rows(std::span<const Row> rows, const EngineConfig& engine, const TextSink& sink) {
  const Names names(engine);
  Lines lines(sink);
  lines.add(header(json_of(Row(), names)));
  for (const Row& row : rows) lines.add_row(json_of(row, names));
}

/// The text at `path` of nested members, or an Error that names it.
Expected<std::string> required_text(const JsonValue& root, const std::string& file, std::string_view key) {
  const JsonValue* value = root.find(key);
  if (value == nullptr || !value->is(Kind::Text)) {
    return Error{file, "has no text '" + std::string(key) + "' in its receipt: not a result of a backtest"};
  }
  return value->text;
}

}  // namespace

std::string result_json(const RunResult& result, const std::vector<FileFingerprint>& files) {
  JsonValue json = JsonValue::object();
  json.member("format") = JsonValue::of_number(std::string(kResultFormat));
  json.member("caveats") = JsonValue::list();
  for (const std::string& caveat : result.caveats()) json.member("caveats").items.push_back(text(caveat));
  json.member("receipt") = receipt_json(result.receipt, files);
  json.member("statistics") = statistics_json(result.statistics);
  json.member("absent") = absent_json(result.statistics);
  json.member("monthly_returns") = months_json(result.record);
  json.member("counts") = counts_json(result.record);
  json.member("halts") = halts_json(result.record);
  json.member("order_outcomes") = outcomes_json(result);
  json.member("data_quality") = data_quality_json(result.data_quality);
  json.member("open_positions") = open_positions_json(result);
  json.member("open_orders") = open_orders_json(result);
  json.member("account") = account_json(result.record.account);
  json.member("configuration") = receipt_configuration(result.config);
  return pretty_json(json);
}

/// Beside what the API shows: the profit after fees by the amount that the position cost, and what ended it.
void trades_csv(const RunResult& result, const TextSink& sink) {
  const Names names(result.engine);
  const std::vector<ExitReason> exits = exit_reasons(result.record);
  const auto row = [&](const TradeRecord& trade, ExitReason exit) {
    Json json = json_of(trade, names);
    const auto gain = statistics::trade_return(trade);
    json["return"] = gain ? Json(*gain) : Json();
    std::string reason(text(exit));
    std::replace(reason.begin(), reason.end(), ' ', '_');
    json["exit_reason"] = reason;
    return json;
  };
  Lines lines(sink);
  lines.add(header(row(TradeRecord(), ExitReason::Unknown)));
  for (std::size_t i = 0; i < exits.size(); ++i) lines.add_row(row(result.record.trades[i], exits[i]));
}

void orders_csv(const RunResult& result, const TextSink& sink) {
  write_rows<OrderRow>(result.record.orders, result.engine, sink);
}
void fills_csv(const RunResult& result, const TextSink& sink) {
  write_rows<FillRow>(result.record.fills, result.engine, sink);
}

void sessions_csv(const RunResult& result, const TextSink& sink) {
  const bool compared = result.benchmark.size() == result.record.daily.size() && !result.benchmark.empty();
  Lines lines(sink);
  lines.add(compared ? "session,equity,benchmark\n" : "session,equity\n");
  for (std::size_t i = 0; i < result.record.daily.size(); ++i) {
    const DailyEquity& day = result.record.daily[i];
    std::string line = day.session.to_string() + "," + day.equity.to_string();
    if (compared) line += "," + result.benchmark[i].equity.to_string();
    lines.add(line + "\n");
  }
}

void events_csv(const RunResult& result, const TextSink& sink) {
  Lines lines(sink);
  lines.add("time,equity\n");
  result.record.equity.for_each(
      [&](Timestamp time, Money equity) { lines.add(format_rfc3339(time) + "," + equity.to_string() + "\n"); });
}

namespace {

void report_page(const RunResult& result, const TextSink& sink) { sink(report_html(result)); }

/// A file of a result beside result.json.
struct ResultFile {
  const char* name;
  void (*write)(const RunResult&, const TextSink&);
};

constexpr ResultFile kResultFiles[] = {{"trades.csv", trades_csv},        {"orders.csv", orders_csv},
                                       {"fills.csv", fills_csv},          {"equity.csv", sessions_csv},
                                       {"equity_events.csv", events_csv}, {"report.html", report_page}};

bool has_file(const RunResult& result, const ResultFile& file) {
  return file.write != events_csv || result.record.equity.size() <= result.config.output.equity_points_max;
}

}  // namespace

Expected<void> write_results(const RunResult& result, const std::filesystem::path& folder) {
  auto files = StagedFiles::open(folder);
  if (!files) return files.error();
  std::vector<FileFingerprint> fingerprints;
  for (const ResultFile& file : kResultFiles) {
    if (!has_file(result, file)) {
      files->remove(file.name);
      continue;
    }
    Sha256 sum;
    auto added = files->add(file.name, [&](const TextSink& sink) {
      file.write(result, [&](std::string_view bytes) {
        sum.update(bytes);
        sink(bytes);
      });
    });
    if (!added) return added;
    fingerprints.push_back({file.name, sum.hex()});
  }
  if (auto added = files->add("result.json", result_json(result, fingerprints)); !added) return added;
  return files->commit();
}

std::vector<FileFingerprint> fingerprints_of(const RunResult& result) {
  std::vector<FileFingerprint> fingerprints;
  for (const ResultFile& file : kResultFiles) {
    if (!has_file(result, file)) continue;
    Sha256 sum;
    file.write(result, [&](std::string_view bytes) { sum.update(bytes); });
    fingerprints.push_back({file.name, sum.hex()});
  }
  return fingerprints;
}

std::vector<std::string> faults_of_files(const Receipt& receipt, const std::filesystem::path& folder) {
  std::vector<std::string> faults;
  for (const FileFingerprint& each : receipt.files) {
    const auto bytes = read_file(folder / each.file);
    if (!bytes) {
      faults.push_back(each.file + ": missing: " + bytes.error().message);
    } else if (sha256_hex(*bytes) != each.sha256) {
      faults.push_back(each.file + ": its bytes are not those of the receipt");
    }
  }
  for (const ResultFile& file : kResultFiles) {
    const bool named = std::any_of(receipt.files.begin(), receipt.files.end(),
                                   [&](const FileFingerprint& each) { return each.file == file.name; });
    std::error_code ignored;
    if (!named && std::filesystem::exists(folder / file.name, ignored)) {
      faults.push_back(std::string(file.name) + ": stands beside, but the receipt does not name it");
    }
  }
  return faults;
}

Expected<StoredResult> read_result(const std::filesystem::path& file) {
  const auto bytes = read_file(file);
  if (!bytes) return bytes.error();
  auto root = parse_json(*bytes, file.string());
  if (!root) return root.error();
  const JsonValue* receipt = root->find("receipt");
  const JsonValue* configuration = root->find("configuration");
  const JsonValue* data = receipt == nullptr ? nullptr : receipt->find("data");
  if (data == nullptr || !data->is(Kind::List) || configuration == nullptr || !configuration->is(Kind::Object)) {
    return Error{file.string(), "has no receipt and configuration: not a result of a backtest"};
  }
  StoredResult stored;
  stored.configuration = *configuration;
  const std::pair<std::string_view, std::string*> texts[] = {
      {"engine_version", &stored.receipt.engine_version},
      {"configuration_sha256", &stored.receipt.configuration_sha256},
      {"result_sha256", &stored.receipt.result_sha256},
  };
  for (const auto& [key, place] : texts) {
    auto value = required_text(*receipt, file.string(), key);
    if (!value) return value.error();
    *place = value.value();
  }
  const JsonValue* files = receipt->find("files");
  if (files == nullptr || !files->is(Kind::List)) {
    return Error{file.string(), "has no list 'files' in its receipt: not a result of a backtest"};
  }
  const JsonValue* commands = receipt->find("operator_commands");
  const bool numeric = commands != nullptr && commands->is(Kind::Number);
  const auto count = parse_decimal(numeric ? commands->text : "", 0);
  if (!count || *count < 0) {
    return Error{file.string(), "has no count 'operator_commands' in its receipt: not a result of a backtest"};
  }
  stored.receipt.operator_commands = static_cast<std::uint64_t>(*count);
  const std::pair<const JsonValue*, std::vector<FileFingerprint>*> lists[] = {{data, &stored.receipt.data},
                                                                              {files, &stored.receipt.files}};
  for (const auto& [list, fingerprints] : lists) {
    for (const JsonValue& entry : list->items) {
      const auto name = required_text(entry, file.string(), "file");
      const auto hash = required_text(entry, file.string(), "sha256");
      if (!name) return name.error();
      if (!hash) return hash.error();
      fingerprints->push_back({*name, *hash});
    }
  }
  stored.document = std::move(*root);
  return stored;
}

std::optional<JsonDifference> first_difference(const JsonValue& left, const JsonValue& right) {
  const auto shown = [](const JsonValue* value) { return value == nullptr ? "(none)" : describe(*value); };
  // The difference of two parts, with their name in front of its path.
  const auto within = [&](const std::string& name, const JsonValue* a, const JsonValue* b) {
    std::optional<JsonDifference> found;
    if (a == nullptr || b == nullptr) {
      found = {{name, shown(a), shown(b)}};
    } else if ((found = first_difference(*a, *b))) {
      found->path = found->path.empty() ? name : name + "." + found->path;
    }
    return found;
  };
  if (left.kind != right.kind || left.boolean != right.boolean || left.text != right.text) {
    return JsonDifference{"", shown(&left), shown(&right)};
  }
  for (std::size_t i = 0; i < std::max(left.items.size(), right.items.size()); ++i) {
    const auto item = [i](const JsonValue& list) { return i < list.items.size() ? &list.items[i] : nullptr; };
    if (auto found = within(std::to_string(i), item(left), item(right))) return found;
  }
  for (const JsonMember& member : left.members) {
    if (auto found = within(member.key, &member.value, right.find(member.key))) return found;
  }
  for (const JsonMember& member : right.members) {
    if (auto found = within(member.key, left.find(member.key), &member.value)) return found;
  }
  return std::nullopt;
}

}  // namespace bellwether
