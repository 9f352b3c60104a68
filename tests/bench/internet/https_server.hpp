#pragma once

#include "bench/internet/authority.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>

#include <chrono>
#include <cstdint>
#include <string>

namespace tlspolicy::bench {

/// Serves the policies over TLS 1.3, with the certificate of the name in the client's SNI. `latency` passes
/// before the handshake and again before the response. Lives on `context`'s thread; the authority outlives
/// it.
class HttpsServer {
public:
    HttpsServer(boost::asio::io_context& context, const boost::asio::ip::tcp::endpoint& endpoint,
                Authority& authority, std::uint64_t policy_texts, std::chrono::milliseconds latency);

private:
    void accept();

    boost::asio::io_context& context_;
    boost::asio::ip::tcp::acceptor acceptor_;
    boost::asio::ssl::context tls_;
    std::uint64_t policy_texts_;
    std::chrono::milliseconds latency_;
};

/// Accepts, and reads whatever comes until the client closes, and never says a word.
class MuteServer {
public:
    MuteServer(boost::asio::io_context& context, const boost::asio::ip::tcp::endpoint& endpoint);

private:
    void accept();

    boost::asio::ip::tcp::acceptor acceptor_;
};

}  // namespace tlspolicy::bench
