// Books of sessions for tests, and what a recorder makes of the same turns.
#pragma once

#include "engine/session_recorder.hpp"
#include "storage/book_reader.hpp"
#include "storage/book_record.hpp"
#include "storage/book_writer.hpp"
#include "tests/storage/log_samples.hpp"
#include "tests/support/turns.hpp"
#include "tests/support/wild_session.hpp"

namespace bellwether::test {

/// The last turn that books may hold is the one before `end`.
inline void give(BookWriter& writer, std::span<const Turn> turns) {
  for (const Turn& turn : turns) writer.apply(turn);
}

/// A writer of what is at `path`, or of new books.
inline std::unique_ptr<BookWriter> writer_of(const std::string& path, const EngineConfig& config,
                                             BookWriterCallbacks callbacks = {}, BookWriterOptions options = {}) {
  auto books = std::filesystem::exists(path) ? AccountBooks::open(path) : AccountBooks::create(path);
  EXPECT_TRUE(books) << books.error().text();
  auto writer = std::make_unique<BookWriter>(std::move(*books), std::move(callbacks), options);
  EXPECT_TRUE(writer->begin_segment(config));
  return writer;
}

/// Writes books of all of the turns.
inline void write_books(const std::string& path, const EngineConfig& config, std::span<const Turn> turns) {
  const auto writer = writer_of(path, config);
  give(*writer, turns);
  const auto flushed = writer->flush();
  ASSERT_TRUE(flushed) << flushed.error().text();
}

inline SessionRecord recorded(const EngineConfig& config, std::span<const Turn> turns) {
  SessionRecorder recorder(config);
  for (const Turn& turn : turns) recorder.apply(turn);
  return recorder.take();
}

/// What differs between two records; "" where nothing does.
inline std::string difference(const SessionRecord& a, const SessionRecord& b) {
  std::string text;
  const auto compare = [&text](bool same, const char* what) { text += same ? "" : std::string(what) + " "; };
  compare(a.initial_cash == b.initial_cash, "initial_cash");
  compare(a.orders == b.orders, "orders");
  compare(a.fills == b.fills, "fills");
  compare(a.trades == b.trades, "trades");
  compare(a.halts == b.halts, "halts");
  compare(a.equity == b.equity, "equity");
  compare(a.daily == b.daily, "daily");
  compare(a.activity == b.activity, "activity");
  compare(a.counts == b.counts, "counts");
  compare(a.account == b.account, "account");
  compare(a.lowest_cash == b.lowest_cash, "lowest_cash");
  compare(a.positions == b.positions, "positions");
  return text;
}

/// All that the books at `path` hold, under `config`.
inline SessionRecord record_of(const std::string& path, EngineConfig config) {
  auto books = read_record(path, {});
  EXPECT_TRUE(books) << books.error().text();
  return record_under(std::move(*books), config);
}

}  // namespace bellwether::test
