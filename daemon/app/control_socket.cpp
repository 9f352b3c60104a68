#include "app/control_socket.hpp"

#include "base/printable.hpp"
#include "server/control_rights.hpp"

#include <spdlog/spdlog.h>

#include <string>
#include <string_view>
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

void unavailable(const std::string& reason, std::string_view remedy) {
    spdlog::warn(
        "control-unavailable reason=\"{}\" effect=\"tlspolicy cannot reach this daemon; {}, or set control: "
        "off\"",
        in_quotes(reason), remedy);
}

}  // namespace

ControlSocket::ControlSocket(boost::asio::io_context& network, engine::PolicyEngine& engine,
                             const cache::PolicyCache& cache, const Clock& clock, const WallClock& wall_clock,
                             server::ControlHost& host, const server::Settings& settings)
    : service_(engine, cache, clock, wall_clock, host, settings), http_(network, clock, limits(), service_) {}

void ControlSocket::open(const std::optional<server::UnixEndpoint>& endpoint,
                         const server::HttpServer::Passed& passed) {
    if (!endpoint) return;
    const auto* held = passed ? std::get_if<server::UnixEndpoint>(&passed->endpoint) : nullptr;
    if (passed && held == nullptr) {
        ::close(passed->descriptor);
        unavailable("the socket that the service manager passes is not a Unix socket",
                    "give its unit a path in ListenStream=");
        return;
    }
    const std::string& path = held != nullptr ? held->path : endpoint->path;
    const auto listening = http_.listen(server::Listener{*endpoint}, passed);
    struct stat made {};
    if (!listening || ::lstat(path.c_str(), &made) != 0) {
        unavailable(listening ? std::string("the socket is gone") : listening.error().message(),
                    "make the directory");
        return;
    }
    service_.set_rights(server::ControlRights(::geteuid(), made.st_gid));
    http_.start();
    spdlog::info("listening control=unix:{} passed={}", path, passed ? "yes" : "no");
}

}  // namespace tlspolicy::app
