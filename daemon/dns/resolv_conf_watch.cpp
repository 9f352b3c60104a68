#include "dns/resolv_conf_watch.hpp"

#include "base/printable.hpp"
#include "dns/name_server.hpp"
#include "dns/resolv_conf.hpp"

#include <spdlog/spdlog.h>

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace tlspolicy::dns {
namespace {

constexpr Duration look_interval = std::chrono::seconds(1);
constexpr std::size_t max_size = 64 * 1024;  // a resolv.conf is some hundred octets

Error system_error(int code) {
    return {ErrorKind::system, std::generic_category().message(code)};
}

}  // namespace

/// An open file, and what it was when it was opened.
class ResolvConfWatch::File {
public:
    // O_NONBLOCK: a FIFO put there by mistake must not stop the loop.
    explicit File(const std::string& path) : fd_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {
        if (fd_ < 0 || ::fstat(fd_, &stat_) != 0) error_ = errno;
    }
    ~File() {
        if (fd_ >= 0) ::close(fd_);
    }
    File(const File&) = delete;
    File& operator=(const File&) = delete;

    static Identity identity_of(const struct stat& found) {
#ifdef __APPLE__
        const timespec& modified = found.st_mtimespec;
#else
        const timespec& modified = found.st_mtim;
#endif
        return {static_cast<std::uint64_t>(found.st_dev), static_cast<std::uint64_t>(found.st_ino),
                static_cast<std::int64_t>(modified.tv_sec), static_cast<std::int64_t>(modified.tv_nsec),
                static_cast<std::int64_t>(found.st_size)};
    }
    Identity identity() const {
        return identity_of(stat_);
    }
    int error() const {
        return error_;
    }

    Result<std::string> text() const {
        if (!S_ISREG(stat_.st_mode)) return Error(ErrorKind::system, "not a regular file");
        std::string all;
        std::array<char, 4096> piece{};
        for (;;) {
            const ssize_t count = ::read(fd_, piece.data(), piece.size());
            if (count < 0) return system_error(errno);
            if (count == 0) return all;
            all.append(piece.data(), static_cast<std::size_t>(count));
            if (all.size() > max_size) return Error(ErrorKind::system, "larger than 64 KiB");
        }
    }

private:
    int fd_;
    int error_ = 0;
    struct stat stat_ {};
};

ResolvConfWatch::ResolvConfWatch(const Clock& clock, std::string path)
    : clock_(clock), path_(std::move(path)), looked_at_(clock.now()) {
    load();
    if (servers_.empty()) servers_.push_back({IpAddress::v4({127, 0, 0, 1})});
}

bool ResolvConfWatch::refresh() {
    const Time now = clock_.now();
    if (now - looked_at_ < look_interval) return false;
    looked_at_ = now;
    struct stat found {};
    std::optional<Identity> identity;
    if (::stat(path_.c_str(), &found) == 0) identity = File::identity_of(found);  // follows symlinks
    return identity != seen_ && load();
}

Result<std::vector<NameServer>> ResolvConfWatch::read() {
    const File file(path_);
    seen_.reset();
    if (file.error() != 0) return system_error(file.error());
    seen_ = file.identity();
    auto text = file.text();
    if (!text) return text.error();
    return parse_resolv_conf(*text);
}

bool ResolvConfWatch::load() {
    auto servers = read();
    if (!servers) {
        if (usable_)
            spdlog::warn("resolv-conf-unusable path={} reason=\"{}\" servers=\"{}\"", path_,
                         printable(servers.error().message()),
                         servers_.empty() ? "127.0.0.1" : text_of(servers_));
        usable_ = false;
        return false;
    }
    const bool recovered = !usable_;
    usable_ = true;
    if (*servers == servers_ && !recovered) return false;
    if (!servers_.empty())
        spdlog::info("resolv-conf-changed path={} servers=\"{}\"", path_, text_of(*servers));
    const bool changed = *servers != servers_;
    servers_ = std::move(*servers);
    return changed;
}

}  // namespace tlspolicy::dns
