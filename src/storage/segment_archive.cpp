#include "storage/segment_archive.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "storage/file_bytes.hpp"
#include "storage/log_place.hpp"

namespace bellwether {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr const char* kSegmentFile = "archived_segment";
constexpr std::size_t kBlockBytes = 1 << 20;

std::string described(const SegmentNote& note, const std::string& file) {
  return "segment " + std::to_string(note.number) + " is archived in " + file + ", ";
}

}  // namespace

std::string archive_text(const SegmentArchive& archive) {
  return json{{"file", archive.file}, {"sha256", archive.sha256}, {"bytes", archive.bytes}}.dump();
}

Expected<SegmentArchive> read_archive_text(const std::string& text) {
  const json document = json::parse(text, nullptr, false);
  const auto has = [&](const char* name, bool is_text) {
    return document.contains(name) && (is_text ? document[name].is_string() : document[name].is_number_unsigned());
  };
  if (!document.is_object() || !has("file", true) || !has("sha256", true) || !has("bytes", false)) {
    return Error{"", "does not say where an archived segment is: " + text};
  }
  return SegmentArchive{document["file"].get<std::string>(), document["sha256"].get<std::string>(),
                        document["bytes"].get<std::uint64_t>()};
}

std::string archive_name(const std::string& log, std::uint64_t segment) {
  return fs::path(log).filename().string() + ".segment-" + std::to_string(segment);
}

std::optional<std::string> find_archive(const std::string& log, const SegmentArchive& archive) {
  const fs::path beside = fs::path(log).parent_path() / fs::path(archive.file).filename();
  for (const std::string& path : {archive.file, beside.string()}) {
    if (is_taken(path)) return path;
  }
  return std::nullopt;
}

Expected<std::string> sha256_of_file(const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return Error{path, std::string("cannot be read: ") + std::strerror(errno)};
  Sha256 sum;
  std::string block(kBlockBytes, '\0');
  ssize_t got = 0;
  while ((got = ::read(descriptor, block.data(), block.size())) != 0) {
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) break;
    sum.update(std::string_view(block).substr(0, static_cast<std::size_t>(got)));
  }
  const int failed = errno;
  ::close(descriptor);
  if (got < 0) return Error{path, std::string("cannot be read: ") + std::strerror(failed)};
  return sum.hex();
}

Expected<void> check_archive(const std::string& log, const SegmentNote& note) {
  const auto archive = read_archive_text(note.archive);
  if (!archive) return Error{log, "segment " + std::to_string(note.number) + " " + archive.error().message};
  const auto file = find_archive(log, *archive);
  if (!file) return Error{log, described(note, archive->file) + "which is neither there nor beside the log"};
  const auto sum = sha256_of_file(*file);
  if (!sum) return Error{log, described(note, *file) + "which " + sum.error().message};
  if (*sum == archive->sha256) return {};
  return Error{log, described(note, *file) + "which is not the file that was made: its SHA-256 is " + *sum +
                        ", that of the archive was " + archive->sha256};
}

bool is_segment_file(const Metadata& metadata) { return metadata.contains(kSegmentFile); }

Metadata segment_file_metadata(const SegmentNote& note) {
  Metadata metadata = note.metadata;
  metadata[kSegmentFile] = std::to_string(note.number);
  return metadata;
}

EventNumber readable_after(const std::string& log, const Metadata& metadata, const std::vector<SegmentRow>& segments) {
  EventNumber after = 0;
  for (std::size_t i = 0; i + 1 < segments.size() && !segments[i].note.archive.empty(); ++i) {
    const auto archive = read_archive_text(segments[i].note.archive);
    const bool there = archive && !is_segment_file(metadata) && find_archive(log, *archive);
    if (!there) after = segments[i + 1].note.after;
  }
  return after;
}

const SegmentRow& first_present(const std::vector<SegmentRow>& segments) {
  const auto found =
      std::find_if(segments.begin(), segments.end(), [](const SegmentRow& row) { return row.note.archive.empty(); });
  return found == segments.end() ? segments.back() : *found;
}

Expected<SegmentRow> read_first_present(SqliteConnection& connection) {
  const auto number = connection.query_integer("SELECT coalesce(min(number), 0) FROM segments WHERE archive = ''");
  if (!number) return number.error();
  return read_segment(connection, static_cast<std::uint64_t>(*number));
}

}  // namespace bellwether
