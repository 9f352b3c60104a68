// The least that a cold policy can cost: TXT, A, connect, verified TLS 1.3 and GET on one thread, and nothing
// else. Prints one JSON object.
#include "bench/cold_fetch.hpp"
#include "bench/dns_query.hpp"

#include <CLI/CLI.hpp>

#include <arpa/inet.h>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <system_error>
#include <vector>

namespace tlspolicy::bench {
namespace {

struct Options {
    std::string root_file;
    std::string family = "d";
    std::uint64_t first = 0;
    std::uint64_t count = 1000;
    std::uint16_t concurrency = 64;
    std::uint16_t dns_port = 5300;
    std::uint16_t https_port = 443;
};

double cpu_microseconds() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    const auto micro = [](const timeval& time) {
        return 1e6 * static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec);
    };
    return micro(usage.ru_utime) + micro(usage.ru_stime);
}

class ColdClient {
public:
    explicit ColdClient(const Options& options)
        : options_(options), context_(verifying_context(options.root_file)), slots_(options.concurrency) {
        sockaddr_in server{};
        server.sin_family = AF_INET;
        server.sin_port = htons(options.dns_port);
        server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        dns_ = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        if (connect(dns_, reinterpret_cast<const sockaddr*>(&server), sizeof server) != 0)
            throw std::system_error(errno, std::generic_category(), "connect to the DNS server");
        poll_ = epoll_create1(EPOLL_CLOEXEC);
        watch(dns_, EPOLLIN, dns_tag);
    }

    void run() {
        const double cpu = cpu_microseconds();
        const auto began = std::chrono::steady_clock::now();
        for (std::uint16_t i = 0; i < slots_.size(); ++i)
            begin_next(i);
        std::array<epoll_event, 256> events;
        while (busy_ > 0) {
            const int ready = epoll_wait(poll_, events.data(), static_cast<int>(events.size()), 1000);
            if (ready == 0) ask_again();
            for (int i = 0; i < ready; ++i)
                on_event(events[static_cast<std::size_t>(i)].data.u32);
        }
        seconds_ = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
        cpu_ = cpu_microseconds() - cpu;
    }

    void report() const {
        std::printf(
            "{\"done\": %llu, \"errors\": %llu, \"seconds\": %.3f, \"rate\": %.1f, \"cpu_us\": %.2f}\n",
            static_cast<unsigned long long>(done_), static_cast<unsigned long long>(errors_), seconds_,
            static_cast<double>(done_) / seconds_, cpu_ / static_cast<double>(options_.count));
    }

private:
    static constexpr std::uint32_t dns_tag = 0xffffffff;

    struct Slot {
        std::string domain;
        RecordType asked = RecordType::txt;
        bool waits_for_dns = false;
        std::unique_ptr<ColdFetch> fetch;
    };

    void watch(int fd, std::uint32_t what, std::uint32_t tag) {
        epoll_event event{};
        event.events = what;
        event.data.u32 = tag;
        epoll_ctl(poll_, EPOLL_CTL_ADD, fd, &event);
    }

    void begin_next(std::uint16_t index) {
        if (begun_ == options_.count) return;
        slots_[index].domain = options_.family + std::to_string(options_.first + begun_++) + ".bench.example";
        ++busy_;
        ask(index, RecordType::txt);
    }

    void ask(std::uint16_t index, RecordType type) {
        Slot& slot = slots_[index];
        slot.asked = type;
        slot.waits_for_dns = true;
        const char* prefix = type == RecordType::txt ? "_mta-sts." : "mta-sts.";
        const std::string query = dns_query(index, prefix + slot.domain, type);
        send(dns_, query.data(), query.size(), 0);  // lost: asked again after a second of silence
    }

    void ask_again() {
        for (std::uint16_t i = 0; i < slots_.size(); ++i)
            if (slots_[i].waits_for_dns) ask(i, slots_[i].asked);
    }

    void finish(std::uint16_t index, bool good) {
        slots_[index].fetch.reset();
        slots_[index].waits_for_dns = false;
        ++(good ? done_ : errors_);
        --busy_;
        begin_next(index);
    }

    void on_event(std::uint32_t tag) {
        if (tag == dns_tag) return read_dns();
        const auto index = static_cast<std::uint16_t>(tag);
        ColdFetch* fetch = slots_[index].fetch.get();
        if (fetch == nullptr) return;
        fetch->advance();
        if (fetch->state() == ColdFetch::State::done)
            finish(index, true);
        else if (fetch->state() == ColdFetch::State::failed)
            finish(index, false);
    }

    void read_dns() {
        std::array<std::uint8_t, 1500> packet;
        for (;;) {
            const ssize_t got = recv(dns_, packet.data(), packet.size(), 0);
            if (got < 12) return;
            const auto index = static_cast<std::uint16_t>(packet[0] << 8 | packet[1]);
            if (index >= slots_.size() || !slots_[index].waits_for_dns) continue;
            const std::span<const std::uint8_t> bytes(packet.data(), static_cast<std::size_t>(got));
            on_reply(index, parse_dns_reply(bytes, slots_[index].asked));
        }
    }

    void on_reply(std::uint16_t index, const std::optional<DnsReply>& reply) {
        Slot& slot = slots_[index];
        if (!reply) return finish(index, false);
        if (reply->name_error) return finish(index, options_.family == "n");
        if (reply->data.empty()) return;  // the late twin of a query asked twice
        if (slot.asked == RecordType::txt) return ask(index, RecordType::a);
        std::uint32_t address = 0;
        if (reply->data[0].size() != sizeof address) return finish(index, false);
        std::memcpy(&address, reply->data[0].data(), sizeof address);
        slot.waits_for_dns = false;
        slot.fetch = std::make_unique<ColdFetch>(context_.get(), "mta-sts." + slot.domain, address,
                                                 options_.https_port);
        // Edge-triggered for both: one registration for the whole life of the connection.
        watch(slot.fetch->fd(), EPOLLIN | EPOLLOUT | EPOLLET, index);
    }

    Options options_;
    SslContext context_;
    std::vector<Slot> slots_;
    int dns_ = -1;
    int poll_ = -1;
    std::uint64_t begun_ = 0;
    std::uint64_t busy_ = 0;
    std::uint64_t done_ = 0;
    std::uint64_t errors_ = 0;
    double seconds_ = 0;
    double cpu_ = 0;
};

}  // namespace
}  // namespace tlspolicy::bench

int main(int argc, char** argv) {
    using namespace tlspolicy::bench;
    Options options;
    CLI::App app{"Looks up policies with the least possible work"};
    app.add_option("--root", options.root_file, "trusted roots, PEM")->required();
    app.add_option("--family", options.family, "d: with policy, n: without");
    app.add_option("--first", options.first, "number of the first domain");
    app.add_option("--count", options.count, "how many domains")->check(CLI::PositiveNumber);
    app.add_option("--concurrency", options.concurrency, "at one time")->check(CLI::PositiveNumber);
    app.add_option("--dns-port", options.dns_port, "UDP, on 127.0.0.1");
    app.add_option("--https-port", options.https_port, "of the policy hosts");
    CLI11_PARSE(app, argc, argv);
    try {
        ColdClient client(options);
        client.run();
        client.report();
    } catch (const std::exception& failure) {
        std::fprintf(stderr, "bench_cold: %s\n", failure.what());
        return 1;
    }
}
