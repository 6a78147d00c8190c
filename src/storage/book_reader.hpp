// Reads an account's books page by page while they are written, for many at a time.
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "engine/past_view.hpp"

namespace bellwether {

/// How many read the books at the same time; further ones wait.
constexpr std::size_t kBookReadersMax = 4;

class BookReader final : public PastView {
 public:
  /// `before` is called in front of every answer, on the asker's thread, to let the books catch up; may be empty.
  explicit BookReader(std::string path, std::function<void()> before = {});
  ~BookReader() override;

  /// Until this is called, there are no answers: the books may be replaced.
  void open();

  [[nodiscard]] Expected<PastPage<OrderRow>> orders(const PastOrderFilter& filter) const override;
  [[nodiscard]] Expected<PastPage<FillRow>> fills(const PastFillFilter& filter) const override;
  [[nodiscard]] Expected<PastPage<TradeRow>> trades(const PastTradeFilter& filter) const override;
  [[nodiscard]] Expected<PastPage<CommandRow>> commands(const PastEventFilter& filter) const override;
  [[nodiscard]] Expected<PastPage<EquityRow>> equity(const PastEventFilter& filter, bool by_session) const override;

 private:
  struct Connection;

  [[nodiscard]] Expected<std::unique_ptr<Connection>> take() const;
  void give_back(std::unique_ptr<Connection> connection) const;
  /// Runs `fill(connection, page)` on the books as they are at one moment.
  template <typename Row, typename Fill>
  [[nodiscard]] Expected<PastPage<Row>> read(Fill&& fill) const;

  const std::string path_;
  const std::function<void()> before_;
  mutable std::mutex mutex_;  // Guards what follows.
  mutable std::condition_variable free_;
  mutable std::vector<std::unique_ptr<Connection>> idle_;
  mutable std::size_t taken_ = 0;
  bool is_open_ = false;
};

}  // namespace bellwether
