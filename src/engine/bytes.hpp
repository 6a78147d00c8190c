// The project's one binary encoding: little-endian, fixed width, no padding. Log records and snapshots use it.
#pragma once

#include <bit>
#include <cstddef>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

#include "engine/decimal.hpp"
#include "engine/time.hpp"

namespace bellwether {

/// Appends values to a byte string.
class ByteWriter {
 public:
  void u8(std::uint8_t v) { bytes_.push_back(static_cast<char>(v)); }
  void u16(std::uint16_t v) { little_endian(v); }
  void u32(std::uint32_t v) { little_endian(v); }
  void u64(std::uint64_t v) { little_endian(v); }
  void i64(std::int64_t v) { little_endian(static_cast<std::uint64_t>(v)); }
  void f64(double v) { little_endian(std::bit_cast<std::uint64_t>(v)); }
  void boolean(bool v) { u8(v ? 1 : 0); }
  void bytes(std::span<const std::byte> v) { bytes_.append(reinterpret_cast<const char*>(v.data()), v.size()); }
  /// Length (32 bits), then the characters.
  void string(std::string_view v) {
    u32(static_cast<std::uint32_t>(v.size()));
    bytes_.append(v);
  }
  void time(Timestamp v) { i64(v.ns); }
  template <typename Tag, int Decimals>
  void fixed(Fixed<Tag, Decimals> v) {
    i64(v.raw());
  }

  void sum(MoneySum v) {
    u64(static_cast<std::uint64_t>(v.raw()));
    i64(static_cast<std::int64_t>(v.raw() >> 64));
  }

  [[nodiscard]] const std::string& str() const { return bytes_; }
  [[nodiscard]] std::size_t size() const { return bytes_.size(); }
  void clear() { bytes_.clear(); }
  [[nodiscard]] std::string take() { return std::move(bytes_); }

 private:
  template <typename Unsigned>
  void little_endian(Unsigned v) {
    static_assert(std::endian::native == std::endian::little, "the encoding copies native words");
    char raw[sizeof v];
    std::memcpy(raw, &v, sizeof v);
    bytes_.append(raw, sizeof v);
  }
  std::string bytes_;
};

/// Reads what ByteWriter wrote. Reading past the end yields zeros and makes `ok()` false for good.
class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : bytes_(bytes) {}

  std::uint8_t u8() { return word<std::uint8_t>(); }
  std::uint16_t u16() { return word<std::uint16_t>(); }
  std::uint32_t u32() { return word<std::uint32_t>(); }
  std::uint64_t u64() { return word<std::uint64_t>(); }
  std::int64_t i64() { return static_cast<std::int64_t>(word<std::uint64_t>()); }
  double f64() { return std::bit_cast<double>(word<std::uint64_t>()); }
  bool boolean() { return u8() != 0; }
  std::string string() {
    const std::uint32_t size = u32();
    if (bytes_.size() - at_ < size) {
      fail();
      return {};
    }
    std::string text(bytes_.substr(at_, size));
    at_ += size;
    return text;
  }
  Timestamp time() { return {i64()}; }
  /// An enumerator below `count`; anything else is malformed input.
  template <typename Enum>
  Enum enumerator(std::size_t count) {
    const std::uint8_t raw = u8();
    if (raw < count) return static_cast<Enum>(raw);
    fail();
    return static_cast<Enum>(0);
  }
  template <typename FixedType>
  FixedType fixed() {
    return FixedType::from_raw(i64());
  }

  MoneySum sum() {
    const std::uint64_t low = u64();
    return MoneySum::from_raw((Int128{i64()} << 64) + low);
  }

  /// False once more was asked for than there was, or after `fail`.
  [[nodiscard]] bool ok() const { return ok_; }
  /// True when everything was read and nothing failed.
  [[nodiscard]] bool done() const { return ok_ && at_ == bytes_.size(); }
  [[nodiscard]] std::size_t position() const { return at_; }
  /// Marks the input as malformed.
  void fail() {
    ok_ = false;
    at_ = bytes_.size();
  }

 private:
  template <typename Unsigned>
  Unsigned word() {
    Unsigned v = 0;
    if (bytes_.size() - at_ < sizeof v) {
      fail();
      return 0;
    }
    std::memcpy(&v, bytes_.data() + at_, sizeof v);
    at_ += sizeof v;
    return v;
  }
  std::string_view bytes_;
  std::size_t at_ = 0;
  bool ok_ = true;
};

}  // namespace bellwether
