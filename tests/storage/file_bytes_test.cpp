// Whole files, gzip and SHA-256.
#include "storage/file_bytes.hpp"

#include <unistd.h>
#include <zlib.h>

#include <filesystem>
#include <fstream>

namespace bellwether {
namespace {

class FileBytes : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (std::filesystem::temp_directory_path() / "bellwether_bytes_XXXXXX").string();
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    folder_ = name;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  std::filesystem::path folder_;
};

/// One gzip member.
std::string packed(const std::string& text, const std::filesystem::path& folder) {
  const std::string path = (folder / "packed.gz").string();
  gzFile file = gzopen(path.c_str(), "wb");
  gzwrite(file, text.data(), static_cast<unsigned>(text.size()));
  gzclose(file);
  return *read_file(path);
}

TEST_F(FileBytes, ReadsAllBytes) {
  const std::string bytes("a\0b\r\n", 5);
  std::ofstream(folder_ / "f") << bytes;
  const auto read = read_file(folder_ / "f");
  ASSERT_TRUE(read);
  EXPECT_EQ(*read, bytes);
}

TEST_F(FileBytes, NamesThePathOfWhatCannotBeRead) {
  const auto missing = read_file(folder_ / "none");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().text(), (folder_ / "none").string() + ": cannot be read: No such file or directory");
  const auto directory = read_file(folder_);
  ASSERT_FALSE(directory);
  EXPECT_EQ(directory.error().text(), folder_.string() + ": is a folder; a file is needed");
  std::ofstream(folder_ / "secret") << "x";
  std::filesystem::permissions(folder_ / "secret", std::filesystem::perms::none);
  if (::geteuid() != 0) {
    const auto secret = read_file(folder_ / "secret");
    ASSERT_FALSE(secret);
    EXPECT_THAT(secret.error().text(), testing::HasSubstr("Permission denied"));
  }
}

TEST_F(FileBytes, UnpacksOneAndMoreMembers) {
  const std::string text(300'000, 'x');
  const std::string member = packed(text, folder_);
  EXPECT_EQ(*gunzip(member, "f.gz"), text);
  EXPECT_EQ(*gunzip(member + member, "f.gz"), text + text);
}

TEST_F(FileBytes, RefusesDamagedGzip) {
  const std::string member = packed("some text", folder_);
  for (const std::string& bad :
       {std::string(), member.substr(0, member.size() - 1), member + "x", std::string("text")}) {
    const auto result = gunzip(bad, "f.gz");
    ASSERT_FALSE(result) << bad.size();
    EXPECT_EQ(result.error().text(), "f.gz: is not a whole gzip file");
  }
}

TEST(Sha256, MatchesThePublishedExamples) {
  // FIPS 180-2, appendix B.1 and B.2.
  EXPECT_EQ(sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  Sha256 sum;
  sum.update("abcdbcdecdefdefgefghfghighijhijk");
  EXPECT_NE(sum.hex(), "");
  sum.update("ijkljklmklmnlmnomnopnopq");
  EXPECT_EQ(sum.hex(), "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

}  // namespace
}  // namespace bellwether
