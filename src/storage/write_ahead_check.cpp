#include "storage/write_ahead_check.hpp"

#include <cstdint>
#include <fstream>
#include <string_view>
#include <vector>

namespace bellwether {
namespace {

constexpr std::size_t kHeaderBytes = 32;
constexpr std::size_t kFrameHeaderBytes = 24;
constexpr std::uint32_t kMagic = 0x377f0682;  ///< Its lowest bit says that checksums read words as big-endian.

std::uint32_t big_endian(const char* at) {
  const auto byte = [at](int i) { return static_cast<std::uint32_t>(static_cast<unsigned char>(at[i])); };
  return byte(0) << 24 | byte(1) << 16 | byte(2) << 8 | byte(3);
}

struct Checksum {
  std::uint32_t first = 0;
  std::uint32_t second = 0;

  static Checksum stored(const char* at) { return {big_endian(at), big_endian(at + 4)}; }
  bool operator==(const Checksum&) const = default;

  /// Continues over `bytes`, whose size is a multiple of 8.
  [[nodiscard]] Checksum over(std::string_view bytes, bool big_endian_words) const {
    Checksum sum = *this;
    const auto word = [big_endian_words](const char* at) {
      const std::uint32_t value = big_endian(at);
      return big_endian_words ? value : __builtin_bswap32(value);
    };
    for (std::size_t i = 0; i + 8 <= bytes.size(); i += 8) {
      sum.first += word(bytes.data() + i) + sum.second;
      sum.second += word(bytes.data() + i + 4) + sum.first;
    }
    return sum;
  }
};

/// Follows the frames. Frames whose checksums build on one another form a chain; the file's first chain is what SQLite
/// reads. A later chain that holds two commits proves that the first of them was once complete and synced.
class FrameChain {
 public:
  FrameChain(Checksum start, std::string salts, bool big_endian_words)
      : previous_(start), salts_(std::move(salts)), big_endian_words_(big_endian_words) {}

  void add(std::string_view frame) {
    const bool commit = big_endian(frame.data() + 4) != 0;
    const Checksum stored = Checksum::stored(frame.data() + 16);
    const Checksum computed = after(previous_, frame);
    // Behind a frame whose stored checksum is damaged, the chain goes on from the one that it should have.
    const bool fits = computed == stored || (broken_ && after(previous_computed_, frame) == stored);
    const bool continues = frame.substr(8, 8) == salts_ && fits;
    previous_ = stored;
    previous_computed_ = computed;
    if (continues && !broken_) return;
    broken_ = true;
    commits_behind_ = (continues ? commits_behind_ : 0) + (commit ? 1 : 0);
  }
  [[nodiscard]] bool lost_a_commit() const { return commits_behind_ >= 2; }

 private:
  [[nodiscard]] Checksum after(Checksum start, std::string_view frame) const {
    return start.over(frame.substr(0, 8), big_endian_words_).over(frame.substr(kFrameHeaderBytes), big_endian_words_);
  }

  Checksum previous_;           ///< As stored in the last frame,
  Checksum previous_computed_;  ///< and as it follows from the frames.
  std::string salts_;
  bool big_endian_words_;
  bool broken_ = false;
  int commits_behind_ = 0;  ///< In the chain that the last frame belongs to, once the first chain broke.
};

}  // namespace

Expected<void> check_write_ahead_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::string header(kHeaderBytes, '\0');
  if (!in.read(header.data(), kHeaderBytes)) return {};
  const std::uint32_t magic = big_endian(header.data());
  const bool big_endian_words = (magic & 1) != 0;
  const std::uint32_t page_bytes = big_endian(header.data() + 8);
  const Checksum header_sum = Checksum{}.over(std::string_view(header).substr(0, 24), big_endian_words);
  if ((magic & ~1U) != kMagic || header_sum != Checksum::stored(header.data() + 24) || page_bytes < 512 ||
      page_bytes > 65536) {
    return Error{path, "the write-ahead file is damaged in its header"};
  }
  FrameChain chain(header_sum, header.substr(16, 8), big_endian_words);
  std::string frame(kFrameHeaderBytes + page_bytes, '\0');
  for (std::uint64_t number = 1; in.read(frame.data(), static_cast<std::streamsize>(frame.size())); ++number) {
    chain.add(frame);
    if (chain.lost_a_commit()) {
      return Error{path, "the write-ahead file is damaged before frame " + std::to_string(number) +
                             ": a committed transaction cannot be read"};
    }
  }
  return {};
}

}  // namespace bellwether
