#include "dns/upstreams.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>

namespace tlspolicy::dns {
namespace {

constexpr Duration least_patience = std::chrono::milliseconds(250);
constexpr unsigned max_attempts = 10;
constexpr std::chrono::seconds dead_time{30};
// A socket that is never idle is never closed, so its port would stay the same for ever (RFC 5452, 9.2).
constexpr unsigned queries_per_port = 256;

}  // namespace

Upstreams::Upstreams(const boost::asio::any_io_executor& executor, const std::vector<NameServer>& servers,
                     const Settings& settings)
    : executor_(executor),
      timeout_(settings.timeout),
      attempts_(std::clamp(settings.attempts, 1U, max_attempts)),
      trust_ad_(settings.trust_ad) {
    upstreams_.reserve(servers.size());
    for (const NameServer& server : servers)
        upstreams_.push_back(Upstream{server});
    const auto shares = static_cast<Duration::rep>(servers.size() * ((1U << attempts_) - 1U));
    first_patience_ = std::max(timeout_ / shares, least_patience);
}

bool Upstreams::trusts_ad(std::size_t index) const {
    switch (trust_ad_) {
        case TrustAd::automatic:
            return server(index).address.is_loopback();
        case TrustAd::yes:
            return true;
        case TrustAd::no:
            return false;
    }
    return false;
}

Duration Upstreams::patience(unsigned round) const {
    return first_patience_ * (Duration::rep{1} << std::min(round, max_attempts));
}

std::vector<std::uint8_t> Upstreams::order(SteadyTime now) {
    std::vector<std::uint8_t> alive;
    std::vector<std::uint8_t> dead;
    alive.reserve(upstreams_.size());
    for (std::size_t i = 0; i < upstreams_.size(); ++i) {
        Upstream& upstream = upstreams_[i];
        const bool marked = upstream.dead_until != SteadyTime{};
        if (marked && now < upstream.dead_until) {
            dead.push_back(static_cast<std::uint8_t>(i));
            continue;
        }
        if (marked) upstream.dead_until = now + dead_time;  // this lookup finds out; the others keep away
        alive.push_back(static_cast<std::uint8_t>(i));
    }
    alive.insert(alive.end(), dead.begin(), dead.end());
    return alive;
}

Transport Upstreams::transport(std::size_t index) const {
    return upstreams_[index].edns ? Transport::udp : Transport::udp_plain;
}

CaresChannel* Upstreams::channel(Upstream& upstream, Transport transport) {
    Channel& current = upstream.channels[static_cast<std::size_t>(transport)];
    const bool worn_out = !upstream.server.address.is_loopback() && current.sent >= queries_per_port;
    if (current.channel == nullptr || worn_out) {
        auto opened = CaresChannel::open(executor_, upstream.server, transport, timeout_);
        if (!opened) return nullptr;
        std::erase_if(open_, [](const auto& channel) { return channel.expired(); });
        open_.push_back(*opened);
        current = {std::move(*opened), 0};
    }
    ++current.sent;
    return current.channel.get();
}

void Upstreams::send(std::size_t index, Transport transport, std::span<const std::uint8_t> query,
                     std::shared_ptr<AnswerSink> sink) {
    const Origin origin{static_cast<std::uint8_t>(index), transport};
    if (CaresChannel* to = channel(upstreams_[index], transport))
        return to->send(query, std::move(sink), origin.server);
    boost::asio::post(executor_, [sink = std::move(sink), origin] {
        sink->failed(AnswerSink::Failure::unreachable, origin);
    });
}

void Upstreams::note_answer(std::size_t index, SteadyTime now) {
    upstreams_[index].last_answer = now;
    upstreams_[index].dead_until = {};
}

void Upstreams::note_silence(std::size_t index, SteadyTime sent, SteadyTime now) {
    if (upstreams_[index].last_answer < sent) upstreams_[index].dead_until = now + dead_time;
}

void Upstreams::note_no_edns(std::size_t index) {
    upstreams_[index].edns = false;
}

void Upstreams::shut() {
    const auto channels = std::move(open_);
    for (const auto& channel : channels)
        if (const auto open = channel.lock()) open->shut();
}

}  // namespace tlspolicy::dns
