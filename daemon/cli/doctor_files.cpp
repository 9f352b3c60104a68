#include "cli/doctor_files.hpp"

#include "base/ascii.hpp"
#include "dns/resolv_conf.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <grp.h>
#include <iterator>
#include <memory>
#include <pwd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/timex.h>
#include <sys/un.h>
#include <unistd.h>

namespace tlspolicy::cli::doctor {
namespace {

constexpr std::size_t text_limit = 64 * 1024;
constexpr std::size_t program_limit = 64 * 1024 * 1024;
constexpr std::size_t most_roots = 10'000;

PathStep step_at(const std::string& path) {
    PathStep step;
    step.path = path;
    struct stat found {};
    if (stat(path.c_str(), &found) != 0) return step;
    if (S_ISDIR(found.st_mode))
        step.kind = PathStep::Kind::directory;
    else
        step.kind = S_ISSOCK(found.st_mode) ? PathStep::Kind::socket : PathStep::Kind::other;
    step.mode = found.st_mode & 07777U;
    step.owner = found.st_uid;
    step.group = found.st_gid;
    return step;
}

Result<std::string> read_file(const std::string& path, std::size_t limit) {
    errno = 0;
    std::ifstream file(path, std::ios::binary);
    std::string text(limit, '\0');
    if (file) file.read(text.data(), static_cast<std::streamsize>(limit));
    if (!file && !file.eof()) return Error(ErrorKind::system, std::strerror(errno == 0 ? EIO : errno));
    text.resize(static_cast<std::size_t>(file.gcount()));
    return text;
}

bool is_hashed_name(const std::string& name) {
    constexpr std::size_t hash = 8;  // "3513523f.0"
    return name.size() > hash + 1 && name[hash] == '.'
           && std::all_of(name.begin(), name.begin() + hash,
                          [](char c) { return ascii::is_digit(c) || (c >= 'a' && c <= 'f'); })
           && std::all_of(name.begin() + hash + 1, name.end(), ascii::is_digit);
}

}  // namespace

Path walk(const std::string& from, const std::string& path) {
    Path steps = {step_at(from)};
    std::string way = from == "/" ? "" : from;
    std::string_view rest = path;
    while (!rest.empty()) {
        const auto name = rest.substr(0, rest.find('/'));
        rest.remove_prefix(std::min(rest.size(), name.size() + 1));
        if (name.empty()) continue;
        way.append("/").append(name);
        steps.push_back(step_at(way));
    }
    return steps;
}

std::optional<MailUser> find_user(const std::string& name) {
    const passwd* found = getpwnam(name.c_str());
    if (found == nullptr) return std::nullopt;
    MailUser user;
    user.name = name;
    user.user = found->pw_uid;
    std::vector<gid_t> groups(64);
    int count = static_cast<int>(groups.size());
    if (getgrouplist(name.c_str(), found->pw_gid, groups.data(), &count) < 0)
        count = std::min(count, static_cast<int>(groups.size()));
    user.groups.assign(groups.begin(), groups.begin() + count);
    return user;
}

Roots roots_in_file(const std::string& path) {
    Roots roots;
    const auto failure = [&](const char* why) {
        roots.failure = why;
        return roots;
    };
    if (access(path.c_str(), R_OK) != 0) return failure(std::strerror(errno));
    const std::unique_ptr<BIO, int (*)(BIO*)> file(BIO_new_file(path.c_str(), "r"), BIO_free);
    if (!file) return failure("it cannot be opened");
    while (roots.certificates < most_roots) {
        const std::unique_ptr<X509, void (*)(X509*)> one(
            PEM_read_bio_X509_AUX(file.get(), nullptr, nullptr, nullptr), X509_free);
        if (!one) break;
        ++roots.certificates;
    }
    ERR_clear_error();
    return roots;
}

Roots roots_in_directory(const std::string& path) {
    Roots roots;
    std::error_code failure;
    for (std::filesystem::directory_iterator entry(path, failure), end; !failure && entry != end;
         entry.increment(failure))
        if (is_hashed_name(entry->path().filename().string()) && ++roots.certificates == most_roots) break;
    if (failure) roots.failure = failure.message();
    return roots;
}

std::string system_roots() {
    for (const char* file :
         {"/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/ca-bundle.pem",
          "/etc/ssl/cert.pem", "/usr/local/share/certs/ca-root-nss.crt"})
        if (access(file, R_OK) == 0) return file;
    return {};
}

Result<std::vector<dns::NameServer>> name_servers_in(const std::string& resolv_conf) {
    const auto text = read_file(resolv_conf, text_limit);
    if (!text) return text.error();
    return dns::parse_resolv_conf(*text);
}

std::optional<bool> file_contains(const std::string& path, const std::string& bytes) {
    const auto content = read_file(path, program_limit);
    if (!content) return std::nullopt;
    return content->find(bytes) != std::string::npos;
}

std::optional<unsigned> datagram_queue() {
    const auto text = read_file("/proc/sys/net/unix/max_dgram_qlen", text_limit);
    if (!text) return std::nullopt;
    unsigned value = 0;
    if (std::from_chars(text->data(), text->data() + text->size(), value).ec != std::errc())
        return std::nullopt;
    return value;
}

std::optional<bool> clock_synchronised() {
    timex state{};  // modes 0: nothing is changed
    const int answer = adjtimex(&state);
    if (answer < 0) return std::nullopt;
    return answer != TIME_ERROR;
}

std::string datagram_failure(const std::string& path) {
    sockaddr_un to{};
    to.sun_family = AF_UNIX;
    if (path.size() >= sizeof to.sun_path) return "the path is too long for a socket";
    path.copy(to.sun_path, path.size());
    const int made = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (made < 0) return std::strerror(errno);
    const int outcome = connect(made, reinterpret_cast<const sockaddr*>(&to), sizeof to);
    const int failure = errno;
    close(made);
    if (outcome == 0) return {};
    return failure == ECONNREFUSED ? "nobody listens there" : std::strerror(failure);
}

}  // namespace tlspolicy::cli::doctor
