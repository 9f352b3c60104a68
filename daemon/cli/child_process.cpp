#include "cli/child_process.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <string_view>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

namespace tlspolicy::cli {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr std::size_t output_limit = 1024 * 1024;

class Descriptor {
public:
    explicit Descriptor(int number = -1) noexcept : number_(number) {}
    ~Descriptor() { reset(); }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;

    void reset(int number = -1) noexcept {
        if (number_ >= 0) close(number_);
        number_ = number;
    }
    int get() const noexcept { return number_; }

private:
    int number_;
};

struct Pipe {
    Descriptor reader;
    Descriptor writer;

    bool open() noexcept {
        int ends[2];
        if (pipe2(ends, O_CLOEXEC) != 0) return false;
        reader.reset(ends[0]);
        writer.reset(ends[1]);
        return true;
    }
};

/// Starts it with the ends of two pipes as its output; an errno where that fails.
int spawn(const std::vector<std::string>& argv, const Pipe& out, const Pipe& err, pid_t& child) {
    std::vector<char*> words;
    words.reserve(argv.size() + 1);
    for (const std::string& word : argv)
        words.push_back(const_cast<char*>(word.c_str()));  // posix_spawn() does not write there
    words.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, out.writer.get(), STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, err.writer.get(), STDERR_FILENO);
    const int failure = posix_spawn(&child, words.front(), &actions, nullptr, words.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    return failure;
}

/// Takes what is there into `text`; false at the end, or where it grows too long.
bool drain(Descriptor& from, std::string& text) {
    std::array<char, 16 * 1024> buffer;
    const ssize_t count = read(from.get(), buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) return true;
    if (count <= 0) {
        from.reset();
        return false;
    }
    text.append(buffer.data(), static_cast<std::size_t>(count));
    return text.size() <= output_limit;
}

/// Reads both until they end; what went wrong, or nothing.
std::string read_all(Pipe& out, Pipe& err, Ended& ended, SteadyClock::time_point deadline) {
    while (out.reader.get() >= 0 || err.reader.get() >= 0) {
        const auto left = std::chrono::duration_cast<Duration>(deadline - SteadyClock::now()).count();
        if (left <= 0) return "it does not end";
        pollfd waits[] = {{out.reader.get(), POLLIN, 0}, {err.reader.get(), POLLIN, 0}};
        if (poll(waits, std::size(waits), static_cast<int>(left)) < 0 && errno != EINTR)
            return std::strerror(errno);
        if (waits[0].revents != 0) drain(out.reader, ended.out);
        if (waits[1].revents != 0) drain(err.reader, ended.err);
        if (ended.out.size() > output_limit || ended.err.size() > output_limit) return "it writes too much";
    }
    return {};
}

/// Whether `child` ended by itself before the deadline: a program may close its output and go on.
bool reap(pid_t child, int& state, SteadyClock::time_point deadline) {
    constexpr timespec pause{0, 1'000'000};
    while (waitpid(child, &state, WNOHANG) == 0) {
        if (SteadyClock::now() >= deadline) return false;
        nanosleep(&pause, nullptr);
    }
    return true;
}

}  // namespace

Result<Ended> run_program(const std::vector<std::string>& argv, Duration limit) {
    const auto failed = [&](const std::string& why) {
        return Error(ErrorKind::system, fmt::format("{}: {}", argv.front(), why));
    };
    Pipe out;
    Pipe err;
    if (!out.open() || !err.open()) return failed(std::strerror(errno));
    pid_t child = 0;
    if (const int failure = spawn(argv, out, err, child); failure != 0) return failed(std::strerror(failure));
    out.writer.reset();
    err.writer.reset();

    Ended ended;
    const auto deadline = SteadyClock::now() + limit;
    std::string trouble = read_all(out, err, ended, deadline);
    int state = 0;
    if (!trouble.empty() || !reap(child, state, deadline)) {
        kill(child, SIGKILL);
        waitpid(child, &state, 0);
        return failed(trouble.empty() ? "it does not end" : trouble);
    }
    if (!WIFEXITED(state)) return failed(fmt::format("ended by signal {}", WTERMSIG(state)));
    ended.status = WEXITSTATUS(state);
    return ended;
}

std::string find_program(const std::string& name) {
    const char* path = std::getenv("PATH");
    const std::string places =
        std::string(path == nullptr ? "" : path) + ":/usr/sbin:/usr/local/sbin:/sbin:/usr/bin";
    std::string_view rest = places;
    while (!rest.empty()) {
        const auto place = rest.substr(0, rest.find(':'));
        rest.remove_prefix(std::min(rest.size(), place.size() + 1));
        if (place.empty() || place.front() != '/') continue;
        std::string candidate = std::string(place) + "/" + name;
        if (access(candidate.c_str(), X_OK) == 0) return candidate;
    }
    return {};
}

}  // namespace tlspolicy::cli
