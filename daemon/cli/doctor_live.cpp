#include "cli/doctor_live.hpp"

#include "base/printable.hpp"
#include "base/wall_clock.hpp"
#include "cli/control_client.hpp"
#include "cli/json_reader.hpp"
#include "dns/cares_client.hpp"
#include "https/policy_fetcher.hpp"
#include "sts/policy.hpp"
#include "sts/record.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <spdlog/spdlog.h>

#include <ctime>
#include <exception>

namespace tlspolicy::cli::doctor {
namespace {

namespace asio = boost::asio;

constexpr std::chrono::seconds status_patience{10};

void note_record(const engine::DnsAnswer<engine::TxtRecords>& answer, Egress& egress) {
    if (!answer) {
        egress.dns_failure = answer.error().message();
        return;
    }
    const auto* found = std::get_if<engine::TxtRecords>(&*answer);
    egress.has_record = found && std::holds_alternative<sts::Record>(sts::find_record(found->texts));
}

void note_policy(const Result<std::string>& body, Egress& egress) {
    if (!body) {
        egress.fetch_failure = body.error().message();
        egress.webpki = body.error().kind() == ErrorKind::webpki;
        return;
    }
    if (const auto policy = sts::parse_policy(*body); !policy)
        egress.policy_failure = policy.error().message();
}

asio::awaitable<void> look_around(dns::CaresClient& dns, engine::PolicyFetcher& fetcher, Domain domain,
                                  Tried& tried) {
    Result<bool> validates = co_await dns.validates();
    tried.validates = std::move(validates);
    Egress egress;
    egress.domain = domain.text();
    if (const auto name = domain.below("_mta-sts")) {
        const auto answer = co_await dns.txt(*name);
        note_record(answer, egress);
    }
    if (egress.has_record) {
        const auto body = co_await fetcher.fetch(domain);
        note_policy(body, egress);
    }
    tried.egress = std::move(egress);
}

/// "2026-11-25T04:00:00Z"
std::optional<std::chrono::seconds> since_epoch(const std::string& text) {
    std::tm parts{};
    const char* end = strptime(text.c_str(), "%Y-%m-%dT%H:%M:%S", &parts);
    if (end == nullptr || *end != 'Z') return std::nullopt;
    return std::chrono::seconds(timegm(&parts));
}

/// How far its clock is ahead of ours, by when it started and for how long it has run.
std::optional<std::chrono::seconds> ahead(const boost::json::object& status) {
    const auto* started = status.if_contains("started");
    const auto* uptime = status.if_contains("uptime");
    if (!started || !uptime || !started->is_string() || !uptime->is_int64()) return std::nullopt;
    const auto begin = since_epoch(std::string(started->get_string()));
    if (!begin) return std::nullopt;
    const auto ours =
        std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch());
    return *begin + std::chrono::seconds(uptime->get_int64()) - ours;
}

}  // namespace

Tried try_out(const config::Config& config, const Domain& domain) {
    spdlog::set_level(spdlog::level::off);  // the parts tell the log of a daemon what here are findings
    const SystemClock clock;
    asio::io_context network;
    dns::CaresClient dns(network.get_executor(), clock, config.dns);
    https::HttpsPolicyFetcher fetcher(network.get_executor(), clock, dns, config.https);
    Tried tried;
    asio::co_spawn(network, look_around(dns, fetcher, domain, tried), [&](const std::exception_ptr& failure) {
        network.stop();  // c-ares goes on listening to its sockets
        if (failure) std::rethrow_exception(failure);
    });
    network.run();
    return tried;
}

Result<Status> ask_status(const std::string& socket) {
    const auto reply = ask_daemon(socket, "GET", "/status", status_patience);
    if (!reply) return reply.error();
    Status status;
    if (const auto* version = reply->body.if_contains("version"); version && version->is_string())
        status.version = printable(std::string(version->get_string()));
    status.ahead = ahead(reply->body);
    for (const auto& listener : array_at(reply->body, "listeners"))
        if (const auto* each = listener.if_object()) status.listeners.push_back(text_at(*each, "address"));
    return status;
}

}  // namespace tlspolicy::cli::doctor
