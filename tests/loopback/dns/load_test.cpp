#include "loopback/dns/client_fixture.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <dirent.h>
#include <memory>
#include <thread>
#include <vector>

using namespace tlspolicy;
using namespace tlspolicy::dns;
using namespace tlspolicy::dns::loopback;
using namespace std::chrono_literals;
namespace asio = boost::asio;

namespace {

/// Lookups that were started together, and how they ended.
class Crowd {
public:
    Crowd(asio::io_context& loop, std::size_t size) : loop_(loop) {
        for (std::size_t i = 0; i < size; ++i)
            signals_.push_back(std::make_unique<asio::cancellation_signal>());
    }

    template <class Lookups>
    void start(Lookups lookup) {
        for (std::size_t i = 0; i < signals_.size(); ++i)
            asio::co_spawn(loop_, lookup(i),
                           asio::bind_cancellation_slot(
                               signals_[i]->slot(), [this, i](std::exception_ptr error, TxtAnswer answer) {
                                   order.push_back(i);
                                   (error ? cancelled : answered) += 1;
                                   if (!error) ++ends[ClientFixture::shown(answer)];
                               }));
    }
    void cancel() {
        for (const auto& signal : signals_)
            signal->emit(asio::cancellation_type::terminal);
    }
    void run() {
        loop_.restart();
        while (order.size() < signals_.size())
            loop_.run_one();
    }

    std::vector<std::size_t> order;
    std::size_t answered = 0;
    std::size_t cancelled = 0;
    std::map<std::string, unsigned> ends;

private:
    asio::io_context& loop_;
    std::vector<std::unique_ptr<asio::cancellation_signal>> signals_;
};

std::size_t open_files() {
    std::size_t count = 0;
    DIR* directory = opendir("/proc/self/fd");
    while (readdir(directory) != nullptr)
        ++count;
    closedir(directory);
    return count;
}

/// A server on a thread of its own, as a real one is.
class OtherThread {
public:
    OtherThread()
        : work_(asio::make_work_guard(loop_)),
          server(loop_.get_executor()),
          thread_([this] { loop_.run(); }) {}
    ~OtherThread() {
        loop_.stop();
        thread_.join();
    }
    OtherThread(const OtherThread&) = delete;
    OtherThread& operator=(const OtherThread&) = delete;

private:
    asio::io_context loop_{1};
    asio::executor_work_guard<asio::io_context::executor_type> work_;

public:
    DnsServer server;

private:
    std::thread thread_;
};

}  // namespace

TEST_CASE_FIXTURE(ClientFixture, "3,000 lookups at once are all answered, and none is asked for twice") {
    OtherThread other;
    constexpr std::size_t count = 3000;
    const auto name = [](std::size_t i) { return fmt::format("d{}.example.com", i); };
    for (std::size_t i = 0; i < count; ++i)
        if (i % 3 != 0) other.server.set(name(i), fakes::dns_txt("v=STSv1; id=1;"));
    Settings chosen = settings(10s);
    chosen.servers = {other.server.address()};
    auto dns = client(chosen);
    Crowd crowd(loop, count);
    crowd.start([&](std::size_t i) { return dns.txt(domain(name(i))); });
    crowd.run();
    CHECK(crowd.ends["v=STSv1; id=1;"] == 2000);
    CHECK(crowd.ends["NXDOMAIN"] == 1000);
    unsigned queries = 0;
    for (std::size_t i = 0; i < count; ++i)
        queries += other.server.queries(name(i));
    CHECK(queries == count);
}

TEST_CASE_FIXTURE(ClientFixture,
                  "at most 1,000 lookups are under way, the others wait for their turn and their time") {
    server.misbehave("silent.example.com", DnsFault::silence);
    Settings chosen = settings(1s);
    chosen.attempts = 1;
    auto dns = client(chosen);
    Crowd crowd(loop, 1100);
    crowd.start([&](std::size_t) { return dns.txt(domain("silent.example.com")); });
    while (crowd.order.empty())
        loop.run_one();
    CHECK(server.queries("silent.example.com") == 1000);
    crowd.run();
    // Those whose turn comes in the last moments are asked for in vain, the others not at all.
    CHECK(crowd.ends["TXT silent.example.com: time-out after 1000 ms (1 server)"]
              + crowd.ends["TXT silent.example.com: not asked within 1000 ms for too many lookups"]
          == 1100);
    CHECK(std::is_sorted(crowd.order.begin(), crowd.order.end()));
}

