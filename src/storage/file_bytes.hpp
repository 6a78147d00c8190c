// Whole files as bytes: reading with clear errors, unpacking gzip, and SHA-256.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "engine/expected.hpp"

namespace bellwether {

/// The largest file that is read, and the most that one unpacks to.
constexpr std::uint64_t kFileBytesMax = std::uint64_t{4} << 30;

/// All bytes of a regular file. Errors (missing, a folder, unreadable, above kFileBytesMax) name the path.
Expected<std::string> read_file(const std::filesystem::path& path);

/// What a gzip file (RFC 1952, one or more members) unpacks to. `name` stands in the error of a damaged or cut file.
Expected<std::string> gunzip(std::string_view packed, std::string_view name);

/// SHA-256 over bytes that come in pieces.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;

  void update(std::string_view bytes);
  /// 64 lower-case hexadecimal digits for all bytes so far; more may follow.
  [[nodiscard]] std::string hex() const;

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

/// SHA-256 of `bytes` in lower-case hexadecimal.
std::string sha256_hex(std::string_view bytes);

}  // namespace bellwether
