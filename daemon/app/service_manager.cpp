#include "app/service_manager.hpp"

#ifdef TLSPOLICY_SYSTEMD

#include <fmt/format.h>

#include <cstdint>
#include <cstdlib>
#include <ctime>
#include <sys/uio.h>
#include <unistd.h>
#define SD_JOURNAL_SUPPRESS_LOCATION  // where in the code a line was written tells operators nothing
#include <systemd/sd-daemon.h>
#include <systemd/sd-journal.h>

namespace tlspolicy::app::service_manager {
namespace {

// Whether anybody heard it makes no difference.
void tell(const std::string& words) {
    ::sd_notify(0, words.c_str());
}

}  // namespace

void tell_ready(std::string_view status) {
    tell(fmt::format("READY=1\nSTATUS={}", status));
}

void tell_reloading() {
    timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    const auto microseconds = std::int64_t{now.tv_sec} * 1'000'000 + now.tv_nsec / 1'000;
    tell(fmt::format("RELOADING=1\nMONOTONIC_USEC={}\nSTATUS=reads its configuration", microseconds));
}

void tell_stopping(std::string_view status) {
    tell(fmt::format("STOPPING=1\nSTATUS={}", status));
}

void tell_status(std::string_view status) {
    tell(fmt::format("STATUS={}", status));
}

void tell_alive() {
    tell("WATCHDOG=1");
}

Duration watchdog_limit() {
    std::uint64_t microseconds = 0;
    if (::sd_watchdog_enabled(0, &microseconds) <= 0) return Duration::zero();
    return std::chrono::duration_cast<Duration>(std::chrono::microseconds(microseconds));
}

std::vector<server::PassedSocket> passed_sockets() {
    char** names = nullptr;
    const int count = ::sd_listen_fds_with_names(1, &names);
    std::vector<server::PassedSocket> sockets;
    for (int i = 0; i < count; ++i) {
        sockets.push_back({SD_LISTEN_FDS_START + i, names[i]});
        std::free(names[i]);
    }
    std::free(names);
    return sockets;
}

bool has_journal() {
    return ::access("/run/systemd/journal/socket", W_OK) == 0;
}

void write_journal(const std::vector<std::string>& fields) {
    std::vector<iovec> parts;
    for (const auto& field : fields)
        parts.push_back({const_cast<char*>(field.data()), field.size()});  // it reads them only
    ::sd_journal_sendv(parts.data(), static_cast<int>(parts.size()));
}

}  // namespace tlspolicy::app::service_manager

#else

namespace tlspolicy::app::service_manager {

void tell_ready(std::string_view /*status*/) {}
void tell_reloading() {}
void tell_stopping(std::string_view /*status*/) {}
void tell_status(std::string_view /*status*/) {}
void tell_alive() {}
Duration watchdog_limit() {
    return Duration::zero();
}
std::vector<server::PassedSocket> passed_sockets() {
    return {};
}
bool has_journal() {
    return false;
}
void write_journal(const std::vector<std::string>& /*fields*/) {}

}  // namespace tlspolicy::app::service_manager

#endif
