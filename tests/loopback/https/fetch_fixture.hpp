#pragma once

#include "base/clock.hpp"
#include "fakes/certificates.hpp"
#include "fakes/https_server.hpp"
#include "fakes/scripted_dns.hpp"
#include "fakes/temporary_file.hpp"
#include "https/policy_fetcher.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <exception>
#include <optional>
#include <string>

namespace tlspolicy::test {

inline IpAddress ip(std::string_view text) {
    return IpAddress::parse(text).value();
}
inline IpNetwork net(std::string_view text) {
    return IpNetwork::parse(text).value();
}

inline constexpr std::string_view policy_host = "mta-sts.example.com";

/// A fetcher that trusts a throwaway CA and may connect to loopback, with a DNS that knows
/// mta-sts.example.com. `run` runs the loop until nothing is left on it.
struct FetchFixture {
    FetchFixture() {
        settings.ca_file = ca_file.path();
        settings.allow_addresses = {net("127.0.0.0/8"), net("::1/128")};
        settings.timeout = std::chrono::seconds(20);  // only what is to time out is given less
        dns.set_addresses(policy_host, {"127.0.0.1"});
    }

    static fakes::LeafOptions leaf() {
        fakes::LeafOptions options;
        options.dns_names = {std::string(policy_host)};
        return options;
    }

    /// One fetch of example.com's policy from `port`.
    Result<std::string> fetch(std::uint16_t port) {
        settings.port = port;
        https::HttpsPolicyFetcher fetcher(loop.get_executor(), clock, dns, settings);
        return run(fetcher);
    }

    Result<std::string> run(https::HttpsPolicyFetcher& fetcher) {
        return run(fetcher.fetch(Domain::parse("example.com").value()));
    }

    Result<std::string> run(boost::asio::awaitable<Result<std::string>> work) {
        std::optional<Result<std::string>> result;
        boost::asio::co_spawn(loop, std::move(work),
                              [&](std::exception_ptr failure, Result<std::string> fetched) {
                                  REQUIRE_FALSE(failure);
                                  result = std::move(fetched);
                              });
        loop.restart();
        loop.run();
        REQUIRE(result.has_value());
        return *result;
    }

    boost::asio::io_context loop{1};
    SystemClock clock;
    fakes::ScriptedDns dns;
    fakes::CertificateAuthority ca;
    fakes::TemporaryFile ca_file{ca.root_pem()};
    https::Settings settings;
};

template <class T>
void check_failure(const Result<T>& result, ErrorKind kind, std::string_view message) {
    REQUIRE_FALSE(result.has_value());
    CHECK(result.error().message() == message);
    CHECK(name_of(result.error().kind()) == name_of(kind));
}
inline void check_policy(const Result<std::string>& result) {
    INFO((result ? "" : result.error().message()));
    REQUIRE(result.has_value());
    CHECK(*result == fakes::good_policy);
}

// Macros for the sake of the line that a failure names.
#define CHECK_FAILS(...)            \
    do {                            \
        INFO("line " << __LINE__);  \
        check_failure(__VA_ARGS__); \
    } while (false)
#define CHECK_FETCHES(...)         \
    do {                           \
        INFO("line " << __LINE__); \
        check_policy(__VA_ARGS__); \
    } while (false)

}  // namespace tlspolicy::test
