#pragma once

#include "base/error.hpp"
#include "base/ip_address.hpp"
#include "https/fetch_trace.hpp"
#include "https/settings.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <openssl/types.h>

#include <chrono>
#include <memory>
#include <string>
#include <variant>

namespace tlspolicy::https {

/// An end of time, and how errors call it.
struct Deadline {
    std::chrono::steady_clock::time_point at;
    Duration since_start;  ///< from the start of the fetch

    Error passed(std::string_view doing) const;
};

struct FailedAttempt {
    Stage stage = Stage::refused;
    Error error;
    bool timed_out = false;
};

using AttemptOutcome = std::variant<std::string, FailedAttempt>;

/// What is the same at every address of a policy host.
struct Target {
    Target(std::string policy_host, std::shared_ptr<SSL_CTX> tls_context,
           std::shared_ptr<const Settings> fetch_settings)
        : host(std::move(policy_host)), tls(std::move(tls_context)), settings(std::move(fetch_settings)) {}

    std::string host;
    std::shared_ptr<SSL_CTX> tls;
    std::shared_ptr<const Settings> settings;
};

/// One GET of a policy at one address, or through a proxy at that address: the body, or what went wrong and
/// when. Throws operation_aborted where it is cancelled; the socket is closed in every case. What it meets
/// goes into `trace`, unless that is null.
boost::asio::awaitable<AttemptOutcome> attempt(boost::asio::any_io_executor network, const Target& target,
                                               IpAddress address, Deadline deadline, AttemptTrace* trace);

}  // namespace tlspolicy::https
