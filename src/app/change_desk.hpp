// Where requests for a change of configuration wait for the main thread, which alone carries them out, one by one.
#pragma once

#include <chrono>
#include <deque>
#include <future>
#include <mutex>
#include <optional>

#include "api/ports.hpp"

namespace bellwether {

class ChangeDesk {
 public:
  struct Pending {
    ConfigurationRequest request;
    std::promise<ConfigurationAnswer> answer;
  };

  /// From any thread: waits until it has been carried out, or gives nothing after `patience`; it may still be then.
  std::optional<ConfigurationAnswer> ask(const ConfigurationRequest& request, std::chrono::milliseconds patience);
  /// The next one.
  std::optional<Pending> take();
  /// Nothing is carried out any more: whoever waits, and whoever still asks, is given this answer.
  void close(ConfigurationAnswer answer);

 private:
  std::mutex mutex_;
  std::deque<Pending> waiting_;
  std::optional<ConfigurationAnswer> closed_;
};

}  // namespace bellwether
