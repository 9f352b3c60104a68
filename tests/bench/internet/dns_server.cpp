#include "bench/internet/dns_server.hpp"

#include "bench/internet/dns_answer.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/steady_timer.hpp>

#include <memory>
#include <string>

namespace tlspolicy::bench {

namespace asio = boost::asio;
using asio::ip::udp;
using boost::system::error_code;

DnsServer::DnsServer(asio::io_context& context, const udp::endpoint& endpoint,
                     std::chrono::milliseconds latency)
    : context_(context), socket_(context, endpoint), latency_(latency) {
    error_code ignored;  // the kernel may allow less
    socket_.set_option(asio::socket_base::receive_buffer_size(8 << 20), ignored);
    socket_.non_blocking(true);
    wait();
}

void DnsServer::wait() {
    socket_.async_wait(udp::socket::wait_read, [this](error_code error) {
        if (error) return;
        answer_waiting_queries();
        wait();
    });
}

void DnsServer::answer_waiting_queries() {
    for (int i = 0; i < 64; ++i) {
        udp::endpoint client;
        error_code error;
        const std::size_t size = socket_.receive_from(asio::buffer(query_), client, 0, error);
        if (error) return;
        std::string answer = dns_answer({query_.data(), size});
        if (answer.empty()) continue;
        if (latency_.count() == 0) {
            socket_.send_to(asio::buffer(answer), client, 0, error);
            continue;
        }
        auto timer = std::make_shared<asio::steady_timer>(context_, latency_);
        timer->async_wait([this, timer, client, late = std::move(answer)](error_code) {
            error_code unsent;
            socket_.send_to(asio::buffer(late), client, 0, unsent);
        });
    }
}

}  // namespace tlspolicy::bench
