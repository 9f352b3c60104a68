#include "cli/doctor_ask.hpp"

#include "base/printable.hpp"
#include "postfix/netstring.hpp"
#include "postfix/socketmap.hpp"
#include "postfix/tcp_table.hpp"
#include "server/listening_socket.hpp"

#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <memory>
#include <netdb.h>
#include <optional>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

namespace tlspolicy::cli::doctor {
namespace {

constexpr timeval patience{5, 0};
constexpr std::string_view key = "localhost";
constexpr std::size_t reply_limit = 16 * 1024;

class Socket {
public:
    explicit Socket(int family) : number_(socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        setsockopt(number_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        setsockopt(number_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);  // connect() too
    }
    ~Socket() {
        if (number_ >= 0) close(number_);
    }
    Socket(const Socket&) = delete;
    Socket& operator=(const Socket&) = delete;

    int get() const noexcept { return number_; }

private:
    int number_;
};

std::string words_of(int error) {
    if (error == EAGAIN || error == EWOULDBLOCK || error == EINPROGRESS) return "no answer in time";
    return std::strerror(error);
}

/// The whole first message of the server, or nothing yet.
std::optional<std::string> message_in(const std::string& received, bool table) {
    if (table) {
        const auto line = postfix::decode_line(received);
        if (const auto* whole = std::get_if<postfix::Line>(&line)) return std::string(whole->text);
        return std::nullopt;
    }
    const auto frame = postfix::decode_netstring(received, reply_limit);
    if (const auto* whole = std::get_if<postfix::Frame>(&frame)) return std::string(whole->payload);
    return std::nullopt;
}

/// Sends the question and takes the answer, or why there is none.
void exchange(int socket, Asked& asked) {
    const bool table = asked.map.empty();
    const std::string question =
        table ? fmt::format("get {}\n", key)
              : fmt::format("{}:{} {},", asked.map.size() + 1 + key.size(), asked.map, key);
    if (send(socket, question.data(), question.size(), MSG_NOSIGNAL)
        != static_cast<ssize_t>(question.size())) {
        asked.failure = words_of(errno);
        return;
    }
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(patience.tv_sec);
    std::string received;
    std::array<char, 4096> buffer;
    while (received.size() < reply_limit && std::chrono::steady_clock::now() < deadline) {
        const ssize_t count = recv(socket, buffer.data(), buffer.size(), 0);
        if (count <= 0) {
            asked.failure =
                count < 0 ? words_of(errno) : "it closes the connection: what listens there is no map";
            return;
        }
        received.append(buffer.data(), static_cast<std::size_t>(count));
        if (const auto message = message_in(received, table)) {
            asked.reply = printable(*message);
            return;
        }
    }
    asked.failure = fmt::format("it says \"{}\": what listens there is no map", printable(received, 40));
}

void ask_tcp(const std::string& host, const std::string& port, Asked& asked) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    if (const int failure = getaddrinfo(host.c_str(), port.c_str(), &hints, &found); failure != 0) {
        asked.failure = gai_strerror(failure);
        return;
    }
    const std::unique_ptr<addrinfo, void (*)(addrinfo*)> addresses(found, freeaddrinfo);
    for (const addrinfo* each = found; each != nullptr; each = each->ai_next) {
        const Socket socket(each->ai_family);
        if (connect(socket.get(), each->ai_addr, each->ai_addrlen) == 0) {
            asked.failure.clear();
            exchange(socket.get(), asked);
            return;
        }
        asked.failure = words_of(errno);
    }
}

void ask_unix(const std::string& path, Asked& asked) {
    sockaddr_un to{};
    to.sun_family = AF_UNIX;
    if (path.size() >= sizeof to.sun_path) {
        asked.failure = "the path is too long for a socket";
        return;
    }
    path.copy(to.sun_path, path.size());
    const Socket socket(AF_UNIX);
    if (connect(socket.get(), reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0)
        exchange(socket.get(), asked);
    else
        asked.failure = words_of(errno);
}

}  // namespace

Asked ask(const postfix::TableServer& server, const std::string& root) {
    Asked asked;
    asked.map = server.map;
    if (const auto* host = std::get_if<postfix::TableHost>(&server.where)) {
        const bool v6 = host->host.find(':') != std::string::npos;
        asked.address = v6 ? fmt::format("[{}]:{}", host->host, host->port)
                           : fmt::format("{}:{}", host->host, host->port);
        ask_tcp(host->host, host->port, asked);
        return asked;
    }
    const std::string path = std::get<postfix::TableSocket>(server.where).path;
    std::string whole = root == "/" ? "" : root;
    if (path.front() != '/') whole += '/';
    whole += path;
    asked.address = "unix:" + whole;
    ask_unix(whole, asked);
    return asked;
}

Asked ask(const server::Listener& listener, const std::string& map) {
    Asked asked;
    asked.address = server::name_of(listener.endpoint);
    asked.map = listener.table_map.empty() ? map : std::string();
    if (const auto* tcp = std::get_if<server::TcpEndpoint>(&listener.endpoint))
        ask_tcp(tcp->address.text(), std::to_string(tcp->port), asked);
    else
        ask_unix(std::get<server::UnixEndpoint>(listener.endpoint).path, asked);
    return asked;
}

}  // namespace tlspolicy::cli::doctor
