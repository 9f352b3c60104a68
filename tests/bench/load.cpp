// A load as Postfix makes it: C connections, each with one request under way. Prints one JSON object.
#include "bench/endpoint.hpp"
#include "bench/histogram.hpp"
#include "bench/keys.hpp"

#include <CLI/CLI.hpp>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <memory>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <optional>
#include <string>
#include <string_view>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>
#include <vector>

namespace tlspolicy::bench {
namespace {

using SteadyClock = std::chrono::steady_clock;

volatile std::sig_atomic_t stop_asked = 0;

struct Options {
    std::string server = "127.0.0.1:8461";
    std::string map = "postfix";
    std::vector<std::string> expect = {"OK "};
    std::string key_file;
    Keys::Family family;
    bool random = false;
    unsigned connections = 16;
    double seconds = 0;
    double ramp = 0;
    std::uint64_t requests = 0;
};

struct Connection {
    int fd = -1;
    std::string request;
    std::string reply;  // what came of it so far
    SteadyClock::time_point asked;
};

/// The payload of a netstring that is complete; nullopt: more is needed. Throws what is wrong with it.
std::optional<std::string_view> payload_of(std::string_view buffered) {
    std::size_t length = 0;
    std::size_t at = 0;
    for (; at < buffered.size() && buffered[at] >= '0' && buffered[at] <= '9'; ++at)
        length = length * 10 + static_cast<std::size_t>(buffered[at] - '0');
    if (at > 6) throw std::runtime_error("netstring too long");
    if (at == buffered.size()) return std::nullopt;
    if (at == 0 || buffered[at] != ':') throw std::runtime_error("not a netstring");
    if (buffered.size() < at + 1 + length + 1) return std::nullopt;
    if (buffered[at + 1 + length] != ',') throw std::runtime_error("netstring without its comma");
    if (buffered.size() > at + length + 2) throw std::runtime_error("more than one answer to one request");
    return buffered.substr(at + 1, length);
}

class Load {
public:
    Load(Options options, Keys keys) : options_(std::move(options)), keys_(std::move(keys)) {
        poll_ = epoll_create1(EPOLL_CLOEXEC);
        if (poll_ < 0) throw std::system_error(errno, std::generic_category(), "epoll_create1");
    }

    void run() {
        const Endpoint server = parse_endpoint(options_.server);
        for (unsigned i = 0; i < options_.connections; ++i)
            connections_.push_back(connect_to(server));
        began_ = SteadyClock::now();
        const auto length = std::chrono::duration<double>(options_.seconds > 0 ? options_.seconds : 1e6);
        ends_ = began_ + std::chrono::duration_cast<SteadyClock::duration>(length);
        begin_asking();
        std::vector<epoll_event> events(256);
        while ((under_way_ > 0 || started_ < connections_.size()) && !stop_asked
               && SteadyClock::now() < ends_) {
            const int patience = started_ < connections_.size() ? 1 : 100;
            const int ready = epoll_wait(poll_, events.data(), static_cast<int>(events.size()), patience);
            for (int i = 0; i < ready; ++i)
                on_readable(*static_cast<Connection*>(events[static_cast<std::size_t>(i)].data.ptr));
            begin_asking();
        }
        seconds_ = std::chrono::duration<double>(SteadyClock::now() - began_).count();
    }

