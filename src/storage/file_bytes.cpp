#include "storage/file_bytes.hpp"

#include <fcntl.h>
#include <openssl/evp.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <limits>
#include <system_error>

#include "engine/invariant.hpp"

namespace bellwether {
namespace {

/// Closes a file descriptor.
class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  [[nodiscard]] int get() const { return number_; }

 private:
  int number_;
};

Error cannot_read(const std::filesystem::path& path, int error) {
  return {path.string(), "cannot be read: " + std::generic_category().message(error)};
}

Error damaged(std::string_view name) { return {std::string(name), "is not a whole gzip file"}; }

/// The state of zlib's inflate.
class Inflater {
 public:
  Inflater() {
    constexpr int kGzip = 16;
    BELLWETHER_INVARIANT(inflateInit2(&stream_, kGzip + MAX_WBITS) == Z_OK, "zlib cannot be set up");
  }
  ~Inflater() { inflateEnd(&stream_); }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;
  z_stream& operator*() { return stream_; }
  z_stream* operator->() { return &stream_; }

 private:
  z_stream stream_{};
};

}  // namespace

Expected<std::string> read_file(const std::filesystem::path& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) return cannot_read(path, errno);
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) return cannot_read(path, errno);
  if (S_ISDIR(status.st_mode)) return Error{path.string(), "is a folder; a file is needed"};
  if (!S_ISREG(status.st_mode)) return Error{path.string(), "is not a regular file"};
  const auto size = static_cast<std::uint64_t>(status.st_size);
  if (size > kFileBytesMax) {
    return Error{path.string(),
                 "has " + std::to_string(size) + " bytes; at most " + std::to_string(kFileBytesMax) + " are allowed"};
  }
  std::string bytes(static_cast<std::size_t>(size), '\0');
  std::size_t have = 0;
  while (have < bytes.size()) {
    const ssize_t got = ::read(file.get(), bytes.data() + have, bytes.size() - have);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return cannot_read(path, errno);
    if (got == 0) return Error{path.string(), "became shorter while it was read"};
    have += static_cast<std::size_t>(got);
  }
  return bytes;
}

Expected<std::string> gunzip(std::string_view packed, std::string_view name) {
  std::string bytes;
  Inflater inflater;
  std::array<char, 1 << 16> block;
  // zlib's interface takes the input as mutable, but does not write to it.
  auto* next = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(packed.data()));
  const Bytef* const end = next + packed.size();
  int state = Z_OK;
  do {
    inflater->next_in = next;
    inflater->avail_in = static_cast<uInt>(std::min<std::ptrdiff_t>(end - next, std::numeric_limits<uInt>::max()));
    inflater->next_out = reinterpret_cast<Bytef*>(block.data());
    inflater->avail_out = block.size();
    state = inflate(&*inflater, Z_NO_FLUSH);
    next = inflater->next_in;
    if (state != Z_OK && state != Z_STREAM_END) return damaged(name);
    bytes.append(block.data(), block.size() - inflater->avail_out);
    if (bytes.size() > kFileBytesMax) return Error{std::string(name), "unpacks to more bytes than are allowed"};
    // A further member may follow the end of one.
    if (state == Z_STREAM_END && next != end && inflateReset(&*inflater) != Z_OK) return damaged(name);
  } while (state != Z_STREAM_END || next != end);
  return bytes;
}

struct Sha256::Context {
  EVP_MD_CTX* evp = EVP_MD_CTX_new();
  Context() = default;
  ~Context() { EVP_MD_CTX_free(evp); }
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;
};

Sha256::Sha256() : context_(std::make_unique<Context>()) {
  BELLWETHER_INVARIANT(context_->evp != nullptr && EVP_DigestInit_ex(context_->evp, EVP_sha256(), nullptr) == 1,
                       "SHA-256 cannot be set up");
}
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

void Sha256::update(std::string_view bytes) {
  BELLWETHER_INVARIANT(EVP_DigestUpdate(context_->evp, bytes.data(), bytes.size()) == 1, "SHA-256 failed");
}

std::string Sha256::hex() const {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  const Context copy;
  BELLWETHER_INVARIANT(copy.evp != nullptr && EVP_MD_CTX_copy_ex(copy.evp, context_->evp) == 1 &&
                           EVP_DigestFinal_ex(copy.evp, digest.data(), &size) == 1,
                       "SHA-256 failed");
  std::string text;
  for (unsigned i = 0; i < size; ++i) {
    text += "0123456789abcdef"[digest[i] >> 4];
    text += "0123456789abcdef"[digest[i] & 15];
  }
  return text;
}

std::string sha256_hex(std::string_view bytes) {
  Sha256 sum;
  sum.update(bytes);
  return sum.hex();
}

}  // namespace bellwether
