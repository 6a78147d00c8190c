#include "app/api_settings.hpp"

#include <filesystem>

#include "storage/file_bytes.hpp"

namespace bellwether {
namespace {

constexpr std::uint64_t kTokenFileBytesMax = 4096;
constexpr const char* kHowToMakeOne = "; `openssl rand -hex 32` prints a good one";

Error bad_token(const std::string& message) { return {"api.token_file", message}; }

/// Who may read or write the file, beside its owner and group.
std::filesystem::perms others(const std::string& path) {
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  return error ? std::filesystem::perms::none : status.permissions() & std::filesystem::perms::others_all;
}

bool is_token(std::string_view text) {
  constexpr std::string_view kAllowed = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/";
  text = text.substr(0, text.find_last_not_of('=') + 1);
  return !text.empty() && text.find_first_not_of(kAllowed) == std::string_view::npos;
}

}  // namespace

Expected<std::string> read_token(const std::string& path) {
  std::error_code error;
  if (std::filesystem::is_regular_file(path, error) && std::filesystem::file_size(path, error) > kTokenFileBytesMax) {
    return bad_token("'" + path + "' has more than " + std::to_string(kTokenFileBytesMax) +
                     " bytes; allowed is a file with one token" + kHowToMakeOne);
  }
  auto bytes = read_file(path);
  if (!bytes) return bad_token("'" + path + "' " + bytes.error().message + "; write a token into it" + kHowToMakeOne);
  constexpr std::string_view kBlanks = " \t\r\n";
  const std::size_t first = bytes->find_first_not_of(kBlanks);
  if (first == std::string::npos) return bad_token("'" + path + "' is empty; write a token into it" + kHowToMakeOne);
  std::string token = bytes->substr(first, bytes->find_last_not_of(kBlanks) + 1 - first);
  if (!is_token(token)) {
    return bad_token("'" + path + "' holds more than letters, digits and -._~+/ with = at the end, which is all that " +
                     "a token may have" + kHowToMakeOne);
  }
  if (token.size() < kTokenLengthMin) {
    return bad_token("the token in '" + path + "' has " + std::to_string(token.size()) + " characters; allowed are " +
                     std::to_string(kTokenLengthMin) + " or more" + kHowToMakeOne);
  }
  if ((others(path) & std::filesystem::perms::others_write) != std::filesystem::perms::none) {
    return bad_token("'" + path + "' may be written by anybody on this machine; take that away with `chmod 600 " +
                     path + "`");
  }
  return token;
}

Expected<ApiConfig> api_config(const ApiSettings& settings, std::vector<std::string>& warnings) {
  ApiConfig api;
  api.host = settings.host;
  api.port = static_cast<std::uint16_t>(settings.port);
  api.access.hosts = settings.allowed_hosts.names;
  api.access.advice = "names that lead here by way of a proxy are listed in api.allowed_hosts";
  api.connections_max = settings.connections_max;
  api.header_bytes_max = settings.header_bytes_max;
  api.body_bytes_max = settings.body_bytes_max;
  api.history_readers_max = settings.history_readers_max;
  if (!settings.token_file.empty()) {
    auto token = read_token(settings.token_file);
    if (!token) return token.error();
    api.access.token = std::move(*token);
    if ((others(settings.token_file) & std::filesystem::perms::others_read) != std::filesystem::perms::none) {
      warnings.push_back("anybody on this machine may read the token in '" + settings.token_file +
                         "'; take that away with `chmod 600 " + settings.token_file + "`");
    }
  }
  if (auto fit = ApiServer::check(api); !fit) return fit.error();
  return api;
}

}  // namespace bellwether
