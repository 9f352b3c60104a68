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

std::string digest_of(std::string_view text) {
    std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
    SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
    return fmt::format("{:02x}", fmt::join(digest, ""));
}

/// All that senders heed, in one order.
std::string meaning_of(const sts::Policy& policy) {
    std::vector<std::string_view> patterns;
    for (const auto& pattern : policy.mx)
        patterns.push_back(pattern.text());
    std::sort(patterns.begin(), patterns.end());
    patterns.erase(std::unique(patterns.begin(), patterns.end()), patterns.end());
    return fmt::format("{} {} {}", sts::name_of(policy.mode), policy.max_age.count(),
                       fmt::join(patterns, " "));
}

constexpr std::string_view mark = "policy ";  // of a line whose digest is of the policy, not of its text

/// "policy ID DIGEST"; formerly "ID DIGEST", the digest of the text.
std::optional<Published> parse(std::string_view text) {
    // An id may be "policy", too.
    const bool marked = text.starts_with(mark) && std::count(text.begin(), text.end(), ' ') == 2;
    if (marked) text.remove_prefix(mark.size());
    const std::size_t blank = text.find(' ');
    if (blank == std::string_view::npos || text.size() != blank + 1 + digest_size + 1 || text.back() != '\n')
        return std::nullopt;
    const std::string_view id = text.substr(0, blank);
    const std::string_view digest = text.substr(blank + 1, digest_size);
    if (!sts::is_valid_id(id) || !std::all_of(digest.begin(), digest.end(), ascii::is_alphanumeric))
        return std::nullopt;
    Published known{std::string(id), ""};
    (marked ? known.digest : known.text_digest) = digest;
    return known;
}

struct Closing {
    void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, Closing>;

}  // namespace

Published published(std::string_view id, const sts::Policy& policy, std::string_view text) {
    return {std::string(id), digest_of(meaning_of(policy)), digest_of(text)};
}

bool same_policy(const Published& before, const Published& now) noexcept {
    return before.digest.empty() ? before.text_digest == now.text_digest : before.digest == now.digest;
}

std::vector<Finding> judge_change(const std::optional<Published>& before, const Published& now) {
    if (!before) return {};  // the first look
    if (same_policy(*before, now)) return {};
    if (before->id != now.id)
        return {{Severity::ok, fmt::format("the policy has changed, and its id with it, to {}", now.id), "",
                 "", "RFC 8461, 8.1"}};
    return {{Severity::problem, fmt::format("the policy has changed, but its id is still {}", now.id),
             "Senders that know the former policy look at the id alone, and keep to the former.",
             "Change the id in the TXT record; tlspolicy publish writes one.", "RFC 8461, 8.1"}};
}

bool supersedes(const std::optional<Published>& before, const Published& now) {
    if (!before || before->id != now.id) return true;
    return before->digest.empty() && same_policy(*before, now);  // the new form for the old
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
    const std::string text = fmt::format("{}{} {}\n", mark, now.id, now.digest);
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
