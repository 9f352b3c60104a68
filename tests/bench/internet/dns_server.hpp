#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/udp.hpp>

#include <array>
#include <chrono>
#include <cstdint>

namespace tlspolicy::bench {

/// Answers DNS over UDP, each answer `latency` after its query. Lives on `context`'s thread.
class DnsServer {
public:
    DnsServer(boost::asio::io_context& context, const boost::asio::ip::udp::endpoint& endpoint,
              std::chrono::milliseconds latency);

private:
    void wait();
    void answer_waiting_queries();

    boost::asio::io_context& context_;
    boost::asio::ip::udp::socket socket_;
    std::chrono::milliseconds latency_;
    std::array<std::uint8_t, 1500> query_;
};

}  // namespace tlspolicy::bench
