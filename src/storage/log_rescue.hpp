// What becomes of the files of a log after another program interfered with them, so that the next start neither joins
// what does not belong together nor goes on from an earlier state as if nothing were missing.
#pragma once

#include <string>

#include "storage/event_log.hpp"
#include "storage/file_watch.hpp"

namespace bellwether {

/// Puts the write-ahead file of the log at `path` aside where it fits nothing that stands there now, and leaves a note
/// where committed events are lost. `durable` is the last event that was committed. What cannot be done is passed over:
/// the fault itself is reported in any case.
void leave_in_order(const std::string& path, const FileFault& fault, EventNumber durable);

/// An error while a note says that events of the log at `path` are lost; it names the note.
Expected<void> check_nothing_lost(const std::string& path);

/// Takes the file of a log itself, so that nobody writes it under another name. An error also where it has two names,
/// and while events of it are lost.
Expected<InodeLock> own_log_file(const std::string& path);

}  // namespace bellwether
