// Whatever a session does, and however often the process ends on the way, its books hold what a recorder in memory
// would.
#include "tests/storage/book_samples.hpp"

namespace bellwether {
namespace {

using namespace test;
using namespace testing;

struct WildSession {
  explicit WildSession(std::uint64_t seed) : config(wild_config(seed)), turns(wild_turns(config, seed, 450)) {}
  EngineConfig config;
  std::vector<Turn> turns;
};

RC_GTEST_PROP(BookProperty, BooksEqualTheRecordersRecord, ()) {
  const WildSession session(*rc::gen::inRange<std::uint64_t>(1, 1'000'000));
  const TemporaryFolder folder(fast_folder());
  write_books(folder / "books", session.config, session.turns);
  RC_ASSERT(difference(record_of(folder / "books", session.config), recorded(session.config, session.turns)) == "");
}

RC_GTEST_PROP(BookProperty, BooksThatAreClosedAndOpenedAnywhereEqualThoseThatNeverWere, ()) {
  const WildSession session(*rc::gen::inRange<std::uint64_t>(1, 1'000'000));
  const TemporaryFolder folder(fast_folder());
  for (std::size_t at = 0; at < session.turns.size();) {
    const auto writer = writer_of(folder / "books", session.config);
    RC_ASSERT(writer->written() == at);
    const std::size_t end = std::min(session.turns.size(), at + *rc::gen::inRange<std::size_t>(200, 3'000));
    // What the books hold already is given again and changes nothing.
    const std::size_t begin = at - std::min(at, *rc::gen::inRange<std::size_t>(0, 30));
    give(*writer, std::span(session.turns).subspan(begin, end - begin));
    at = end;
  }
  RC_ASSERT(difference(record_of(folder / "books", session.config), recorded(session.config, session.turns)) == "");
}

/// Takes the books' files as they are, as they would be found after a kill.
void copy_books(const std::string& from, const std::string& to) {
  for (const char* part : {"", "-wal"}) {
    std::filesystem::remove(to + part);
    if (std::filesystem::exists(from + part)) std::filesystem::copy_file(from + part, to + part);
  }
  std::filesystem::remove(to + "-shm");
}

RC_GTEST_PROP(BookProperty, BooksGoOnFromAnyTransactionAtWhichTheProcessDied, ()) {
  const WildSession session(*rc::gen::inRange<std::uint64_t>(1, 1'000'000));
  const TemporaryFolder folder(fast_folder());
  const std::size_t every = *rc::gen::inRange<std::size_t>(20, 400);
  const std::size_t dies_at = *rc::gen::inRange<std::size_t>(0, session.turns.size());
  {
    auto books = AccountBooks::create(folder / "first");
    RC_ASSERT(books.has_value());
    BookKeeper keeper(books->state());
    RC_ASSERT(keeper.begin_segment(session.config).has_value());
    for (std::size_t i = 0; i < dies_at; ++i) {
      keeper.apply(session.turns[i]);
      if (i % every == 0) RC_ASSERT(books->write(keeper.take_changes()).has_value());
    }
    copy_books(folder / "first", folder / "second");  // What was not written is lost.
  }
  const auto writer = writer_of(folder / "second", session.config);
  RC_ASSERT(writer->written() <= dies_at);
  give(*writer, session.turns);
  RC_ASSERT(writer->flush().has_value());
  RC_ASSERT(difference(record_of(folder / "second", session.config), recorded(session.config, session.turns)) == "");
}

}  // namespace
}  // namespace bellwether
