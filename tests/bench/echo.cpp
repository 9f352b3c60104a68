// What this machine can do at most: an Asio server that frames netstrings and answers each with a constant.
// It knows no key, no map and no cache; the daemon is measured against it.
#include "bench/endpoint.hpp"

#include <CLI/CLI.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/write.hpp>

#include <array>
#include <cstdio>
#include <cstring>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <unistd.h>

namespace tlspolicy::bench {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

// The executor's own type instead of any_io_executor: Asio's fastest form.
using Executor = asio::io_context::executor_type;

template <class Protocol>
class Session : public std::enable_shared_from_this<Session<Protocol>> {
public:
    using Socket = asio::basic_stream_socket<Protocol, Executor>;

    Session(Socket socket, const std::string& answer) : socket_(std::move(socket)), answer_(answer) {}

    void read() {
        auto room = asio::buffer(buffer_.data() + size_, buffer_.size() - size_);
        socket_.async_read_some(room, [self = this->shared_from_this()](error_code error, std::size_t got) {
            if (!error) self->on_read(got);
        });
    }

private:
    void on_read(std::size_t got) {
        size_ += got;
        reply_.clear();
        if (!take_requests()) return;
        if (reply_.empty()) return read();
        asio::async_write(socket_, asio::buffer(reply_),
                          [self = this->shared_from_this()](error_code error, std::size_t) {
                              if (!error) self->read();
                          });
    }

    /// Answers every complete netstring in the buffer. False: that was no netstring.
    bool take_requests() {
        std::size_t begin = 0;
        while (begin < size_) {
            std::size_t length = 0;
            std::size_t at = begin;
            for (; at < size_ && at - begin < 5 && buffer_[at] >= '0' && buffer_[at] <= '9'; ++at)
                length = length * 10 + static_cast<std::size_t>(buffer_[at] - '0');
            if (at == size_) break;
            if (at == begin || buffer_[at] != ':' || length + 7 > buffer_.size()) return false;
            const std::size_t comma = at + 1 + length;
            if (comma >= size_) break;
            if (buffer_[comma] != ',') return false;
            reply_ += answer_;
            begin = comma + 1;
        }
        std::memmove(buffer_.data(), buffer_.data() + begin, size_ - begin);
        size_ -= begin;
        return true;
    }

    Socket socket_;
    const std::string& answer_;
    std::array<char, 16384> buffer_;
    std::size_t size_ = 0;
    std::string reply_;
};

template <class Protocol>
class Listener {
public:
    Listener(asio::io_context& context, const typename Protocol::endpoint& endpoint,
             const std::string& answer)
        : acceptor_(context, endpoint), answer_(answer) {
        accept();
    }

private:
    void accept() {
        acceptor_.async_accept([this](error_code error, typename Session<Protocol>::Socket socket) {
            if (error) return;
            if constexpr (std::is_same_v<Protocol, asio::ip::tcp>)
                socket.set_option(asio::ip::tcp::no_delay(true), error);
            std::make_shared<Session<Protocol>>(std::move(socket), answer_)->read();
            accept();
        });
    }

    asio::basic_socket_acceptor<Protocol, Executor> acceptor_;
    const std::string& answer_;
};

using TcpListener = Listener<asio::ip::tcp>;
using UnixListener = Listener<asio::local::stream_protocol>;

asio::ip::tcp::endpoint tcp_endpoint(const Endpoint& endpoint) {
    asio::ip::tcp::endpoint result;
    std::memcpy(result.data(), endpoint.data(), endpoint.size);
    result.resize(endpoint.size);
    return result;
}

void serve(const std::vector<std::string>& addresses, const std::string& payload) {
    const std::string answer = std::to_string(payload.size()) + ":" + payload + ",";
    asio::io_context context(1);
    std::vector<std::unique_ptr<TcpListener>> tcp;
    std::vector<std::unique_ptr<UnixListener>> local;
    for (const auto& address : addresses) {
        const Endpoint endpoint = parse_endpoint(address);
        if (endpoint.is_unix()) {
            unlink(endpoint.unix_path.c_str());
            local.push_back(std::make_unique<UnixListener>(
                context, asio::local::stream_protocol::endpoint(endpoint.unix_path), answer));
        } else {
            tcp.push_back(std::make_unique<TcpListener>(context, tcp_endpoint(endpoint), answer));
        }
    }
    asio::signal_set signals(context, SIGTERM, SIGINT);
    signals.async_wait([&](error_code, int) { context.stop(); });
    context.run();
}

}  // namespace
}  // namespace tlspolicy::bench

int main(int argc, char** argv) {
    std::vector<std::string> listen = {"127.0.0.1:8470"};
    std::string answer = "OK secure match=mx.bench.example servername=hostname";
    bool second_thread = false;
    CLI::App app{"Frames netstrings and answers each with the same one"};
    app.add_option("--listen", listen, "ADDRESS:PORT or unix:PATH, several");
    app.add_option("--answer", answer, "what to answer, as long as the daemon's answer");
    app.add_flag("--second-thread", second_thread,
                 "have a thread that sleeps, so that locks and descriptors are shared");
    CLI11_PARSE(app, argc, argv);
    try {
        std::promise<void> served;
        std::thread sleeper;
        if (second_thread) sleeper = std::thread([end = served.get_future()] { end.wait(); });
        tlspolicy::bench::serve(listen, answer);
        served.set_value();
        if (sleeper.joinable()) sleeper.join();
    } catch (const std::exception& failure) {
        std::fprintf(stderr, "bench_echo: %s\n", failure.what());
        return 1;
    }
}
