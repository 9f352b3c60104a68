#include "cli/doctor_ask.hpp"

#include "base/printable.hpp"
#include "inquiry/socketmap_client.hpp"
#include "inquiry/table_connection.hpp"
#include "server/listening_socket.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/error.hpp>
#include <fmt/format.h>

#include <chrono>
#include <exception>
#include <memory>
#include <netdb.h>
#include <sys/socket.h>
#include <utility>
#include <vector>

namespace tlspolicy::cli::doctor {
namespace {

namespace asio = boost::asio;
using inquiry::TableConnection;
using Endpoints = std::vector<TableConnection::Endpoint>;

constexpr std::chrono::seconds patience{5};
constexpr std::string_view key = "localhost";

std::string words_of(const boost::system::error_code& error) {
    return error == boost::beast::error::timeout ? "no answer in time" : error.message();
}

/// The answer, or why there is none.
void note(const TableConnection::Heard& heard, Asked& asked) {
    if (heard.message && *heard.message)
        asked.reply = printable(**heard.message);
    else if (!heard.received.empty())
        asked.failure =
            fmt::format("it says \"{}\": what listens there is no map", printable(heard.received, 40));
    else if (heard.ended == asio::error::eof)
        asked.failure = "it closes the connection: what listens there is no map";
    else
        asked.failure = words_of(heard.ended);
}

/// Asks the first that takes a connection.
asio::awaitable<void> converse(const Endpoints& addresses, Asked& asked) {
    const bool table = asked.map.empty();
    const std::string question =
        table ? fmt::format("get {}\n", key) : inquiry::socketmap_request(asked.map, key);
    const inquiry::Decode decode = table ? inquiry::tcp_table_reply : inquiry::socketmap_reply;
    const asio::any_io_executor executor = co_await asio::this_coro::executor;
    for (const auto& address : addresses) {
        TableConnection connection(executor);
        const auto refused = co_await connection.connect(address, patience);
        asked.failure = refused ? words_of(refused) : std::string();
        if (refused) continue;
        const auto heard = co_await connection.ask(question, decode, patience);
        note(heard, asked);
        co_return;
    }
}

void ask_one_of(const Endpoints& addresses, Asked& asked) {
    asio::io_context context;
    asio::co_spawn(context, converse(addresses, asked), [](const std::exception_ptr& failure) {
        if (failure) std::rethrow_exception(failure);
    });
    context.run();
}

void ask_host(const std::string& host, const std::string& port, Asked& asked) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    if (const int failure = getaddrinfo(host.c_str(), port.c_str(), &hints, &found); failure != 0) {
        asked.failure = gai_strerror(failure);
        return;
    }
    const std::unique_ptr<addrinfo, void (*)(addrinfo*)> addresses(found, freeaddrinfo);
    Endpoints endpoints;
    for (const addrinfo* each = found; each != nullptr; each = each->ai_next)
        endpoints.emplace_back(each->ai_addr, each->ai_addrlen, each->ai_protocol);
    ask_one_of(endpoints, asked);
}

void ask_endpoint(const server::Endpoint& server, Asked& asked) {
    const auto endpoint = inquiry::endpoint_of(server);
    if (endpoint)
        ask_one_of({*endpoint}, asked);
    else
        asked.failure = "the path is too long for a socket";
}

}  // namespace

Asked ask(const postfix::TableServer& server, const std::string& root) {
    Asked asked;
    asked.map = server.map;
    if (const auto* host = std::get_if<postfix::TableHost>(&server.where)) {
        const bool v6 = host->host.find(':') != std::string::npos;
        asked.address = v6 ? fmt::format("[{}]:{}", host->host, host->port)
                           : fmt::format("{}:{}", host->host, host->port);
        ask_host(host->host, host->port, asked);
        return asked;
    }
    const std::string path = std::get<postfix::TableSocket>(server.where).path;
    std::string whole = root == "/" ? "" : root;
    if (path.front() != '/') whole += '/';
    whole += path;
    asked.address = "unix:" + whole;
    server::UnixEndpoint local;
    local.path = std::move(whole);
    ask_endpoint(local, asked);
    return asked;
}

Asked ask(const server::Listener& listener, const std::string& map) {
    Asked asked;
    asked.address = server::name_of(listener.endpoint);
    asked.map = listener.table_map.empty() ? map : std::string();
    ask_endpoint(listener.endpoint, asked);
    return asked;
}

}  // namespace tlspolicy::cli::doctor
