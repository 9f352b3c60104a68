#pragma once

#include "base/clock.hpp"
#include "dns/cares_client.hpp"
#include "fakes/dns_server.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <doctest/doctest.h>

#include <exception>
#include <optional>
#include <string>
#include <variant>

namespace tlspolicy::dns::loopback {

using engine::Absent;
using engine::HostAddresses;
using engine::TxtRecords;
using fakes::DnsFault;
using fakes::DnsServer;
using fakes::DnsTransport;
using fakes::DnsType;
using TxtAnswer = engine::DnsAnswer<TxtRecords>;
using AddressAnswer = engine::DnsAnswer<HostAddresses>;

inline Domain domain(std::string_view text) {
    return Domain::parse(text).value();
}

class ManualClock final : public Clock {
public:
    Time now() const noexcept override { return now_; }
    void pass(Duration time) { now_ += time; }

private:
    Time now_{std::chrono::hours(1)};
};

/// A client and servers on the loop of the test.
struct ClientFixture {
    boost::asio::io_context loop{1};
    ManualClock clock;
    DnsServer server{loop.get_executor()};

    Settings settings(Duration timeout = std::chrono::seconds(5)) const {
        Settings chosen;
        chosen.servers = {server.address()};
        chosen.timeout = timeout;
        return chosen;
    }
    CaresClient client(Settings chosen) { return {loop.get_executor(), clock, std::move(chosen)}; }

    template <class Answer>
    Answer run(boost::asio::awaitable<Answer> work) {
        std::optional<Answer> answer;
        std::exception_ptr thrown;
        boost::asio::co_spawn(loop, std::move(work), [&](std::exception_ptr error, Answer result) {
            thrown = error;
            answer.emplace(std::move(result));
        });
        loop.restart();
        while (!answer)
            loop.run_one();
        if (thrown) std::rethrow_exception(thrown);
        return std::move(*answer);
    }
    TxtAnswer txt(CaresClient& client, std::string_view name) { return run(client.txt(domain(name))); }
    AddressAnswer addresses(CaresClient& client, std::string_view name) {
        return run(client.addresses(domain(name)));
    }
    /// The one text, or what came instead.
    std::string text(CaresClient& client, std::string_view name) { return shown(txt(client, name)); }

    static std::string shown(const TxtAnswer& answer) {
        if (!answer) return answer.error().message();
        if (const auto* none = std::get_if<Absent>(&*answer))
            return none->why == Absent::Why::nxdomain ? "NXDOMAIN" : "NODATA";
        std::string all;
        for (const std::string& one : std::get<TxtRecords>(*answer).texts)
            all += (all.empty() ? "" : "|") + one;
        return all;
    }
};

}  // namespace tlspolicy::dns::loopback
