#include "cache/policy_cache.hpp"
#include "engine/policy_engine.hpp"
#include "fakes/manual_clock.hpp"
#include "fakes/manual_wall_clock.hpp"
#include "fakes/recording_observer.hpp"
#include "fakes/scripted_dns.hpp"
#include "fakes/scripted_fetcher.hpp"
#include "postfix/answer.hpp"
#include "server/serving_loop.hpp"
#include "server/socket.hpp"
#include "unit/allocations.hpp"
#include "unit/engine/samples.hpp"

#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <future>
#include <memory>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <vector>

using namespace tlspolicy;
namespace samples = tlspolicy::engine::samples;

namespace {

/// An engine that knows a policy of example.com, and that none.example.com has none.
struct Hall {
    Hall() {
        cache.put(cache::Entry::create(samples::domain(), samples::cached(), samples::now));
        const cache::NoRecord none{samples::now + std::chrono::hours(1)};
        cache.put(cache::Entry::create(empty, none, samples::now));
    }

    boost::asio::io_context network;  // never run: what is in the hall needs no network
    fakes::ManualClock clock;
    fakes::ScriptedDns dns;
    fakes::ScriptedFetcher fetcher;
    fakes::RecordingObserver observer;
    cache::PolicyCache cache{100, 1};
    engine::PolicyEngine engine{network.get_executor(), cache, dns, fetcher, clock, observer, {}, 1};
    Domain empty = Domain::parse("none.example.com").value();
};

/// A serving loop on a thread of its own, with a few clients.
class Clients {
public:
    Clients(engine::PolicyEngine& engine, const Clock& clock, std::size_t count = 1)
        : shared_{engine, clock, wall_clock_, LogLimiter(clock)},
          loop_(shared_, std::make_shared<const server::Settings>()) {
        shared_.connections = count;
        for (std::size_t i = 0; i < count; ++i) {
            std::array<int, 2> ends{};
            REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) == 0);
            clients_.push_back(ends[0]);
            const boost::asio::generic::stream_protocol protocol(AF_UNIX, 0);
            loop_.serve(server::Socket(loop_.context(), protocol, ends[1]));
        }
        thread_ = std::thread([this] { loop_.run(); });
    }
    Clients(const Clients&) = delete;
    Clients& operator=(const Clients&) = delete;
    ~Clients() {
        loop_.drain();
        thread_.join();
        for (const int client : clients_)
            ::close(client);
    }

    /// How many of `times` replies to the first client were as expected.
    int ask(std::string_view request, std::string_view reply, int times) const {
        int right = 0;
        for (int i = 0; i < times; ++i)
            right += send(0, request) && is_answered(0, reply) ? 1 : 0;
        return right;
    }
    bool send(std::size_t client, std::string_view request) const {
        return ::write(clients_[client], request.data(), request.size()) > 0;
    }
    bool is_answered(std::size_t client, std::string_view reply) const {
        std::array<char, 200> buffer{};
        const ssize_t got = ::read(clients_[client], buffer.data(), buffer.size());
        return got > 0 && std::string_view(buffer.data(), static_cast<std::size_t>(got)) == reply;
    }
    /// What the loop's thread has allocated so far.
    std::size_t allocated() const {
        std::promise<std::size_t> count;
        boost::asio::post(loop_.context(), [&] { count.set_value(allocations()); });
        return count.get_future().get();
    }

private:
    fakes::ManualWallClock wall_clock_;
    server::Shared shared_;
    mutable server::ServingLoop loop_;
    std::vector<int> clients_;
    std::thread thread_;
};

constexpr int many = 200;
constexpr std::string_view request = "19:postfix example.com,";
constexpr std::string_view empty_request = "24:postfix none.example.com,";
constexpr std::string_view empty_reply = "9:NOTFOUND ,";

std::string found_reply() {
    const std::string payload = "OK " + samples::plain_answer;
    return std::to_string(payload.size()) + ':' + payload + ',';
}

}  // namespace

TEST_CASE("an answer from memory is decided and rendered without an allocation") {
    Hall hall;
    postfix::MapOptions reporting;
    reporting.tlsrpt = true;
    const auto domain = samples::domain();
    std::string out;
    out.reserve(100'000);
    const std::size_t before = allocations();
    for (int i = 0; i < many; ++i) {
        for (const auto& options : {postfix::MapOptions{}, reporting}) {
            const auto found = hall.engine.cached(domain.text(), options);
            const auto none = hall.engine.cached(hall.empty.text(), options);
            postfix::append_reply(out, *found, domain.text());
            postfix::append_reply(out, *none, hall.empty.text());
        }
    }
    const std::size_t after = allocations();
    CHECK(after == before);
    CHECK(out.starts_with(found_reply() + std::string(empty_reply)));
    CHECK(hall.observer.answers(engine::Source::cached) == 4 * many);
}

TEST_CASE("a client is answered from memory without an allocation on the serving thread") {
    Hall hall;
    Clients client(hall.engine, hall.clock);
    const std::string found = found_reply();
    REQUIRE(client.ask(request, found, 10) == 10);  // buffers grow to their size
    REQUIRE(client.ask(empty_request, empty_reply, 10) == 10);
    const std::size_t before = client.allocated();
    CHECK(before > 0);  // so the count does count on that thread
    const int right = client.ask(request, found, many) + client.ask(empty_request, empty_reply, many);
    const std::size_t after = client.allocated();
    CHECK(right == 2 * many);
    CHECK(after == before);
}

TEST_CASE("clients that take turns, and pause now and then, are answered without an allocation") {
    Hall hall;
    constexpr std::size_t count = 8;
    const Clients clients(hall.engine, hall.clock, count);
    const std::string found = found_reply();
    // In round r, the clients whose number divides it ask: from all at once to one alone.
    const auto ask_all = [&](std::size_t rounds) {
        std::size_t wrong = 0;
        for (std::size_t round = 0; round < rounds; ++round) {
            for (std::size_t i = 0; i < count; ++i)
                if (round % (i + 1) == 0) wrong += clients.send(i, request) ? 0 : 1;
            for (std::size_t i = 0; i < count; ++i)
                if (round % (i + 1) == 0) wrong += clients.is_answered(i, found) ? 0 : 1;
        }
        return wrong;
    };
    REQUIRE(ask_all(30) == 0);
    const std::size_t before = clients.allocated();
    const std::size_t wrong = ask_all(1000);
    const std::size_t after = clients.allocated();
    CHECK(wrong == 0);
    CHECK(after == before);
}
