// Files that appear together or not at all: written under temporary names first, renamed once all are complete.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "engine/expected.hpp"

namespace bellwether {

class StagedFiles {
 public:
  /// Makes the folder where it is missing. The Error names it.
  static Expected<StagedFiles> open(const std::filesystem::path& folder);

  StagedFiles(StagedFiles&& other) noexcept;
  StagedFiles& operator=(StagedFiles&&) = delete;
  /// Removes what was not committed.
  ~StagedFiles();

  /// Writes `bytes` to the disk under a temporary name. The Error names the file and what the system said.
  Expected<void> add(const std::string& name, std::string_view bytes);
  /// Takes an older file of that name away when the others appear.
  void remove(const std::string& name) { removed_.push_back(name); }
  /// Gives all files their names.
  Expected<void> commit();

 private:
  struct Staged {
    std::filesystem::path temporary;
    std::filesystem::path final;
  };

  explicit StagedFiles(std::filesystem::path folder) : folder_(std::move(folder)) {}

  std::filesystem::path folder_;
  std::vector<Staged> staged_;
  std::vector<std::string> removed_;
};

}  // namespace bellwether
