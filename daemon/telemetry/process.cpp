#include "telemetry/process.hpp"

#include "telemetry/exposition.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <sstream>
#include <string>
#include <sys/resource.h>
#include <system_error>
#include <unistd.h>

namespace tlspolicy::telemetry {
namespace {

/// The 22nd field of proc(5)'s stat, counted behind the name, which may hold anything.
std::optional<double> started_after_boot() {
    std::ifstream file("/proc/self/stat");
    std::string line;
    std::getline(file, line);
    std::istringstream fields(line.substr(line.rfind(')') + 1));
    std::string field;
    for (int i = 3; i <= 22; ++i)
        fields >> field;
    if (!fields) return std::nullopt;
    return std::strtod(field.c_str(), nullptr) / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

std::optional<double> boot_time() {
    std::ifstream file("/proc/stat");
    std::string word;
    while (file >> word)
        if (word == "btime" && file >> word) return std::strtod(word.c_str(), nullptr);
    return std::nullopt;
}

/// nullopt: a sandbox hides it.
std::optional<double> start_time() {
    static const auto boot = boot_time();
    static const auto after = started_after_boot();
    if (!boot || !after) return std::nullopt;
    return *boot + *after;
}

double resident_bytes() {
    std::ifstream file("/proc/self/statm");
    double all = 0;
    double resident = 0;
    file >> all >> resident;
    return resident * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

double seconds(const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

}  // namespace

void show_process(Exposition& exposition) {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    rlimit files{};
    ::getrlimit(RLIMIT_NOFILE, &files);
    std::error_code failure;
    const std::filesystem::directory_iterator open("/proc/self/fd", failure);
    exposition.counter("process_cpu_seconds_total", "Processor time used", {},
                       seconds(usage.ru_utime) + seconds(usage.ru_stime));
    exposition.gauge("process_resident_memory_bytes", "Memory in use", {}, resident_bytes());
    if (!failure)
        exposition.gauge("process_open_fds", "Open files and sockets", {},
                         static_cast<double>(std::distance(begin(open), end(open))));
    exposition.gauge("process_max_fds", "The limit of open files and sockets", {},
                     static_cast<double>(files.rlim_cur));
    if (const auto time = start_time())
        exposition.gauge("process_start_time_seconds", "When the daemon started, since 1970", {}, *time);
}

}  // namespace tlspolicy::telemetry
