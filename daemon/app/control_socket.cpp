#include "app/control_socket.hpp"

#include "base/printable.hpp"
#include "server/control_rights.hpp"

#include <spdlog/spdlog.h>

#include <sys/stat.h>
#include <unistd.h>
#include <variant>

namespace tlspolicy::app {
namespace {

server::HttpLimits limits() {
    server::HttpLimits limits;
    limits.answer_timeout = std::chrono::seconds(100);  // a refresh takes up to answer_deadline, at most 90 s
    return limits;
}

}  // namespace

ControlSocket::ControlSocket(boost::asio::io_context& network, engine::PolicyEngine& engine,
                             const cache::PolicyCache& cache, const Clock& clock, const WallClock& wall_clock,
                             server::ControlHost& host, const server::Settings& settings)
    : service_(engine, cache, clock, wall_clock, host, settings), http_(network, clock, limits(), service_) {}

void ControlSocket::open(const std::optional<server::UnixEndpoint>& endpoint,
                         const server::HttpServer::Passed& passed) {
    if (!endpoint) return;
    const auto* elsewhere = passed ? std::get_if<server::UnixEndpoint>(&passed->endpoint) : nullptr;
    const std::string& path = elsewhere != nullptr ? elsewhere->path : endpoint->path;
    const auto listening = http_.listen(server::Listener{*endpoint}, passed);
    struct stat made {};
    if (!listening || ::lstat(path.c_str(), &made) != 0) {
        spdlog::warn(
            "control-unavailable reason=\"{}\" effect=\"tlspolicy cannot reach this daemon; make the "
            "directory, or set control: off\"",
            listening ? "the socket is gone" : in_quotes(listening.error().message()));
        return;
    }
    service_.set_rights(server::ControlRights(::geteuid(), made.st_gid));
    http_.start();
    spdlog::info("listening control=unix:{} passed={}", path, passed ? "yes" : "no");
}

}  // namespace tlspolicy::app
