#include "cli/published.hpp"

#include "base/ascii.hpp"
#include "base/printable.hpp"
#include "sts/record.hpp"

#include <fmt/format.h>
#include <openssl/sha.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <memory>
#include <system_error>
#include <unistd.h>

namespace tlspolicy::cli {
namespace {

constexpr std::size_t digest_size = 2 * SHA256_DIGEST_LENGTH;

std::string default_directory() {
    // The XDG Base Directory Specification: a relative path does not count.
    if (const char* state = secure_getenv("XDG_STATE_HOME"); state != nullptr && state[0] == '/')
        return std::string(state) + "/tlspolicy";
    if (const char* home = secure_getenv("HOME"); home != nullptr && home[0] == '/')
        return std::string(home) + "/.local/state/tlspolicy";
    return "";
}

Error failed(const std::string& path, std::string_view why) {
    return {ErrorKind::system, fmt::format("{}: {}", printable(path), why)};
}
Error failed(const std::string& path) {
    return failed(path, std::strerror(errno));
}

/// "ID DIGEST".
std::optional<Published> parse(std::string_view text) {
    const std::size_t blank = text.find(' ');
    if (blank == std::string_view::npos || text.size() != blank + 1 + digest_size + 1 || text.back() != '\n')
        return std::nullopt;
    Published known{std::string(text.substr(0, blank)), std::string(text.substr(blank + 1, digest_size))};
    const bool valid = sts::is_valid_id(known.id)
                       && std::all_of(known.digest.begin(), known.digest.end(), ascii::is_alphanumeric);
    if (!valid) return std::nullopt;
    return known;
}

struct Closing {
    void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, Closing>;

}  // namespace

Published published(std::string_view id, std::string_view policy_text) {
    std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
    SHA256(reinterpret_cast<const unsigned char*>(policy_text.data()), policy_text.size(), digest.data());
    return {std::string(id), fmt::format("{:02x}", fmt::join(digest, ""))};
}

std::vector<Finding> judge_change(const std::optional<Published>& before, const Published& now) {
    if (!before) return {};  // the first look
    if (before->digest == now.digest) return {};
    if (before->id != now.id)
        return {{Severity::ok, fmt::format("the policy has changed, and its id with it, to {}", now.id), "",
                 "", "RFC 8461, 8.1"}};
    return {{Severity::problem, fmt::format("the policy has changed, but its id is still {}", now.id),
             "Senders that know the former policy look at the id alone, and keep to the former.",
             "Change the id in the TXT record; tlspolicy publish writes one.", "RFC 8461, 8.1"}};
}

bool supersedes(const std::optional<Published>& before, const Published& now) {
    return !before || (*before != now && before->id != now.id);
}

PublishedFiles::PublishedFiles(std::string directory)
    : directory_(directory.empty() ? default_directory() : std::move(directory)) {}

Result<std::optional<Published>> PublishedFiles::read(const Domain& domain) const {
    const std::string path = fmt::format("{}/{}", directory_, domain.text());
    const File file(std::fopen(path.c_str(), "re"));
    if (file == nullptr && (errno == ENOENT || directory_.empty())) return std::optional<Published>();
    if (file == nullptr) return failed(path);
    std::array<char, 256> text{};
    const std::size_t size = std::fread(text.data(), 1, text.size(), file.get());
    auto known = parse({text.data(), size});
    if (!known) return failed(path, "it holds something else");
    return known;
}

Result<void> PublishedFiles::write(const Domain& domain, const Published& now) const {
    if (directory_.empty()) return Error(ErrorKind::system, "neither XDG_STATE_HOME nor HOME is set");
    std::error_code error;
    std::filesystem::create_directories(directory_, error);
    if (error) return failed(directory_, error.message());
    std::string fresh = fmt::format("{}/.{}.XXXXXX", directory_, domain.text());
    const int descriptor = ::mkostemp(fresh.data(), O_CLOEXEC);
    if (descriptor < 0) return failed(fresh);
    const std::string text = fmt::format("{} {}\n", now.id, now.digest);
    const bool written = ::write(descriptor, text.data(), text.size()) == static_cast<ssize_t>(text.size())
                         && ::fsync(descriptor) == 0;
    Result<void> result;
    if (!written) result = failed(fresh);
    ::close(descriptor);
    const std::string path = fmt::format("{}/{}", directory_, domain.text());
    if (written && ::rename(fresh.c_str(), path.c_str()) != 0) result = failed(path);
    if (!result) ::unlink(fresh.c_str());
    return result;
}

}  // namespace tlspolicy::cli