TEST_CASE_FIXTURE(ClientFixture, "a cancelled waiter ends at once, and the late answer hurts nobody") {
    server.set("x.example.com", fakes::dns_txt("good"));
    auto dns = client(settings());
    Crowd crowd(loop, 20);
    crowd.start([&](std::size_t) { return dns.txt(domain("x.example.com")); });
    loop.poll_one();  // the first is under way, most have not begun
    crowd.cancel();
    crowd.run();
    CHECK(crowd.cancelled + crowd.answered == 20);
    CHECK(crowd.cancelled >= 1);
    CHECK(text(dns, "x.example.com") == "good");

    server.misbehave("silent.example.com", DnsFault::silence);
    Crowd stuck(loop, 1500);  // 500 of them wait for their turn
    stuck.start([&](std::size_t) { return dns.txt(domain("silent.example.com")); });
    while (server.queries("silent.example.com") < 1000)
        loop.run_one();
    const auto before = std::chrono::steady_clock::now();
    stuck.cancel();
    stuck.run();
    CHECK(stuck.cancelled == 1500);
    CHECK(std::chrono::steady_clock::now() - before < 3s);  // the time-out would be 5 s
    CHECK(text(dns, "x.example.com") == "good");
}

TEST_CASE_FIXTURE(ClientFixture, "cancelling addresses() ends both of its lookups") {
    server.misbehave("silent.example.com", DnsFault::silence);
    auto dns = client(settings());
    asio::cancellation_signal signal;
    bool ended = false;
    asio::co_spawn(loop, dns.addresses(domain("silent.example.com")),
                   asio::bind_cancellation_slot(signal.slot(), [&](std::exception_ptr error, AddressAnswer) {
                       CHECK(error != nullptr);
                       ended = true;
                   }));
    while (server.queries("silent.example.com") < 2)
        loop.run_one();
    signal.emit(asio::cancellation_type::terminal);
    while (!ended)
        loop.run_one();
}

TEST_CASE("a client may go with queries under way, and leaves no socket behind") {
    const std::size_t before = open_files();
    {
        ClientFixture net;
        net.server.misbehave("silent.example.com", DnsFault::silence);
        net.server.misbehave("cut.example.com", DnsFault::truncated);
        net.server.set("cut.example.com", fakes::dns_txt("good"));
        auto dns = std::make_unique<CaresClient>(net.loop.get_executor(), net.clock, net.settings());
        CHECK(net.text(*dns, "cut.example.com") == "good");
        Crowd crowd(net.loop, 10);
        crowd.start([&](std::size_t) { return dns->txt(domain("silent.example.com")); });
        while (net.server.queries("silent.example.com") < 10)
            net.loop.run_one();
        auto changed = net.settings();
        changed.attempts = 1;
        dns->configure(changed);  // the old channel lives on with its queries
        CHECK(net.text(*dns, "cut.example.com") == "good");
        crowd.cancel();
        crowd.run();
        CHECK(crowd.cancelled == 10);
        dns.reset();
        net.loop.poll();
    }
    CHECK(open_files() == before);
}

TEST_CASE("a client and its loop may go without draining") {
    const std::size_t before = open_files();
    {
        ClientFixture net;
        net.server.misbehave("silent.example.com", DnsFault::silence);
        Crowd crowd(net.loop, 10);  // its signals outlive what they could cancel
        auto dns = net.client(net.settings());
        crowd.start([&](std::size_t) { return dns.txt(domain("silent.example.com")); });
        while (net.server.queries("silent.example.com") < 10)
            net.loop.run_one();
    }
    CHECK(open_files() == before);
}

TEST_CASE_FIXTURE(ClientFixture, "lookups under way finish under the settings they began with") {
    DnsServer other(loop.get_executor());
    server.set("x.example.com", fakes::dns_txt("old"));
    other.set("x.example.com", fakes::dns_txt("new"));
    server.misbehave("x.example.com", DnsFault::silence_once);
    auto dns = client(settings(2s));
    Crowd crowd(loop, 1);
    crowd.start([&](std::size_t) { return dns.txt(domain("x.example.com")); });
    while (server.queries("x.example.com") < 1)
        loop.run_one();
    Settings chosen = settings();
    chosen.servers = {other.address()};
    dns.configure(chosen);
    CHECK(text(dns, "x.example.com") == "new");
    crowd.run();
    CHECK(crowd.ends["old"] == 1);
}

TEST_CASE_FIXTURE(ClientFixture, "one socket serves a loopback server") {
    server.set("x.example.com", fakes::dns_txt("good"));
    auto dns = client(settings());
    for (unsigned i = 0; i < 50; ++i)
        REQUIRE(text(dns, "x.example.com") == "good");
    CHECK(server.client_ports() == 1);
}
