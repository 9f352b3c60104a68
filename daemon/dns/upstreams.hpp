#pragma once

#include "dns/cares_channel.hpp"
#include "dns/settings.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace tlspolicy::dns {

using SteadyTime = std::chrono::steady_clock::time_point;

/// The servers of one configuration, the channels to them and what is known of them. Replaced whole when the
/// configuration changes; lookups under way keep the one they began with. Network loop alone.
class Upstreams {
public:
    /// `servers` is not empty; of `settings` the times and `trust_ad` count.
    Upstreams(const boost::asio::any_io_executor& executor, const std::vector<NameServer>& servers,
              const Settings& settings);

    std::size_t size() const noexcept { return upstreams_.size(); }
    unsigned attempts() const noexcept { return attempts_; }
    Duration timeout() const noexcept { return timeout_; }
    bool trusts_ad(std::size_t index) const;
    const NameServer& server(std::size_t index) const { return upstreams_[index].server; }

    /// How long one try waits: twice as long in each round over the servers, so that all rounds fit into the
    /// time-out.
    Duration patience(unsigned round) const;

    /// Indexes in the order to try: as configured, but those that were last seen dead come last. One lookup
    /// in a while is sent to find out whether they live again.
    std::vector<std::uint8_t> order(SteadyTime now);

    /// UDP, with EDNS where the server is not known to refuse it.
    Transport transport(std::size_t index) const;
    void send(std::size_t index, Transport transport, std::span<const std::uint8_t> query,
              std::shared_ptr<AnswerSink> sink);

    void note_answer(std::size_t index, SteadyTime now);
    /// Nothing came to a query sent at `sent`; a server that answered others since is alive.
    void note_silence(std::size_t index, SteadyTime sent, SteadyTime now);
    void note_no_edns(std::size_t index);

    /// Ends all queries under way.
    void shut();

private:
    struct Channel {
        std::shared_ptr<CaresChannel> channel;
        unsigned sent = 0;
    };
    struct Upstream {
        NameServer server;
        Channel channels[3] = {};  // by Transport
        bool edns = true;
        SteadyTime last_answer{};
        SteadyTime dead_until{};
    };

    CaresChannel* channel(Upstream& upstream, Transport transport);

    boost::asio::any_io_executor executor_;
    std::vector<Upstream> upstreams_;
    std::vector<std::weak_ptr<CaresChannel>> open_;  // retired ones with queries under way, too
    Duration timeout_;
    Duration first_patience_;
    unsigned attempts_;
    TrustAd trust_ad_;
};

}  // namespace tlspolicy::dns
