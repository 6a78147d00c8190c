// What other programs do to the files of a log while it is written: SQLite writes on into a file that was deleted,
// moved, replaced or copied over, and says nothing.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>

#include "engine/expected.hpp"
#include "storage/inode_lock.hpp"

namespace bellwether {

/// What another program did to the files.
struct FileFault {
  /// What can be saved of what the log holds.
  enum class Left : std::uint8_t {
    All,       ///< The open files are whole, only their names are not: to fold them into one saves everything.
    MainFile,  ///< The write-ahead file is spoilt; the main file is as it was when the former was last folded into it.
    Nothing,   ///< The main file is gone or spoilt; the write-ahead file fits no other.
  };
  Error error;
  Left left = Left::All;
  FileIdentity main = {};   ///< What the main file is,
  FileIdentity ahead = {};  ///< and the write-ahead file, whatever their names lead to now.
};

/// Knows the main file and the write-ahead file of a log as their owner left them, and compares. All writes to either
/// must be the owner's: `look` takes everything else for a fault, a mere change of the time of modification too.
/// A change of the main file's contents in the very moment in which its owner folds into it is taken for the owner's.
/// For one thread at a time.
class FileWatch {
 public:
  /// Watches the log at `path`, whose connection has committed at least once. `main` is a descriptor of its main file
  /// and must outlive the watch.
  static Expected<FileWatch> begin(const std::string& path, int main);

  FileWatch(FileWatch&& other) noexcept;
  FileWatch& operator=(FileWatch&& other) noexcept;
  FileWatch(const FileWatch&) = delete;
  FileWatch& operator=(const FileWatch&) = delete;
  ~FileWatch();

  /// Whether names, sizes and contents are what they were, as far as that can be seen without reading all of it.
  std::optional<FileFault> look();
  /// The owner has written to the write-ahead file, which holds `frames` frames (of one page each) by now. Takes it as
  /// it is, once it is sure that no one has cut or replaced it meanwhile. The cheap part of a look: some microseconds.
  std::optional<FileFault> wrote_ahead(std::uint64_t frames);
  /// The owner has folded the write-ahead file into the main file. Takes that as it is, if it is still a log.
  std::optional<FileFault> folded();

 private:
  struct Seen {
    FileIdentity identity;
    std::int64_t size = 0;
    /// Of its last modification, in nanoseconds; 0 where that was not asked for.
    std::int64_t modified_ns = 0;
  };

  static std::optional<Seen> see(int folder, const char* path, bool with_time);
  FileWatch(std::string path, int main) : path_(std::move(path)), main_descriptor_(main) {}
  [[nodiscard]] std::optional<FileFault> look_at_names() const;
  [[nodiscard]] std::optional<FileFault> look_at_main() const;
  [[nodiscard]] std::optional<FileFault> look_at_side(const std::string& name, const FileIdentity& known) const;
  [[nodiscard]] FileFault fault(const std::string& file, const std::string& what, FileFault::Left left) const;
  [[nodiscard]] bool continues(const std::string& header) const;
  [[nodiscard]] FileFault main_misplaced(const std::string& what) const;

  std::string path_;
  int main_descriptor_;
  int ahead_descriptor_ = -1;  // SQLite holds no lock on this file that closing it could release.
  Seen main_;
  Seen ahead_;
  Seen index_;                // The `-shm`: only what it is and how large at least; SQLite writes it through memory.
  std::string header_;        // Of the write-ahead file; empty as long as nothing has been written to it.
  std::uint64_t frames_ = 0;  // That its owner had committed to it when it last said so.
};

}  // namespace bellwether
