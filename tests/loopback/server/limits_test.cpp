#include "loopback/server/server_fixture.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <cerrno>
#include <fcntl.h>
#include <sys/resource.h>
#include <thread>
#include <unistd.h>
#include <vector>

using tlspolicy::fakes::SocketmapClient;
using namespace tlspolicy::test;

namespace {

/// While it lives, this process can open no more files.
class NoMoreFiles {
public:
    NoMoreFiles() {
        ::getrlimit(RLIMIT_NOFILE, &before_);
        rlimit few = before_;
        few.rlim_cur = 256;
        ::setrlimit(RLIMIT_NOFILE, &few);
        int file = -1;
        while ((file = ::open("/dev/null", O_RDONLY | O_CLOEXEC)) >= 0)
            files_.push_back(file);
        full_ = errno == EMFILE;
    }
    NoMoreFiles(const NoMoreFiles&) = delete;
    NoMoreFiles& operator=(const NoMoreFiles&) = delete;
    ~NoMoreFiles() {
        for (const int file : files_)
            ::close(file);
        ::setrlimit(RLIMIT_NOFILE, &before_);
    }
    bool full() const noexcept { return full_; }
    /// Makes room for one.
    void give_one() {
        ::close(files_.back());
        files_.pop_back();
    }

private:
    rlimit before_{};
    std::vector<int> files_;
    bool full_ = false;
};

}  // namespace

// proves MAP-5
TEST_CASE("clients beyond max_connections are turned away, and served again once there is room") {
    ServerFixture server;
    server.restart.max_connections = 2;
    server.start();
    auto first = server.connect();
    auto second = server.connect();
    REQUIRE(first.ask("postfix", "example.com") == secure("example.com"));
    REQUIRE(second.ask("postfix", "example.com") == secure("example.com"));

    auto surplus = server.connect();
    CHECK(surplus.is_closed());
    CHECK(server.log.count("client-refused listener=" + server.name()
                           + " client=127.0.0.1 reason=\"max_connections is reached\" unsaid=0")
          == 1);
    CHECK(second.ask("postfix", "example.com") == secure("example.com"));

    first.finish_sending();
    CHECK(first.is_closed());
    while (server.server().connections() != 1)
        std::this_thread::yield();
    auto later = server.connect();
    CHECK(later.ask("postfix", "example.com") == secure("example.com"));
}

// proves MAP-5
TEST_CASE("a crowd that is turned away disturbs nobody on any thread") {
    ServerFixture server;
    server.restart.max_connections = 3;
    server.restart.threads = 3;
    server.start();
    std::vector<SocketmapClient> inside;
    for (std::size_t i = 0; i < 3; ++i) {
        inside.push_back(server.connect());
        REQUIRE(inside.back().ask("postfix", "example.com") == secure("example.com"));
    }
    for (int i = 0; i < 200; ++i) {
        auto surplus = server.connect();
        static_cast<void>(surplus.send(SocketmapClient::request("postfix", "example.com")));
        CHECK(surplus.is_closed());
        auto& client = inside[static_cast<std::size_t>(i) % inside.size()];
        CHECK(client.ask("postfix", "example.com") == secure("example.com"));
    }
}

// proves MAP-5
TEST_CASE("when there are no more files the clients wait at the door, and come in as others leave") {
    ServerFixture server;
    server.start();
    auto inside = server.connect();
    REQUIRE(inside.ask("postfix", "example.com") == secure("example.com"));
    NoMoreFiles full;
    REQUIRE(full.full());
    full.give_one();
    auto outside = server.connect();  // takes the last one; the system connects it without the server
    REQUIRE(outside.send(SocketmapClient::request("postfix", "example.com")));
    CHECK(server.log.wait_for("accept-failed listener=" + server.name()
                              + " reason=\"Too many open files\" unsaid=0"));
    CHECK(inside.ask("postfix", "example.com") == secure("example.com"));
    inside.finish_sending();
    CHECK(inside.is_closed());
    CHECK(outside.reply() == secure("example.com"));
}

TEST_CASE("several threads serve many clients at once") {
    ServerFixture server;
    server.restart.threads = 3;
    server.start();
    constexpr int crowds = 4;
    constexpr int clients = 50;
    constexpr int rounds = 20;
    std::atomic<int> right{0};
    const auto crowd = [&](int number) {
        std::vector<SocketmapClient> members;
        for (int i = 0; i < clients; ++i)
            members.push_back(server.connect());
        for (int round = 0; round < rounds; ++round) {
            // A few names that all crowds ask for, and one that is this crowd's own.
            const std::string domain =
                round % 4 == 0 ? "d" + std::to_string(number) + '-' + std::to_string(round) + ".example.com"
                               : "d" + std::to_string(round) + ".example.com";
            for (auto& member : members)
                member.send(SocketmapClient::request("postfix", domain));
            for (auto& member : members)
                right += member.reply() == secure(domain) ? 1 : 0;
        }
    };
    std::vector<std::thread> threads;
    for (int i = 0; i < crowds; ++i)
        threads.emplace_back(crowd, i);
    for (auto& thread : threads)
        thread.join();
    CHECK(right == crowds * clients * rounds);
    while (server.server().connections() != 0)
        std::this_thread::yield();
}
