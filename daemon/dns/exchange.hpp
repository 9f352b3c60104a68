#pragma once

#include "base/clock.hpp"
#include "base/error.hpp"
#include "dns/cares_channel.hpp"
#include "dns/wire.hpp"

#include <optional>
#include <string>

/// What passed between us and a server, for the verbs of `tlspolicy` that show it. The daemon does not look.
namespace tlspolicy::dns {

struct Exchange {
    Question question;
    std::string server;  ///< "127.0.0.1"
    Transport transport = Transport::udp;
    std::optional<Duration> took = {};  ///< nullopt: the answer to an earlier try, that came late
    Result<Reply> reply;                ///< or why there is none that can be read
};

/// Told of each answer as it comes, and of each try that has waited long enough, on the network loop.
class QueryObserver {
public:
    virtual ~QueryObserver() = default;
    virtual void exchanged(const Exchange& exchange) = 0;
};

/// "MX 10 mx.example.com", "TLSA 3 1 1 8cb0fc…": as zone files have it, printable. The data of a type that
/// nobody reads is left out.
std::string text_of(const Record& record);
/// "3 1 1 8cb0fc6c…": data of more than 40 octets is cut.
std::string text_of(const dane::Tlsa& record);
/// "udp", "udp without EDNS", "tcp".
std::string_view name_of(Transport transport) noexcept;

}  // namespace tlspolicy::dns
