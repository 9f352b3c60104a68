#include "cache/policy_cache.hpp"
#include "engine/policy_engine.hpp"
#include "fakes/manual_clock.hpp"
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

/// A serving loop on a thread of its own, with one client.
class OneClient {
public:
    explicit OneClient(engine::PolicyEngine& engine, const Clock& clock)
        : shared_{engine, LogLimiter(clock)}, loop_(shared_, std::make_shared<const server::Settings>()) {
        std::array<int, 2> ends{};
        REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) == 0);
        client_ = ends[0];
        const boost::asio::generic::stream_protocol protocol(AF_UNIX, 0);
        shared_.connections = 1;
        loop_.serve(server::Socket(loop_.context(), protocol, ends[1]));
        thread_ = std::thread([this] { loop_.run(); });
    }
    OneClient(const OneClient&) = delete;
    OneClient& operator=(const OneClient&) = delete;
    ~OneClient() {
        loop_.drain();
        thread_.join();
        ::close(client_);
    }

    /// How many of `times` replies were as expected.
    int ask(std::string_view request, std::string_view reply, int times) const {
        int right = 0;
        std::array<char, 200> buffer{};
        for (int i = 0; i < times; ++i) {
            if (::write(client_, request.data(), request.size()) < 0) break;
            const ssize_t got = ::read(client_, buffer.data(), buffer.size());
            right += got > 0 && std::string_view(buffer.data(), static_cast<std::size_t>(got)) == reply;
        }
        return right;
    }
    /// What the loop's thread has allocated so far.
    std::size_t allocated() {
        std::promise<std::size_t> count;
        boost::asio::post(loop_.context(), [&] { count.set_value(allocations()); });
        return count.get_future().get();
    }

private:
    server::Shared shared_;
    server::ServingLoop loop_;
    int client_ = -1;
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
    OneClient client(hall.engine, hall.clock);
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