    void report() const {
        const auto micro = [](std::uint64_t nanoseconds) { return static_cast<double>(nanoseconds) / 1000; };
        std::printf(
            "{\"answers\": %llu, \"seconds\": %.3f, \"rate\": %.1f, \"p50_us\": %.1f, \"p99_us\": %.1f, "
            "\"max_us\": %.1f, \"errors\": %llu, \"first_error\": \"%s\"}\n",
            static_cast<unsigned long long>(latencies_.total()), seconds_,
            static_cast<double>(latencies_.total()) / seconds_, micro(latencies_.quantile(0.5)),
            micro(latencies_.quantile(0.99)), micro(latencies_.max()),
            static_cast<unsigned long long>(errors_), first_error_.c_str());
    }

private:
    std::unique_ptr<Connection> connect_to(const Endpoint& server) {
        auto connection = std::make_unique<Connection>();
        connection->fd = socket(server.address.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (connection->fd < 0 || connect(connection->fd, server.data(), server.size) != 0)
            throw std::system_error(errno, std::generic_category(), "connect to " + options_.server);
        const int on = 1;
        if (!server.is_unix()) setsockopt(connection->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        fcntl(connection->fd, F_SETFL, O_NONBLOCK);
        epoll_event event{};
        event.events = EPOLLIN;
        event.data.ptr = connection.get();
        epoll_ctl(poll_, EPOLL_CTL_ADD, connection->fd, &event);
        return connection;
    }

    /// Starts those connections whose turn has come; all at once without a ramp.
    void begin_asking() {
        if (started_ == connections_.size()) return;
        const auto now = SteadyClock::now();
        const double passed = std::chrono::duration<double>(now - began_).count();
        const auto total = static_cast<double>(connections_.size());
        while (started_ < connections_.size()
               && (options_.ramp <= 0 || static_cast<double>(started_) / total * options_.ramp <= passed))
            ask(*connections_[started_++], now);
    }

    void ask(Connection& connection, SteadyClock::time_point now) {
        if (options_.requests > 0 && asked_ >= options_.requests) return;
        ++asked_;
        keys_.next_request(options_.map, connection.request);
        connection.reply.clear();
        connection.asked = now;
        const auto size = static_cast<ssize_t>(connection.request.size());
        // A request is smaller than any socket's buffer, and nothing else is in it.
        if (send(connection.fd, connection.request.data(), connection.request.size(), MSG_NOSIGNAL) != size)
            return fail(connection, "send failed");
        ++under_way_;
    }

    void on_readable(Connection& connection) {
        char piece[16384];
        const ssize_t got = recv(connection.fd, piece, sizeof piece, 0);
        if (got < 0 && errno == EAGAIN) return;
        --under_way_;
        if (got <= 0) return fail(connection, "connection closed");
        connection.reply.append(piece, static_cast<std::size_t>(got));
        try {
            const auto payload = payload_of(connection.reply);
            if (!payload) {
                ++under_way_;
                return;
            }
            if (!expected(*payload)) note_error("unexpected answer to " + connection.request);
        } catch (const std::runtime_error& wrong) {
            return fail(connection, wrong.what());
        }
        const auto now = SteadyClock::now();
        latencies_.add(static_cast<std::uint64_t>((now - connection.asked).count()));
        ask(connection, now);
    }

    bool expected(std::string_view payload) const {
        for (const auto& prefix : options_.expect)
            if (payload.substr(0, prefix.size()) == prefix) return true;
        return false;
    }

    void note_error(const std::string& what) {
        if (errors_++ == 0) first_error_ = what;
    }

    void fail(Connection& connection, const std::string& what) {
        note_error(what);
        close(connection.fd);
        connection.fd = -1;
    }

    Options options_;
    Keys keys_;
    int poll_ = -1;
    std::vector<std::unique_ptr<Connection>> connections_;
    Histogram latencies_;
    SteadyClock::time_point began_;
    SteadyClock::time_point ends_;
    double seconds_ = 0;
    std::size_t started_ = 0;  // connections that have asked their first question
    std::uint64_t asked_ = 0;
    std::uint64_t under_way_ = 0;
    std::uint64_t errors_ = 0;
    std::string first_error_;
};

void add_options(CLI::App& app, Options& options) {
    app.add_option("--server", options.server, "ADDRESS:PORT or unix:PATH");
    app.add_option("--map", options.map, "map name");
    app.add_option("--expect", options.expect, "prefixes an answer may begin with");
    app.add_option("--keys", options.key_file, "file of keys, one a line, instead of a family");
    app.add_option("--family", options.family.name,
                   "d: with policy, n: without, m: mute policy host, s: DANE too, u: unusable DANE");
    app.add_option("--first", options.family.first, "number of the first name");
    app.add_option("--names", options.family.count, "how many names")->check(CLI::PositiveNumber);
    app.add_flag("--random", options.random, "at random instead of in order");
    app.add_option("--connections", options.connections, "each with one request under way");
    auto* seconds = app.add_option("--seconds", options.seconds, "how long");
    app.add_option("--ramp", options.ramp, "seconds over which the connections begin to ask");
    app.add_option("--requests", options.requests, "how many, instead of --seconds")->excludes(seconds);
}

}  // namespace
}  // namespace tlspolicy::bench

int main(int argc, char** argv) {
    using namespace tlspolicy::bench;
    Options options;
    CLI::App app{"Asks a socketmap server, one request under way on each connection"};
    add_options(app, options);
    CLI11_PARSE(app, argc, argv);
    std::signal(SIGTERM, [](int) { stop_asked = 1; });
    std::signal(SIGINT, [](int) { stop_asked = 1; });
    try {
        if (options.seconds <= 0 && options.requests == 0) options.seconds = 2;
        Keys keys = options.key_file.empty() ? Keys(options.family, options.random)
                                             : Keys(options.key_file, options.random);
        Load load(options, std::move(keys));
        load.run();
        load.report();
    } catch (const std::exception& failure) {
        std::fprintf(stderr, "bench_load: %s\n", failure.what());
        return 1;
    }
}
