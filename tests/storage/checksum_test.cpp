// XXH64 against the xxhash package of Python, version 4.1.0 (libxxhash 0.8.4).
#include "storage/checksum.hpp"

namespace bellwether {
namespace {

TEST(Xxh64, AgreesWithTheReferenceForEveryKindOfLength) {
  const auto hash = [](std::size_t size, std::uint64_t seed) {
    std::string bytes;
    for (std::size_t i = 0; i < size; ++i) bytes.push_back(static_cast<char>(i * 7 + 3));
    return xxh64(bytes, seed);
  };
  EXPECT_EQ(hash(0, 0), 0xef46db3751d8e999U);
  EXPECT_EQ(hash(1, 0), 0x1f25c8d0bc1f4bb6U);
  EXPECT_EQ(hash(3, 0), 0x31d2363f52e564c9U);
  EXPECT_EQ(hash(4, 0), 0x9bb64b7d66ee9fdaU);
  EXPECT_EQ(hash(7, 1), 0xd8b4a941715fee31U);
  EXPECT_EQ(hash(8, 0), 0xdab99d95c6f90092U);
  EXPECT_EQ(hash(31, 0), 0xa2aa5f33cc4a6119U);
  EXPECT_EQ(hash(32, 0), 0x23c3c17ef790fd97U);
  EXPECT_EQ(hash(33, 5), 0xbb0f5983c203f593U);
  EXPECT_EQ(hash(100, 0), 0xa61f8d4c170fe531U);
  EXPECT_EQ(hash(1000, 0x123456789abcdef0), 0x2c07c91f9c8937bdU);
  EXPECT_EQ(xxh64("abc", 0), 0x44bc2cf5ad770999U);
}

}  // namespace
}  // namespace bellwether
