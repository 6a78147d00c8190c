#include "actors/snapshot_seal.hpp"

#include "engine/bytes.hpp"
#include "storage/checksum.hpp"

namespace bellwether {
namespace {

constexpr std::uint32_t kMark = 0x54535742;  // "BWST"

std::uint64_t checksum(std::uint32_t format, EventNumber event, std::string_view state) {
  return xxh64(state, event ^ (std::uint64_t{format} << 32));
}

}  // namespace

Snapshot sealed_snapshot(EventNumber event, std::string_view state) {
  ByteWriter seal;
  seal.u32(kMark);
  seal.u32(kStateFormat);
  seal.u64(checksum(kStateFormat, event, state));
  return {event, seal.take().append(state)};
}

Expected<std::string_view> state_of(const Snapshot& snapshot) {
  ByteReader reader(snapshot.bytes);
  const bool marked = reader.u32() == kMark;
  const std::uint32_t format = reader.u32();
  const std::uint64_t expected = reader.u64();
  if (!reader.ok() || !marked) return Error{"", "it does not begin as a snapshot does"};
  const std::string_view state = std::string_view(snapshot.bytes).substr(reader.position());
  // Before the format, so that damage to it is not taken for another version.
  if (checksum(format, snapshot.event, state) != expected) return Error{"", "its checksum is wrong"};
  if (format != kStateFormat) {
    return Error{"",
                 "it is in format " + std::to_string(format) + "; this version reads " + std::to_string(kStateFormat)};
  }
  return state;
}

}  // namespace bellwether
