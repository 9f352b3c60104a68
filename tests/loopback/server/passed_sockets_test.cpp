#include "server/passed_sockets.hpp"

#include "fakes/temporary_directory.hpp"
#include "loopback/server/server_fixture.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/datagram_protocol.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <doctest/doctest.h>

#include <fcntl.h>
#include <filesystem>
#include <initializer_list>
#include <unistd.h>

namespace asio = boost::asio;
using tlspolicy::IpAddress;
using tlspolicy::fakes::SocketmapClient;
using tlspolicy::fakes::TemporaryDirectory;
using tlspolicy::server::Listener;
using tlspolicy::server::PassedSocket;
using tlspolicy::server::PassedSockets;
using tlspolicy::server::TcpEndpoint;
using tlspolicy::server::UnixEndpoint;
using namespace tlspolicy::test;

namespace {

const IpAddress localhost = IpAddress::v4({127, 0, 0, 1});

/// As the service manager does it: holds listening sockets, and passes copies of them on.
class Holder {
public:
    /// The port that it listens at.
    std::uint16_t listen() {
        auto& acceptor = tcp_.emplace_back(context_, asio::ip::tcp::endpoint(asio::ip::tcp::v4(), 0));
        acceptor.listen();
        return acceptor.local_endpoint().port();
    }
    void listen(const std::string& path) {
        local_.emplace_back(context_, asio::local::stream_protocol::endpoint(path));
    }
    /// All of them, with these names.
    PassedSockets pass(std::initializer_list<std::string> names) {
        std::vector<PassedSocket> passed;
        const auto* name = names.begin();
        for (auto& acceptor : tcp_)
            passed.push_back({::dup(acceptor.native_handle()), *name++});
        for (auto& acceptor : local_)
            passed.push_back({::dup(acceptor.native_handle()), *name++});
        return std::move(PassedSockets::examine(std::move(passed)).value());
    }

private:
    asio::io_context context_;
    std::vector<asio::ip::tcp::acceptor> tcp_;
    std::vector<asio::local::stream_protocol::acceptor> local_;
};

std::string refusal(int descriptor) {
    const auto passed = PassedSockets::examine({{descriptor, "socketmap"}});
    return passed ? "" : passed.error().message();
}

}  // namespace

TEST_CASE("a listener takes the socket with its address, else one with the name of its protocol") {
    Holder holder;
    const std::uint16_t first = holder.listen();
    const std::uint16_t second = holder.listen();
    auto passed = holder.pass({"socketmap", "socketmap"});
    const IpAddress any = IpAddress::v4({0, 0, 0, 0});
    CHECK_FALSE(passed.take(TcpEndpoint{localhost, second}));
    const auto own = passed.take(TcpEndpoint{any, second});
    REQUIRE(own);
    CHECK_FALSE(passed.take(TcpEndpoint{any, second}));
    CHECK_FALSE(passed.take("tcp_table"));
    const auto named = passed.take("socketmap");
    REQUIRE(named);
    CHECK(named->endpoint == tlspolicy::server::Endpoint(TcpEndpoint{any, first}));
    CHECK(passed.left().empty());
    ::close(own->descriptor);
    ::close(named->descriptor);
}

TEST_CASE("what is not a listening stream socket is refused with its name") {
    const std::string who = "the socket \"socketmap\" that the service manager passes: ";
    const std::string what = "is not a listening stream socket; use ListenStream= and Accept=no";
    const TemporaryDirectory directory;
    asio::io_context context;
    asio::local::datagram_protocol::socket datagrams(
        context, asio::local::datagram_protocol::endpoint(directory / "datagrams"));
    CHECK(refusal(::dup(datagrams.native_handle())) == who + what);
    asio::ip::tcp::socket silent(context, asio::ip::tcp::endpoint(asio::ip::tcp::v4(), 0));
    CHECK(refusal(::dup(silent.native_handle())) == who + what);
    CHECK(refusal(::open("/dev/null", O_RDONLY | O_CLOEXEC)) == who + "Socket operation on non-socket");
}

TEST_CASE("a server answers at the sockets that are passed to it, and opens those that are not") {
    const TemporaryDirectory directory;
    Holder holder;
    const std::uint16_t table = holder.listen();
    holder.listen(directory / "passed");
    ServerFixture server;
    const FreePort own;
    server.restart.listeners = {Listener{TcpEndpoint{localhost, 1}, {}, "postfix"}, Listener{own.endpoint()},
                                Listener{UnixEndpoint{directory / "passed"}}};
    server.start(holder.pass({"tcp_table", "socketmap"}));
    CHECK(SocketmapClient::local(directory / "passed").ask("postfix", "example.com")
          == secure("example.com"));
    CHECK(own.connect().ask("postfix", "example.com") == secure("example.com"));
    auto lines = SocketmapClient::tcp(localhost, table);
    const std::string reply = "200 secure%20match=mx.example.com%20servername=hostname\n";
    CHECK(lines.exchange("get example.com\n", reply.size()) == reply);
    CHECK(server.log.count("listening socketmap=unix:" + (directory / "passed") + " passed=yes") == 1);
    CHECK(server.log.count("passed=no") == 1);
}

TEST_CASE("the file of a passed Unix socket outlives the server, and its clients wait for the next one") {
    const TemporaryDirectory directory;
    Holder holder;
    holder.listen(directory / "socketmap");
    const Listener listener{UnixEndpoint{directory / "socketmap"}};
    {
        ServerFixture server;
        server.restart.listeners = {listener};
        server.start(holder.pass({"socketmap"}));
        REQUIRE(SocketmapClient::local(directory / "socketmap").ask("postfix", "example.com")
                == secure("example.com"));
        server.server().stop_accepting();
        server.server().drain();
        server.join();
    }
    CHECK(std::filesystem::is_socket(directory / "socketmap"));
    auto early = SocketmapClient::local(directory / "socketmap");
    REQUIRE(early.send(SocketmapClient::request("postfix", "example.com")));
    ServerFixture next;
    next.restart.listeners = {listener};
    next.start(holder.pass({"socketmap"}));
    CHECK(early.reply() == secure("example.com"));
}
