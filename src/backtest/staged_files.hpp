// Files that appear together or not at all: written into a staging folder first, renamed once all are complete.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/expected.hpp"

namespace bellwether {

/// Takes a text in pieces.
using TextSink = std::function<void(std::string_view)>;

/// Writes into `.staging-XXXXXX` within the folder and locks it for as long as it lives, so that the next one tells
/// what a killed process left behind from what another is still writing.
class StagedFiles {
 public:
  /// Makes the folder where it is missing, and clears away what killed processes left in it. The Error names it.
  static Expected<StagedFiles> open(const std::filesystem::path& folder);

  StagedFiles(StagedFiles&& other) noexcept;
  StagedFiles& operator=(StagedFiles&&) = delete;
  /// Removes what was not committed, and the folder where it was made for it and is empty.
  ~StagedFiles();

  /// Writes `bytes` to the disk. The Error names the file and what the system said.
  Expected<void> add(const std::string& name, std::string_view bytes);
  /// The same of what `write` hands over piece by piece, so that it need not stand in memory as a whole.
  Expected<void> add(const std::string& name, const std::function<void(const TextSink&)>& write);
  /// Takes an older file of that name away when the others appear.
  void remove(const std::string& name) { removed_.push_back(name); }
  /// Gives all files their names.
  Expected<void> commit();

 private:
  explicit StagedFiles(std::filesystem::path folder) : folder_(std::move(folder)) {}
  Expected<void> make_folder();
  Expected<void> make_staging();

  std::filesystem::path folder_;
  std::filesystem::path made_;  // The topmost folder that was made; empty where all were there.
  std::filesystem::path staging_;
  int lock_ = -1;  // Of the staging folder.
  std::vector<std::string> staged_;
  std::vector<std::string> removed_;
};

/// Writes a byte to the folder and takes it away again, so that a long run does not end at a folder that cannot be
/// written. Leaves nothing behind. The Error names the folder or file and what the system said.
Expected<void> prove_writable(const std::filesystem::path& folder);

}  // namespace bellwether
