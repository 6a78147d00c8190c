// bellwether log backup, check, segments and archive: what an operator does with the file of a log.
#include <iostream>
#include <nlohmann/json.hpp>

#include "app/account_config.hpp"
#include "app/commands.hpp"
#include "app/config_command.hpp"
#include "app/configuration_change.hpp"
#include "config/json.hpp"
#include "storage/log_archive.hpp"
#include "storage/log_backup.hpp"
#include "storage/log_check.hpp"
#include "storage/log_segments.hpp"

namespace bellwether {
namespace {

int fail(const Error& error, int code = kExitFailed) {
  print_errors({&error, 1}, std::cerr);
  return code;
}

std::string count_text(std::uint64_t count, const std::string& what, const std::string& plural = "s") {
  return std::to_string(count) + " " + what + (count == 1 ? "" : plural);
}

/// What was read of a log.
std::string checked_text(const LogCheck& check) {
  std::string text = count_text(check.events, "event") + " up to " + std::to_string(check.last_event) + ", " +
                     count_text(check.commands, "order command") + ", " + count_text(check.segments, "segment");
  if (check.archived > 0) text += " (" + std::to_string(check.archived) + " archived)";
  return text + ", " + count_text(check.snapshots, "snapshot") + ", " + count_text(check.bytes, "byte");
}

/// What a segment's metadata say that can change from one to the next.
std::vector<KeyChange> changes_between(const Metadata& before, const Metadata& after) {
  const auto configuration = [](const Metadata& metadata) {
    const auto found = metadata.find("configuration");
    auto document = parse_json(found == metadata.end() ? "{}" : found->second, "configuration");
    return document ? std::move(*document) : JsonValue();
  };
  std::vector<KeyChange> changes = document_changes(configuration(before), configuration(after));
  const std::string version_before = engine_version_of(before);
  const std::string version_after = engine_version_of(after);
  if (version_before != version_after) {
    KeyChange version;
    version.key = "engine_version";
    version.before = version_before;
    version.after = version_after;
    changes.insert(changes.begin(), version);
  }
  return changes;
}

std::string state_of(const SegmentSummary& segment) {
  if (segment.current) return "current";
  if (!segment.archive) return "closed";
  return segment.archive_path ? "archived" : "archived, file missing";
}

Json json_of(const SegmentSummary& segment, const std::vector<KeyChange>& changes) {
  Json line;
  line["segment"] = segment.note.number;
  line["first_event"] = segment.note.after + 1;
  line["last_event"] = segment.last_event;
  line["opened"] = segment.note.opened == Timestamp() ? Json() : Json(format_rfc3339(segment.note.opened));
  line["engine_version"] = engine_version_of(segment.note.metadata);
  line["bytes"] = segment.bytes;
  line["state"] = segment.current ? "current" : segment.archive ? "archived" : "closed";
  if (segment.archive) {
    line["archive"] = {{"file", segment.archive_path ? *segment.archive_path : segment.archive->file},
                       {"sha256", segment.archive->sha256},
                       {"missing", !segment.archive_path.has_value()}};
  }
  line["changes"] = Json::array();
  for (const KeyChange& change : changes) {
    line["changes"].push_back({{"key", change.key}, {"before", change.before}, {"after", change.after}});
  }
  return line;
}

void print(const SegmentSummary& segment, const std::vector<KeyChange>& changes) {
  std::cout << "segment " << segment.note.number << ": events " << segment.note.after + 1 << " to "
            << segment.last_event;
  if (segment.last_event == segment.note.after) std::cout << " (none yet)";
  if (segment.note.opened != Timestamp()) std::cout << ", opened " << format_rfc3339(segment.note.opened);
  std::cout << ", version " << engine_version_of(segment.note.metadata) << ", " << count_text(segment.bytes, "byte")
            << ", " << state_of(segment) << "\n";
  if (segment.archive) {
    std::cout << "  in " << (segment.archive_path ? *segment.archive_path : segment.archive->file) << "\n";
  }
  for (const KeyChange& change : changes) std::cout << "  " << text_of(change) << "\n";
}

/// The first segment that stays, or the exit code once the error is printed.
std::variant<std::uint64_t, int> first_kept(const LogArchiveOptions& options) {
  if (options.before) return *options.before;
  if (!options.keep) {
    return fail({"--before", "or --keep is needed: which segments are to be archived"}, kExitUsage);
  }
  const auto segments = list_segments(options.log);
  if (!segments) return fail(segments.error());
  const std::uint64_t count = segments->size();
  return count > *options.keep ? count - *options.keep + 1 : 1;
}

}  // namespace

int log_backup_command(const ConfigurationSources& sources, const std::string& target) {
  const StrategyRegistry registry = StrategyRegistry::built_in();
  const auto loaded = load_configuration(sources, registry.types());
  if (const auto* errors = std::get_if<std::vector<Error>>(&loaded)) {
    print_errors(*errors, std::cerr);
    return kExitUsage;
  }
  const std::string& log = std::get<AppConfig>(loaded).run.log;
  const auto backup = back_up_log(log, target);
  if (!backup) return fail(backup.error());
  if (backup->leftover) std::cout << "What a backup that was killed had left beside it has been removed.\n";
  std::cout << "backup of " << log << " in " << backup->path << ", whole: " << checked_text(backup->check) << "\n";
  if (backup->check.archived > 0) {
    std::cout << "The files of " << count_text(backup->check.archived, "archived segment")
              << " are no part of it: copy them too; `bellwether log segments` names them.\n";
  }
  return kExitDone;
}

int log_check_command(const std::string& path) {
  const LogCheck check = check_log(path);
  for (const LogFinding& finding : check.findings) std::cout << finding.what << "; " << finding.advice << "\n";
  if (check.unlisted > 0) std::cout << "... and " << check.unlisted << " more\n";
  const std::uint64_t count = check.findings.size() + check.unlisted;
  std::cout << (check.whole() ? "whole: " : "not whole, " + count_text(count, "finding") + ": ") << check.path
            << ", checked " << checked_text(check) << "\n";
  return check.whole() ? kExitDone : kExitFailed;
}

int log_segments_command(const std::string& path, bool json) {
  const auto segments = list_segments(path);
  if (!segments) return fail(segments.error());
  for (std::size_t i = 0; i < segments->size(); ++i) {
    const SegmentSummary& segment = (*segments)[i];
    const auto changes =
        i == 0 ? std::vector<KeyChange>() : changes_between((*segments)[i - 1].note.metadata, segment.note.metadata);
    if (json) {
      std::cout << json_of(segment, changes).dump() << "\n";
    } else {
      print(segment, changes);
    }
  }
  return kExitDone;
}

int log_archive_command(const LogArchiveOptions& options) {
  const auto before = first_kept(options);
  if (const int* code = std::get_if<int>(&before)) return *code;
  const auto done = archive_segments(options.log, std::get<std::uint64_t>(before), options.folder);
  if (!done) return fail(done.error());
  for (const LogArchiving::Moved& moved : done->moved) {
    std::cout << "segment " << moved.segment << " is in " << moved.archive.file << ", "
              << count_text(moved.archive.bytes, "byte") << ", SHA-256 " << moved.archive.sha256 << "\n";
  }
  if (done->moved.empty()) std::cout << "No segment was to be archived.\n";
  std::cout << "The log had " << count_text(done->bytes_before, "byte") << " and has " << done->bytes_after << ".\n";
  return kExitDone;
}

}  // namespace bellwether
