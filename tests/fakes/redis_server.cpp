#include "fakes/redis_server.hpp"

#include <array>
#include <chrono>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <stdexcept>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <utility>

namespace tlspolicy::fakes {

RedisServer::RedisServer(std::string path, std::vector<std::string> options)
    : path_(std::move(path)), options_(std::move(options)) {
    start();
}

RedisServer::~RedisServer() {
    kill();
}

void RedisServer::start() {
    std::vector<std::string> words{"redis-server", "--port",     "0",      "--unixsocket",
                                   path_,          "--save",     "",       "--appendonly",
                                   "no",           "--loglevel", "warning"};
    words.insert(words.end(), options_.begin(), options_.end());
    std::vector<char*> arguments;
    for (auto& word : words)
        arguments.push_back(word.data());
    arguments.push_back(nullptr);
    process_ = ::fork();
    if (process_ == 0) {
        const int null = ::open("/dev/null", O_RDWR);
        ::dup2(null, 1);
        ::execvp("redis-server", arguments.data());
        ::_exit(127);
    }
    for (int i = 0; i < 1000; ++i) {
        if (answers()) return;
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    throw std::runtime_error("redis-server does not start: is it installed?");
}

void RedisServer::kill() {
    if (process_ <= 0) return;
    ::kill(process_, SIGKILL);
    ::waitpid(process_, nullptr, 0);
    process_ = -1;
    ::unlink(path_.c_str());
}

void RedisServer::signal(int number) const {
    ::kill(process_, number);
}

bool RedisServer::answers() const {
    const std::string answer = call("PING");
    return answer.starts_with("+PONG") || answer.starts_with("-NOAUTH");
}

std::string RedisServer::call(std::string_view command) const {
    const int client = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path_.data(), path_.size());
    std::string answer;
    if (::connect(client, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) {
        const std::string line = std::string(command) + "\r\n";
        std::array<char, 65536> buffer{};
        if (::send(client, line.data(), line.size(), MSG_NOSIGNAL) > 0) {
            const ssize_t got = ::read(client, buffer.data(), buffer.size());
            if (got > 0) answer.assign(buffer.data(), static_cast<std::size_t>(got));
        }
    }
    ::close(client);
    return answer;
}

}  // namespace tlspolicy::fakes
