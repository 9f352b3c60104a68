#pragma once

#include "async/tasks.hpp"
#include "dane/standing.hpp"
#include "engine/dane_ports.hpp"
#include "engine/dane_target.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <string>
#include <vector>

namespace tlspolicy::engine {

/// What one discovery found of one mail host.
struct FoundHost {
    std::string name;
    dane::HostState state = dane::HostState::failed;
    Duration ttl = Duration::max();  ///< the least on the path
    std::string why = {};            ///< what failed
};

struct DaneFindings {
    dane::MxState mx = dane::MxState::failed;
    Duration mx_ttl = Duration::max();
    std::string why = {};  ///< what failed in looking up the list of hosts
    std::vector<FoundHost> hosts = {};
};

/// RFC 7672, 2.2: from a target to how each of its mail hosts does DANE. It learns nothing itself. Used on
/// the network loop; outlives its discoveries.
class DaneDiscovery {
public:
    /// More hosts are not asked about: Postfix tries few of them.
    static constexpr std::size_t max_hosts = 16;
    static constexpr std::size_t hosts_at_once = 4;

    DaneDiscovery(const boost::asio::any_io_executor& network, DaneDns& dns);

    boost::asio::awaitable<DaneFindings> discover(DaneTarget target);

    /// Ends what is under way. Destroy it only when idle().
    void cancel() { tasks_.cancel(); }
    bool idle() const noexcept { return tasks_.size() == 0; }

private:
    struct Round;
    boost::asio::awaitable<DaneFindings> list_hosts(DaneTarget target);
    boost::asio::awaitable<void> work(std::shared_ptr<Round> round);
    boost::asio::awaitable<void> look_up(Domain host, std::uint16_t port, FoundHost& found);
    boost::asio::awaitable<dane::HostState> look_up_tlsa(Domain base, std::uint16_t port, FoundHost& found);
    boost::asio::awaitable<bool> has_secure_alias(Domain host, FoundHost& found);

    boost::asio::any_io_executor network_;
    DaneDns& dns_;
    async::Tasks tasks_;
};

}  // namespace tlspolicy::engine
